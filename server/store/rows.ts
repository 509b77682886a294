import { CompiledQuery, sql, type RawBuilder, type Transaction } from 'kysely';
import { copyStatement, copyTexts } from './copy.ts';
import type {
  AccountsTable, AlarmsTable, ChainsTable, DifferencesTable, EntriesTable, Engine, LeasesTable, LotsTable, LotUsesTable, MemberTiersTable, PostingsTable, PurchasesTable,
  QuarantineTable,
  ResolutionsTable, ShortfallsTable, Tables, VouchersTable, VoucherUsesTable,
} from './tables.ts';

type ColumnType = 'text' | 'integer';

/** Columns of the tables that are written many rows at a time; a column that is missing here does not compile. */
const BULK = {
  entries: {
    position: 'integer', id: 'text', store: 'text', terminal: 'text', epoch: 'integer', seq: 'integer', prev_hash: 'text', hash: 'text',
    signature: 'text', bytes: 'text', kind: 'text', member: 'text', reverses: 'text', lease: 'text', programme: 'integer', staff: 'text',
    approved_by: 'text', currency: 'text', bill_total: 'integer', bill_net: 'integer', earn_points: 'integer', redeem_points: 'integer',
    leased_points: 'integer', free_points: 'integer', shortfall_points: 'integer', returned_points: 'integer', clawed_points: 'integer',
    occurred_ms: 'integer', occurred_n: 'integer', wall_ms: 'integer', business_date: 'text', received_at: 'integer', disposition: 'text',
  } satisfies Record<keyof EntriesTable, ColumnType>,
  postings: {
    source: 'text', line: 'integer', from_account: 'text', to_account: 'text', points: 'integer', kind: 'text',
  } satisfies Record<keyof PostingsTable, ColumnType>,
  accounts: {
    id: 'text', kind: 'text', balance: 'integer', position: 'integer', rev: 'integer', successor: 'text', next_expiry: 'text',
  } satisfies Record<keyof AccountsTable, ColumnType>,
  chains: {
    terminal: 'text', epoch: 'integer', seq: 'integer', hash: 'text', frozen_at: 'integer',
  } satisfies Record<keyof ChainsTable, ColumnType>,
  leases: {
    id: 'text', member: 'text', terminal: 'text', epoch: 'integer', points: 'integer', spent: 'integer', spend_by: 'integer',
    signature: 'text', state: 'text', granted_at: 'integer', closed_by: 'text', rev: 'integer',
    granted_seq: 'integer', risk: 'integer', recalled_at: 'integer',
  } satisfies Record<keyof LeasesTable, ColumnType>,
  lots: { account: 'text', expires_on: 'text', points: 'integer' } satisfies Record<keyof LotsTable, ColumnType>,
  lot_uses: { entry: 'text', expires_on: 'text', points: 'integer' } satisfies Record<keyof LotUsesTable, ColumnType>,
  shortfalls: {
    entry: 'text', store: 'text', member: 'text', position: 'integer', points: 'integer', open: 'integer', recovered: 'integer',
    absorbed: 'integer',
  } satisfies Record<keyof ShortfallsTable, ColumnType>,
  resolutions: { source: 'text', shortfall: 'text', how: 'text', points: 'integer' } satisfies Record<keyof ResolutionsTable, ColumnType>,
  quarantine: {
    terminal: 'text', epoch: 'integer', id: 'text', seq: 'integer', hash: 'text', signature: 'text', bytes: 'text', reason: 'text',
    received_at: 'integer',
  } satisfies Record<keyof QuarantineTable, ColumnType>,
  vouchers: {
    id: 'text', rule: 'text', is_single: 'integer', member: 'text', store: 'text', issued_at: 'integer', used: 'integer', day: 'text',
    day_used: 'integer', position: 'integer', lease: 'text', terminal: 'text', epoch: 'integer', spend_by: 'integer', signature: 'text', state: 'text',
    granted_seq: 'integer', rev: 'integer',
  } satisfies Record<keyof VouchersTable, ColumnType>,
  voucher_uses: {
    entry: 'text', voucher: 'text', rule: 'text', member: 'text', store: 'text', business_date: 'text', discount: 'integer', position: 'integer',
    excess: 'text', given_back: 'text',
  } satisfies Record<keyof VoucherUsesTable, ColumnType>,
  purchases: {
    entry: 'text', member: 'text', day: 'text', points: 'integer', spend_minor: 'integer', is_visit: 'integer',
  } satisfies Record<keyof PurchasesTable, ColumnType>,
  member_tiers: {
    member: 'text', standing: 'text', changes_on: 'text', programme: 'integer',
  } satisfies Record<keyof MemberTiersTable, ColumnType>,
  alarms: {
    id: 'text', kind: 'text', terminal: 'text', epoch: 'integer', seq: 'integer', raised_at: 'integer',
  } satisfies Record<keyof AlarmsTable, ColumnType>,
  differences: { entry: 'text', what: 'text', expected: 'text', found: 'text', reason: 'text' } satisfies Record<keyof DifferencesTable, ColumnType>,
} as const;

