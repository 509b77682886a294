import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FromCoreProcess } from '../../shared/contract/host.ts';
import { RealCore } from './fakes/core.ts';
import { openFakeChannel, type FakePort } from './fakes/ports.ts';
import { packDesktop, readFuses, ROOT, type Packed } from './packed.ts';
import { findElectron } from './real.ts';
import { temporaryFolder } from './world.ts';

let packed: Packed;
beforeAll(async () => {
  packed = await packDesktop();
}, 300_000);
afterAll(() => packed.remove());

describe('the packed app', () => {
  it('holds main, preload, core and window, and nothing else', () => {
    const window = readdirSync(join(ROOT, 'dist/renderer'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));
    expect(window).toContain('dist/renderer/index.html');
    expect(packed.files).toEqual(
      [...window, 'dist/electron/core.mjs', 'dist/electron/main.cjs', 'dist/electron/preload.cjs', 'package.json'].sort(),
    );
    expect(packed.files.filter((path) => /node_modules|\.(ts|tsx|map)$|test/.test(path))).toEqual([]);
  });

  it('names its entry, and no development package or script', () => {
    const meta = JSON.parse(readFileSync(join(packed.app, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(meta).toMatchObject({ name: 'tillpoint', main: 'dist/electron/main.cjs' });
    expect(existsSync(join(packed.app, String(meta['main'])))).toBe(true);
    expect(Object.keys(meta).filter((key) => ['devDependencies', 'scripts', 'build'].includes(key))).toEqual([]);
  });

  it('names no folder of the machine that built it', () => {
    for (const file of packed.files.filter((path) => /\.(cjs|mjs|js|html|json)$/.test(path))) {
      expect(readFileSync(join(packed.app, file), 'utf8').includes(ROOT), file).toBe(false);
    }
  });

  it('has every fuse as a till needs it', () => {
    // Run as Node off, cookie encryption on, NODE_OPTIONS off, inspect off, integrity on, archive only on, own snapshot off,
    // privileges of file: off.
    expect(readFuses(packed.executable)).toBe('01001100');
  });

  it('keeps the languages of the till, and Electron\'s licences', () => {
    expect(readdirSync(join(packed.folder, 'locales')).sort()).toEqual(['en-GB.pak', 'en-US.pak', 'zh-CN.pak']);
    expect(readdirSync(packed.folder)).toEqual(expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']));
  });

  it('was packed without any download', () => {
    expect(existsSync(packed.downloads) ? readdirSync(packed.downloads) : []).toEqual([]);
  });
});

describe('the packed core', () => {
  const nextMessage = (core: RealCore): Promise<FromCoreProcess> => new Promise((resolve, reject) => {
    core.once('message', resolve);
    core.once('exit', (code: number) => reject(new Error(`the core ended with ${code}: ${core.output.join('')}`)));
  });

  it('starts on an empty folder, says hello to a window, and stops with 0', async () => {
    const folder = join(temporaryFolder(), 'till');
    const core = new RealCore(join(packed.app, 'dist/electron/core.mjs'), packed.app);
    try {
      // No server listens there: a till starts without one.
      core.postMessage({ t: 'init', folder, server: 'http://127.0.0.1:9', secret: Buffer.alloc(32, 5).toString('base64'), version: '0.1.0', enrolCode: null });
      expect(await nextMessage(core)).toEqual({ t: 'ready' });
      const { port1, port2 } = openFakeChannel();
      const page = port2 as unknown as FakePort;
      const hello = new Promise((resolve) => page.once('message', ({ data }: { data: unknown }) => resolve(data)));
      core.postMessage({ t: 'window' }, [port1]);
      page.start();
      expect(await hello).toMatchObject({ t: 'hello', protocol: 1 });
      const ended = new Promise((resolve) => core.once('exit', resolve));
      core.postMessage({ t: 'stop' });
      expect(await ended).toBe(0);
      await expect.poll(() => page.isClosed).toBe(true);
      expect(readdirSync(folder)).not.toEqual([]);
    } finally {
      core.child.kill('SIGKILL');
    }
  });

  it('says in a sentence why it cannot run', async () => {
    const core = new RealCore(join(packed.app, 'dist/electron/core.mjs'), packed.app);
    try {
      core.postMessage({ t: 'init', folder: '/dev/null/till', server: 'http://127.0.0.1:9', secret: null, version: '0.1.0', enrolCode: null });
      const answer = await nextMessage(core);
      expect(answer).toMatchObject({ t: 'failed', message: expect.stringMatching(/^[A-Z].*\.$/) as string });
    } finally {
      core.child.kill('SIGKILL');
    }
  });
});

describe('the real Electron', () => {
  it('is found where its package or its variable puts it, and nowhere else', () => {
    expect(findElectron({ ELECTRON_OVERRIDE_DIST_PATH: packed.folder }, 'linux')).toBeUndefined();
    expect(findElectron({ ELECTRON_OVERRIDE_DIST_PATH: temporaryFolder() }, 'win32')).toBeUndefined();
    expect(findElectron({}, 'aix')).toBeUndefined();
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'electron'), '');
    expect(findElectron({ ELECTRON_OVERRIDE_DIST_PATH: folder }, 'linux')).toBe(join(folder, 'electron'));
  });
});
