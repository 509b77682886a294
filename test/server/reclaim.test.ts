import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../shared/contract/entry.ts';
import { points } from '../../shared/domain/integers.ts';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { createLeases, type Leases } from '../../server/leases/leases.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { dump, enrolTill, openLedger, redeeming, send, verdicts, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';
import type { TestTill } from './till.ts';

const HOLD = { I1: true, I2: true, I3: true };

describe.each(ENGINES)('leases that do not come back by themselves, on %s', (engine) => {
  let world: LedgerWorld;
  let leases: Leases;
  beforeAll(async () => {
    world = await openLedger(engine);
    leases = createLeases(world.store, world.ledger, await loadServerKeys(world.store), { now: Date.now });
  });
  afterAll(() => world.close());

  const balance = async (id: string): Promise<number> =>
    (await world.store.db.selectFrom('accounts').select('balance').where('id', '=', id).executeTakeFirst())?.balance ?? 0;
  const lease = async (id: string) =>
    world.store.db.selectFrom('leases').select(['state', 'spent', 'risk', 'closed_by']).where('id', '=', id).executeTakeFirstOrThrow();
  const grant = async (till: TestTill, member: string, wanted: number, asked: { lease?: string; seq?: number } = {}): Promise<string> => {
    const granted = await leases.grant(till.identity, { member, points: points(wanted), ...asked });
    if (!granted.ok) throw new Error(granted.code);
    return granted.lease.id;
  };
  const close = (till: TestTill, id: string, part: object = {}): Envelope => till.entry({ kind: 'lease-close', member: 'A', lease: id, ...part });
  /** What arrives damaged: the chain goes on behind it. */
  const damaged = (envelope: Envelope): Envelope => ({ ...envelope, bytes: envelope.bytes.replace('sale', 'gale') });

  it('are taken back by another till with approver and reason, the rest declared as risk; a spend that comes later is a fact (L5, L6)', async () => {
    const [lost, other] = [await enrolTill(world.store, 'R1'), await enrolTill(world.store, 'R2', 'south')];
    await send(world.ledger, lost, [lost.sale('A', 500)]);
    const id = await grant(lost, 'A', 400);
    const spent = redeeming(lost, 'A', 100, id);
    await send(world.ledger, lost, [spent]);
    // Offline, the lost till has given goods for 250 more; its day ends with a close that nobody hears.
    const late = [redeeming(lost, 'A', 250, id), close(lost, id)];

    const alone = await send(world.ledger, other, [close(other, id), close(other, id, { approvedBy: 'lin' }), close(other, id, { reason: 'stolen' })]);
    expect(verdicts(alone)).toEqual(['posted', 'posted', 'posted']);
    expect(await lease(id)).toMatchObject({ state: 'open', risk: 0 });
    expect(await balance(`lease:${id}`)).toBe(300);

    const reclaim = close(other, id, { approvedBy: 'lin', reason: 'stolen' });
    await send(world.ledger, other, [reclaim]);
    expect(await lease(id)).toEqual({ state: 'reclaimed', spent: 100, risk: 300, closed_by: reclaim.id });
    expect(await balance('member:A')).toBe(400);
    const before = await dump(world.store);
    await send(world.ledger, other, [reclaim]);
    expect(await dump(world.store)).toEqual(before);

    await send(world.ledger, other, [redeeming(other, 'A', 300)]);
    const response = await send(world.ledger, lost, late);
    expect(response.results).toMatchObject([{ outcome: 'posted', disposition: 'shortfall', shortfall: 150 }, { outcome: 'posted' }]);
    expect(await lease(id)).toMatchObject({ state: 'reclaimed', spent: 100, risk: 300 });
    // G2: never more short than was declared.
    expect(150).toBeLessThanOrEqual((await lease(id)).risk);
    expect((await readTotals(world.store)).invariants).toEqual(HOLD);
  });

  it('are not given back by a close behind something that was set aside: it may be a spend (L4)', async () => {
    const till = await enrolTill(world.store, 'R3');
    await send(world.ledger, till, [till.sale('B', 500)]);
    const id = await grant(till, 'B', 400);
    const spend = redeeming(till, 'B', 300, id);
    const answered = await send(world.ledger, till, [damaged(spend), close(till, id, { member: 'B' })]);
    expect(verdicts(answered)).toEqual(['hash-mismatch', 'posted']);
    expect(await lease(id)).toMatchObject({ state: 'open', closed_by: null });
    expect(await balance(`lease:${id}`)).toBe(400);
    // Elsewhere the points would be gone by now; so the spend still finds its cover when it arrives whole.
    expect((await send(world.ledger, till, [spend])).results).toMatchObject([{ outcome: 'posted', disposition: 'leased', shortfall: 0 }]);
    await send(world.ledger, till, [close(till, id, { member: 'B' })]);
    expect(await lease(id)).toMatchObject({ state: 'closed', spent: 300 });
    expect((await readTotals(world.store)).invariants).toEqual(HOLD);
  });

  it('are given back over what was set aside before they were granted, in an earlier push as in the same one', async () => {
    const till = await enrolTill(world.store, 'R4');
    await send(world.ledger, till, [till.sale('B', 100), damaged(till.sale('B', 1))]);
    const after = await grant(till, 'B', 10);
    await send(world.ledger, till, [close(till, after, { member: 'B' })]);
    expect(await lease(after)).toMatchObject({ state: 'closed' });
    // A till that chose the id itself says how far its chain had come; one that does not is not believed.
    const told = await grant(till, 'B', 10, { lease: 'R4-told', seq: till.seq });
    const silent = await grant(till, 'B', 10, { lease: 'R4-silent' });
    await send(world.ledger, till, [close(till, told, { member: 'B' }), close(till, silent, { member: 'B' })]);
    expect([await lease(told), await lease(silent)]).toMatchObject([{ state: 'closed' }, { state: 'open' }]);
    const later = await grant(till, 'B', 10);
    await send(world.ledger, till, [damaged(till.sale('B', 1)), close(till, later, { member: 'B' })]);
    expect(await lease(later)).toMatchObject({ state: 'open' });
  });

  it('come back when what was set aside arrived whole in the same push as the close', async () => {
    const till = await enrolTill(world.store, 'R5');
    await send(world.ledger, till, [till.sale('B', 100)]);
    const id = await grant(till, 'B', 10);
    const sale = till.sale('B', 5);
    await send(world.ledger, till, [damaged(sale)]);
    // A damaged repeat of what is there already is no gap.
    await send(world.ledger, till, [sale, damaged(sale), close(till, id, { member: 'B' })]);
    expect(await lease(id)).toMatchObject({ state: 'closed' });
  });
});
