import { describe, expect, it } from 'vitest';
import { memberDelta } from '../../shared/domain/balance.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { voidOf } from '../../shared/domain/reversal.ts';
import { settle, type OpenLease, type ReversedSale, type SettlementState, type Shortfall } from '../../shared/domain/settlement.ts';
import { entryOf, saleEntry } from './entries.ts';

const lease = (part: Partial<Omit<OpenLease, 'remaining'>> & { remaining?: number } = {}): OpenLease => ({
  member: 'm1', terminal: 'T1', epoch: 1, open: true, ...part, remaining: points(part.remaining ?? 100),
});
const stateOf = (free: number, leases: Record<string, OpenLease> = {}, reversed?: ReversedSale): SettlementState => ({
  free: points(free), lease: (id) => leases[id], reversed,
});
const redeeming = (used: number, leases: [string, number][] = [], part: Partial<Entry> = {}): Entry =>
  saleEntry({
    member: 'm1',
    redeem: {
      rule: 'r', points: points(used), discountMinor: minor(used),
      cover: { leases: leases.map(([id, share]) => ({ lease: id, points: points(share) })), atRisk: points(used - leases.reduce((sum, [, share]) => sum + share, 0)) },
    },
    ...part,
  });
const shortfall = (open: number, recovered = 0, absorbed = 0): Shortfall => ({
  store: 's9', member: 'm1', open: points(open), recovered: points(recovered), absorbed: points(absorbed),
});
const flows = (entry: Entry, state: SettlementState) => settle(entry, state).postings.map(({ from, to, points: moved }) => `${from} > ${to} ${moved}`);

describe("the owner's example: a point is worth a minor unit", () => {
  it.each([[100, 50, 50], [200, 100, 100]])('of %i points, %i are deducted and %i are left', (balance, used, left) => {
    const { postings, disposition, shortfall } = settle(redeeming(used), stateOf(balance));
    expect(postings).toEqual([{ from: 'member:m1', to: 'redeemed', points: used }]);
    expect(balance - (postings[0]?.points ?? 0)).toBe(left);
    expect([disposition, shortfall]).toEqual(['free', 0]);
  });
});

describe('a redemption takes its leases, then free points, then shortfall (L7)', () => {
  it.each([
    ['leases cover it', 50, [['l1', 50]], 500, { l1: lease() }, ['lease:l1 > redeemed 50'], 'leased'],
    ['two leases cover it', 150, [['l1', 100], ['l2', 50]], 500, { l1: lease(), l2: lease() }, ['lease:l1 > redeemed 100', 'lease:l2 > redeemed 50'], 'leased'],
    ['a lease covers a part', 150, [['l1', 100]], 500, { l1: lease() }, ['lease:l1 > redeemed 100', 'member:m1 > redeemed 50'], 'free'],
    ['nothing is leased', 50, [], 500, {}, ['member:m1 > redeemed 50'], 'free'],
    ['all three are needed', 150, [['l1', 100]], 30, { l1: lease() }, ['lease:l1 > redeemed 100', 'member:m1 > redeemed 30', 'shortfall:s1 > redeemed 20'], 'shortfall'],
    ['nothing is there', 50, [], 0, {}, ['shortfall:s1 > redeemed 50'], 'shortfall'],
    ['a lease is named twice', 150, [['l1', 75], ['l1', 75]], 0, { l1: lease() }, ['lease:l1 > redeemed 75', 'lease:l1 > redeemed 25', 'shortfall:s1 > redeemed 50'], 'shortfall'],
  ] as [string, number, [string, number][], number, Record<string, OpenLease>, string[], string][])('%s', (_name, used, named, free, leases, expected, disposition) => {
    const entry = redeeming(used, named);
    expect(flows(entry, stateOf(free, leases))).toEqual(expected);
    const outcome = settle(entry, stateOf(free, leases));
    expect(outcome.disposition).toBe(disposition);
    expect(outcome.leased + outcome.free + outcome.shortfall).toBe(used);
  });

  it.each([
    ['of another terminal', lease({ terminal: 'T2' })], ['of another epoch', lease({ epoch: 2 })], ['of another member', lease({ member: 'm2' })],
    ['that is closed', lease({ open: false })], ['that is spent', lease({ remaining: 0 })], ['that is unknown', undefined],
  ])('gives no cover by a lease %s, and records the sale all the same (L2, L6)', (_name, one) => {
    const leases: Record<string, OpenLease> = one === undefined ? {} : { l1: one };
    expect(flows(redeeming(50, [['l1', 50]]), stateOf(20, leases))).toEqual(['member:m1 > redeemed 20', 'shortfall:s1 > redeemed 30']);
  });

  it('is all shortfall without a member: the goods have left', () => {
    const { member: _member, ...anonymous } = redeeming(50, [['l1', 50]]);
    expect(settle(anonymous, stateOf(500, { l1: lease() }))).toMatchObject({
      postings: [{ from: 'shortfall:s1', to: 'redeemed', points: 50 }], disposition: 'shortfall', leased: 0, free: 0, shortfall: 50,
    });
  });

  it('takes a cover beyond the redemption for a bug', () => {
    expect(() => settle(redeeming(10, [['l1', 50]]), stateOf(0, { l1: lease() }))).toThrow(/never exceeds the redemption/);
  });
});

