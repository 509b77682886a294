import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { createLeases, type Leases } from '../../server/leases/leases.ts';
import { RECALL_WAIT_MS } from '../../server/leases/recall.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { COLLECTION_READERS } from '../../server/sync/documents.ts';
import { points } from '../../shared/domain/integers.ts';
import { enrolTill, openLedger, send, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';
import type { TestTill } from './till.ts';

describe.each(ENGINES)('leases of a member who is at another till, on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(() => world.close());
  const leasesAt = async (now: () => number = Date.now): Promise<Leases> =>
    createLeases(world.store, world.ledger, await loadServerKeys(world.store), { now });
  /** A clock that a waiting server sees run: every look is much later than the one before. */
  const runningClock = (startMs: number): (() => number) => {
    let nowMs = startMs;
    return () => (nowMs += 200);
  };
  const row = (id: string) => world.store.db.selectFrom('leases').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  const isCalledBack = async (id: string): Promise<boolean> => (await row(id)).recalled_at !== null;
  const pulled = async (till: TestTill) => {
    const caller = { ...till.identity, store: 'north', region: 'R1' } as unknown as Parameters<typeof COLLECTION_READERS.leases>[1]['caller'];
    const read = await world.store.snapshot((trx) => COLLECTION_READERS.leases(trx, { caller, after: 0, limit: 100, nowMs: 0, postedDays: 0 }));
    return read.map(({ at, document }) => ({ at, ...document }));
  };
  /** A till that holds what it earned a member, and another till. */
  const hold = async (name: string, member: string, earned: number, held: number): Promise<{ holder: TestTill; here: TestTill; lease: string }> => {
    const [holder, here] = [await enrolTill(world.store, `${name}1`), await enrolTill(world.store, `${name}2`)];
    await send(world.ledger, holder, [holder.sale(member, earned)]);
    const lease = `held-${name}`;
    expect(await (await leasesAt()).grant(holder.identity, { member, points: points(held), lease })).toMatchObject({ ok: true });
    return { holder, here, lease };
  };

  it('come back when the holder closes them, and are granted where the member is', async () => {
    const { holder, here, lease } = await hold('A', 'A', 500, 500);
    const asked = (await leasesAt()).grant(here.identity, { member: 'A', points: points(300), recall: true });
    await expect.poll(() => isCalledBack(lease)).toBe(true);
    const [document] = await pulled(holder);
    expect(document).toMatchObject({ id: lease, state: 'open', recalledMs: expect.any(Number) as number });
    const head = await world.ledger.head();
    expect(head.rev).toBe(document?.at);
    await send(world.ledger, holder, [holder.entry({ kind: 'lease-close', member: 'A', lease })]);
    expect(await asked).toMatchObject({ ok: true, lease: { points: 300, terminal: here.identity.terminal } });
    expect((await readTotals(world.store)).invariants).toEqual({ I1: true, I2: true, I3: true });
  });

  it('are waited for once: a holder that is offline keeps nobody waiting again, and what is free is granted', async () => {
    const { here, lease } = await hold('B', 'B', 500, 400);
    const startMs = Date.now();
    const first = await leasesAt(runningClock(startMs));
    expect(await first.grant(here.identity, { member: 'B', points: points(300), recall: true })).toMatchObject({ ok: true, lease: { points: 100 } });
    const recalledAt = (await row(lease)).recalled_at;
    expect(recalledAt).toBeGreaterThan(startMs);
    const head = await world.ledger.head();
    // A clock that stands still would be waited for without end.
    const later = await leasesAt(() => (recalledAt ?? 0) + RECALL_WAIT_MS + 1);
    expect(await later.grant(here.identity, { member: 'B', points: points(300), recall: true })).toEqual({ ok: false, code: 'nothing-free' });
    expect({ ...(await row(lease)), head: await world.ledger.head() }).toMatchObject({ recalled_at: recalledAt, state: 'open', head });
  });

  it('stay where they are when the free points suffice, nobody asked for them, or the holder can give nothing back', async () => {
    const { here, holder, lease } = await hold('Z', 'Z', 500, 300);
    // The clock stands still: what waited would never end.
    const leases = await leasesAt(() => 1);
    expect(await leases.grant(here.identity, { member: 'Z', points: points(150), recall: true })).toMatchObject({ ok: true, lease: { points: 150 } });
    expect(await leases.grant(here.identity, { member: 'Z', points: points(100) })).toMatchObject({ ok: true, lease: { points: 50 } });
    expect(await isCalledBack(lease)).toBe(false);
    await world.store.db.updateTable('terminals').set({ status: 'revoked' }).where('id', '=', holder.identity.terminal).execute();
    expect(await leases.grant(here.identity, { member: 'Z', points: points(100), recall: true })).toEqual({ ok: false, code: 'nothing-free' });
    expect(await isCalledBack(lease)).toBe(false);
  });
});
