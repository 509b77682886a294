import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

/** A value of a row; whole numbers beyond 2^53 stay exact, so that a number written by hand shows instead of failing. */
export type Value = string | number | bigint | null;
export type Row = Readonly<Record<string, Value>>;

/** One consistent picture of a database, read-only; what is committed meanwhile does not show. */
export interface Source {
  readonly engine: 'sqlite' | 'postgres';
  /** All rows of a query; only for answers that are small. Placeholders are `?`, and a list of texts is one of them. */
  all(text: string, parameters?: readonly (string | number | readonly string[])[]): Promise<Row[]>;
  /** The rows of a query one after the other, a page in memory at a time. */
  stream(text: string): AsyncIterable<Row>;
  /** `column` is one of the texts of a parameter. */
  isAny(column: string): string;
  close(): Promise<void>;
}

/** The database cannot be read: one sentence for a person. */
export class SourceError extends Error {
  override readonly name = 'SourceError';
}

/** Rows in memory at a time. */
const PAGE = 2_000;

/**
 * Opens a database for reading and begins its one transaction.
 * @throws SourceError when it is not there or cannot be read
 */
export async function openSource(where: { file: string } | { databaseUrl: string }): Promise<Source> {
  return 'file' in where ? openSqlite(where.file) : openPostgres(where.databaseUrl);
}

function openSqlite(file: string): Source {
  let database: DatabaseSync;
  try {
    database = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    // The first read fixes the picture; "begin" alone does not.
    database.exec('pragma cache_size = -65536; begin');
    database.prepare('select count(*) from sqlite_master').get();
  } catch (error) {
    throw new SourceError(`The database file ${file} cannot be read: ${messageOf(error)}.`);
  }
  const prepared = (text: string) => {
    const statement = database.prepare(text);
    statement.setReadBigInts(true);
    return statement;
  };
  const kept = new Map<string, ReturnType<typeof prepared>>();
  return {
    engine: 'sqlite',
    async all(text, parameters = []) {
      const statement = kept.get(text) ?? prepared(text);
      kept.set(text, statement);
      return statement.all(...parameters.map((one) => (typeof one === 'object' ? JSON.stringify(one) : one))).map(plainRow);
    },
    async *stream(text) {
      let count = 0;
      for (const row of prepared(text).iterate()) {
        yield plainRow(row);
        // Whoever waits in this process gets a turn between pages.
        if (++count % PAGE === 0) await new Promise((resolve) => setImmediate(resolve));
      }
    },
    isAny: (column) => `${column} in (select value from json_each(?))`,
    async close() {
      database.close();
    },
  };
}

async function openPostgres(databaseUrl: string): Promise<Source> {
  const client = new pg.Client({
    connectionString: databaseUrl, application_name: 'tillpoint-verify', connectionTimeoutMillis: 10_000,
    types: { getTypeParser: () => (text: string) => text },
  });
  // A lost connection fails the query that runs; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('begin transaction isolation level repeatable read, read only');
    // The rows of every query here are read to the end.
    await client.query('set local cursor_tuple_fraction = 1');
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new SourceError(`The database of DATABASE_URL cannot be read: ${messageOf(error)}.`);
  }
  const rowsOf = ({ rows, fields }: pg.QueryResult): Row[] => rows.map((row: Record<string, string | null>) => {
    const plain: Record<string, Value> = {};
    for (const { name, dataTypeID } of fields) plain[name] = readField(row[name] ?? null, dataTypeID);
    return plain;
  });
  let cursors = 0;
  return {
    engine: 'postgres',
    async all(text, parameters = []) {
      let place = 0;
      return rowsOf(await client.query(text.replaceAll('?', () => `$${++place}`), [...parameters]));
    },
    async *stream(text) {
      const name = `verify_${++cursors}`;
      await client.query(`declare ${name} no scroll cursor for ${text}`);
      for (;;) {
        const rows = rowsOf(await client.query(`fetch ${PAGE} from ${name}`));
        yield* rows;
        if (rows.length < PAGE) break;
      }
      await client.query(`close ${name}`);
    },
    isAny: (column) => `${column} = any(?::text[])`,
    close: () => client.end(),
  };
}

/** PostgreSQL's types of whole numbers: int8, int2, int4, and the numeric that their sums are. */
const WHOLE_TYPES = new Set([20, 21, 23, 1_700]);

function readField(text: string | null, type: number): Value {
  return text === null || !WHOLE_TYPES.has(type) ? text : whole(BigInt(text));
}

function plainRow(row: Record<string, unknown>): Row {
  const plain: Record<string, Value> = {};
  for (const name in row) {
    const value = row[name];
    plain[name] = typeof value === 'bigint' ? whole(value) : typeof value === 'string' ? value : value === null ? null : String(value);
  }
  return plain;
}

function whole(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function messageOf(error: unknown): string {
  // Never the address: it may hold a password.
  return error instanceof Error ? error.message.replace(/postgres(ql)?:\/\/\S+/g, 'its address') : 'unknown reason';
}
