import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_SALE } from '../../shared/domain/context.ts';
import { earnedPoints } from '../../shared/domain/earn.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { checkConditions, discountFor } from '../../shared/domain/limits.ts';
import { decideRedemption, quote, type Quote, type QuoteInput, type RedemptionOption } from '../../shared/domain/quote.ts';
import type { RedemptionRule } from '../../shared/domain/programme.ts';
import { anyInput } from './rules.ts';

const RUNS = { numRuns: 3_000 };

function quoted(input: QuoteInput): Quote {
  const outcome = quote(input);
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.code}`);
  return outcome.value;
}

const ruleOf = (input: QuoteInput, id: string): RedemptionRule => {
  const rule = input.programme.redeem.find((one) => one.id === id);
  if (rule === undefined) throw new Error(`no rule ${id}`);
  return rule;
};

/** Everything that must hold for a redemption that the domain allows, said again without the code under test. */
function expectLegal(input: QuoteInput, option: RedemptionOption): void {
  const rule = ruleOf(input, option.rule);
  const bill = BigInt(input.billMinor);
  const discount = BigInt(option.discountMinor);
  expect(option.points).toBeGreaterThan(0);
  expect(option.points).toBeLessThanOrEqual(input.balance);
  expect(discount > 0n && discount <= bill).toBe(true);
  expect(BigInt(option.netMinor)).toBe(bill - discount);
  expect(option.leasedPoints + option.atRiskPoints).toBe(option.points);
  expect(option.leasedPoints).toBeLessThanOrEqual(input.cover.leased);
  expect(option.atRiskPoints).toBeLessThanOrEqual(input.cover.atRiskAllowed);
  expect(option.points).toBeLessThanOrEqual(rule.maxPointsPerSale ?? Infinity);
  expect(option.discountMinor).toBeLessThanOrEqual(rule.maxDiscountMinor ?? Infinity);
  expect(discount * 10_000n <= bill * BigInt(rule.maxShareBp ?? 10_000)).toBe(true);
  expect(input.balance).toBeGreaterThanOrEqual(rule.minBalance ?? -Infinity);
  expect(input.billMinor).toBeGreaterThanOrEqual(rule.minBillMinor ?? 0);
  if (rule.kind === 'fixed') expect([option.points, option.discountMinor]).toEqual([rule.points, rule.discountMinor]);
  else {
    expect(option.points % (rule.multiple ?? 1)).toBe(0);
    // Discount down, points up: the points are worth at least the discount.
    expect(BigInt(option.points) * BigInt(rule.stepMinor) >= discount * BigInt(rule.stepPoints)).toBe(true);
    const fewer = option.points - (rule.multiple ?? 1);
    if (fewer > 0) expect(BigInt(fewer) * BigInt(rule.stepMinor) < discount * BigInt(rule.stepPoints)).toBe(true);
  }
  expect(option.earnPoints).toBe(earnedPoints(input.programme.earn, minor(input.billMinor), option.discountMinor));
}

describe('any proposal', () => {
  it('stays within bill, balance, cover and every limit', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { rules, proposed } = quoted(input);
        for (const { best } of rules) if (best !== null) expectLegal(input, best);
        const best = Math.max(0, ...rules.map((rule) => rule.best?.discountMinor ?? 0));
        expect(proposed?.discountMinor ?? 0).toBe(best);
        const fewest = Math.min(...rules.flatMap((rule) => (rule.best?.discountMinor === best ? [rule.best.points] : [])));
        if (proposed !== null) expect(proposed.points).toBe(fewest);
      }),
      RUNS,
    );
  });

  it('is accepted when it is chosen', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        for (const { best } of quoted(input).rules) {
          if (best !== null) expect(decideRedemption(input, best.points, best.rule)).toEqual({ ok: true, value: { ...best, earnSteps: expect.any(Array) as unknown } });
        }
      }),
      RUNS,
    );
  });

  it('is missing only for a reason, and then no number is accepted', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 3_000 }), (input, wanted) => {
        const { rules, proposed, refusal } = quoted(input);
        for (const rule of rules) expect(rule.refusal === null).toBe(rule.best !== null);
        expect(refusal === null).toBe(proposed !== null);
        if (proposed === null) expect(decideRedemption(input, wanted).ok).toBe(false);
      }),
      RUNS,
    );
  });

  it('is never beaten by a number that a person chooses', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 5_000 }), (input, wanted) => {
        const chosen = decideRedemption(input, wanted);
        if (chosen.ok) expect(chosen.value.discountMinor).toBeLessThanOrEqual(quoted(input).proposed?.discountMinor ?? 0);
      }),
      RUNS,
    );
  });
});

describe('any decision', () => {
  const wanted = fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }));

  it('is legal, and takes no more points than were chosen and no more than the discount needs', () => {
    fc.assert(
      fc.property(anyInput, wanted, (input, chosen) => {
        const outcome = decideRedemption(input, chosen);
        if (!outcome.ok) return;
        expectLegal(input, outcome.value);
        expect(outcome.value.points).toBeLessThanOrEqual(chosen);
        expect(discountFor(ruleOf(input, outcome.value.rule), points(chosen))).toBe(outcome.value.discountMinor);
      }),
      RUNS,
    );
  });

  it('offers only numbers that are then accepted', () => {
    fc.assert(
      fc.property(anyInput, wanted, fc.option(fc.constant('r0'), { nil: undefined }), (input, chosen, rule) => {
        const outcome = decideRedemption(input, chosen, rule);
        if (outcome.ok) return;
        const { refusal } = outcome;
        const offered = [...('allowed' in refusal ? [refusal.allowed] : []), ...('next' in refusal ? [refusal.next] : [])].filter((one) => one > 0);
        for (const works of offered) {
          const again = decideRedemption(input, works, rule);
          expect(again.ok, `${refusal.code} offered ${works}`).toBe(true);
        }
        if ('needed' in refusal) expect(refusal.needed).toBeGreaterThanOrEqual(chosen);
      }),
      RUNS,
    );
  });

  it('offers something whenever something is possible under the only rule', () => {
    fc.assert(
      fc.property(anyInput, wanted, (input, chosen) => {
        const one = { ...input, programme: { ...input.programme, redeem: input.programme.redeem.slice(0, 1) } };
        const outcome = decideRedemption(one, chosen);
        if (outcome.ok || quoted(one).proposed === null) return;
        const { refusal } = outcome;
        expect(Math.max('allowed' in refusal ? refusal.allowed : 0, 'next' in refusal ? refusal.next : 0)).toBeGreaterThan(0);
      }),
      RUNS,
    );
  });

  it.each([0, -1, 0.5, NaN, Infinity, -Infinity, 2 ** 53])('refuses %s points', (chosen) => {
    fc.assert(
      fc.property(anyInput, (input) => {
        expect(decideRedemption(input, chosen)).toEqual({ ok: false, refusal: { code: 'points-invalid' } });
      }),
      { numRuns: 20 },
    );
  });
});

describe('more of what allows never allows less', () => {
  const worth = (input: QuoteInput): number => quoted(input).proposed?.discountMinor ?? 0;
  const more = fc.integer({ min: 0, max: 5_000 });

  it('more balance', () => {
    fc.assert(
      fc.property(anyInput, more, (input, extra) => {
        expect(worth({ ...input, balance: points(input.balance + extra) })).toBeGreaterThanOrEqual(worth(input));
      }),
      RUNS,
    );
  });

  it('more cover, leased or at risk', () => {
    fc.assert(
      fc.property(anyInput, more, more, (input, leased, atRisk) => {
        const cover = { ...input.cover, leased: points(input.cover.leased + leased), atRiskAllowed: points(input.cover.atRiskAllowed + atRisk) };
        expect(worth({ ...input, cover })).toBeGreaterThanOrEqual(worth(input));
      }),
      RUNS,
    );
  });

  it('a larger bill', () => {
    fc.assert(
      fc.property(anyInput, more, (input, extra) => {
        fc.pre(input.billMinor + extra <= 1_000_000_000_000);
        expect(worth({ ...input, billMinor: input.billMinor + extra })).toBeGreaterThanOrEqual(worth(input));
      }),
      RUNS,
    );
  });

  it('a rule more', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const fewer = { ...input, programme: { ...input.programme, redeem: input.programme.redeem.slice(1) } };
        expect(worth(input)).toBeGreaterThanOrEqual(worth(fewer));
      }),
      RUNS,
    );
  });
});

describe('the order of cover', () => {
  it('is leased points first, at risk only for the rest', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        for (const { best, rule } of quoted(input).rules) {
          if (best !== null && best.atRiskPoints > 0) expect(best.leasedPoints).toBe(input.cover.leased);
          if (best !== null) expect(checkConditions(ruleOf(input, rule), { billMinor: minor(input.billMinor), balance: input.balance, nowMs: input.nowMs, context: PLAIN_SALE })).toBeUndefined();
        }
      }),
      RUNS,
    );
  });
});