describe('earning', () => {
  it('is issued to the member', () => {
    expect(flows(saleEntry({ member: 'm1', earn: { points: points(76) } }), stateOf(0))).toEqual(['issued > member:m1 76']);
  });

  it('of a sale does not cover that sale', () => {
    const entry = redeeming(50, [], { earn: { points: points(76) } });
    expect(flows(entry, stateOf(20))).toEqual(['member:m1 > redeemed 20', 'shortfall:s1 > redeemed 30', 'issued > member:m1 76']);
  });

  it('that stays at its till goes on into a lease of its own, never more than the sale earns', () => {
    const keeping = (keep: number): Entry => saleEntry({ id: 'e1', member: 'm1', earn: { points: points(34), keep: points(keep) } });
    expect(flows(keeping(20), stateOf(500))).toEqual(['issued > member:m1 34', 'member:m1 > lease:e1 20']);
    expect(settle(keeping(90), stateOf(500)).kept).toBe(34);
    expect(flows(keeping(34), { ...stateOf(0), carrier: () => 'm2' })).toEqual(['issued > member:m2 34', 'member:m2 > lease:e1 34']);
    expect(settle(saleEntry({ earn: { points: points(34), keep: points(34) } }), stateOf(0)).kept).toBeUndefined();
  });

  it('stays nowhere once the chain has forked (L8)', () => {
    const sale = saleEntry({ id: 'e1', member: 'm1', earn: { points: points(34), keep: points(34) } });
    expect(flows(sale, { ...stateOf(0), forked: true })).toEqual(['issued > member:m1 34']);
  });

  it('without a member goes nowhere', () => {
    expect(flows(saleEntry({ earn: { points: points(76) } }), stateOf(0))).toEqual([]);
  });
});

describe('a void', () => {
  const sold: ReversedSale = { redeemed: points(50), earned: points(76), returned: points(0), clawedBack: points(0) };
  const sale = redeeming(50, [], { earn: { points: points(76) } });
  const voided = (part: Partial<Entry> = {}): Entry => {
    const reversal = voidOf(sale, undefined);
    if (!reversal.ok) throw new Error('refused');
    return entryOf({ kind: 'reversal', id: 'v1', member: 'm1', reverses: 'e1', reversal: reversal.value, ...part });
  };

  it('gives back all that was redeemed, earned and paid, once', () => {
    expect(voidOf(sale, undefined)).toEqual({ ok: true, value: { scope: 'void', returnPoints: 50, clawBackPoints: 76, refundMinor: 7_680 } });
    expect(voidOf(saleEntry(), undefined)).toMatchObject({ ok: true, value: { returnPoints: 0, clawBackPoints: 0 } });
    expect(voidOf(sale, 'v0')).toEqual({ ok: false, refusal: { code: 'already-reversed', by: 'v0' } });
    expect(voidOf(voided(), undefined)).toEqual({ ok: false, refusal: { code: 'not-reversible', kind: 'reversal' } });
  });

  it('is posted against what the sale was', () => {
    expect(flows(voided(), stateOf(500, {}, sold))).toEqual(['redeemed > member:m1 50', 'member:m1 > issued 76']);
  });

  it('twice gives back once', () => {
    expect(flows(voided({ id: 'v2' }), stateOf(500, {}, { ...sold, returned: points(50), clawedBack: points(76) }))).toEqual([]);
    expect(flows(voided({ id: 'v2' }), stateOf(500, {}, { ...sold, returned: points(20), clawedBack: points(70) }))).toEqual(['redeemed > member:m1 30', 'member:m1 > issued 6']);
  });

  it('undoes a shortfall first, of the store that had it', () => {
    const short = { ...sold, shortfall: shortfall(30) };
    expect(flows(voided(), stateOf(500, {}, short))).toEqual(['redeemed > shortfall:s9 30', 'redeemed > member:m1 20', 'member:m1 > issued 76']);
    expect(flows(voided({ id: 'v2' }), stateOf(500, {}, { ...short, shortfall: shortfall(20), returned: points(10) })))
      .toEqual(['redeemed > shortfall:s9 20', 'redeemed > member:m1 20', 'member:m1 > issued 76']);
    expect(settle(voided(), stateOf(500, {}, short)).undone).toEqual({ open: 30, recovered: 0, absorbed: 0 });
  });

  it('undoes what had been resolved of the shortfall: the member owes it no more, the store bears it no more', () => {
    const resolved = { ...sold, shortfall: shortfall(5, 10, 15) };
    expect(flows(voided(), stateOf(500, {}, resolved))).toEqual([
      'redeemed > shortfall:s9 5', 'redeemed > receivable:m1 10', 'redeemed > adjusted 15', 'redeemed > member:m1 20', 'member:m1 > issued 76',
    ]);
    expect(settle(voided(), stateOf(500, {}, resolved)).undone).toEqual({ open: 5, recovered: 10, absorbed: 15 });
  });

  it('leaves owed what the member no longer has', () => {
    expect(flows(voided(), stateOf(10, {}, sold))).toEqual(['redeemed > member:m1 50', 'member:m1 > issued 60', 'receivable:m1 > issued 16']);
  });

  it('that arrives before its sale gives back what it says', () => {
    expect(flows(voided(), stateOf(500))).toEqual(['redeemed > member:m1 50', 'member:m1 > issued 76']);
  });

  it('after one that came before the sale, and gave too much, gives nothing', () => {
    expect(flows(voided({ id: 'v2' }), stateOf(500, {}, { ...sold, returned: points(90), clawedBack: points(90) }))).toEqual([]);
  });

  it('without a member or without what it gives back moves nothing', () => {
    const { member: _member, ...anonymous } = voided();
    expect(flows(anonymous, stateOf(500, {}, sold))).toEqual([]);
    expect(flows(entryOf({ kind: 'reversal', member: 'm1', reverses: 'e1' }), stateOf(500, {}, sold))).toEqual([]);
  });
});

