import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createPackage, extractAll, listPackage } from '@electron/asar';
import { buildDesktop } from '../../electron/build/build.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Electron marks its fuses in the executable: this text, a version, their number, and one digit each. */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** Electron's own defaults, in the order of its fuses: run as Node, cookie encryption, NODE_OPTIONS, inspect, integrity, … */
const DEFAULT_FUSES = '10110001';

/** The app as it is packed for Linux. */
export interface Packed {
  folder: string;
  executable: string;
  /** Paths in the archive, files alone, sorted. */
  files: string[];
  /** The archive's content, extracted far from any node_modules. */
  app: string;
  /** What was downloaded while packing; nothing, or packing is not offline. */
  downloads: string;
  remove(): void;
}

/** Builds what is missing and packs it as `npm run pack` does, with a stand-in for Electron and without any network. */
export async function packDesktop(): Promise<Packed> {
  const work = mkdtempSync(join(tmpdir(), 'tillpoint-pack-'));
  const [electronDist, output, cache, app] = ['electron', 'packed', 'cache', 'app'].map((name) => join(work, name)) as [string, string, string, string];
  await buildAll();
  await writeStandIn(electronDist);
  await run(join(ROOT, 'node_modules/electron-builder/cli.js'), [
    '--linux', 'dir', '--x64', '--publish', 'never', `-c.electronDist=${electronDist}`, `-c.directories.output=${output}`,
  ], {
    ELECTRON_BUILDER_CACHE: cache,
    // Nothing listens there: whatever is asked of the network fails.
    HTTPS_PROXY: 'http://127.0.0.1:9', HTTP_PROXY: 'http://127.0.0.1:9',
  });
  const folder = join(output, 'linux-unpacked');
  const archive = join(folder, 'resources', 'app.asar');
  extractAll(archive, app);
  const files = listPackage(archive, { isPack: false }).map((path) => path.slice(1)).filter((path) => /\.[a-z0-9]+$/.test(path)).sort();
  return {
    folder, executable: join(folder, 'tillpoint'), files, app, downloads: cache,
    remove: () => rmSync(work, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** One digit for each fuse of an executable, in Electron's order. */
export function readFuses(executable: string): string {
  const bytes = readFileSync(executable);
  const at = bytes.indexOf(FUSE_SENTINEL);
  if (at < 0) throw new Error('the executable has no fuses');
  const start = at + FUSE_SENTINEL.length;
  return bytes.subarray(start + 2, start + 2 + (bytes[start + 1] ?? 0)).toString('latin1');
}

/** The window is built once for the whole test run; here only when a folder of tests runs by itself. */
export async function buildAll(): Promise<void> {
  await buildDesktop();
  if (existsSync(join(ROOT, 'dist/renderer/index.html'))) return;
  await run(join(ROOT, 'node_modules/vite/bin/vite.js'), ['build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn'], {});
}

/** A folder of the shape of Electron's distribution for Linux, with an executable that has fuses and does nothing else. */
async function writeStandIn(folder: string): Promise<void> {
  for (const name of ['locales', 'resources', 'default']) mkdirSync(join(folder, name), { recursive: true });
  const fuses = Buffer.concat([Buffer.from(FUSE_SENTINEL), Buffer.from([1, DEFAULT_FUSES.length]), Buffer.from(DEFAULT_FUSES)]);
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from('#!/bin/sh\nexit 0\n# '), fuses, Buffer.from('\n')]), { mode: 0o755 });
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'version', 'icudtl.dat', 'resources.pak']) writeFileSync(join(folder, name), name);
  for (const language of ['de', 'en-GB', 'en-US', 'zh-CN']) writeFileSync(join(folder, 'locales', `${language}.pak`), language);
  writeFileSync(join(folder, 'default', 'main.js'), '');
  await createPackage(join(folder, 'default'), join(folder, 'resources', 'default_app.asar'));
  rmSync(join(folder, 'default'), { recursive: true });
}

function run(script: string, args: string[], env: Record<string, string>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${script} ended with exit code ${code}:\n${output.slice(-4_000)}`));
    });
  });
}
