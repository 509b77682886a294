import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import type { Page } from 'playwright-core';
import { launchChromium, type TestBrowser } from '../support/chromium.ts';
import { runMain } from './fakes/bundle.ts';
import { RealCore } from './fakes/core.ts';
import { createFakeDesktop, type FakeDesktop } from './fakes/desktop.ts';
import { showInBrowser } from './fakes/page.ts';
import { buildAll, ROOT } from './packed.ts';
import { createMachine, settle } from './world.ts';

// The desktop app as it is built, with nothing of it replaced: its main process on a fake Electron, its core as a real process,
// its preload and window in a real Chromium.
const SCREEN = '[data-testid=screen]';

let browser: TestBrowser;
beforeAll(async () => {
  await buildAll();
  browser = await launchChromium();
}, 300_000);
afterAll(() => browser.close());

async function openTill(): Promise<{ fake: FakeDesktop; page: Page; problems: string[]; core: () => RealCore; quit: () => Promise<number> }> {
  const machine = { ...createMachine(), appPath: ROOT };
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  const fake = createFakeDesktop({
    ...machine,
    env: { TILLPOINT_SERVER: 'http://127.0.0.1:9' },
    fork: (modulePath) => new RealCore(modulePath, machine.appPath),
  });
  onTestFailed(() => console.error(fake.log, problems, fake.cores.map((core) => (core as RealCore).output.join(''))));
  await showInBrowser(page, fake, join(ROOT, 'dist/electron/preload.cjs'));
  runMain(join(ROOT, 'dist/electron/main.cjs'), fake);
  const core = (): RealCore => fake.cores.at(-1) as RealCore;
  const quit = async (): Promise<number> => {
    fake.app.quit();
    const code = await fake.app.exited();
    await page.close();
    return code;
  };
  return { fake, page, problems, core, quit };
}

describe('the built desktop app', { timeout: 120_000 }, () => {
  it('shows the window over a port to the core, offers the bridge alone, and breaks no policy', async () => {
    const { fake, page, problems, core, quit } = await openTill();
    await page.locator(`${SCREEN}[data-screen=enrol]`).waitFor();
    expect(await page.evaluate('Object.keys(globalThis.tillpoint).sort()')).toEqual(['connect', 'platform', 'printPage']);
    expect(await page.evaluate('globalThis.tillpoint.printPage()')).toEqual({ printed: true });
    expect(await page.evaluate('typeof require + typeof process + typeof module')).toBe('undefinedundefinedundefined');
    expect(problems).toEqual([]);
    // What the page may not do is refused by the policy that main sends.
    for (const url of ['http://127.0.0.1:9/', '/index.html']) {
      expect(await page.evaluate(`fetch('${url}').then(() => 'left', () => 'held')`)).toBe('held');
    }
    expect(problems.filter((text) => text.includes(`"connect-src 'none'"`))).toHaveLength(2);
    expect(fake.log).toEqual(['core: ready']);
    const process = core();
    expect(await quit()).toBe(0);
    expect(process.child.exitCode).toBe(0);
    expect(fake.app.story.at(-1)).toBe('exit 0');
  });

  it('comes back by itself when the core is killed', async () => {
    const { fake, page, core, quit } = await openTill();
    await page.locator(`${SCREEN}[data-screen=enrol]`).waitFor();
    const first = core();
    first.child.kill('SIGKILL');
    // The window sees its port close and asks for another.
    const frame = fake.windows[0]?.webContents.frame;
    await expect.poll(() => frame?.received.length, { timeout: 20_000 }).toBe(2);
    expect(fake.cores).toHaveLength(2);
    expect(core()).not.toBe(first);
    expect(fake.log).toEqual(['core: ready', 'core: stopped with exit code 137', 'core: ready']);
    // A call goes over the new connection to the new core, which answers in words.
    await page.locator('[data-testid=enrol-code]').fill('ABCD1234');
    await page.locator('[data-testid=primary]').click();
    await page.locator('[data-testid=refusal]').waitFor();
    expect(await quit()).toBe(0);
  });

  it('shows the page again when its process dies', async () => {
    const { fake, page, quit } = await openTill();
    await page.locator(`${SCREEN}[data-screen=enrol]`).waitFor();
    fake.windows[0]?.webContents.crash();
    await settle();
    await expect.poll(() => fake.windows[0]?.webContents.loads).toBe(2);
    await page.locator(`${SCREEN}[data-screen=enrol]`).waitFor();
    expect(fake.cores).toHaveLength(1);
    expect(await quit()).toBe(0);
  });
});