describe('a lease-close (L4)', () => {
  const close = (part: Partial<Entry> = {}): Entry => entryOf({ kind: 'lease-close', lease: 'l1', member: 'm1', ...part });

  it('gives back to the member what was not spent, and closes', () => {
    expect(settle(close(), stateOf(0, { l1: lease({ remaining: 40 }) }))).toMatchObject({ postings: [{ from: 'lease:l1', to: 'member:m1', points: 40 }], closes: 'l1' });
  });

  it('of a spent lease closes and moves nothing', () => {
    expect(settle(close(), stateOf(0, { l1: lease({ remaining: 0 }) }))).toMatchObject({ postings: [], closes: 'l1' });
  });

  it.each([
    ['another terminal', { terminal: 'T2' }, lease()], ['another epoch', { epoch: 2 }, lease()], ['a second time', {}, lease({ open: false })], ['an unknown lease', { lease: 'l9' }, lease()],
  ])('by %s releases nothing', (_name, part, one) => {
    const outcome = settle(close(part), stateOf(0, { l1: one }));
    expect(outcome.postings).toEqual([]);
    expect(outcome.closes).toBeUndefined();
  });
});

describe('a close that is not proven (L4)', () => {
  it('releases nothing while an earlier entry of its chain has not been admitted', () => {
    const close = entryOf({ kind: 'lease-close', lease: 'l1', member: 'm1', approvedBy: 'daniel', reason: 'because' });
    const outcome = settle(close, { ...stateOf(0, { l1: lease() }), chainWhole: false });
    expect(outcome.postings).toEqual([]);
    expect(outcome.closes).toBeUndefined();
    expect(settle(close, { ...stateOf(0, { l1: lease() }), chainWhole: true })).toMatchObject({ closes: 'l1' });
  });
});

