import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LARGEST_AMOUNT, minor, points } from '../../shared/domain/integers.ts';
import { decideRedemption, quote, type QuoteInput } from '../../shared/domain/quote.ts';
import type { EarnRule, RedemptionRule } from '../../shared/domain/programme.ts';
import { anyInput, fixedRule, inputOf, programmeOf, ratioRule } from './rules.ts';

const refusalOf = (input: QuoteInput, wanted: number, rule?: string) => {
  const outcome = decideRedemption(input, wanted, rule);
  return outcome.ok ? undefined : outcome.refusal;
};
const proposalOf = (input: QuoteInput) => {
  const outcome = quote(input);
  return outcome.ok ? outcome.value.proposed : outcome.refusal;
};

describe("the owner's example: a point is worth a minor unit", () => {
  const POINT = ratioRule(1, 1);

  it.each([[100, 50, 50], [200, 100, 100]])('of %i points, %i are deducted and %i are left', (balance, wanted, left) => {
    const outcome = decideRedemption(inputOf([POINT], { balance }), wanted);
    expect(outcome).toMatchObject({ ok: true, value: { points: wanted, discountMinor: wanted } });
    expect(outcome.ok && balance - outcome.value.points).toBe(left);
  });

  it.each([[100, 101], [200, 1_000], [0, 1]])('of %i points, %i are refused with what there is', (balance, wanted) => {
    expect(refusalOf(inputOf([POINT], { balance }), wanted)).toEqual({ code: 'points-not-enough', available: balance, needed: wanted, allowed: balance });
  });

  it('of a balance below zero nothing is deducted', () => {
    expect(refusalOf(inputOf([POINT], { balance: -20 }), 5)).toEqual({ code: 'points-not-enough', available: 0, needed: 5, allowed: 0 });
  });
});

describe('a ratio rule', () => {
  it.each([
    // 100 points = 1.00 in steps of 100.
    [ratioRule(100, 100, { multiple: points(100) }), 1_750, 10_000, 1_700, 1_700],
    // 3 points = 0.02: the discount rounds down, the points consumed round up, and what buys nothing is not taken.
    [ratioRule(3, 2), 100, 10_000, 99, 66],
    [ratioRule(3, 2), 5, 10_000, 5, 3],
    [ratioRule(3, 2), 4, 10_000, 3, 2],
    // 1 point = 5.00: a bill of 12.30 takes two.
    [ratioRule(1, 500), 1_000, 1_230, 2, 1_000],
    // Half of the bill.
    [ratioRule(1, 1, { maxShareBp: 5_000 }), 1_000, 999, 499, 499],
    [ratioRule(1, 1, { maxDiscountMinor: minor(250) }), 1_000, 10_000, 250, 250],
    [ratioRule(1, 1, { maxPointsPerSale: points(75), multiple: points(10) }), 1_000, 10_000, 70, 70],
  ])('%# proposes the most that is allowed', (rule: RedemptionRule, balance, billMinor, used, discountMinor) => {
    expect(proposalOf(inputOf([rule], { balance, billMinor }))).toMatchObject({ points: used, discountMinor, netMinor: billMinor - discountMinor });
  });

  it('says between which steps a number lies', () => {
    const rule = ratioRule(100, 100, { multiple: points(100) });
    expect(refusalOf(inputOf([rule]), 250)).toEqual({ code: 'not-a-multiple', multiple: 100, needed: 250, allowed: 200, next: 300 });
    expect(refusalOf(inputOf([rule], { balance: 250 }), 250)).toEqual({ code: 'not-a-multiple', multiple: 100, needed: 250, allowed: 200, next: 0 });
    expect(refusalOf(inputOf([rule], { balance: 100 }), 30)).toEqual({ code: 'not-a-multiple', multiple: 100, needed: 30, allowed: 0, next: 100 });
  });

  it('offers no step that buys nothing', () => {
    const rule = ratioRule(100, 1, { multiple: points(10) });
    expect(refusalOf(inputOf([rule]), 55)).toEqual({ code: 'not-a-multiple', multiple: 100, needed: 55, allowed: 0, next: 100 });
    expect(refusalOf(inputOf([rule]), 50)).toEqual({ code: 'not-a-multiple', multiple: 100, needed: 50, allowed: 0, next: 100 });
  });

  it('says what is missing when not even the first step is possible', () => {
    const rule = ratioRule(100, 100, { multiple: points(100) });
    expect(refusalOf(inputOf([rule], { balance: 50 }), 30)).toEqual({ code: 'points-not-enough', available: 50, needed: 100, allowed: 0 });
  });

  it('takes the fewest points that buy the same discount', () => {
    expect(decideRedemption(inputOf([ratioRule(10, 1)]), 59)).toMatchObject({ ok: true, value: { points: 50, discountMinor: 5 } });
  });
});

