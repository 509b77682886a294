import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import type { OwnEntryDoc } from '../../shared/contract/documents.ts';
import { canonicalEntry } from '../../shared/domain/canonical.ts';

/**
 * Reads what can still be read of a chain from a replica's file, however damaged: each entry whose bytes are those that were
 * hashed, by seq. Nothing is written to the file, and a file that is no database has none.
 */
export function salvageChain(path: string, { terminal, epoch }: { terminal: string; epoch: number }): OwnEntryDoc[] {
  const found = new Map<number, OwnEntryDoc>();
  const take = (row: unknown): void => {
    const own = readRow(row);
    if (own !== undefined && own.terminal === terminal && own.epoch === epoch) found.set(own.seq, own);
  };
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { open: true });
    database.exec('PRAGMA query_only = ON');
    // From both ends: a damaged page stops a reading, and what lies behind it is reached from the other side.
    for (const order of ['ASC', 'DESC']) {
      for (const table of tablesOf(database)) scan(database, `SELECT "data", "sum" FROM "${table}" ORDER BY rowid ${order}`, take);
    }
  } catch {
    // No database at all: nothing is readable.
  } finally {
    database?.close();
  }
  return [...found.values()].sort((a, b) => a.seq - b.seq);
}

/** Tables that may hold own entries, also when the list of tables is the part that is damaged. */
function tablesOf(database: DatabaseSync): string[] {
  const names: string[] = [];
  scan(database, "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE 'own/%'", (row) => {
    const { name } = row as { name?: unknown };
    if (typeof name === 'string' && /^own\/\d+$/.test(name)) names.push(name);
  });
  return names;
}

function scan(database: DatabaseSync, sql: string, take: (row: unknown) => void): void {
  try {
    for (const row of database.prepare(sql).iterate()) take(row);
  } catch {
    // What was read until here counts.
  }
}

function readRow(row: unknown): OwnEntryDoc | undefined {
  const { data, sum } = row as { data?: unknown; sum?: unknown };
  if (typeof data !== 'string' || crc32(data) !== sum) return undefined;
  try {
    const own = JSON.parse(data) as OwnEntryDoc & { _deleted?: boolean };
    const hash = createHash('sha256').update(canonicalEntry(own.entry), 'utf8').digest('hex');
    return own._deleted !== true && hash === own.hash ? own : undefined;
  } catch {
    return undefined;
  }
}
