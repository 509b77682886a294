import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, type TestBrowser } from './chromium.ts';

describe('Chromium of the tests', () => {
  let browser: TestBrowser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser.close());

  it('opens a page and runs its script', async () => {
    const page = await browser.newPage();
    await page.goto('data:text/html,<title>till</title><p id=sum></p><script>sum.textContent = 40 + 2</script>');
    expect(await page.title()).toBe('till');
    expect(await page.textContent('#sum')).toBe('42');
  });

  it('has a font for Chinese: its characters are not all drawn as one box', async () => {
    const page = await browser.newPage();
    await page.goto('data:text/html,<canvas width=100 height=50></canvas>');
    // A string, because this room is compiled without DOM types.
    const drawn = await page.evaluate<string[]>(`['余', '额'].map((character) => {
      const canvas = document.querySelector('canvas');
      const pen = canvas.getContext('2d');
      pen.clearRect(0, 0, 100, 50);
      pen.font = '40px sans-serif';
      pen.fillText(character, 5, 40);
      return canvas.toDataURL();
    })`);
    expect(drawn[0]).not.toBe(drawn[1]);
  });

  it('removes its profile when closed', async () => {
    const other = await launchChromium();
    expect(existsSync(other.profile)).toBe(true);
    await other.close();
    expect(existsSync(other.profile)).toBe(false);
  });
});
