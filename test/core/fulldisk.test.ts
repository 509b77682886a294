import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hasSpace, isDiskFull } from '../../electron/core/space.ts';
import { StorageFault } from '../../electron/core/storage/fault.ts';
import { openWorld, type World } from '../server/world.ts';
import { faultOf, openCore, type TestCore } from './harness.ts';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';
const SIZE = 6 * 1024 * 1024;

interface SmallDisk {
  path: string;
  /** Writes until nothing more fits. */
  fill(): void;
  free(): void;
  remove(): void;
}

/** A file system of some MB of its own, or why this machine lets nobody make one. */
function mountSmallDisk(): SmallDisk | string {
  const path = mkdtempSync(join(tmpdir(), 'tillpoint-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', path], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true });
    return mounted.error?.message ?? mounted.stderr.trim();
  }
  const ballast = join(path, 'ballast');
  return {
    path,
    fill() {
      for (let bytes = SIZE; bytes > 0; bytes = Math.floor(bytes / 2)) {
        try {
          for (;;) appendFileSync(ballast, Buffer.alloc(bytes));
        } catch (error) {
          if ((error as { code?: string }).code !== 'ENOSPC') throw error;
        }
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      spawnSync('umount', [path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

const disk = mountSmallDisk();
if (typeof disk === 'string') process.stderr.write(`A full disk is not tried for real: no file system can be mounted here (${disk}).\n`);
const small = typeof disk === 'string' ? undefined : disk;

describe.skipIf(small === undefined)('a till whose disk is full', () => {
  let world: World;
  let running: TestCore[] = [];
  const folder = join(small?.path ?? '', 'till');
  beforeAll(async () => {
    world = await openWorld('sqlite');
  });
  afterAll(async () => {
    small?.remove();
    world.app.server.closeAllConnections();
    await world.close();
  });
  afterEach(async () => {
    for (const core of running) await core.stop();
    running = [];
    small?.free();
    rmSync(folder, { recursive: true, force: true });
  });
  const open = async (server = NOWHERE, enrolCode: string | null = null): Promise<TestCore> => {
    const core = await openCore({ folder, server, enrolCode });
    running.push(core);
    return core;
  };
  /** A till that is enrolled as a terminal and has sold so often without a server. */
  const prepare = async (terminal: string, sales: number): Promise<void> => {
    const online = await open(world.url, await world.code(terminal));
    await online.window.signIn();
    await online.stop();
    const { window, stop } = await open();
    await window.signIn();
    for (let sale = 1; sale <= sales; sale += 1) await window.sell(`${terminal}-${sale}`);
    await stop();
    running = [];
  };

  it('sells nothing that it could not save, says so, and sells the same sale once there is space', async () => {
    await prepare('F1', 1);
    const { window } = await open();
    await window.signIn();
    small?.fill();
    const refused = async (): Promise<string> => (await faultOf(window.sell('F1-full'))).code;
    expect(await refused()).toBe('disk-full');
    expect(await refused()).toBe('disk-full');
    expect((await window.till(() => true)).phase).toBe('ready');
    small?.free();
    expect((await window.sell('F1-full')).number).toBe('F1-1-2');
  });

  it('opens all the same, with all it had: nothing of it is called damaged', async () => {
    await prepare('F2', 2);
    small?.fill();
    const { window } = await open();
    await window.signIn();
    expect((await window.call('lastSale', {}))?.number).toBe('F2-1-2');
    expect((await faultOf(window.sell('F2-full'))).code).toBe('disk-full');
  });

  it('is closed with that reason where opening needs room, asks for no code, and opens by itself once there is some', async () => {
    await prepare('F3', 0);
    // Nothing was sold yet, so the replica may be made anew.
    for (const name of readdirSync(folder).filter((one) => one.includes('.sqlite'))) rmSync(join(folder, name));
    small?.fill();
    const { core, window } = await open(world.url);
    expect(await window.till(() => true)).toMatchObject({ phase: 'blocked', blockedBy: 'disk-full', terminal: 'F3' });
    const code = await world.code('F3');
    expect((await faultOf(window.call('enrol', { code }))).code).toBe('disk-full');
    expect((await faultOf(window.call('listStaff', {}))).code).toBe('disk-full');
    small?.free();
    await window.till(({ phase }) => phase === 'ready');
    await window.signIn();
    expect((await window.sell('F3-1')).number).toBe('F3-1-1');
    expect(core.enrolment()).toMatchObject({ terminal: 'F3' });
  });

  it('may be stopped while it waits for space', async () => {
    await prepare('F4', 0);
    for (const name of readdirSync(folder).filter((one) => one.includes('.sqlite'))) rmSync(join(folder, name));
    small?.fill();
    const { window, stop } = await open();
    expect((await window.till(() => true)).blockedBy).toBe('disk-full');
    await stop();
    running = [];
    small?.free();
    expect((await (await open()).window.till(({ phase }) => phase !== 'new')).phase).toBe('loading');
  });

  it('is not believed to fail where it is only full', () => {
    const fails = new StorageFault('damaged', 'disk I/O error');
    expect([hasSpace(small?.path ?? ''), isDiskFull(fails, small?.path ?? ''), isDiskFull(new Error('another'), small?.path ?? '')]).toEqual([true, false, false]);
    small?.fill();
    expect([hasSpace(small?.path ?? ''), isDiskFull(fails, small?.path ?? ''), isDiskFull(new Error('another'), small?.path ?? '')]).toEqual([false, true, false]);
    expect(isDiskFull(new StorageFault('disk-full', 'full'), tmpdir())).toBe(true);
  });
});
