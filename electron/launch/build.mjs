// Builds what `npm start` shows, when its sources have changed since it was built.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment, LaunchError, pinnedNode, ROOT } from './bootstrap.mjs';

/** What the window is built from; installed packages count by their lock. */
const SOURCE_FOLDERS = ['renderer', 'shared'];
const DIST = join(ROOT, 'dist');
const WINDOW = join(DIST, 'renderer');
const STAMP = join(DIST, '.renderer-sources');
const TAIL_CHARACTERS = 4000;
const MOST_TRIES = 5;

/**
 * Builds the window unless it stands as built from these sources. Contents are compared, not times.
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} whether it was built
 * @throws {LaunchError} when the build fails
 */
export async function ensureWindow(say) {
  const sources = hashSources();
  if (readStamp() === `${sources} ${hashWindow(WINDOW)}`) return false;
  say('Building the till\'s window.');
  // Built aside and then put in place, so that a till that is open, or another start, never meets half a window.
  const fresh = join(DIST, `.renderer-${process.pid}`);
  try {
    await runBuild([
      join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn', '--outDir', fresh, '--emptyOutDir',
    ]);
    const built = hashWindow(fresh);
    putInPlace(fresh);
    writeFileSync(STAMP, `${sources} ${built}`);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  return true;
}

/** @param {string} fresh */
function putInPlace(fresh) {
  const old = `${fresh}-old`;
  for (let tries = 1; ; tries++) {
    rmSync(old, { recursive: true, force: true });
    try {
      if (existsSync(WINDOW)) renameSync(WINDOW, old);
      renameSync(fresh, WINDOW);
      rmSync(old, { recursive: true, force: true });
      return;
    } catch (error) {
      // Another start put its window there in between; the last one stays.
      if (tries === MOST_TRIES) throw error;
    }
  }
}

function readStamp() {
  return existsSync(STAMP) ? readFileSync(STAMP, 'utf8') : undefined;
}

/** What a built window is: its page names every other file by a hash of its content. */
function hashWindow(folder) {
  const page = join(folder, 'index.html');
  return existsSync(page) ? createHash('sha256').update(readFileSync(page)).digest('hex') : 'missing';
}

/**
 * Builds the desktop app's own processes; its build knows by itself whether there is anything to do.
 * @throws {LaunchError} when the build fails
 */
export async function ensureDesktop() {
  await runBuild([join(ROOT, 'electron', 'build', 'build.ts')]);
}

/** SHA-256 over names and contents of the window's sources, hex. */
function hashSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    const bytes = readFileSync(join(ROOT, path));
    // The length keeps two files from being read as one.
    hash.update(`${path}\0${bytes.length}\0`).update(bytes);
  };
  const walk = (path) => {
    for (const entry of readdirSync(join(ROOT, path), { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isDirectory()) walk(`${path}/${entry.name}`);
      else if (entry.isFile()) add(`${path}/${entry.name}`);
    }
  };
  for (const folder of SOURCE_FOLDERS) walk(folder);
  add('package-lock.json');
  return hash.digest('hex');
}

/** @param {string[]} args of the pinned Node */
function runBuild(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(pinnedNode(), args, { cwd: ROOT, env: childEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output = (output + chunk).slice(-TAIL_CHARACTERS)));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(undefined);
      // Ctrl-C reaches the build as well; there is nothing to explain then.
      if (signal === null && output.trim() !== '') console.error(output.trim());
      reject(new LaunchError(signal === null ? `The build failed (exit code ${code}); its output above says why.` : 'The build was stopped.'));
    });
  });
}