describe('a forced reclaim (L5)', () => {
  const reclaim = (part: Partial<Entry> = {}): Entry =>
    entryOf({ kind: 'lease-close', lease: 'l1', member: 'm1', terminal: 'T2', approvedBy: 'daniel', reason: 'till stolen', ...part });

  it.each([['another till', {}], ['the same till after it enrolled again', { terminal: 'T1', epoch: 2 }]])('by %s gives the points back and declares what may have been spent', (_who, part) => {
    const outcome = settle(reclaim(part), stateOf(0, { l1: lease({ remaining: 40 }) }));
    expect(outcome).toMatchObject({ postings: [{ from: 'lease:l1', to: 'member:m1', points: 40 }], closes: 'l1', reclaimed: 40 });
  });

  it.each([['no approver', 'approvedBy'], ['no reason', 'reason']] as const)('with %s releases nothing', (_name, missing) => {
    const { [missing]: _left, ...rest } = reclaim();
    expect(settle(rest, stateOf(0, { l1: lease() }))).toMatchObject({ postings: [] });
    expect(settle(rest, stateOf(0, { l1: lease() })).closes).toBeUndefined();
  });

  it('of a lease that is closed already changes nothing', () => {
    expect(settle(reclaim(), stateOf(0, { l1: lease({ open: false }) })).postings).toEqual([]);
  });

  it('is not what the holder does, whoever approved it: its own close declares no risk', () => {
    expect(settle(reclaim({ terminal: 'T1' }), stateOf(0, { l1: lease() })).reclaimed).toBeUndefined();
  });

  it('leaves a spend that comes later without cover, and records it (L6)', () => {
    const late = redeeming(50, [['l1', 50]]);
    expect(flows(late, stateOf(20, { l1: lease({ open: false, remaining: 50 }) }))).toEqual(['member:m1 > redeemed 20', 'shortfall:s1 > redeemed 30']);
  });
});

describe('resolving a shortfall', () => {
  const resolve = (how: 'absorb' | 'recover', amount: number, part: Partial<Entry> = {}): Entry =>
    entryOf({ kind: 'adjustment', member: 'm1', adjust: { points: points(amount), reason: 'r', settles: { entry: 'e1', how } }, approvedBy: 'daniel', ...part });
  const state = (one?: Shortfall): SettlementState => ({ ...stateOf(500), shortfall: one });

  it.each([
    ['absorb', 30, shortfall(30), ['adjusted > shortfall:s9 30'], 30],
    ['recover', 30, shortfall(30), ['receivable:m1 > shortfall:s9 30'], 30],
    ['absorb', 10, shortfall(30), ['adjusted > shortfall:s9 10'], 10],
    ['absorb', 99, shortfall(30), ['adjusted > shortfall:s9 30'], 30],
    ['recover', 30, shortfall(0, 30), [], 0],
    ['absorb', -30, shortfall(30), [], 0],
    ['absorb', 30, undefined, [], 0],
  ] as const)('%s of %i takes what is open and no more', (how, amount, one, expected, resolved) => {
    expect(flows(resolve(how, amount), state(one))).toEqual(expected);
    expect(settle(resolve(how, amount), state(one)).resolved).toBe(resolved);
  });

  it('needs an approver', () => {
    const { approvedBy: _left, ...alone } = resolve('absorb', 30);
    expect(flows(alone, state(shortfall(30)))).toEqual([]);
  });

  it('recovers nothing when nobody is known to owe it', () => {
    const { member: _left, ...anonymous } = shortfall(30);
    expect(flows(resolve('recover', 30), state(anonymous))).toEqual([]);
    expect(flows(resolve('absorb', 30), state(anonymous))).toEqual(['adjusted > shortfall:s9 30']);
  });

  it('is owed by whom the member was merged into, and moves no points of anybody', () => {
    expect(flows(resolve('recover', 30), { ...state(shortfall(30)), carrier: () => 'm7' })).toEqual(['receivable:m7 > shortfall:s9 30']);
    expect(memberDelta(resolve('absorb', 30))).toBe(0);
    expect(memberDelta(entryOf({ kind: 'adjustment', member: 'm1', adjust: { points: points(30), reason: 'r' } }))).toBe(30);
  });
});

