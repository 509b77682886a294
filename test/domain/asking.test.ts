import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { couldRedeem, couldSoonRedeem } from '../../shared/domain/asking.ts';
import { LARGEST_AMOUNT, points } from '../../shared/domain/integers.ts';
import { quote } from '../../shared/domain/quote.ts';
import { anyInput, fixedRule, programmeOf, ratioRule } from './rules.ts';

const at = { nowMs: 1_000, store: 'S1' };

describe('whether cover is worth asking for', () => {
  it('is yes wherever a quote proposes something, on whatever bill', () => {
    let proposed = 0;
    fc.assert(fc.property(anyInput, (input) => {
      const cover = { leased: points(LARGEST_AMOUNT), atRiskAllowed: points(0), cap: 'policy' } as const;
      const quoted = quote({ ...input, cover });
      if (!quoted.ok || quoted.value.proposed === null) return;
      proposed += 1;
      expect(couldRedeem(input.programme, { ...at, balance: input.balance })).toBe(true);
    }), { numRuns: 2_000 });
    expect(proposed).toBeGreaterThan(50);
  });

  it('is no below the least balance of every rule, outside their time, and at other stores', () => {
    const could = (rule: Parameters<typeof programmeOf>[0][number], balance: number, nowMs = at.nowMs): boolean =>
      couldRedeem(programmeOf([rule]), { ...at, nowMs, balance: points(balance) });
    expect([could(ratioRule(1, 1, { multiple: points(100) }), 99), could(ratioRule(1, 1, { multiple: points(100) }), 100)]).toEqual([false, true]);
    expect([499, 500].map((balance) => could(ratioRule(1, 1, { minBalance: points(500) }), balance))).toEqual([false, true]);
    expect([799, 800].map((balance) => could(fixedRule(800, 1_000), balance))).toEqual([false, true]);
    expect([999, 1_000, 1_999, 2_000].map((nowMs) => could(ratioRule(1, 1, { validFromMs: 1_000, validUntilMs: 2_000 }), 9, nowMs))).toEqual([false, true, true, false]);
    expect([['S2'], ['S2', 'S1']].map((stores) => could(ratioRule(1, 1, { stores }), 9))).toEqual([false, true]);
    expect(couldRedeem(programmeOf([]), { ...at, balance: points(9_999) })).toBe(false);
    expect(could(ratioRule(1, 1), -5)).toBe(false);
  });

  it('is within reach from half of the least balance on', () => {
    const soon = (balance: number): boolean => couldSoonRedeem(programmeOf([ratioRule(1, 1, { minBalance: points(500) })]), { ...at, balance: points(balance) });
    expect([-300, 0, 249, 250, 500, Number.MAX_SAFE_INTEGER].map(soon)).toEqual([false, false, false, true, true, true]);
  });
});