describe('each limit', () => {
  const ONE = ratioRule(1, 1);
  it.each([
    ['bill', inputOf([ONE], { billMinor: 300 }), 301, { code: 'bill-exceeded', billMinor: 300, needed: 301, allowed: 300 }],
    ['share', inputOf([{ ...ONE, maxShareBp: 2_500 }]), 2_501, { code: 'points-not-enough', available: 1_000, needed: 2_501, allowed: 1_000 }],
    ['share', inputOf([{ ...ONE, maxShareBp: 500 }]), 501, { code: 'share-limit', shareBp: 500, maxMinor: 500, needed: 501, allowed: 500 }],
    ['amount', inputOf([{ ...ONE, maxDiscountMinor: minor(200) }]), 201, { code: 'amount-limit', maxMinor: 200, needed: 201, allowed: 200 }],
    ['amount of a fixed rule', inputOf([fixedRule(10, 300, { maxDiscountMinor: minor(200) })]), 10, { code: 'amount-limit', maxMinor: 200, needed: 10, allowed: 0 }],
    ['sale', inputOf([{ ...ONE, maxPointsPerSale: points(40) }]), 41, { code: 'sale-limit', limit: 40, needed: 41, allowed: 40 }],
    ['least bill', inputOf([{ ...ONE, minBillMinor: minor(10_001) }]), 1, { code: 'bill-below-minimum', minimumMinor: 10_001, billMinor: 10_000 }],
    ['least balance', inputOf([{ ...ONE, minBalance: points(1_001) }]), 1, { code: 'balance-below-minimum', minimum: 1_001, balance: 1_000 }],
    ['start', inputOf([{ ...ONE, validFromMs: 1_001 }]), 1, { code: 'rule-not-valid-now' }],
    ['end', inputOf([{ ...ONE, validUntilMs: 1_000 }]), 1, { code: 'rule-not-valid-now' }],
    ['cover', inputOf([ONE], { cover: { leased: points(30), atRiskAllowed: points(12), cap: 'sale' } }), 43,
      { code: 'not-covered', covered: 30, atRiskAllowed: 12, needed: 43, allowed: 42, cap: 'sale' }],
    ['cover of nothing', inputOf([ONE], { cover: { leased: points(0), atRiskAllowed: points(0), cap: 'policy' } }), 1,
      { code: 'not-covered', covered: 0, atRiskAllowed: 0, needed: 1, allowed: 0, cap: 'policy' }],
  ])('%s refuses with its numbers', (_name, input, wanted, refusal) => {
    expect(refusalOf(input, wanted)).toEqual(refusal);
  });

  it('lets through what is exactly at it', () => {
    const rule = ratioRule(1, 1, { minBillMinor: minor(10_000), minBalance: points(1_000), maxShareBp: 500, maxDiscountMinor: minor(500), maxPointsPerSale: points(500), validFromMs: 1_000, validUntilMs: 1_001 });
    expect(decideRedemption(inputOf([rule]), 500).ok).toBe(true);
    expect(decideRedemption(inputOf([rule]), 501).ok).toBe(false);
  });

  it('is named in the quote with what it allows', () => {
    const outcome = quote(inputOf([ratioRule(1, 1, { maxShareBp: 500, maxPointsPerSale: points(40), maxDiscountMinor: minor(60) })]));
    expect(outcome.ok && outcome.value.rules[0]?.limits).toEqual([
      { limit: 'balance', points: 1_000, discountMinor: 1_000 },
      { limit: 'bill', points: 10_000, discountMinor: 10_000 },
      { limit: 'share', points: 500, discountMinor: 500, shareBp: 500 },
      { limit: 'sale-limit', points: 40, discountMinor: 40 },
      { limit: 'amount', points: 60, discountMinor: 60 },
    ]);
  });
});

describe('several rules', () => {
  const RATIO = ratioRule(100, 100, { multiple: points(100) });
  const FIXED = fixedRule(1_500, 1_800);

  it('propose the largest discount', () => {
    expect(proposalOf(inputOf([RATIO, FIXED], { balance: 1_600 }))).toMatchObject({ rule: 'r1', points: 1_500, discountMinor: 1_800 });
    expect(proposalOf(inputOf([RATIO, FIXED], { balance: 1_900 }))).toMatchObject({ rule: 'r0', points: 1_900, discountMinor: 1_900 });
    for (const rules of [[FIXED, ratioRule(1, 1)], [ratioRule(1, 1), FIXED]]) {
      expect(proposalOf(inputOf(rules, { balance: 1_800 }))).toMatchObject({ points: 1_500, discountMinor: 1_800 });
    }
  });

  it('take a number by the first that allows it, or by the one that is named', () => {
    const input = inputOf([RATIO, FIXED], { balance: 2_000 });
    expect(decideRedemption(input, 1_500)).toMatchObject({ ok: true, value: { rule: 'r0', discountMinor: 1_500 } });
    expect(decideRedemption(input, 1_500, 'r1')).toMatchObject({ ok: true, value: { rule: 'r1', discountMinor: 1_800 } });
    expect(refusalOf(input, 1_400, 'r1')).toEqual({ code: 'fixed-points', points: 1_500, needed: 1_400, allowed: 1_500 });
    expect(refusalOf(input, 100, 'r9')).toEqual({ code: 'rule-unknown', rule: 'r9' });
  });

  it('refuse with the number nearest to the one that was wanted', () => {
    const input = inputOf([RATIO, FIXED], { balance: 2_000 });
    expect(refusalOf(input, 250)).toMatchObject({ code: 'not-a-multiple', allowed: 200 });
    expect(refusalOf(inputOf([{ ...RATIO, maxPointsPerSale: points(500) }, FIXED], { balance: 2_000 }), 1_400)).toMatchObject({ code: 'fixed-points', allowed: 1_500 });
  });
});

