import { CompiledQuery, sql, type Kysely } from 'kysely';
import { describe, expect, it } from 'vitest';
import { ledgerTables } from '../../server/store/migrations/ledger.ts';
import { openPostgres } from '../../server/store/postgres.ts';
import { openSqlite } from '../../server/store/sqlite.ts';
import { openStore } from '../../server/store/store.ts';
import type { Tables } from '../../server/store/tables.ts';
import { createDatabase, ENGINES, type TestDatabase } from './engines.ts';

/** A database as the first version left it: a lease, and two sales of which a shortfall was left, one voided in part. */
async function firstVersion({ engine, where }: TestDatabase): Promise<void> {
  const opened = 'file' in where ? openSqlite(where.file) : undefined;
  const db: Kysely<Tables> = opened?.db ?? openPostgres('databaseUrl' in where ? where.databaseUrl : '');
  const run = async (text: string): Promise<void> => void (await db.executeQuery(CompiledQuery.raw(text)));
  await run('create table meta (key text primary key, value text not null)');
  for (const text of ledgerTables(engine)) await run(text);
  await run("insert into meta (key, value) values ('schema', '1')");
  await run(`insert into leases (id, member, terminal, epoch, points, spent, spend_by, signature, state, granted_at, closed_by, rev) values
    ('l1', 'A', 'T1', 1, 100, 40, 5, 's', 'open', 1, null, 3), ('l2', 'A', 'T1', 1, 50, 50, 5, 's', 'closed', 1, 'e9', 4)`);
  const entry = (position: number, id: string, kind: string, short: number, reverses: string): string => `insert into entries (
    position, id, store, terminal, epoch, seq, prev_hash, hash, signature, bytes, kind, member, reverses, programme, staff, bill_total, bill_net,
    earn_points, redeem_points, leased_points, free_points, shortfall_points, returned_points, clawed_points, occurred_ms, occurred_n, wall_ms,
    business_date, received_at, disposition
  ) values (${position}, '${id}', 'north', 'T1', 1, ${position}, 'p', 'h', 's', '{}', '${kind}', 'A', ${reverses}, 1, 'maya', 0, 0, 0, ${short}, 0, 0, ${short}, 0, 0, 1, 0, 1,
    '2026-01-01', 1, 'free')`;
  await run("insert into terminal_keys (terminal, epoch, public_key, enrolled_at) values ('T1', 1, 'k1', 4), ('T1', 2, 'k2', 5)");
  await run(entry(1, 'e1', 'sale', 70, 'null'));
  await run(entry(2, 'e2', 'sale', 30, 'null'));
  await run(entry(3, 'e3', 'reversal', 0, "'e1'"));
  await run("insert into postings (source, line, from_account, to_account, points, kind) values ('e3', 0, 'redeemed', 'shortfall:north', 20, 'reversal')");
  await run(`insert into quarantine (terminal, epoch, id, seq, hash, signature, bytes, reason, received_at) values
    ('T1', 1, 'q1', 4, 'h', 's', '{}', 'unreadable', 9)`);
  await run("insert into accounts (id, kind, balance, position, rev) values ('member:A', 'member', 7, 3, 2)");
  if (opened !== undefined) {
    await sql`select 1`.execute(opened.reader);
    await opened.reader.destroy();
  }
  await db.destroy();
}

describe.each(ENGINES)('a database of the first version, on %s', (engine) => {
  it('opens with what it held: leases as they were, and its shortfalls with what is left of them', async () => {
    const database = await createDatabase(engine);
    await firstVersion(database);
    const store = await openStore(database.where);
    const leases = await store.db.selectFrom('leases').selectAll().orderBy('id').execute();
    expect(leases.map((row) => [row.id, row.spent, row.state, row.closed_by, row.rev, row.granted_seq, row.risk])).toEqual([
      ['l1', 40, 'open', null, 3, 0, 0], ['l2', 50, 'closed', 'e9', 4, 0, 0],
    ]);
    const shortfalls = await store.db.selectFrom('shortfalls').selectAll().orderBy('entry').execute();
    expect(shortfalls.map((row) => [row.entry, row.store, row.member, row.points, row.open, row.recovered, row.absorbed])).toEqual([
      ['e1', 'north', 'A', 70, 50, 0, 0], ['e2', 'north', 'A', 30, 30, 0, 0],
    ]);
    const keys = await store.db.selectFrom('terminal_keys').selectAll().orderBy('epoch').execute();
    expect(keys.map((row) => [row.terminal, row.epoch, row.public_key, row.enrolled_at])).toEqual([['T1', 1, 'k1', 4], ['T1', 2, 'k2', 5]]);
    expect(await store.db.selectFrom('accounts').selectAll().execute()).toMatchObject([{ balance: 7, successor: null, next_expiry: null }]);
    const reclaim = store.db.updateTable('leases').set({ state: 'reclaimed', risk: 60 }).where('id', '=', 'l1');
    expect((await reclaim.executeTakeFirst()).numUpdatedRows).toBe(1n);
    // What is declared and what is spent never sum to more than was granted.
    await expect(store.db.updateTable('leases').set({ risk: 61 }).where('id', '=', 'l1').execute()).rejects.toThrow();
    await expect(store.db.updateTable('leases').set({ risk: 1 }).where('id', '=', 'l2').execute()).rejects.toThrow();
    const [aside] = await store.db.selectFrom('quarantine').selectAll().execute();
    expect(aside).toEqual({ terminal: 'T1', epoch: 1, id: 'q1', seq: 4, hash: 'h', signature: 's', bytes: '{}', reason: 'unreadable', received_at: 9 });
    // Its place in the chain is a part of its key.
    await store.db.insertInto('quarantine').values({ terminal: 'T1', epoch: 1, id: 'q1', seq: 5, hash: 'h', signature: 's', bytes: '{}', reason: 'unreadable', received_at: 9 }).execute();
    await expect(store.db.insertInto('quarantine').values({ terminal: 'T1', epoch: 1, id: 'q1', seq: 4, hash: 'g', signature: 's', bytes: '{}', reason: 'unreadable', received_at: 9 }).execute()).rejects.toThrow();
    await store.close();
    const again = await openStore(database.where);
    expect(await again.db.selectFrom('shortfalls').selectAll().execute()).toHaveLength(2);
    await again.close();
    await database.remove();
  });
});
