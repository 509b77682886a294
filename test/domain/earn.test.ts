import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_SALE, type SaleContext } from '../../shared/domain/context.ts';
import { earnedPoints, quoteEarning, type EarnCase } from '../../shared/domain/earn.ts';
import { LARGEST_AMOUNT, minor, points } from '../../shared/domain/integers.ts';
import type { EarnMultiplier, EarnRule } from '../../shared/domain/programme.ts';

const name = { en: 'x', 'zh-CN': '某' };
const ONE_PER_UNIT: EarnRule = { points: points(1), perMinor: minor(100), basis: 'net' };
const SATURDAY = Date.UTC(2026, 2, 14, 12);

function caseOf(billMinor: number, part: Partial<Omit<EarnCase, 'context'>> & { context?: Partial<SaleContext> } = {}): EarnCase {
  return { billMinor: minor(billMinor), discountMinor: minor(0), nowMs: SATURDAY, ...part, context: { ...PLAIN_SALE, ...part.context } };
}
const multiplier = (id: string, factorBp: number, part: Partial<EarnMultiplier> = {}): EarnMultiplier => ({ id, name, factorBp, ...part });
const line = (item: string, totalMinor: number, part: { category?: string; quantity?: number } = {}) => ({ item, quantity: 1, totalMinor: minor(totalMinor), ...part });
const earned = (rule: EarnRule, at: EarnCase): number => quoteEarning(rule, at).points;

