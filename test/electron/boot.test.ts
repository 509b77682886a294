import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { boot } from '../../electron/main/boot.ts';
import { BOOT_PLAN } from '../../electron/main/plan.ts';
import { scripted } from './fakes/desktop.ts';
import { createMachine, settle, startTill, temporaryFolder } from './world.ts';

const ORDER = [
  'faults', 'folders', 'single-instance', 'settings', 'scheme', 'guards', 'quit', 'session', 'secret', 'core', 'channels', 'menu', 'window',
];

describe('boot', () => {
  it('runs every step of the plan in order and shows the window', async () => {
    const { report, windows, cores, app, menus } = await startTill();
    expect(report.halted).toBeUndefined();
    expect(report.steps).toEqual(ORDER);
    expect(windows.map(({ shown }) => shown)).toEqual([1]);
    expect(windows[0]?.webContents.frame.url).toBe('app://till/');
    expect(cores).toHaveLength(1);
    expect(menus).toHaveLength(1);
    expect(app.story).toEqual(['sandbox', 'ready']);
  });

  it('does at once what Electron allows only before it is ready', () => {
    const names = BOOT_PLAN.map(({ when }) => when);
    expect(names.lastIndexOf('at-once')).toBeLessThan(names.indexOf('ready'));
  });

  it('tells the core its folder, server, secret, version and code', async () => {
    const machine = createMachine();
    const env = { TILLPOINT_SERVER: 'https://points.example.com/', TILLPOINT_ENROL_CODE: 'ABCD-1234' };
    const { cores } = await startTill({ machine, env });
    const core = scripted(cores, 0);
    expect(core.modulePath).toBe(join(machine.appPath, 'dist', 'electron', 'core.mjs'));
    expect(core.received).toEqual([
      {
        t: 'init', folder: join(machine.userData, 'till'), server: 'https://points.example.com', version: '0.1.0',
        secret: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) as string, enrolCode: 'ABCD-1234',
      },
    ]);
  });

  it('uses the folder of TILLPOINT_DATA and keeps it to its owner', async () => {
    const data = join(temporaryFolder(), 'data');
    const { cores, app } = await startTill({ env: { TILLPOINT_DATA: data } });
    expect(scripted(cores, 0).received[0]).toMatchObject({ folder: join(data, 'till'), server: 'http://127.0.0.1:4400', enrolCode: null });
    expect(app.getPath('userData')).toBe(join(data, 'window'));
    expect(statSync(data).mode & 0o077).toBe(0);
  });

  it('says which folder cannot be written, and ends with 1', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const { app, dialog, cores, windows } = await startTill({ env: { TILLPOINT_DATA: join(folder, 'file', 'data') } });
    expect(app.ended).toBe(1);
    expect(dialog.errors).toEqual([expect.stringMatching(/^The data folder .*data cannot be written; choose another with TILLPOINT_DATA\.$/)]);
    expect([cores, windows]).toEqual([[], []]);
  });

  it('ends with a sentence when the page is missing', async () => {
    const machine = { ...createMachine(), appPath: temporaryFolder() };
    const { app, dialog, cores } = await startTill({ machine });
    expect(await app.exited()).toBe(1);
    expect(dialog.errors).toEqual(["The till's page is missing; install Tillpoint again. Nothing was changed."]);
    expect(scripted(cores, 0).received.at(-1)).toEqual({ t: 'stop' });
  });

  it('speaks Chinese on a Chinese system', async () => {
    const machine = createMachine();
    mkdirSync(machine.userData, { recursive: true });
    const { dialog } = await startTill({ machine: { ...machine, appPath: temporaryFolder() }, locale: 'zh-CN' });
    expect(dialog.errors).toEqual(['收银机页面缺失；请重新安装 Tillpoint。数据未作任何更改。']);
  });

  it('ends with a sentence and keeps the stack for the operator when a step has a bug', async () => {
    const { desktop, app, dialog, log } = await startTill();
    const report = await boot([{ name: 'wrong', when: 'ready', run: () => { throw new Error('a bug'); } }], desktop);
    expect(report.halted?.exitCode).toBe(1);
    expect(app.ended).toBe(1);
    expect(dialog.errors).toEqual(['The till met a fault and closes. Every completed sale is saved; start it again.']);
    expect(log.join('\n')).toMatch(/Error: a bug\n\s+at /);
  });

  it('stops the core and ends when main itself has a fault', async () => {
    const { faults, app, cores, dialog } = await startTill();
    faults.emit('uncaughtException', new Error('a bug'));
    faults.emit('unhandledRejection', new Error('another'));
    expect(await app.exited()).toBe(0);
    expect(dialog.errors).toHaveLength(1);
    expect(scripted(cores, 0).received.at(-1)).toEqual({ t: 'stop' });
  });
});