describe('what is earned beside a redemption', () => {
  const earn: EarnRule = { points: points(1), perMinor: minor(100), basis: 'net', perVisit: points(5), multipliers: [{ id: 'double', name: { en: 'd', 'zh-CN': '双' }, factorBp: 20_000 }] };
  const steps = (basisMinor: number, byAmount: number) => [
    { step: 'amount', basisMinor, points: byAmount }, { step: 'multiplier', id: 'double', name: { en: 'd', 'zh-CN': '双' }, factorBp: 20_000, points: byAmount },
    { step: 'visit', points: 5 },
  ];

  it('is told step by step: with the proposal, with chosen points, and without any', () => {
    const input = { ...inputOf([ratioRule(1, 1)]), programme: programmeOf([ratioRule(1, 1)], earn) };
    expect(quote(input)).toMatchObject({ ok: true, value: { earnWithoutRedeeming: 205, earning: { proposed: steps(9_000, 90), without: steps(10_000, 100) } } });
    expect(decideRedemption(input, 500)).toMatchObject({ ok: true, value: { earnPoints: 195, earnSteps: steps(9_500, 95) } });
    const nothing = quote({ ...input, balance: points(0) });
    expect(nothing).toMatchObject({ ok: true, value: { proposed: null, earning: { proposed: null, without: steps(10_000, 100) } } });
  });

  it('sums to what every option says', () => {
    const sum = (list: readonly { points: number }[] | null): number => (list ?? []).reduce((total, step) => total + step.points, 0);
    fc.assert(fc.property(anyInput, (input) => {
      const outcome = quote(input);
      if (!outcome.ok) return;
      const { earning, earnWithoutRedeeming, proposed } = outcome.value;
      expect(sum(earning.without)).toBe(earnWithoutRedeeming);
      expect(sum(earning.proposed)).toBe(proposed?.earnPoints ?? 0);
      const decided = proposed === null ? undefined : decideRedemption(input, proposed.points, proposed.rule);
      if (decided?.ok === true) expect(sum(decided.value.earnSteps)).toBe(decided.value.earnPoints);
    }), { numRuns: 500 });
  });
});

describe('a bill that cannot be', () => {
  it.each([
    [{ billMinor: 0 }, { code: 'amount-zero' }],
    [{ billMinor: 0.001 }, { code: 'amount-invalid', decimals: 2 }],
    [{ billMinor: -5 }, { code: 'amount-invalid', decimals: 2 }],
    [{ billMinor: 10 ** 15 }, { code: 'amount-too-large', maxMinor: LARGEST_AMOUNT }],
    [{ currency: 'XXX' }, { code: 'currency-unknown', currency: 'XXX' }],
    [{ currency: 'EUR' }, { code: 'currency-mismatch', currency: 'EUR', expected: 'USD' }],
  ])('%j is refused by quote and decision alike', (part, refusal) => {
    const input = inputOf([ratioRule(1, 1)], part);
    expect(quote(input)).toEqual({ ok: false, refusal });
    expect(refusalOf(input, 1)).toEqual(refusal);
  });
});

describe('the largest numbers', () => {
  it('neither overflow nor throw', () => {
    for (const rule of [ratioRule(LARGEST_AMOUNT, 1), ratioRule(1, LARGEST_AMOUNT), ratioRule(1, 1, { multiple: points(LARGEST_AMOUNT) }), fixedRule(LARGEST_AMOUNT, LARGEST_AMOUNT)]) {
      const input = { ...inputOf([rule], { billMinor: LARGEST_AMOUNT, balance: LARGEST_AMOUNT }), programme: programmeOf([rule], { points: points(LARGEST_AMOUNT), perMinor: minor(1), basis: 'gross' }) };
      expect(proposalOf(input)).toMatchObject({ earnPoints: LARGEST_AMOUNT });
      expect(refusalOf(input, Number.MAX_SAFE_INTEGER)).toBeDefined();
    }
  });
});

describe('a programme without redemption', () => {
  it('proposes nothing and still says what is earned', () => {
    const outcome = quote(inputOf([]));
    expect(outcome).toMatchObject({ ok: true, value: { proposed: null, refusal: null, rules: [], earnWithoutRedeeming: 100 } });
    expect(refusalOf(inputOf([]), 100)).toEqual({ code: 'rule-unknown', rule: '' });
  });
});
