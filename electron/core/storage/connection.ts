import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StorageFault, withFaults } from './fault.ts';

/** One SQLite file, open in this process alone. */
export interface Connection {
  readonly name: string;
  /** A prepared statement, kept for the next time; it is read to its end, or reset, before anything else runs. */
  statement(sql: string): StatementSync;
  /** Runs several statements without parameters. */
  execute(sql: string): void;
  /**
   * One transaction: when it returns, it is on the disk; when it throws, nothing of it is. `later` leaves the flush to the next
   * transaction that is not later: a power cut in between may take it away, but never one that came before it.
   */
  transact<T>(work: () => T, later?: boolean): T;
  /** Tells subscribers of one commit, in the order of the commits also when a subscriber commits again. */
  announce(emits: readonly (() => void)[]): void;
  close(): void;
}

/** Prepared statements kept; queries of many shapes push the oldest out. */
const STATEMENTS = 300;
/** How long a till that starts again waits for the one that is still ending, milliseconds. */
const LOCK_WAIT_MS = 1_000;
const FORMAT = 1;

const TABLES = `
  CREATE TABLE IF NOT EXISTS "_tables" ("name" TEXT PRIMARY KEY NOT NULL, "layout" TEXT NOT NULL, "odd" TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS "_attachments" (
    "table" TEXT NOT NULL, "document" TEXT NOT NULL, "name" TEXT NOT NULL, "digest" TEXT NOT NULL, "type" TEXT NOT NULL,
    "sum" INTEGER NOT NULL, "data" BLOB NOT NULL, PRIMARY KEY ("table", "document", "name")
  ) STRICT;`;

/** Opens a file, or ':memory:'. Throws a StorageFault when it cannot be had whole and alone. */
export function openConnection(name: string, file: string): Connection {
  const database = withFaults(() => new DatabaseSync(file, { timeout: LOCK_WAIT_MS }));
  try {
    withFaults(() => prepareFile(database));
  } catch (error) {
    database.close();
    throw error;
  }
  const statements = new Map<string, StatementSync>();
  const waiting: (() => void)[] = [];
  let announcing = false;
  return {
    name,
    statement(sql) {
      const known = statements.get(sql);
      if (known !== undefined) {
        statements.delete(sql);
        statements.set(sql, known);
        return known;
      }
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      statements.set(sql, statement);
      if (statements.size > STATEMENTS) statements.delete(statements.keys().next().value ?? sql);
      return statement;
    },
    execute: (sql) => withFaults(() => database.exec(sql)),
    transact: (work, later = false) => withFaults(() => (later ? transactLater(database, work) : transact(database, work))),
    announce(emits) {
      waiting.push(...emits);
      if (announcing) return;
      announcing = true;
      try {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next();
      } finally {
        announcing = false;
      }
    },
    close() {
      statements.clear();
      withFaults(() => database.close());
    },
  };
}

function prepareFile(database: DatabaseSync): void {
  // An exclusive lock, taken before WAL, also keeps the WAL's index in this process's memory instead of a shared file.
  database.exec('PRAGMA locking_mode = EXCLUSIVE');
  database.exec('PRAGMA journal_mode = WAL');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('PRAGMA cell_size_check = ON');
  database.exec('PRAGMA temp_store = MEMORY');
  database.exec('PRAGMA cache_size = -32768');
  database.exec('PRAGMA journal_size_limit = 16777216');
  transact(database, () => {
    const format = Number(database.prepare('PRAGMA user_version').get()?.user_version);
    if (format > FORMAT) throw new StorageFault('unwritable', `the file was written by a newer version, format ${format}`);
    if (format === FORMAT) return;
    database.exec(TABLES);
    database.exec(`PRAGMA user_version = ${FORMAT}`);
  });
}

/** Commits to the log without waiting for the disk: the log is one sequence, so the next flush takes this along. */
function transactLater<T>(database: DatabaseSync, work: () => T): T {
  database.exec('PRAGMA synchronous = NORMAL');
  try {
    return transact(database, work);
  } finally {
    database.exec('PRAGMA synchronous = FULL');
  }
}

function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk ends the transaction by itself.
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