export type BulkTable = keyof typeof BULK;

/** What to do with a row whose key is taken: leave the old one, or take these columns from the new one. */
export interface OnConflict<T extends BulkTable> {
  key: readonly (keyof Tables[T] & string)[];
  update: readonly (keyof Tables[T] & string)[];
}

/**
 * Writes many rows with few statements. PostgreSQL gets them by COPY, and as one JSON parameter where a key may be taken;
 * SQLite, whose statements cost no trip, as value lists of a few fixed lengths, so that every statement is prepared once.
 */
export async function writeRows<T extends BulkTable>(
  engine: Engine,
  trx: Transaction<Tables>,
  table: T,
  rows: readonly Tables[T][],
  onConflict?: OnConflict<T>,
): Promise<void> {
  if (rows.length === 0) return;
  const types = BULK[table] as Record<string, ColumnType>;
  const columns = Object.keys(types);
  const conflict = conflictClause(onConflict);
  if (engine === 'postgres' && onConflict === undefined) {
    await trx.executeQuery(CompiledQuery.raw(copyStatement(table, columns), [copyTexts(rows, columns)]));
    return;
  }
  if (engine === 'postgres') {
    const shape = columns.map((name) => `${name} ${types[name] === 'text' ? 'text' : 'bigint'}`).join(', ');
    const list = columns.join(', ');
    const text = `insert into ${table} (${list}) select ${list} from json_to_recordset($1::json) as r(${shape})${conflict}`;
    await trx.executeQuery(CompiledQuery.raw(text, [JSON.stringify(rows)]));
    return;
  }
  const longest = Math.floor(SQLITE_PARAMETERS / columns.length);
  for (let at = 0; at < rows.length; ) {
    const length = chunkLength(rows.length - at, longest);
    const parameters: unknown[] = [];
    for (const row of rows.slice(at, at + length)) {
      for (const name of columns) parameters.push((row as unknown as Record<string, unknown>)[name] ?? null);
    }
    await trx.executeQuery(CompiledQuery.raw(valuesText(table, columns, length) + conflict, parameters));
    at += length;
  }
}

/** Few enough that a statement stays small; SQLite itself takes 32,766. */
const SQLITE_PARAMETERS = 1_100;

/** The largest power of two that fits: a handful of lengths serve every count. */
function chunkLength(left: number, longest: number): number {
  return 2 ** Math.floor(Math.log2(Math.min(left, longest)));
}

const valuesTexts = new Map<string, string>();

function valuesText(table: string, columns: readonly string[], length: number): string {
  const key = `${table} ${length}`;
  const known = valuesTexts.get(key);
  if (known !== undefined) return known;
  const row = `(${columns.map(() => '?').join(', ')})`;
  const text = `insert into ${table} (${columns.join(', ')}) values ${Array.from({ length }, () => row).join(', ')}`;
  valuesTexts.set(key, text);
  return text;
}

function conflictClause<T extends BulkTable>(on: OnConflict<T> | undefined): string {
  if (on === undefined) return '';
  const key = on.key.join(', ');
  if (on.update.length === 0) return ` on conflict (${key}) do nothing`;
  return ` on conflict (${key}) do update set ${on.update.map((name) => `${name} = excluded.${name}`).join(', ')}`;
}

/** `column` is one of `values`, as a condition whose text does not depend on how many there are. */
export function isOneOf(engine: Engine, column: string, values: readonly string[]): RawBuilder<boolean> {
  return engine === 'postgres'
    ? sql<boolean>`${sql.ref(column)} = any(${[...values]}::text[])`
    : sql<boolean>`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`;
}
