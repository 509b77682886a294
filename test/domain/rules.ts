import fc from 'fast-check';
import { LARGEST_AMOUNT, minor, points } from '../../shared/domain/integers.ts';
import type { EarnRule, FixedRule, Programme, RatioRule, RedemptionLimits, RedemptionRule } from '../../shared/domain/programme.ts';
import type { CoverInHand, QuoteInput } from '../../shared/domain/quote.ts';

const name = { en: 'Rule', 'zh-CN': '规则' };
const small = fc.integer({ min: 1, max: 2_000 });
/** Amounts near those of a shop, and up to the largest there are. */
const amount = fc.oneof({ weight: 8, arbitrary: small }, { weight: 2, arbitrary: fc.integer({ min: 1, max: 1_000_000 }) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: LARGEST_AMOUNT }) });
const orZero = fc.oneof({ weight: 6, arbitrary: amount }, { weight: 1, arbitrary: fc.constant(0) });

const limits = fc.record(
  {
    minBillMinor: orZero.map(minor), minBalance: orZero.map(points), maxPointsPerSale: orZero.map(points),
    maxShareBp: fc.integer({ min: 0, max: 10_000 }), maxDiscountMinor: orZero.map(minor), multiple: small.map(points),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<RedemptionLimits>;

/** Each `step` points for `value` minor units. */
export function ratioRule(step: number, value: number, part: Partial<RatioRule> = {}): RatioRule {
  return { kind: 'ratio', id: 'ratio', name, stepPoints: points(step), stepMinor: minor(value), ...part };
}

/** Exactly `used` points for exactly `discount` minor units. */
export function fixedRule(used: number, discount: number, part: Partial<FixedRule> = {}): FixedRule {
  return { kind: 'fixed', id: 'fixed', name, points: points(used), discountMinor: minor(discount), ...part };
}

export const anyRatio: fc.Arbitrary<RatioRule> = fc.tuple(amount, amount, limits).map(([step, value, part]) => ratioRule(step, value, part));
export const anyFixed: fc.Arbitrary<FixedRule> = fc.tuple(amount, amount, limits).map(([used, discount, part]) => {
  const { multiple: _multiple, ...rest } = part;
  return fixedRule(used, discount, rest);
});

export const anyRule: fc.Arbitrary<RedemptionRule> = fc.oneof({ weight: 3, arbitrary: anyRatio }, { weight: 1, arbitrary: anyFixed });

export const anyEarn: fc.Arbitrary<EarnRule> = fc.record({
  points: orZero.map(points), perMinor: amount.map(minor), basis: fc.constantFrom('net' as const, 'gross' as const),
});

/** A programme of the given rules, each with an id of its own. */
export function programmeOf(redeem: readonly RedemptionRule[], earn: EarnRule = { points: points(1), perMinor: minor(100), basis: 'net' }): Programme {
  return { version: 1, name, currency: 'USD', effectiveFromMs: 0, earn, redeem: redeem.map((rule, index) => ({ ...rule, id: `r${index}` })) };
}

const anyCover: fc.Arbitrary<CoverInHand> = fc.record({
  leased: orZero.map(points), atRiskAllowed: orZero.map(points), cap: fc.constantFrom('policy' as const, 'sale' as const, 'member-day' as const, 'outage' as const),
});

/** Any question that a till can ask of the rules. */
export const anyInput: fc.Arbitrary<QuoteInput> = fc.record({
  programme: fc.tuple(fc.array(anyRule, { minLength: 1, maxLength: 3 }), anyEarn).map(([redeem, earn]) => programmeOf(redeem, earn)),
  billMinor: amount, currency: fc.constant('USD'), balance: fc.oneof(orZero, small.map((value) => -value)).map(points), cover: anyCover, nowMs: fc.constant(1_000),
});

/** A question about one rule with everything covered. */
export function inputOf(rules: readonly RedemptionRule[], part: Partial<Omit<QuoteInput, 'balance'>> & { balance?: number } = {}): QuoteInput {
  return {
    programme: programmeOf(rules), billMinor: 10_000, currency: 'USD', nowMs: 1_000,
    cover: { leased: points(LARGEST_AMOUNT), atRiskAllowed: points(0), cap: 'policy' }, ...part, balance: points(part.balance ?? 1_000),
  };
}
