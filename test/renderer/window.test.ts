import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchBrowser, serveBuild } from './support/browser.ts';
import { memoryLine } from './support/memory-line.ts';
import { ScriptedCore } from './support/scripted-core.ts';
import { serveCore } from './support/socket-core.ts';
import { scan, type } from './support/stage-page.ts';
import { SCENES } from './support/stage/scenes.ts';
import { newWorld } from './support/world.ts';

const TOKEN = 'window-test-token';

let browser: Browser;
let served: Awaited<ReturnType<typeof serveBuild>>;
beforeAll(async () => {
  served = await serveBuild(new URL('../../renderer/vite.config.ts', import.meta.url).pathname);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await served?.close();
});

let core: ScriptedCore;
let socket: ReturnType<typeof serveCore>;
let page: Page;
let log: string[];
const cleanups: (() => Promise<void>)[] = [];

beforeEach(async () => {
  const world = newWorld();
  SCENES['history'](world);
  core = new ScriptedCore(world);
  socket = serveCore(served.server, core, TOKEN, async () => {
    const { line, close } = await memoryLine(world);
    cleanups.push(close);
    return line;
  });
  const context = await browser.newContext({ viewport: { width: 1_280, height: 800 }, locale: 'en-GB' });
  page = await context.newPage();
  log = [];
  page.on('console', (line) => {
    if (line.type() === 'error' || /Content Security Policy/i.test(line.text())) log.push(line.text());
  });
  page.on('pageerror', (error) => log.push(error.message));
  cleanups.push(() => context.close());
});
afterEach(async () => {
  served.server.removeAllListeners('upgrade');
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const screen = () => page.getByTestId('screen').first().getAttribute('data-screen');

describe('the built window over a real WebSocket', () => {
  it('comes back to the sale after a reload in the middle of it', async () => {
    await page.goto(`${served.url}#token=${TOKEN}`);
    await page.locator('[data-screen=sale]').waitFor();
    expect(await page.evaluate(() => location.hash)).toBe('#/');
    await type(page, '7680');
    await scan(page, '8800000001');
    await page.getByTestId('member').waitFor();
    await type(page, '500');
    await expect.poll(() => page.getByTestId('points-line').getAttribute('data-minor')).toBe('-500');
    await page.reload();
    await page.getByTestId('member').waitFor();
    await expect.poll(() => page.getByTestId('to-pay').getAttribute('data-minor')).toBe('7180');
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    expect(core.calls.filter(({ name }) => name === 'commitSale').map(({ input }) => input)).toMatchObject([
      { billMinor: 7_680, member: '1', redeem: { points: 500 } },
    ]);
    expect(log).toEqual([]);
  });

  it('goes on by itself after the connection was lost, and loses nothing that was typed', async () => {
    await page.goto(`${served.url}#token=${TOKEN}`);
    await page.locator('[data-screen=sale]').waitFor();
    await type(page, '7680');
    socket.cut();
    await scan(page, '8800000001');
    await page.getByTestId('member').waitFor();
    expect(await page.getByTestId('bill-amount').getAttribute('data-minor')).toBe('7680');
    await expect.poll(screen).toBe('sale');
  });

  it('reads the history live from the replica, before and after a reconnect', async () => {
    await page.goto(`${served.url}#token=${TOKEN}`);
    await page.locator('[data-screen=sale]').waitFor();
    await page.keyboard.press('F8');
    await page.getByTestId('row-entry-38').waitFor();
    expect(await page.getByTestId('row-entry-38').getAttribute('data-state')).toBe('shortfall');
    socket.cut();
    await page.waitForTimeout(400);
    await page.getByTestId('pick-group').click();
    await page.getByTestId('filter-voids').click();
    await page.getByTestId('row-entry-35').waitFor();
    await expect.poll(() => page.getByTestId('row-entry-38').count()).toBe(0);
    expect(log.filter((line) => !/WebSocket/.test(line))).toEqual([]);
  });

  it('follows an opened entry in the replica although that part of the window failed to load the first time', async () => {
    let failed = 0;
    await page.route(/\/replica-[^/]+\.js$/, (route) => {
      failed += 1;
      return failed === 1 ? route.abort() : route.continue();
    });
    await page.goto(`${served.url}#token=${TOKEN}`);
    await page.locator('[data-screen=sale]').waitFor();
    await page.keyboard.press('F8');
    await page.getByTestId('row-entry-38').click();
    await page.getByTestId('receipt').waitFor();
    await expect.poll(() => failed).toBeGreaterThan(1);
  });

  it('shows amber when the till goes offline, and says so politely', async () => {
    await page.goto(`${served.url}#token=${TOKEN}`);
    await page.locator('[data-screen=sale]').waitFor();
    const since = Date.now();
    core.change((world) => {
      world.till.sync = { ...world.till.sync, online: false, offlineSinceMs: since, waiting: 3 };
    });
    await expect.poll(() => page.getByTestId('status').getAttribute('data-state')).toBe('offline');
    // The words are said right after the state is drawn.
    await expect.poll(() => page.getByTestId('live-polite').textContent()).toMatch(/^Offline since \d\d:\d\d\. 3 entries saved here\.$/);
  });

  it('is refused without its token and says that there is no core', async () => {
    await page.goto(`${served.url}#token=wrong`);
    await page.locator('[data-screen=lost]').waitFor();
    expect(socket.refused()).toBeGreaterThan(0);
  });

  it('ships no inline script and nothing of the tests', async () => {
    const source = await (await fetch(served.url)).text();
    expect(source).not.toMatch(/<script(?![^>]*src=)/);
    expect(source).not.toMatch(/<style|\son\w+=/);
    expect(source).toContain('Content-Security-Policy');
    expect(served.files.filter((file) => /stage|scene|support/i.test(file))).toEqual([]);
  });
});
