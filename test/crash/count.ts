import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Sales of a terminal as a server's file holds them, which may be in use. */
export interface Posted {
  ids: ReadonlySet<string>;
  /** Sales that are there more than once: under two ids, or in two places of the chain. */
  duplicated: number;
}

/**
 * Reads the ledger of a terminal from the server's file with no code of the product. A sale by command has a reference of its
 * own, one by keys (and nothing else) a total of its own.
 */
export function readPosted(file: string, terminal: string): Posted {
  const rows = readCopy<{ id: string; sale: string | null; place: string }>(file, () => `select id, epoch || '-' || seq as place,
    coalesce(json_extract(bytes, '$.bill.reference'), json_extract(bytes, '$.bill.totalMinor')) as sale from entries where terminal = '${terminal}'`);
  const ids = new Set(rows.map(({ id }) => id));
  const sales = rows.flatMap(({ sale }) => sale ?? []);
  return { ids, duplicated: sales.length - new Set(sales).size + rows.length - ids.size + rows.length - new Set(rows.map(({ place }) => place)).size };
}

/** Ids of the entries that a till made itself, from the replicas in its folder. Nothing may be committing. */
export function readOwn(folder: string): ReadonlySet<string> {
  const replicas = readdirSync(folder).filter((name) => /^replica-.*\.sqlite$/.test(name));
  return new Set(replicas.flatMap((name) => readCopy<{ id: string }>(join(folder, name), (tables) =>
    tables.filter((table) => table.startsWith('own/')).map((table) => `select id from "${table}" where deleted = 0`).join(' union '))).map(({ id }) => id));
}

/** Reads a copy: a core keeps its file to itself, and to open a file after a power cut would already mend it. */
function readCopy<T>(file: string, query: (tables: string[]) => string): T[] {
  const folder = mkdtempSync(join(tmpdir(), 'tillpoint-count-'));
  try {
    const copy = join(folder, 'copy.sqlite');
    for (const part of ['', '-wal']) if (existsSync(file + part)) copyFileSync(file + part, copy + part);
    const database = new DatabaseSync(copy);
    try {
      const tables = database.prepare(`select name from sqlite_schema where type = 'table'`).all().map(({ name }) => String(name));
      const text = query(tables);
      return text === '' ? [] : (database.prepare(text).all() as T[]);
    } finally {
      database.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
