// What `npm start` was asked for, by arguments and environment.
import { resolve } from 'node:path';
import { LaunchError } from './bootstrap.mjs';

const MOST_TILLS = 9;
const USAGE = 'npm start -- [--no-open] [--tills N]';

/**
 * Reads the arguments and the environment.
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {{ open: boolean, tills: number, data: string, tillPort: number | undefined }} `data` is an absolute folder
 * @throws {LaunchError} for what is not known
 */
export function readOptions(args, env) {
  const options = { open: true, tills: 1, data: resolve(env.TILLPOINT_DATA || 'data'), tillPort: readTillPort(env.TILLPOINT_TILL_PORT) };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (arg === '--no-open') options.open = false;
    else if (arg === '--tills') options.tills = readTills(rest.shift());
    else if (arg.startsWith('--tills=')) options.tills = readTills(arg.slice('--tills='.length));
    else throw new LaunchError(`The option ${arg} is not known; it is: ${USAGE}`);
  }
  return options;
}

/** @param {string | undefined} text */
function readTills(text) {
  const tills = Number(text);
  if (!/^\d$/.test(text ?? '') || tills < 1) throw new LaunchError(`--tills takes a number from 1 to ${MOST_TILLS}.`);
  return tills;
}

/** @param {string | undefined} text */
function readTillPort(text) {
  if (text === undefined || text === '') return undefined;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new LaunchError(`TILLPOINT_TILL_PORT must be a number from 0 to 65535; it is "${text}".`);
  return port;
}
