import { join, resolve } from 'node:path';

/** What the arguments and the environment ask for. */
export interface Options {
  json: boolean;
  database: { file: string } | { databaseUrl: string };
}

/** Reads the options of `npm run verify`, or says in one sentence what is wrong with them. A folder that is named wins over DATABASE_URL. */
export function readOptions(env: Readonly<Record<string, string | undefined>>, args: readonly string[]): { ok: true; options: Options } | { ok: false; message: string } {
  let json = false;
  let folder: string | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === '--json') json = true;
    else if (arg === '--data') {
      folder = args[++at];
      if (folder === undefined || folder === '' || folder.startsWith('--')) return { ok: false, message: 'The option --data needs the data folder of a server.' };
    } else return { ok: false, message: `The option ${arg ?? ''} is not known; there are --json and --data FOLDER.` };
  }
  const databaseUrl = env['DATABASE_URL'] || undefined;
  if (folder === undefined && databaseUrl !== undefined) {
    if (!/^postgres(ql)?:\/\//.test(databaseUrl)) return { ok: false, message: 'DATABASE_URL must be the address of a PostgreSQL database, like postgres://user@host/name.' };
    return { ok: true, options: { json, database: { databaseUrl } } };
  }
  return { ok: true, options: { json, database: { file: join(resolve(folder ?? (env['TILLPOINT_DATA'] || './data')), 'server.sqlite') } } };
}
