import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atRiskAllowance, type AtRiskPolicy } from '../../shared/domain/atrisk.ts';
import { points } from '../../shared/domain/integers.ts';
import { coverFrom, grantSize, spendable, type Lease, type LeaseUse } from '../../shared/domain/lease.ts';

const HERE = { terminal: 'T1', epoch: 2, nowMs: 1_000 };
const lease = (part: Partial<Lease> = {}): Lease => ({ id: 'l1', member: 'm1', terminal: 'T1', epoch: 2, points: points(100), spendByMs: 1_000, ...part });
const use = (part: Partial<LeaseUse> = {}): LeaseUse => ({ lease: lease(), spent: points(0), closed: false, ...part });

const anyUse: fc.Arbitrary<LeaseUse> = fc
  .record({
    granted: fc.nat(500), spentShare: fc.double({ min: 0, max: 1, noNaN: true }), closed: fc.boolean(), id: fc.uuid(),
    terminal: fc.constantFrom('T1', 'T2'), epoch: fc.constantFrom(1, 2), spendByMs: fc.constantFrom(999, 1_000, 1_001),
  })
  .map(({ granted, spentShare, closed, ...rest }) => ({
    lease: lease({ ...rest, points: points(granted) }), spent: points(Math.floor(granted * spentShare)), closed,
  }));

describe('what a lease still allows (L2, L3)', () => {
  it.each([
    ['all of it', use(), 100],
    ['what is not spent', use({ spent: points(99) }), 1],
    ['nothing once spent', use({ spent: points(100) }), 0],
    ['nothing once closed', use({ closed: true }), 0],
    ['all of it at the last moment', use({ lease: lease({ spendByMs: 1_000 }) }), 100],
    ['nothing after it', use({ lease: lease({ spendByMs: 999 }) }), 0],
    ['nothing at another terminal', use({ lease: lease({ terminal: 'T2' }) }), 0],
    ['nothing in another epoch', use({ lease: lease({ epoch: 1 }) }), 0],
    ['nothing in a later epoch', use({ lease: lease({ epoch: 3 }) }), 0],
  ])('is %s', (_name, one, left) => {
    expect(spendable(one, HERE)).toBe(left);
  });

  it('takes an overspent lease for a bug', () => {
    expect(() => spendable(use({ spent: points(101) }), HERE)).toThrow(/never overspent/);
    expect(() => spendable(use({ spent: points(-1) }), HERE)).toThrow(/never overspent/);
  });
});

describe('the size of a grant (L1)', () => {
  it.each([
    [500, undefined, 5_000, 500], [500, 200, 5_000, 200], [500, 900, 5_000, 500], [500, undefined, 300, 300], [0, 200, 5_000, 0], [500, 0, 5_000, 0], [500, 200, 0, 0],
  ])('of %i free, %s wanted, cap %i is %i', (free, wanted, cap, granted) => {
    expect(grantSize(points(free), wanted === undefined ? undefined : points(wanted), points(cap))).toBe(granted);
  });

  it('is never below 0', () => {
    expect(grantSize(points(-5), undefined, points(100))).toBe(0);
  });
});

describe('a redemption spread over leases', () => {
  it('adds up, names only leases that allow it, each once, and leaves the rest at risk', () => {
    fc.assert(
      fc.property(fc.nat(1_500), fc.array(anyUse, { maxLength: 6 }), (needed, uses) => {
        const cover = coverFrom(points(needed), uses, HERE);
        const total = uses.reduce((sum, one) => sum + spendable(one, HERE), 0);
        const named = cover.leases.reduce((sum, part) => sum + part.points, 0);
        expect(named + cover.atRisk).toBe(needed);
        expect(cover.atRisk).toBe(Math.max(0, needed - total));
        expect(new Set(cover.leases.map((part) => part.lease)).size).toBe(cover.leases.length);
        for (const part of cover.leases) {
          const from = uses.find((one) => one.lease.id === part.lease);
          expect(part.points).toBeGreaterThan(0);
          expect(from === undefined ? -1 : spendable(from, HERE)).toBeGreaterThanOrEqual(part.points);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('spends first what must be spent first, in whatever order leases arrived', () => {
    const late = use({ lease: lease({ id: 'a', spendByMs: 3_000 }) });
    const soon = use({ lease: lease({ id: 'b', spendByMs: 2_000 }) });
    for (const uses of [[late, soon], [soon, late]]) {
      expect(coverFrom(points(150), uses, HERE)).toEqual({ leases: [{ lease: 'b', points: 100 }, { lease: 'a', points: 50 }], atRisk: 0 });
    }
    const twin = use({ lease: lease({ id: 'c', spendByMs: 2_000 }) });
    for (const uses of [[twin, soon], [soon, twin]]) expect(coverFrom(points(10), uses, HERE).leases).toEqual([{ lease: 'b', points: 10 }]);
  });

  it('leaves the list of leases as it was', () => {
    const uses = [use({ lease: lease({ id: 'a', spendByMs: 3_000 }) }), use({ lease: lease({ id: 'b', spendByMs: 2_000 }) })];
    coverFrom(points(1), uses, HERE);
    expect(uses.map((one) => one.lease.id)).toEqual(['a', 'b']);
  });
});

describe('what may be redeemed at risk (L9)', () => {
  const policy = (perSale: number, perMemberDay: number, perOutage: number): AtRiskPolicy => ({
    name: 'balanced', perSale: points(perSale), perMemberDay: points(perMemberDay), perOutage: points(perOutage),
  });
  const used = (memberToday: number, thisOutage: number) => ({ memberToday: points(memberToday), thisOutage: points(thisOutage) });

  it.each([
    [policy(500, 1_000, 5_000), used(0, 0), { allowed: 500, cap: 'sale' }],
    [policy(500, 1_000, 5_000), used(600, 600), { allowed: 400, cap: 'member-day' }],
    [policy(500, 1_000, 5_000), used(0, 4_900), { allowed: 100, cap: 'outage' }],
    [policy(500, 1_000, 5_000), used(1_000, 1_000), { allowed: 0, cap: 'member-day' }],
    [policy(500, 1_000, 5_000), used(2_000, 9_000), { allowed: 0, cap: 'member-day' }],
    [policy(0, 0, 0), used(0, 0), { allowed: 0, cap: 'policy' }],
    [policy(0, 0, 0), used(300, 300), { allowed: 0, cap: 'policy' }],
  ])('%j after %j', (caps, so, allowance) => {
    expect(atRiskAllowance(caps, so)).toEqual(allowance);
  });

  it('never adds up to more than any cap, however sales come', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(300), fc.nat(300), fc.array(fc.record({ member: fc.nat(2), wanted: fc.nat(200) }), { maxLength: 30 }), (sale, day, outage, sales) => {
        const caps = policy(sale, day, outage);
        const today = [0, 0, 0];
        let thisOutage = 0;
        for (const { member, wanted } of sales) {
          const { allowed } = atRiskAllowance(caps, used(today[member] ?? 0, thisOutage));
          const taken = Math.min(wanted, allowed);
          expect(taken).toBeLessThanOrEqual(sale);
          today[member] = (today[member] ?? 0) + taken;
          thisOutage += taken;
        }
        expect(Math.max(...today)).toBeLessThanOrEqual(day);
        expect(thisOutage).toBeLessThanOrEqual(outage);
      }),
    );
  });
});
