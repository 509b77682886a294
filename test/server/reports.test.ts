import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LeaseDoc } from '../../shared/contract/documents.ts';
import type { Totals } from '../../shared/contract/http.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { ENGINES } from './engines.ts';
import { TestTill } from './till.ts';
import { openWorld, type World } from './world.ts';

const HOLD = { I1: true, I2: true, I3: true };

describe.each(ENGINES)('the totals on %s', (engine) => {
  let world: World;
  let till: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine);
    till = await world.till('T1');
  });
  afterAll(() => world.close());

  const totals = async (): Promise<Totals> => {
    const answer = await till.get<Totals>('/v1/reports/totals');
    expect(answer.status).toBe(200);
    return answer.body;
  };

  /** A sale of 50.00 that redeems points for as many minor units, covered by a lease or not at all. */
  const redeeming = (member: string, redeemed: number, lease?: LeaseDoc) =>
    till.entry({
      member,
      bill: { totalMinor: minor(5_000), netMinor: minor(5_000 - redeemed), currency: 'USD' },
      redeem: {
        rule: 'points', points: points(redeemed), discountMinor: minor(redeemed),
        cover: lease === undefined
          ? { leases: [], atRisk: points(redeemed) }
          : { leases: [{ lease: lease.id, points: points(redeemed) }], atRisk: points(0) },
      },
    });

  it('are nothing for a ledger without entries', async () => {
    expect(await totals()).toEqual({
      sales: 0, members: 3, earned: 0, redeemed: 0, redemptions: 0, outstanding: 0, netMinor: 0, shortfall: 0, entries: 0, position: 0,
      quarantined: 0, alarms: 0, decided: 0, invariants: HOLD,
    });
  });

  it('count what was earned, leased, redeemed, short, and given back', async () => {
    await till.push([till.sale('A', 1_000, 100_000), till.sale(undefined, 0, 700)]);
    const { lease } = (await till.post<{ lease: LeaseDoc }>('/v1/leases', { member: 'A', points: 300 })).body;
    expect(await totals()).toMatchObject({ earned: 1_000, outstanding: 1_000, redeemed: 0, invariants: HOLD });
    const leased = redeeming('A', 200, lease);
    const short = redeeming('B', 500);
    await till.push([leased, short, till.entry({ kind: 'lease-close', member: 'A', lease: lease.id })]);
    expect(await totals()).toEqual({
      sales: 4, members: 3, earned: 1_000, redeemed: 700, redemptions: 2, outstanding: 800, netMinor: 100_000 + 700 + 4_800 + 4_500,
      shortfall: 500, entries: 5, position: 5, quarantined: 0, alarms: 0, decided: 0, invariants: HOLD,
    });
    await till.push([
      till.entry({
        kind: 'reversal', member: 'A', reverses: leased.id,
        reversal: { scope: 'void', returnPoints: points(200), clawBackPoints: points(0), refundMinor: minor(4_800) },
      }),
      till.entry({ kind: 'adjustment', member: 'B', adjust: { points: points(40), reason: 'goodwill' } }),
      till.entry({ kind: 'expiry', member: 'A', expired: points(100) }),
    ]);
    expect(await totals()).toMatchObject({
      sales: 4, earned: 1_000, redeemed: 500, outstanding: 1_000 - 100 + 40, netMinor: 100_000 + 700 + 4_500, shortfall: 500, invariants: HOLD,
    });
    const bad = till.sale('A', 5);
    await till.push([{ ...bad, bytes: bad.bytes.replace('"points":5', '"points":50') }]);
    expect(await totals()).toMatchObject({ quarantined: 1, invariants: HOLD });
  });

  it('show a balance that its postings do not explain', async () => {
    const account = world.store.db.updateTable('accounts').where('id', '=', 'member:A');
    const held = await world.store.db.selectFrom('accounts').select('balance').where('id', '=', 'member:A').executeTakeFirstOrThrow();
    await account.set({ balance: held.balance + 1 }).execute();
    expect((await totals()).invariants).toEqual({ ...HOLD, I1: false });
    await account.set({ balance: held.balance }).execute();
    expect((await totals()).invariants).toEqual(HOLD);
  });

  it('show a lease that was used beyond what its escrow says', async () => {
    const lease = world.store.db.updateTable('leases').where('member', '=', 'A');
    await lease.set({ spent: 300 }).execute();
    await lease.set({ state: 'open' }).execute();
    await lease.set({ spent: 100 }).execute();
    expect((await totals()).invariants).toEqual({ ...HOLD, I2: false });
    await lease.set({ spent: 200, state: 'closed' }).execute();
    expect((await totals()).invariants).toEqual(HOLD);
  });

  it('show a redemption that was posted without an entry that says so', async () => {
    await world.store.db
      .insertInto('postings')
      .values({ source: 'nothing', line: 0, from_account: 'shortfall:north', to_account: 'redeemed', points: 7, kind: 'sale' })
      .execute();
    expect((await totals()).invariants).toEqual({ ...HOLD, I3: false });
  });
});
