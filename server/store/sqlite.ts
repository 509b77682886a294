import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  CompiledQuery, Kysely, SqliteAdapter, SqliteDriver, SqliteIntrospector, SqliteQueryCompiler,
  type DatabaseConnection, type Dialect, type LimitNode, type SqliteDatabase, type SqliteStatement,
} from 'kysely';
import type { Tables } from './tables.ts';

/** The embedded engine: one connection that writes, and one that reads beside it. */
export interface SqliteEngine {
  db: Kysely<Tables>;
  reader: Kysely<Tables>;
}

/**
 * Opens the embedded database. Each commit is flushed to the disk before it returns. The second connection reads a
 * snapshot while the first writes, so that a report never waits for the queue of entries, nor they for it.
 */
export function openSqlite(file: string): SqliteEngine {
  const writer = openFile(file);
  try {
    return {
      db: new Kysely<Tables>({ dialect: dialectOf(writer, 'begin immediate') }),
      reader: new Kysely<Tables>({ dialect: dialectOf(openFile(file), 'begin') }),
    };
  } catch (error) {
    writer.close();
    throw error;
  }
}

function openFile(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: BUSY_MS, enableForeignKeyConstraints: true, enableDoubleQuotedStringLiterals: false });
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = full; pragma recursive_triggers = on;');
    // Memory for pages, 64 MiB; and fewer, larger checkpoints, because each of them waits for the disk twice.
    database.exec('pragma cache_size = -65536; pragma temp_store = memory; pragma wal_autocheckpoint = 4000;');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** How long to wait for another process that writes, milliseconds. */
const BUSY_MS = 5_000;

/** Kysely's SQLite dialect speaks to another driver; this shim is all that differs. */
function dialectOf(database: DatabaseSync, begin: string): Dialect {
  return {
    createDriver: () => new TransactionDriver(shim(database), begin),
    createQueryCompiler: () => new LimitCompiler(),
    createAdapter: () => new SqliteAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** SQLite plans a statement anew each time a bare parameter is bound as its limit, which takes longer than most queries; a cast is none. */
class LimitCompiler extends SqliteQueryCompiler {
  protected override visitLimit(node: LimitNode): void {
    this.append('limit cast(');
    this.visitNode(node.limit);
    this.append(' as integer)');
  }
}

/** A writer takes the lock when it begins: a transaction that reads first and writes later could not get it any more. */
class TransactionDriver extends SqliteDriver {
  readonly #begin: string;

  constructor(database: SqliteDatabase, begin: string) {
    super({ database });
    this.#begin = begin;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw(this.#begin));
  }
}

/** Statements kept prepared; the server's own texts are far fewer. */
const STATEMENTS_MOST = 300;

function shim(database: DatabaseSync): SqliteDatabase {
  const prepared = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(text) {
      const known = prepared.get(text);
      if (known !== undefined) return known;
      if (prepared.size >= STATEMENTS_MOST) prepared.clear();
      const statement = shimStatement(database.prepare(text));
      prepared.set(text, statement);
      return statement;
    },
  };
}

function shimStatement(statement: StatementSync): SqliteStatement {
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  };
}
