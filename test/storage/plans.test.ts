import type { MangoQuery, RxStorage } from 'rxdb/plugins/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SqliteInternals } from '../../electron/core/storage/instance.ts';
import { planQuery } from '../../electron/core/storage/query.ts';
import { openSqliteStorage, type SqliteStorage } from '../../electron/core/storage/sqlite.ts';
import { collectionSchema } from '../../shared/contract/collections.ts';
import type { OwnEntryDoc } from '../../shared/contract/documents.ts';
import { item, openInstance, prepared, type Instance } from './support.ts';

let sqlite: SqliteStorage;
let own: Instance<OwnEntryDoc>;
beforeAll(async () => {
  sqlite = openSqliteStorage({ file: () => ':memory:' });
  own = await openInstance<OwnEntryDoc>(sqlite.storage as RxStorage<unknown, Record<string, unknown>>, { collection: 'own', schema: collectionSchema('own') as never });
});
afterAll(() => sqlite.close());

/** What SQLite says it does for a query: the lines of EXPLAIN QUERY PLAN. */
function explain(query: MangoQuery<OwnEntryDoc>, order = true): { lines: string[]; exact: boolean; sorted: boolean } {
  const { table } = (own.internals as SqliteInternals).collection;
  const plan = planQuery(table, prepared(own, query).query as never, order);
  const rows = table.connection.statement(`EXPLAIN QUERY PLAN SELECT ${order ? '"data"' : 'COUNT(*)'} ${plan.from}`).all(...plan.params) as unknown as [number, number, number, string][];
  return { lines: rows.map(([, , , line]) => line), exact: plan.exact, sorted: plan.sorted };
}

describe('queries of the till use the indexes of its collections', () => {
  it('reads the newest entries from the end of an index, without sorting them', () => {
    const { lines, exact } = explain({ selector: {}, sort: [{ occurredMs: 'desc' }, { id: 'desc' }], limit: 50 });
    expect(lines).toEqual(['SEARCH own/0 USING INDEX own/0#1 (deleted=?)']);
    expect(exact).toBe(true);
  });
  it('sorts only entries of the same moment when RxDB appends the primary key ascending', () => {
    const { lines } = explain({ selector: {}, sort: [{ occurredMs: 'desc' }], limit: 50 });
    expect(lines).toEqual(['SEARCH own/0 USING INDEX own/0#1 (deleted=?)', 'USE TEMP B-TREE FOR LAST TERM OF ORDER BY']);
  });
  it('finds a member\'s entries, in order', () => {
    const { lines } = explain({ selector: { member: 'M1' }, sort: [{ occurredMs: 'asc' }] });
    expect(lines).toEqual(['SEARCH own/0 USING INDEX own/0#2 (deleted=? AND f:member=?)']);
  });
  it('reads what follows the server\'s head', () => {
    const { lines } = explain({ selector: { epoch: 1, seq: { $gt: 7 } }, sort: [{ epoch: 'asc' }, { seq: 'asc' }], limit: 100 });
    expect(lines).toEqual(['SEARCH own/0 USING INDEX own/0#0 (deleted=? AND f:epoch=? AND f:seq>?)']);
  });
  it('counts in the index alone', () => {
    expect(explain({ selector: { reverses: 'E1' } }, false).lines).toEqual(['SEARCH own/0 USING COVERING INDEX own/0#3 (deleted=? AND f:reverses=?)']);
  });
  it('finds by the primary key, alone and in a list', () => {
    for (const id of [{ $eq: 'a' }, { $in: ['a', 'b'] }]) expect(explain({ selector: { id } }).lines[0]).toBe('SEARCH own/0 USING INDEX sqlite_autoindex_own/0_1 (id=?)');
  });
  it('accepts every index that it names, whatever the selector', () => {
    for (const selector of [{ member: { $in: ['a', 'b'] } }, { member: { $ne: 'x' } }, { $or: [{ member: 'a' }, { reverses: 'b' }] }, { seq: { $gt: 'text' } }, { member: { $eq: null } }] as const) {
      expect(explain({ selector: selector as never, sort: [{ occurredMs: 'asc' }] }).lines.length).toBeGreaterThan(0);
    }
  });
  it('reads a field without an index from the JSON and leaves the verdict to RxDB', () => {
    const plan = explain({ selector: { 'entry.kind': 'sale' } as never });
    expect([plan.exact, plan.sorted]).toEqual([false, true]);
  });
});

describe('index fields that hold what their schema does not allow', () => {
  it('are left to RxDB\'s matcher from then on, also after the write that brought them was undone', async () => {
    const name = 'odd';
    const storage = sqlite.storage as RxStorage<unknown, Record<string, unknown>>;
    const items = await openInstance(storage, { database: name });
    const { table } = (items.internals as SqliteInternals).collection;
    await items.bulkWrite([{ document: item({ id: 'a', name: 'x' }) }], 'test');
    const lists = { document: item({ id: 'b', name: ['x', 'y'] as never }) };
    await expect(sqlite.atomic(name, [{ collection: 'items', rows: [lists, { document: item({ id: 'a' }) }] }])).rejects.toMatchObject({ code: 'conflict' });
    expect([...table.odd]).toEqual([]);
    await items.bulkWrite([lists], 'test');
    expect([...table.odd]).toEqual(['name']);
    const found = await items.query(prepared(items, { selector: { name: 'x' }, sort: [{ id: 'asc' }] }));
    expect(found.documents.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(sqlite.checkIntegrity(name)).toBe('ok');
    await items.close();
  });
});
