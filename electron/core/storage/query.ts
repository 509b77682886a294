import { getQueryMatcher, getSortComparator, type FilledMangoQuery, type PreparedQuery } from 'rxdb/plugins/core';
import type { SQLInputValue } from 'node:sqlite';
import { chooseIndex, orderBy } from './order.ts';
import type { StoredDocument, StoredSchema } from './layout.ts';
import { translateSelector } from './selector.ts';
import type { Row, Table } from './table.ts';

/** A query as one statement, and what is left to do with its rows. */
export interface Plan {
  /** Everything after the selected columns. */
  from: string;
  params: readonly SQLInputValue[];
  /** Whether the rows are the matching documents and no others. */
  exact: boolean;
  /** Whether the rows come in the query's order. */
  sorted: boolean;
  skip: number;
  /** Absent: all. */
  limit: number | undefined;
}

/** Plans a prepared query; `order` false for a count. */
export function planQuery(table: Table, query: FilledMangoQuery<StoredDocument>, order = true): Plan {
  const { layout, odd } = table;
  const { condition, bounds } = translateSelector(layout, odd, query.selector);
  const sort = order ? orderBy(layout, odd, query.sort) : [];
  const index = chooseIndex(layout, bounds, sort ?? []);
  const hint = index === undefined ? '' : ` INDEXED BY ${index.sql}`;
  const ordering = sort === undefined || sort.length === 0 ? '' : ` ORDER BY ${sort.map((part) => `${part.column.sql} ${part.direction}`).join(', ')}`;
  return {
    from: `FROM ${layout.sql}${hint} WHERE ${condition.sql}${ordering}`,
    params: condition.params,
    exact: condition.exact,
    sorted: sort !== undefined,
    skip: query.skip ?? 0,
    limit: query.limit,
  };
}

/** SQLite plans a statement anew each time a bare parameter is bound as its limit; a cast is none. */
const LIMITS = 'LIMIT CAST(? AS INTEGER) OFFSET ?';

/** The documents of a prepared query. */
export function findDocuments(table: Table, schema: StoredSchema, { query }: PreparedQuery<StoredDocument>): StoredDocument[] {
  const plan = planQuery(table, query);
  const { connection } = table;
  if (plan.exact && plan.sorted) {
    const rows = connection.statement(`SELECT "data", "sum" ${plan.from} ${LIMITS}`).all(...plan.params, plan.limit ?? -1, plan.skip);
    return (rows as unknown as Row[]).map((row) => table.read(row));
  }
  const end = plan.skip + (plan.limit ?? Infinity);
  const found: StoredDocument[] = [];
  if (end === 0) return found;
  const matches = plan.exact ? undefined : getQueryMatcher(schema, query);
  for (const row of connection.statement(`SELECT "data", "sum" ${plan.from}`).iterate(...plan.params) as unknown as Iterable<Row>) {
    const document = table.read(row);
    if (matches !== undefined && !matches(document)) continue;
    found.push(document);
    if (plan.sorted && found.length >= end) break;
  }
  if (!plan.sorted) found.sort(getSortComparator(schema, query));
  return found.slice(plan.skip, end);
}

/** How many documents a prepared query has; fast when SQL can count them without reading one. */
export function countDocuments(table: Table, schema: StoredSchema, { query }: PreparedQuery<StoredDocument>): { count: number; mode: 'fast' | 'slow' } {
  const plan = planQuery(table, query, false);
  const within = (count: number): number => Math.max(0, Math.min(count - plan.skip, plan.limit ?? Infinity));
  if (plan.exact) {
    const row = table.connection.statement(`SELECT COUNT(*) ${plan.from}`).get(...plan.params) as unknown as [number];
    return { count: within(row[0]), mode: 'fast' };
  }
  const matches = getQueryMatcher(schema, query);
  let count = 0;
  for (const row of table.connection.statement(`SELECT "data", "sum" ${plan.from}`).iterate(...plan.params) as unknown as Iterable<Row>) {
    if (matches(table.read(row))) count += 1;
  }
  return { count: within(count), mode: 'slow' };
}
