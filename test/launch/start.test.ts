import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openSocket } from '../core/loopback.ts';
import { TestWindow } from '../core/harness.ts';
import { isAlive, startLauncher, type Launcher } from './launcher.ts';

/** The demo is loaded and processes are started, on a machine that may be busy with other tests. */
const LONG_MS = 240_000;

let folder: string;
const started: Launcher[] = [];
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillpoint-launch-'));
});
afterEach(async () => {
  for (const launcher of started.splice(0)) {
    launcher.child.kill('SIGTERM');
    await launcher.ended;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const start = (env: Record<string, string> = {}, args?: string[], node?: string[]): Launcher => {
  const launcher = startLauncher({ TILLPOINT_DATA: join(folder, 'data'), ...env }, args, node);
  started.push(launcher);
  return launcher;
};
const secondsOf = (match: RegExpExecArray): number => Number(match[1]);
const READY = /^Ready in ([\d.]+) s\. Press Ctrl-C to stop\.$/m;
const TILL = /^Till (\S+) of (\S+): (http:\/\/127\.0\.0\.1:\d+)\/#token=(\S+)$/m;

describe('npm start', { timeout: LONG_MS }, () => {
  it('ends with a till that can be opened, and Ctrl-C ends everything', async () => {
    const launcher = start();
    await launcher.printed(READY);
    const output = launcher.output();
    const [, server = ''] = /^Server: (http:\/\/127\.0\.0\.1:\d+) /m.exec(output) ?? [];
    expect((await fetch(`${server}/readyz`)).status).toBe(200);
    const [, terminal, store, origin = '', token = ''] = TILL.exec(output) ?? [];
    expect([terminal, store]).toEqual(['HS-1', 'harbour']);
    expect(await (await fetch(origin)).text()).toContain('<div id="root">');
    expect(output).toMatch(/^Electron cannot be started here: .+\. The till opens in the browser\.$/m);
    expect(output.match(/^Demo PIN of .* harbour\): \d{4}$/gm)).toHaveLength(2);
    expect(output).not.toContain('lakeside');

    const window = new TestWindow(() => openSocket(origin, token));
    await window.signIn('maya', '1111');
    window.stop();

    const family = launcher.family();
    expect(family.length).toBeGreaterThanOrEqual(2);
    launcher.interrupt();
    expect(await launcher.ended).toBe(0);
    expect(launcher.output()).toMatch(/^Stopping\.$/m);
    expect(family.filter(isAlive)).toEqual([]);
  });

  it('opens the same till again, with a second one of another code, each at its own address', async () => {
    const launcher = start({}, ['--no-open', '--tills', '2']);
    const ready = await launcher.printed(READY);
    const tills = [...launcher.output().matchAll(new RegExp(TILL, 'gm'))].map(([, terminal, store, origin]) => ({ terminal, store, origin }));
    expect(tills.map(({ terminal }) => terminal)).toEqual(['HS-1', 'HS-2']);
    expect(new Set(tills.map(({ origin }) => origin)).size).toBe(2);
    expect(secondsOf(ready)).toBeGreaterThan(0);
    expect(launcher.output()).not.toContain('Building');
  });

  it('starts a core again that was killed, at the same address', async () => {
    const launcher = start();
    await launcher.printed(READY);
    const [, , , origin = '', token = ''] = TILL.exec(launcher.output()) ?? [];
    const window = new TestWindow(() => openSocket(origin, token));
    await window.signIn();
    const core = launcher.family().find((pid) => commandOf(pid).includes('loopback'));
    process.kill(core ?? 0, 'SIGKILL');
    await launcher.printed(/^The till stopped \(SIGKILL\) and is started again\.$/m);
    await window.till(({ phase, staff }) => phase === 'ready' && staff === null);
    await window.signIn();
    window.stop();
  });

  it('leaves no process behind when it is killed itself', async () => {
    const launcher = start();
    await launcher.printed(READY);
    const family = launcher.family();
    launcher.child.kill('SIGKILL');
    await expect.poll(() => family.filter(isAlive), { timeout: 20_000, interval: 200 }).toEqual([]);
  });
});

describe('npm start with Electron', { timeout: LONG_MS }, () => {
  it('opens the till there, with what it needs to know, and ends when its window is closed', async () => {
    const dist = join(folder, 'electron-dist');
    const told = join(folder, 'told');
    execFileSync('mkdir', ['-p', dist]);
    // Stands for Electron's program: says what it was started with, and ends like a closed window.
    writeFileSync(join(dist, 'electron'), `#!/bin/sh\nprintf '%s\\n' "$TILLPOINT_DATA" "$TILLPOINT_SERVER" "$1" "\${ELECTRON_RUN_AS_NODE-unset}" > ${told}\nwhile [ ! -f ${told}.close ]; do sleep 0.1; done\n`);
    chmodSync(join(dist, 'electron'), 0o755);
    const notRoot = ['--import', 'data:text/javascript,process.getuid = () => 1000;'];
    const launcher = start({ ELECTRON_OVERRIDE_DIST_PATH: dist, DISPLAY: ':99', ELECTRON_RUN_AS_NODE: '1' }, [], notRoot);
    await launcher.printed(READY);
    expect(launcher.output()).toContain('Opening the till in Electron.');
    await expect.poll(() => existsSync(told)).toBe(true);
    const [data, server, app, runAsNode] = readFileSync(told, 'utf8').split('\n');
    expect({ data, runAsNode }).toEqual({ data: join(folder, 'data', 'till-1'), runAsNode: 'unset' });
    expect(launcher.output()).toContain(`Server: ${server} `);
    expect(JSON.parse(readFileSync(join(app ?? '', 'package.json'), 'utf8'))).toMatchObject({ main: 'dist/electron/main.cjs' });
    const family = launcher.family();
    writeFileSync(`${told}.close`, '');
    expect(await launcher.ended).toBe(0);
    expect(family.filter(isAlive)).toEqual([]);
  });
});

describe('npm start that cannot', { timeout: LONG_MS }, () => {
  /** Its last line is the sentence, its exit code 1, and nothing it started lives on. */
  const fails = async (env: Record<string, string>, sentence: RegExp, args?: string[]): Promise<void> => {
    const launcher = start(env, args);
    expect(await launcher.ended).toBe(1);
    const lines = launcher.output().trim().split('\n');
    expect(lines.at(-1)).toMatch(sentence);
    expect(lines.filter((line) => /^\s+at |Error:/.test(line))).toEqual([]);
    expect(launcher.family()).toEqual([]);
  };

  it('says so for a port in use, the server\'s or the till\'s', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await fails({ PORT: String(port) }, new RegExp(`^Port ${port} is already in use; stop what uses it or set PORT`));
    await fails({ TILLPOINT_TILL_PORT: String(port) }, new RegExp(`^Port ${port} is already in use; stop what uses it or set TILLPOINT_TILL_PORT`));
    other.close();
  });

  it('says so for a folder that cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    await fails({ TILLPOINT_DATA: join(folder, 'file', 'data') }, /^The data folder .*file\/data cannot be written/);
  });

  it('says so for a database that cannot be reached', async () => {
    await fails({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, /database/i);
  });

  it('says so for options that mean nothing', async () => {
    await fails({}, /^The option --fast is not known/, ['--fast']);
    await fails({}, /^--tills takes a number from 1 to 9/, ['--tills', '0']);
    await fails({ TILLPOINT_TILL_PORT: '70000' }, /^TILLPOINT_TILL_PORT must be a number/);
  });
});

function commandOf(pid: number): string {
  return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
}
