import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { createLeases } from '../../server/leases/leases.ts';
import { readTotals } from '../../server/reports/totals.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import { points } from '../../shared/domain/integers.ts';
import { amend, enrolTill, openLedger, redeeming, send, verdicts, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';
import type { TestTill } from './till.ts';

describe.each(ENGINES)('a lease that a till named, on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(() => world.close());
  const leasesOf = async () => createLeases(world.store, world.ledger, await loadServerKeys(world.store), { now: Date.now });
  const free = async (member: string) =>
    (await world.store.db.selectFrom('accounts').select('balance').where('id', '=', `member:${member}`).executeTakeFirst())?.balance;
  /** Points at risk that name the lease which was asked for without an answer. */
  const late = (till: TestTill, member: string, redeemed: number, lease: string): Envelope =>
    amend(till, redeeming(till, member, redeemed), (entry) => ({
      ...entry, redeem: { ...entry.redeem, cover: { leases: [{ lease, points: points(redeemed) }], atRisk: points(redeemed) } },
    }));
  const follow = (till: TestTill, envelope: Envelope): Envelope => {
    till.prevHash = envelope.hash;
    return envelope;
  };

  it('is granted once however often it is asked for, and is nobody else\'s', async () => {
    const till = await enrolTill(world.store, 'N1');
    const other = await enrolTill(world.store, 'N2');
    const leases = await leasesOf();
    const earned = till.sale('A', 500);
    const idle = till.entry({ kind: 'shift', shift: { event: 'open', shift: 's1' } });
    await send(world.ledger, till, [earned, idle]);
    const first = await leases.grant(till.identity, { member: 'A', points: points(200), lease: 'asked-1' });
    expect(first).toMatchObject({ ok: true, lease: { id: 'asked-1', points: 200 } });
    expect(await leases.grant(till.identity, { member: 'A', lease: 'asked-1' })).toEqual(first);
    expect(await free('A')).toBe(300);
    for (const request of [{ member: 'B', lease: 'asked-1' }, { member: 'A', lease: earned.id }, { member: 'A', lease: idle.id }]) {
      expect(await leases.grant(till.identity, request)).toEqual({ ok: false, code: 'invalid' });
    }
    expect(await leases.grant(other.identity, { member: 'A', lease: 'asked-1' })).toEqual({ ok: false, code: 'invalid' });
    expect((await readTotals(world.store)).invariants).toEqual({ I1: true, I2: true, I3: true });
  });

  it('covers what was redeemed at risk before it arrived, so that the store falls short of nothing', async () => {
    const till = await enrolTill(world.store, 'N3');
    const leases = await leasesOf();
    await send(world.ledger, till, [till.sale('B', 700)]);
    await leases.grant(till.identity, { member: 'B', lease: 'asked-2' });
    expect(await free('B')).toBe(0);
    const sale = follow(till, late(till, 'B', 300, 'asked-2'));
    const close = till.entry({ kind: 'lease-close', member: 'B', lease: 'asked-2' });
    expect((await send(world.ledger, till, [sale, close])).results).toMatchObject([{ disposition: 'leased', shortfall: 0 }, { outcome: 'posted' }]);
    expect(await free('B')).toBe(400);
    // One that was never granted covers nothing: free points, then the shortfall.
    expect((await send(world.ledger, till, [late(till, 'B', 500, 'asked-3')])).results).toMatchObject([{ disposition: 'shortfall', shortfall: 100 }]);
    expect((await readTotals(world.store)).invariants).toEqual({ I1: true, I2: true, I3: true });
  });

  it('cannot cover more than was redeemed, nor leave points without any cover', async () => {
    const till = await enrolTill(world.store, 'N4');
    const covers = [
      { leases: [{ lease: 'x', points: points(301) }], atRisk: points(300) },
      { leases: [], atRisk: points(301) },
      { leases: [{ lease: 'x', points: points(100) }], atRisk: points(100) },
    ];
    const entries = covers.map((cover) => follow(till, amend(till, redeeming(till, 'B', 300), (entry) => ({ ...entry, redeem: { ...entry.redeem, cover } }))));
    expect(verdicts(await send(world.ledger, till, entries))).toEqual(covers.map(() => 'cover-mismatch'));
  });
});
