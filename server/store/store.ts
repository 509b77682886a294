import { sql, type Kysely, type Transaction } from 'kysely';
import { isTransient, retrying } from './failures.ts';
import { migrate, NewerSchemaError } from './migrate.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';
import type { Engine, Tables } from './tables.ts';

/** A reason for which a database cannot be used that is nobody's bug: one sentence for a person, without secrets. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
}

/** The one data layer, over either engine. */
export interface Store {
  readonly engine: Engine;
  readonly db: Kysely<Tables>;
  /** Reads in one consistent picture of the database, which later commits do not change. */
  snapshot<T>(read: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** A transaction that is tried again when it met another one; `work` may run several times and must be idempotent. */
  write<T>(work: (trx: Transaction<Tables>) => Promise<T>): Promise<T>;
  /** Lets the planner count the tables, after the first thousands of rows or an import. */
  analyze(): Promise<void>;
  close(): Promise<void>;
}

/**
 * PostgreSQL reads 300 rows for each: enough to tell a large table from an empty one, in a tenth of the time that its own 100
 * would take from the posting beside it. Its autovacuum counts better by and by.
 */
const ANALYZE_TARGET = 10;
/** Columns that queries look for; the wide ones of entries, which nothing looks for, would take most of the time. */
const ANALYZED = 'entries (position, id, store, terminal, epoch, seq, kind, member, reverses, lease, redeem_points), postings, accounts, chains, leases, members';
/** PostgreSQL's `server_version_num` from which on the server is used. */
const POSTGRES_OLDEST = 150_000;

/**
 * Opens a database, making or upgrading its tables.
 * @throws StoreError when it cannot be reached, is damaged, or was changed by a newer version
 */
export async function openStore(where: { databaseUrl: string } | { file: string }): Promise<Store> {
  if ('file' in where) return openEmbedded(where.file);
  const db = openPostgres(where.databaseUrl);
  try {
    const { rows } = await sql<{ version: string }>`select current_setting('server_version_num') as version`.execute(db);
    if (Number(rows[0]?.version) < POSTGRES_OLDEST) throw new StoreError('The database is older than PostgreSQL 15; use a newer server.');
    await retrying(() => migrate(db, 'postgres'));
  } catch (error) {
    await db.destroy();
    throw asStoreError(error, 'The database of DATABASE_URL cannot be used');
  }
  return {
    engine: 'postgres',
    db,
    snapshot: (read) => db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read),
    write: (work) => retrying(() => db.transaction().execute(work)),
    analyze: () => db.transaction().execute(async (trx) => {
      await sql`set local default_statistics_target = ${sql.lit(ANALYZE_TARGET)}`.execute(trx);
      await sql`analyze ${sql.raw(ANALYZED)}`.execute(trx);
    }),
    close: () => db.destroy(),
  };
}

async function openEmbedded(file: string): Promise<Store> {
  const where = `The database file ${file} cannot be used`;
  let engine: ReturnType<typeof openSqlite>;
  try {
    engine = openSqlite(file);
  } catch (error) {
    throw asStoreError(error, where);
  }
  const { db, reader } = engine;
  const close = async (): Promise<void> => {
    // Kysely closes only what it has used; a query each makes both connections known to it.
    await sql`select 1`.execute(reader);
    await reader.destroy();
    await sql`select 1`.execute(db);
    await db.destroy();
  };
  try {
    await migrate(db, 'sqlite');
  } catch (error) {
    await close().catch(() => undefined);
    throw asStoreError(error, where);
  }
  return {
    engine: 'sqlite',
    db,
    snapshot: (read) => reader.transaction().execute(read),
    write: (work) => retrying(() => db.transaction().execute(work)),
    analyze: async () => {
      await sql`pragma analysis_limit = 1000`.execute(db);
      await sql`analyze`.execute(db);
    },
    close,
  };
}

/** What PostgreSQL and SQLite say of a database that is not there, not theirs, or not for us. */
const REASONS: readonly [RegExp, string][] = [
  [/^(28|ECONN|ENOTFOUND|EAI_AGAIN|ETIMEDOUT)/, 'the server does not answer or refuses the login'],
  [/^3D000$/, 'there is no database of that name'],
  [/^42501$/, 'this user may not make tables there'],
  [/^(53300|57P03)$/, 'the server is starting or has too many connections'],
];

function asStoreError(error: unknown, what: string): unknown {
  if (error instanceof StoreError || !(error instanceof Error)) return error;
  if (error instanceof NewerSchemaError) {
    return new StoreError(`The database was made by a newer version (schema ${error.found}, this one knows ${error.known}); start that version.`);
  }
  const { code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
  if (typeof errcode === 'number') return new StoreError(`${what}: ${error.message}.`);
  const reason = REASONS.find(([pattern]) => pattern.test(String(code)))?.[1];
  if (reason !== undefined) return new StoreError(`${what}: ${reason}.`);
  return isTransient(error) ? new StoreError(`${what}: the server does not answer.`) : error;
}
