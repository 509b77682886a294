import { join, resolve } from 'node:path';
import { CoreFailure } from '../core/failure.ts';

/** What the environment says to a core that serves a browser. */
export interface Settings {
  /** The till's own folder. */
  folder: string;
  /** The server's address, without a slash at its end. */
  server: string;
  /** One-time code for a till that is new; null: the window asks for one. */
  enrolCode: string | null;
  /** Port to listen on; `fixed` false: any free one when it is taken. */
  port: number;
  fixed: boolean;
  /** Folder of the built window. */
  page: string;
}

const DEFAULT_SERVER = 'http://127.0.0.1:4400';
const DEFAULT_PORT = 4_401;
const BUILT_WINDOW = join(import.meta.dirname, '..', '..', 'dist', 'renderer');

/** Reads the settings; throws {@link CoreFailure} for one that cannot be used. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const given = env['TILLPOINT_TILL_PORT'] || undefined;
  return {
    folder: resolve(env['TILLPOINT_TILL_FOLDER'] || join(env['TILLPOINT_DATA'] || './data', 'till-1', 'till')),
    server: readAddress(env['TILLPOINT_SERVER'] || DEFAULT_SERVER),
    enrolCode: env['TILLPOINT_ENROL_CODE'] || null,
    port: given === undefined ? DEFAULT_PORT : readPort(given),
    fixed: given !== undefined,
    page: env['TILLPOINT_WINDOW'] || BUILT_WINDOW,
  };
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new CoreFailure(`TILLPOINT_TILL_PORT must be a number from 0 to 65535; it is "${text}".`);
  return port;
}

function readAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw new CoreFailure('TILLPOINT_SERVER must be the server\'s address, like http://127.0.0.1:4400.');
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}
