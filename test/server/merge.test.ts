import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountDoc, LeaseDoc } from '../../shared/contract/documents.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import type { Totals } from '../../shared/contract/http.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import { redeeming } from './chains.ts';
import { ENGINES } from './engines.ts';
import type { TestTill } from './till.ts';
import { openWorld, type World } from './world.ts';

const HOLD = { I1: true, I2: true, I3: true };

const moving = (till: TestTill, from: string, to: string, moved: number, part: object = {}): Envelope =>
  till.entry({ kind: 'transfer', member: from, transfer: { toMember: to, points: points(moved), ...part }, approvedBy: 'daniel' });

describe.each(ENGINES)('a member who had two cards, on %s', (engine) => {
  let world: World;
  let till: TestTill;
  let other: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine);
    till = await world.till('T1');
    other = await world.till('T2');
  });
  afterAll(() => world.close());

  const balance = async (id: string): Promise<number> =>
    (await world.store.db.selectFrom('accounts').select('balance').where('id', '=', id).executeTakeFirst())?.balance ?? 0;
  const accounts = async (): Promise<Map<string, AccountDoc>> => {
    const page = await till.get<{ documents: AccountDoc[] }>('/v1/sync/pull/accounts?ownAfter=0');
    return new Map(page.body.documents.map((one) => [one.id, one]));
  };

  it('moves what there is by a transfer that came too late, and loses nothing', async () => {
    await till.push([till.sale('A', 100)]);
    await other.push([redeeming(other, 'A', 80)]);
    await till.push([moving(till, 'A', 'B', 50)]);
    expect([await balance('member:A'), await balance('member:B')]).toEqual([0, 20]);
  });

  it('has one account after a merge, whatever name its tills still use', async () => {
    await till.push([till.entry({
      member: 'A', bill: { totalMinor: minor(100), netMinor: minor(100), currency: 'USD' }, earn: { points: points(300), expiresOn: '2099-12-31' },
    }), till.sale('A', 200)]);
    const { lease } = (await other.post<{ lease: LeaseDoc }>('/v1/leases', { member: 'A', points: 350 })).body;
    await till.push([till.entry({ kind: 'adjustment', member: 'A', adjust: { points: points(-250), reason: 'counted twice' } })]);
    expect([await balance('member:A'), await balance('receivable:A')]).toEqual([0, -100]);
    await till.push([till.sale('A', 40)]);
    // In one push: the merge, and sales and corrections under the old name.
    const merge = moving(till, 'A', 'B', 0, { merge: true });
    await till.push([merge, till.sale('A', 7), redeeming(till, 'A', 20), till.entry({ kind: 'adjustment', member: 'A', adjust: { points: points(5), reason: 'goodwill' } })]);
    expect([await balance('member:A'), await balance('member:B'), await balance('receivable:A'), await balance('receivable:B')]).toEqual([0, 20 + 40 + 7 - 20 + 5, 0, -100]);
    // Offline, another till has spent the lease of the old name and gives back the rest.
    await other.push([redeeming(other, 'A', 150, lease.id), other.entry({ kind: 'lease-close', member: 'A', lease: lease.id })]);
    expect(await balance('member:B')).toBe(52 + 200);
    const pulled = await accounts();
    expect(pulled.get('A')).toMatchObject({ free: 0, leased: 0, mergedInto: 'B' });
    expect(pulled.get('B')).toMatchObject({ free: 252, nextExpiry: '2099-12-31' });
    expect(pulled.get('B')?.mergedInto).toBeUndefined();
    expect((await till.get<Totals>('/v1/reports/totals')).body).toMatchObject({ invariants: HOLD });
  });

  it('is granted leases on the successor\'s points, and its earlier sales are reversed under either name', async () => {
    const { lease } = (await till.post<{ lease: LeaseDoc }>('/v1/leases', { member: 'A', points: 52 })).body;
    expect(lease).toMatchObject({ member: 'A', points: 52 });
    expect(await balance('member:B')).toBe(200);
    const sale = redeeming(till, 'A', 52, lease.id);
    expect((await till.push([sale])).body.results).toMatchObject([{ disposition: 'leased' }]);
    await other.push([other.entry({
      kind: 'reversal', member: 'B', reverses: sale.id, reversal: { scope: 'void', returnPoints: points(52), clawBackPoints: points(0), refundMinor: minor(0) },
    })]);
    expect(await balance('member:B')).toBe(252);
  });

  it('is merged once: not again, not into itself, not in a circle, not without an approver', async () => {
    const before = await balance('member:B');
    const { approvedBy: _left, ...unapproved } = JSON.parse(moving(other, 'B', 'Z', 0, { merge: true }).bytes) as { approvedBy: string };
    other.seq -= 1;
    other.prevHash = (unapproved as unknown as { prevHash: string }).prevHash;
    await other.push([other.entry(unapproved)]);
    await till.push([moving(till, 'A', 'Z', 0, { merge: true }), moving(till, 'A', 'B', 0, { merge: true }), moving(till, 'B', 'A', 0, { merge: true }), moving(till, 'B', 'A', 9)]);
    expect([await balance('member:A'), await balance('member:B'), await balance('member:Z')]).toEqual([0, before, 0]);
    // The successor may be merged in its turn; the first name follows.
    await till.push([moving(till, 'B', 'Z', 0, { merge: true })]);
    await other.push([other.sale('A', 3)]);
    expect([await balance('member:A'), await balance('member:B'), await balance('member:Z')]).toEqual([0, 0, before + 3]);
    expect((await verifyDatabase(world.database.where)).faults).toEqual([]);
    expect((await till.get<Totals>('/v1/reports/totals')).body).toMatchObject({ invariants: HOLD });
  });
});
