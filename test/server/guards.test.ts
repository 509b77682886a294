import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enrolTill, openLedger, send, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';

/** What the database refuses whoever asks, past all code of the server. */
describe.each(ENGINES)('the database itself on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
    const till = await enrolTill(world.store, 'T1');
    await send(world.ledger, till, [till.sale('A', 40), till.sale('B', 7)]);
  });
  afterAll(() => world.close());

  const picture = async (): Promise<unknown> => ({
    entries: await world.store.db.selectFrom('entries').selectAll().orderBy('position').execute(),
    postings: await world.store.db.selectFrom('postings').selectAll().orderBy('source').execute(),
    accounts: await world.store.db.selectFrom('accounts').selectAll().orderBy('id').execute(),
    heads: await world.store.db.selectFrom('heads').selectAll().execute(),
  });

  /** A statement that fails with these words and leaves everything as it was. */
  const refuses = async (words: RegExp, statement: string): Promise<void> => {
    const before = await picture();
    await expect(sql.raw(statement).execute(world.store.db)).rejects.toThrow(words);
    expect(await picture()).toEqual(before);
  };

  const post = (values: string): string => `insert into postings (source, line, from_account, to_account, points, kind) values (${values})`;

  it('refuses to change or remove an entry', async () => {
    await refuses(/entries are facts/, 'update entries set earn_points = 1');
    await refuses(/entries are facts/, "update entries set received_at = 0 where kind = 'sale'");
    await refuses(/entries are facts/, 'delete from entries');
    await refuses(/entries are facts/, 'delete from entries where position = 1');
    if (engine === 'postgres') await refuses(/entries are facts/, 'truncate entries');
    else await refuses(/entries are facts/, 'insert or replace into entries select * from entries where position = 1');
  });

  it('refuses to change or remove a posting', async () => {
    await refuses(/postings are facts/, 'update postings set points = 1');
    await refuses(/postings are facts/, 'delete from postings');
    if (engine === 'postgres') await refuses(/postings are facts/, 'truncate postings');
    else await refuses(/postings are facts/, 'insert or replace into postings select * from postings');
  });

  it('refuses postings that do not sum to zero: one side missing, both the same, no known account, nothing or less moved', async () => {
    await refuses(/null/i, post("'x', 0, 'issued', null, 5, 'sale'"));
    await refuses(/null/i, post("'x', 0, null, 'member:A', 5, 'sale'"));
    await refuses(/check/i, post("'x', 0, 'member:A', 'member:A', 5, 'sale'"));
    await refuses(/check/i, post("'x', 0, 'issued', 'membr:A', 5, 'sale'"));
    await refuses(/check/i, post("'x', 0, 'issued', 'member:', 5, 'sale'"));
    await refuses(/check/i, post("'x', 0, 'issued', 'member:A', 0, 'sale'"));
    await refuses(/check/i, post("'x', 0, 'issued', 'member:A', -5, 'sale'"));
  });

  it('refuses half a point', async () => {
    if (engine === 'sqlite') await refuses(/cannot store REAL/i, post("'x', 0, 'issued', 'member:A', 0.5, 'sale'"));
    // PostgreSQL rounds a fraction to the column's whole numbers; half of one rounds to none and none is refused.
    else await refuses(/check/i, post("'x', 0, 'issued', 'member:A', 0.4, 'sale'"));
  });

  it('refuses negative free points, negative escrow, and an account that hides what it is', async () => {
    await refuses(/check/i, "update accounts set balance = balance - 41 where id = 'member:A'");
    await refuses(/check/i, "insert into accounts (id, kind, balance, position, rev) values ('lease:L', 'lease', -1, 0, 0)");
    await refuses(/check/i, "insert into accounts (id, kind, balance, position, rev) values ('member:Q', 'receivable', -1, 0, 0)");
    await refuses(/check/i, "update accounts set kind = 'adjusted' where id = 'member:A'");
  });

  it('refuses a lease that spends more than was granted', async () => {
    const lease = (points: number, spent: number): string =>
      `insert into leases (id, member, terminal, epoch, points, spent, spend_by, signature, state, granted_at, closed_by, rev)
       values ('L${points}', 'A', 'T1', 1, ${points}, ${spent}, 0, '', 'open', 0, null, 0)`;
    await refuses(/check/i, lease(10, 11));
    await refuses(/check/i, lease(10, -1));
    await refuses(/check/i, lease(0, 0));
  });

  it('refuses two entries at one position or with one id, and an entry whose cover does not add up', async () => {
    const columns = 'id, store, terminal, epoch, seq, prev_hash, hash, signature, bytes, kind, member, programme, staff, bill_total, bill_net, '
      + 'earn_points, leased_points, free_points, shortfall_points, returned_points, clawed_points, occurred_ms, occurred_n, wall_ms, '
      + 'business_date, received_at, disposition';
    const copy = (position: string, id: string, redeemed: string): string =>
      `insert into entries (position, redeem_points, ${columns}) select ${position}, ${redeemed}, ${columns.replace(/^id/, id)} from entries where position = 1`;
    await refuses(/unique|duplicate|facts/i, copy('position', "'other'", 'redeem_points'));
    await refuses(/unique|duplicate|facts/i, copy('99', 'id', 'redeem_points'));
    await refuses(/check/i, copy('99', "'other'", '5'));
  });

  it('refuses a head that goes back', async () => {
    await refuses(/never goes back/, 'update heads set position = position - 1');
    await refuses(/never goes back/, 'update heads set rev = 0');
  });
});
