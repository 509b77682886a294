// Where a till can be shown on this machine: in Electron, or in a browser.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ROOT } from './bootstrap.mjs';

const ELECTRON_PROGRAMS = { linux: 'electron', win32: 'electron.exe', darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron') };
const BROWSER_OPENERS = { linux: ['xdg-open'], darwin: ['open'], win32: ['explorer.exe'] };

/**
 * @typedef {object} Machine what decides about a host
 * @property {string} platform
 * @property {NodeJS.ProcessEnv} env
 * @property {boolean} root whether this is the superuser of a Unix system
 * @property {(path: string) => boolean} exists
 */

/** @returns {Machine} */
function thisMachine() {
  return { platform: process.platform, env: process.env, root: process.getuid?.() === 0, exists: existsSync };
}

/**
 * Finds Electron's program, or says why it cannot be started.
 * @param {Machine} [machine]
 * @returns {{ program: string } | { reason: string }} `reason` completes the sentence "Electron cannot be started here: …"
 */
export function findElectron({ platform, env, root, exists } = thisMachine()) {
  const name = ELECTRON_PROGRAMS[platform];
  const program = name === undefined ? undefined : join(env.ELECTRON_OVERRIDE_DIST_PATH || join(ROOT, 'node_modules', 'electron', 'dist'), name);
  if (program === undefined || !exists(program)) return { reason: 'its program is not installed' };
  if (!hasDisplay(platform, env)) return { reason: 'there is no display' };
  // Chromium's sandbox refuses the superuser, and a till without its sandbox is not started.
  if (platform === 'linux' && root) return { reason: 'its sandbox does not run for root' };
  return { program };
}

/**
 * Opens an address in the default browser.
 * @param {string} url
 * @param {Machine} [machine]
 * @returns {boolean} whether there was a browser to ask
 */
export function openBrowser(url, { platform, env } = thisMachine()) {
  const [command, ...args] = BROWSER_OPENERS[platform] ?? [];
  if (command === undefined || !hasDisplay(platform, env) || !isOnPath(command, env)) return false;
  const child = spawn(command, [...args, url], { detached: true, stdio: 'ignore' });
  // The address is printed as well, so a browser that does not come up is no failure.
  child.once('error', () => undefined);
  child.unref();
  return true;
}

function hasDisplay(platform, env) {
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);
}

function isOnPath(command, env) {
  return (env.PATH ?? env.Path ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
