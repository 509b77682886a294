import { accessSync, constants, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A reason for not starting that is nobody's bug: one sentence for the person who started it. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** What the environment and the arguments say. */
export interface Settings {
  host: string;
  /** 0: any free port. */
  port: number;
  /**
   * `fill`: load the demo chain into a database that holds nothing, and give codes for its tills that are not enrolled;
   * `renew`: the same, with codes for every till.
   */
  demo: 'no' | 'fill' | 'renew';
  /** PostgreSQL by URL, or the embedded database's file. */
  database: { databaseUrl: string } | { file: string };
  logLevel: string;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Reads the settings; throws {@link StartError} for one that cannot be used. */
export function readSettings(env: Readonly<Record<string, string | undefined>>, args: readonly string[]): Settings {
  const unknown = args.find((arg) => arg !== '--demo');
  if (unknown !== undefined) throw new StartError(`The option ${unknown} is not known; the only option is --demo.`);
  const logLevel = env['TILLPOINT_LOG'] || 'warn';
  if (!LOG_LEVELS.includes(logLevel)) throw new StartError(`TILLPOINT_LOG must be one of ${LOG_LEVELS.join(', ')}; it is "${logLevel}".`);
  const databaseUrl = env['DATABASE_URL'] || undefined;
  if (databaseUrl !== undefined && !/^postgres(ql)?:\/\//.test(databaseUrl)) {
    throw new StartError('DATABASE_URL must be the address of a PostgreSQL database, like postgres://user@host/name.');
  }
  return {
    host: env['HOST'] || '127.0.0.1',
    port: readPort(env['PORT']),
    demo: args.includes('--demo') ? 'renew' : env['TILLPOINT_DEMO'] === '1' ? 'fill' : 'no',
    database: databaseUrl === undefined ? { file: join(resolve(env['TILLPOINT_DATA'] || './data'), 'server.sqlite') } : { databaseUrl },
    logLevel,
  };
}

function readPort(text: string | undefined): number {
  if (text === undefined || text === '') return 4_400;
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new StartError(`PORT must be a number from 0 to 65535; it is "${text}".`);
  return port;
}

/** Makes the data folder if it is missing and checks that files can be written there. */
export function prepareFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new StartError(`The data folder ${folder} cannot be written; choose another with TILLPOINT_DATA.`);
  }
}