describe('a second start', () => {
  it('ends at once, touches nothing, and shows the first window', async () => {
    const machine = createMachine();
    const first = await startTill({ machine });
    first.windows[0]!.minimized = true;
    const second = await startTill({ machine });
    await settle();
    expect(second.app.ended).toBe(0);
    expect(second.report.steps).toEqual(['faults', 'folders', 'single-instance']);
    expect([second.cores, second.windows, second.dialog.errors]).toEqual([[], [], []]);
    expect(first.windows[0]).toMatchObject({ minimized: false, shown: 2 });
  });

  it('opens another till on another data folder', async () => {
    const machine = createMachine();
    await startTill({ machine });
    const second = await startTill({ machine, env: { TILLPOINT_DATA: temporaryFolder() } });
    expect(second.report.steps).toEqual(ORDER);
  });

  it('works again after the first has ended', async () => {
    const machine = createMachine();
    const first = await startTill({ machine });
    first.app.quit();
    await first.app.exited();
    expect((await startTill({ machine })).report.halted).toBeUndefined();
  });
});

describe('quitting', () => {
  it('waits until the core has finished what it was writing', async () => {
    const { app, cores, windows } = await startTill();
    const core = scripted(cores, 0);
    let finish = (): void => undefined;
    core.script = (message) => {
      if (message.t === 'stop') finish = () => core.exit(0);
    };
    app.quit();
    await settle();
    expect(app.ended).toBeUndefined();
    expect(core.received.filter(({ t }) => t === 'stop')).toHaveLength(1);
    app.quit();
    await settle();
    expect(app.ended).toBeUndefined();
    finish();
    expect(await app.exited()).toBe(0);
    expect(core.received.filter(({ t }) => t === 'stop')).toHaveLength(1);
    expect(core.killed).toBe(false);
    expect(windows[0]?.isDestroyed()).toBe(true);
  });

  it('happens when the window is closed', async () => {
    const { app, windows, cores } = await startTill();
    windows[0]?.destroy();
    expect(await app.exited()).toBe(0);
    expect(scripted(cores, 0).pid).toBeUndefined();
  });
});

describe('settings', () => {
  const startWith = async (text: string, env: Record<string, string> = {}) => {
    const machine = createMachine();
    mkdirSync(machine.userData, { recursive: true });
    writeFileSync(join(machine.userData, 'settings.json'), text);
    return startTill({ machine, env });
  };

  it('come from the file, and the environment wins', async () => {
    const stored = await startWith('{"server":"https://a.example.com"}');
    expect(scripted(stored.cores, 0).received[0]).toMatchObject({ server: 'https://a.example.com' });
    const overridden = await startWith('{"server":"https://a.example.com"}', { TILLPOINT_SERVER: 'https://b.example.com/points' });
    expect(scripted(overridden.cores, 0).received[0]).toMatchObject({ server: 'https://b.example.com/points' });
  });

  it.each(['{', '[]', '{"server":4400}', '{"sever":"https://a.example.com"}', '{"printer":""}'])('refuses the file %s', async (text) => {
    const { app, dialog, cores } = await startWith(text);
    expect(app.ended).toBe(1);
    expect(dialog.errors).toEqual([expect.stringMatching(/settings\.json cannot be read; correct the file or remove it\.$/)]);
    expect(cores).toEqual([]);
  });

  it.each(['points.example.com', 'ftp://points.example.com', 'file:///etc'])('refuses the address %s', async (address) => {
    const { dialog } = await startTill({ env: { TILLPOINT_SERVER: address } });
    expect(dialog.errors).toEqual([expect.stringContaining(`it is "${address}"`)]);
  });

  it('never shows a password that stood in an address', async () => {
    const { dialog, log } = await startTill({ env: { TILLPOINT_SERVER: 'https://till:hunter2@points.example.com' } });
    expect(dialog.errors).toHaveLength(1);
    expect(JSON.stringify([dialog.errors, log])).not.toContain('hunter2');
  });
});