describe('a merge of accounts', () => {
  const merge = (part: Partial<Entry> = {}): Entry =>
    entryOf({ kind: 'transfer', member: 'm1', transfer: { toMember: 'm2', points: points(1), merge: true }, approvedBy: 'daniel', ...part });

  it('moves all free points, also those past their last day, and what is owed', () => {
    const outcome = settle(merge(), { ...stateOf(70), held: points(100), owed: points(9) });
    expect(outcome.postings).toEqual([{ from: 'member:m1', to: 'member:m2', points: 100 }, { from: 'receivable:m2', to: 'receivable:m1', points: 9 }]);
    expect(outcome.merged).toEqual({ member: 'm1', into: 'm2' });
  });

  it('of an account with nothing is a merge all the same', () => {
    expect(settle(merge(), stateOf(0))).toMatchObject({ postings: [], merged: { member: 'm1', into: 'm2' } });
  });

  it('without an approver, of a member that was merged, and into itself, is none', () => {
    const { approvedBy: _left, ...alone } = merge();
    expect(settle(alone, stateOf(100)).postings).toEqual([]);
    for (const [entry, carrier] of [[merge(), (one: string) => (one === 'm1' ? 'm3' : one)], [merge(), (one: string) => (one === 'm2' ? 'm1' : one)]] as const) {
      const outcome = settle(entry, { ...stateOf(100), carrier });
      expect(outcome.postings).toEqual([]);
      expect(outcome.merged).toBeUndefined();
    }
  });

  it('makes the successor carry whatever comes later in the name of the merged member', () => {
    const merged = (free: number, leases: Record<string, OpenLease> = {}, reversed?: ReversedSale): SettlementState =>
      ({ ...stateOf(free, leases, reversed), carrier: (one) => (one === 'm1' ? 'm2' : one) });
    expect(flows(redeeming(50, [], { earn: { points: points(7) } }), merged(20))).toEqual(['member:m2 > redeemed 20', 'shortfall:s1 > redeemed 30', 'issued > member:m2 7']);
    expect(flows(redeeming(50, [['l1', 50]]), merged(0, { l1: lease() }))).toEqual(['lease:l1 > redeemed 50']);
    // A lease of the merged member serves the successor, and the other way round: the points are the same.
    expect(flows(redeeming(50, [['l1', 50]], { member: 'm2' }), merged(0, { l1: lease() }))).toEqual(['lease:l1 > redeemed 50']);
    expect(flows(entryOf({ kind: 'lease-close', lease: 'l1', member: 'm1' }), merged(0, { l1: lease({ remaining: 9 }) }))).toEqual(['lease:l1 > member:m2 9']);
    expect(flows(entryOf({ kind: 'adjustment', member: 'm1', adjust: { points: points(-9), reason: 'r' } }), merged(4))).toEqual(['member:m2 > adjusted 4', 'receivable:m2 > adjusted 5']);
    expect(flows(entryOf({ kind: 'transfer', member: 'm3', transfer: { toMember: 'm1', points: points(5) } }), merged(9))).toEqual(['member:m3 > member:m2 5']);
    expect(flows(entryOf({ kind: 'transfer', member: 'm1', transfer: { toMember: 'm2', points: points(5) } }), merged(9))).toEqual([]);
    expect(flows(entryOf({ kind: 'expiry', member: 'm1', expired: points(5) }), merged(9))).toEqual(['member:m2 > expired 5']);
  });
});

describe('corrections', () => {
  const adjust = (change: number) => entryOf({ kind: 'adjustment', member: 'm1', adjust: { points: points(change), reason: 'goodwill' } });
  const transfer = (toMember: string, moved: number) => entryOf({ kind: 'transfer', member: 'm1', transfer: { toMember, points: points(moved) } });

  it.each([
    ['an adjustment up', adjust(30), 10, ['adjusted > member:m1 30']],
    ['an adjustment down', adjust(-30), 100, ['member:m1 > adjusted 30']],
    ['an adjustment below nothing', adjust(-30), 10, ['member:m1 > adjusted 10', 'receivable:m1 > adjusted 20']],
    ['an adjustment of nothing', adjust(0), 10, []],
    ['a transfer', transfer('m2', 30), 100, ['member:m1 > member:m2 30']],
    ['a transfer of more than there is', transfer('m2', 30), 10, ['member:m1 > member:m2 10']],
    ['a transfer to oneself', transfer('m1', 30), 100, []],
    ['an expiry', entryOf({ kind: 'expiry', member: 'm1', expired: points(30) }), 100, ['member:m1 > expired 30']],
    ['an expiry of more than there is', entryOf({ kind: 'expiry', member: 'm1', expired: points(30) }), 10, ['member:m1 > expired 10']],
    ['an enrolment', entryOf({ kind: 'enrolment' }), 100, []],
    ['a shift', entryOf({ kind: 'shift', shift: { event: 'open', shift: 'a' } }), 100, []],
  ])('%s', (_name, entry, free, expected) => {
    expect(flows(entry, stateOf(free))).toEqual(expected);
    expect(settle(entry, stateOf(free)).disposition).toBe('free');
  });

  it('an expiry takes what is past its last day, which nothing else can spend', () => {
    const state: SettlementState = { ...stateOf(10), held: points(40) };
    expect(flows(entryOf({ kind: 'expiry', member: 'm1', expired: points(30), lot: '2026-02-28' }), state)).toEqual(['member:m1 > expired 30']);
    expect(flows(redeeming(30), state)).toEqual(['member:m1 > redeemed 10', 'shortfall:s1 > redeemed 20']);
    expect(flows(transfer('m2', 30), state)).toEqual(['member:m1 > member:m2 10']);
  });
});
