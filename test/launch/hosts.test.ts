import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findElectron, openBrowser, type Machine } from '../../electron/launch/hosts.mjs';
import { readOptions } from '../../electron/launch/options.mjs';

const DESK: Machine = { platform: 'linux', env: { DISPLAY: ':0', ELECTRON_OVERRIDE_DIST_PATH: '/electron' }, root: false, exists: () => true };

describe('where a till is shown', () => {
  it.each([
    [DESK, { program: join('/electron', 'electron') }],
    [{ ...DESK, env: { ...DESK.env, DISPLAY: undefined, WAYLAND_DISPLAY: 'wayland-0' } }, { program: join('/electron', 'electron') }],
    [{ ...DESK, platform: 'win32', env: { ELECTRON_OVERRIDE_DIST_PATH: '/electron' } }, { program: join('/electron', 'electron.exe') }],
    [{ ...DESK, platform: 'darwin', root: true }, { program: join('/electron', 'Electron.app', 'Contents', 'MacOS', 'Electron') }],
    [{ ...DESK, exists: () => false }, { reason: 'its program is not installed' }],
    [{ ...DESK, platform: 'aix' }, { reason: 'its program is not installed' }],
    [{ ...DESK, env: { ELECTRON_OVERRIDE_DIST_PATH: '/electron' } }, { reason: 'there is no display' }],
    [{ ...DESK, root: true }, { reason: 'its sandbox does not run for root' }],
  ] satisfies [Machine, ReturnType<typeof findElectron>][])('is found by what the machine has (%#)', (machine, found) => {
    expect(findElectron(machine)).toEqual(found);
  });

  describe('in a browser', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'tillpoint-hosts-'));
    });
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    it('asks the default one with the address, where there is a display and an opener', async () => {
      const machine = { ...DESK, env: { DISPLAY: ':0', PATH: folder } };
      expect(openBrowser('http://127.0.0.1:1/#token=x', machine)).toBe(false);
      // The command is looked for on this process's own path, so only that it is found can be shown with a stand-in.
      const saved = process.env['PATH'];
      writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf '%s' "$1" > ${join(folder, 'asked')}\n`);
      chmodSync(join(folder, 'xdg-open'), 0o755);
      process.env['PATH'] = `${folder}:${saved}`;
      try {
        expect(openBrowser('http://127.0.0.1:1/#token=x', machine)).toBe(true);
        expect(openBrowser('http://127.0.0.1:1/#token=x', { ...machine, env: { PATH: folder } })).toBe(false);
      } finally {
        process.env['PATH'] = saved;
      }
      await expect.poll(() => existsSync(join(folder, 'asked')) && readFileSync(join(folder, 'asked'), 'utf8')).toBe('http://127.0.0.1:1/#token=x');
    });
  });
});

describe('what npm start is asked for', () => {
  it('has defaults', () => {
    expect(readOptions([], {})).toEqual({ open: true, tills: 1, data: resolve('data'), tillPort: undefined });
    expect(readOptions(['--tills=3', '--no-open'], { TILLPOINT_DATA: '/d', TILLPOINT_TILL_PORT: '5000' })).toEqual({ open: false, tills: 3, data: '/d', tillPort: 5_000 });
  });

  it.each([[['--tills']], [['--tills', '10']], [['--tills=x']], [['--tills', '-1']], [['open']]])('is refused for %j', (args) => {
    expect(() => readOptions(args, {})).toThrow(/not known|takes a number/);
  });
});
