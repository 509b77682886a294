import { describe, expect, it, vi } from 'vitest';
import type { FakeContents } from './fakes/window.ts';
import { startTill } from './world.ts';

const ELSEWHERE = [
  'https://example.com/', 'http://127.0.0.1:4400/', 'file:///etc/passwd', 'app://other/', 'app://till.example.com/', 'app:till', 'data:text/html,hi',
  'javascript:alert(1)', 'about:blank', 'https://till/', '',
];

describe('the window', () => {
  it('is sandboxed, isolated, and has no Node', async () => {
    const { windows, protocol } = await startTill();
    expect(windows[0]?.options.webPreferences).toMatchObject({
      sandbox: true, contextIsolation: true, nodeIntegration: false, nodeIntegrationInWorker: false, nodeIntegrationInSubFrames: false,
      webSecurity: true, webviewTag: false, navigateOnDragDrop: false, devTools: false,
    });
    expect(protocol.schemes).toEqual([{ scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } }]);
  });

  it('has developer tools and a reload key only while it is not packed', async () => {
    const unpacked = await startTill({ packaged: false });
    expect(unpacked.windows[0]?.options.webPreferences?.devTools).toBe(true);
    expect(JSON.stringify(unpacked.menus)).toMatch(/toggleDevTools/);
    const packed = await startTill();
    expect(JSON.stringify(packed.menus)).not.toMatch(/toggleDevTools|"reload"|forceReload/);
  });
});

describe('every web contents', () => {
  it.each(ELSEWHERE)('goes nowhere: %s', async (url) => {
    const { windows } = await startTill();
    const { webContents } = windows[0]!;
    expect([webContents.navigates(url), webContents.navigates(url, false), webContents.redirects(url), webContents.opens(url)]).toEqual([
      false, false, false, false,
    ]);
  });

  it('may load its own page again, in the main frame alone', async () => {
    const { windows } = await startTill();
    const { webContents } = windows[0]!;
    expect(webContents.navigates('app://till/#/history')).toBe(true);
    expect(webContents.navigates('app://till/', false)).toBe(false);
    expect([webContents.redirects('app://till/'), webContents.opens('app://till/'), webContents.attachesWebview()]).toEqual([false, false, false]);
  });

  it('is guarded also when nobody expected it', async () => {
    const { desktop } = await startTill();
    const other = desktop.openWindow({}).webContents as unknown as FakeContents;
    expect([other.navigates('https://example.com/'), other.opens('https://example.com/'), other.attachesWebview(), other.picksBluetooth()]).toEqual([
      false, false, false, '',
    ]);
  });
});

describe('the session', () => {
  it.each(['geolocation', 'media', 'notifications', 'openExternal', 'usb'] as const)('grants no %s', async (permission) => {
    const { session } = await startTill();
    expect(session.granted(permission)).toEqual([]);
  });

  it('gives no device, takes no download but a CSV file that the page has made', async () => {
    const { session } = await startTill();
    expect(session.picksDevices()).toEqual([]);
    expect(session.downloads('blob:app://till/5e2b', 'text/csv')).toBe(true);
    for (const [address, type] of [['blob:app://till/5e2b', 'application/x-msdownload'], ['blob:https://example.com/5e2b', 'text/csv'], ['https://example.com/a.csv', 'text/csv'], ['app://till/index.html', 'text/csv']] as const) {
      expect(session.downloads(address, type), `${address} ${type}`).toBe(false);
    }
  });

  it('lets nothing out to the network, and the page in', async () => {
    const { session } = await startTill();
    expect(['https://example.com/', 'ws://127.0.0.1:4400/', 'http://localhost/', 'file:///etc/passwd', 'app://other/'].filter((url) => session.lets(url))).toEqual([]);
    expect(session.lets('app://till/assets/index.js')).toBe(true);
  });
});

describe('a window whose process dies', () => {
  it('is loaded again', async () => {
    const { windows, log } = await startTill();
    const { webContents } = windows[0]!;
    webContents.crash();
    await expect.poll(() => webContents.loads).toBe(2);
    expect(webContents.frame.url).toBe('app://till/');
    expect(log).toContain('window: its process is gone (crashed)');
    const asked = vi.spyOn(webContents, 'reload');
    webContents.crash('clean-exit');
    expect(asked).not.toHaveBeenCalled();
  });

  it('asks a person after the fourth time in a minute', async () => {
    const { windows, dialog, app } = await startTill();
    const { webContents } = windows[0]!;
    dialog.choose = () => 0;
    for (let loads = 2; loads <= 4; loads += 1) {
      webContents.crash('oom');
      await expect.poll(() => webContents.loads).toBe(loads);
    }
    expect(dialog.questions).toEqual([]);
    webContents.crash('oom');
    await expect.poll(() => webContents.loads).toBe(5);
    expect(dialog.questions.map(({ message, buttons }) => [message, buttons])).toEqual([
      ["The till's window keeps stopping. Every completed sale is saved.", ['Try again', 'Quit']],
    ]);
    expect(app.ended).toBeUndefined();
  });
});