describe('what a sale earns', () => {
  it('is by amount, rounded down, on the net or on the whole bill', () => {
    expect(earned(ONE_PER_UNIT, caseOf(7_699, { discountMinor: minor(3_800) }))).toBe(38);
    expect(earned({ ...ONE_PER_UNIT, basis: 'gross' }, caseOf(7_699, { discountMinor: minor(3_800) }))).toBe(76);
  });

  it('leaves excluded goods out, with their share of the discount', () => {
    const rule: EarnRule = { ...ONE_PER_UNIT, excludedCategories: ['tobacco'] };
    const lines = [line('bread', 6_000), line('cigars', 4_000, { category: 'tobacco' })];
    expect(earned(rule, caseOf(10_000, { context: { lines } }))).toBe(60);
    // 10.00 off the bill is 6.00 off the bread.
    expect(earned(rule, caseOf(10_000, { discountMinor: minor(1_000), context: { lines } }))).toBe(54);
    expect(earned({ ...rule, basis: 'gross' }, caseOf(10_000, { discountMinor: minor(1_000), context: { lines } }))).toBe(60);
    expect(earned(rule, caseOf(10_000))).toBe(100);
  });

  it('counts items, the visit and the first purchase beside the amount', () => {
    const rule: EarnRule = { ...ONE_PER_UNIT, perVisit: points(5), firstPurchase: points(100), items: [{ item: 'tea', points: points(10) }, { category: 'cake', points: points(3) }] };
    const lines = [line('tea', 500, { quantity: 2 }), line('torte', 700, { category: 'cake' }), line('water', 100)];
    const at = caseOf(1_300, { context: { lines, isFirst: true } });
    expect(quoteEarning(rule, at)).toEqual({
      points: 141,
      steps: [
        { step: 'amount', basisMinor: 1_300, points: 13 }, { step: 'items', points: 23 }, { step: 'visit', points: 5 }, { step: 'first-purchase', points: 100 },
      ],
    });
  });

  it('is multiplied by the largest campaign that holds, or by all of them', () => {
    const multipliers = [
      multiplier('weekend', 20_000, { schedule: { weekdays: [6, 7] } }), multiplier('gold', 15_000, { tiers: ['gold'] }),
      multiplier('birthday', 30_000, { birthday: true }), multiplier('elsewhere', 90_000, { stores: ['other'] }), multiplier('over', 90_000, { validUntilMs: SATURDAY }),
    ];
    const rule: EarnRule = { ...ONE_PER_UNIT, multipliers };
    expect(earned(rule, caseOf(10_100))).toBe(202);
    expect(earned(rule, caseOf(10_100, { context: { tier: 'gold', birthday: '03-14' } }))).toBe(303);
    const product = quoteEarning({ ...rule, combine: 'product' }, caseOf(10_100, { context: { tier: 'gold', birthday: '03-14' } }));
    // 101, three times 303, one and a half times 454.5, twice 908: each step rounds down.
    expect(product.points).toBe(908);
    expect(product.steps.map((step) => step.step === 'multiplier' && step.id)).toEqual([false, 'birthday', 'gold', 'weekend']);
  });

  it('knows a birthday on 29 February in every year', () => {
    const rule: EarnRule = { ...ONE_PER_UNIT, multipliers: [multiplier('birthday', 20_000, { birthday: true })] };
    const on = (nowMs: number): number => earned(rule, caseOf(1_000, { nowMs, context: { birthday: '02-29' } }));
    expect([on(Date.UTC(2026, 1, 28)), on(Date.UTC(2026, 2, 1)), on(Date.UTC(2028, 1, 28)), on(Date.UTC(2028, 1, 29))]).toEqual([20, 10, 10, 20]);
  });

  it('ends at the caps of the sale and of the day, and says so', () => {
    const rule: EarnRule = { ...ONE_PER_UNIT, maxPerSale: points(50), maxPerDay: points(60) };
    expect(quoteEarning(rule, caseOf(10_000, { context: { earnedToday: points(40) } }))).toEqual({
      points: 20,
      steps: [
        { step: 'amount', basisMinor: 10_000, points: 100 }, { step: 'sale-cap', cap: 50, points: -50 },
        { step: 'day-cap', cap: 60, earnedToday: 40, points: -30 },
      ],
    });
    expect(earned(rule, caseOf(10_000, { context: { earnedToday: points(90) } }))).toBe(0);
  });

  it('has steps that sum to it, never is negative, never passes a cap, and without context is what it was', () => {
    const factor = fc.integer({ min: 0, max: 1_000_000 });
    const amount = fc.oneof(fc.nat(100_000), fc.nat(LARGEST_AMOUNT));
    const rule: fc.Arbitrary<EarnRule> = fc.record({
      points: amount.map(points), perMinor: amount.map((value) => minor(value + 1)), basis: fc.constantFrom('net' as const, 'gross' as const),
      multipliers: fc.array(factor, { maxLength: 3 }).map((factors) => factors.map((one, index) => multiplier(`m${index}`, one))),
      combine: fc.constantFrom('largest' as const, 'product' as const), perVisit: amount.map(points), maxPerSale: amount.map(points), maxPerDay: amount.map(points),
    });
    fc.assert(fc.property(rule, amount, fc.nat(10_000), amount, (of, billMinor, permyriad, earnedToday) => {
      const discountMinor = minor(Math.floor((billMinor * permyriad) / 10_000));
      const at = caseOf(billMinor, { discountMinor, context: { earnedToday: points(earnedToday) } });
      const { points: total, steps } = quoteEarning(of, at);
      expect(steps.reduce((sum, step) => sum + step.points, 0)).toBe(total);
      expect(total).toBeGreaterThanOrEqual(0);
      expect(total).toBeLessThanOrEqual(of.maxPerSale ?? LARGEST_AMOUNT);
      expect(total + (total > 0 ? earnedToday : 0)).toBeLessThanOrEqual(Math.max(of.maxPerDay ?? 0, 0) + (total > 0 ? 0 : earnedToday));
      const { multipliers: _m, perVisit: _v, maxPerSale: _s, maxPerDay: _d, ...plain } = of;
      const basis = of.basis === 'net' ? billMinor - discountMinor : billMinor;
      const exact = (BigInt(basis) / BigInt(plain.perMinor)) * BigInt(plain.points);
      expect(earnedPoints(plain, minor(billMinor), discountMinor)).toBe(Number(exact > BigInt(LARGEST_AMOUNT) ? BigInt(LARGEST_AMOUNT) : exact));
    }), { numRuns: 2_000 });
  });
});
