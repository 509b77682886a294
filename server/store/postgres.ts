import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { CopyingClient } from './copy.ts';
import type { Tables } from './tables.ts';

/** Connections of one server: posting needs one at a time, the rest serve pulls. */
const CONNECTIONS = 10;
/** How long to wait for a connection, milliseconds. */
const CONNECT_MS = 10_000;
const INT8 = 20;

/** Opens a pool on PostgreSQL. Nothing connects before the first query. */
export function openPostgres(databaseUrl: string): Kysely<Tables> {
  const pool = new pg.Pool({
    Client: CopyingClient,
    connectionString: databaseUrl,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    application_name: 'tillpoint',
    types: { getTypeParser: (type: number, format?: 'text' | 'binary') => (type === INT8 ? readWhole : pg.types.getTypeParser(type, format)) },
    // A plan made while a table was empty reads the whole of it for ever after; see the design's measurements.
    options: '-c plan_cache_mode=force_custom_plan -c default_transaction_isolation=read\\ committed -c timezone=UTC',
  });
  // A connection that breaks while nobody uses it is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

/** An int8 as a number, refused beyond 2^53: a count that is silently off is worse than a query that fails. */
function readWhole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`assertion failed: the database holds ${text}, which is no safe integer`);
  return value;
}
