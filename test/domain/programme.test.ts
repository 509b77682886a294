import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earnedPoints, expiryDay } from '../../shared/domain/earn.ts';
import { LARGEST_AMOUNT, minor, points } from '../../shared/domain/integers.ts';
import { programmeAt, type EarnRule, type Programme } from '../../shared/domain/programme.ts';
import { anyEarn, programmeOf } from './rules.ts';

const rule = (part: Partial<EarnRule> = {}): EarnRule => ({ points: points(1), perMinor: minor(100), basis: 'net', ...part });
const money = fc.integer({ min: 0, max: LARGEST_AMOUNT });

describe('earning', () => {
  it.each([
    [rule(), 7_680, 0, 76], [rule(), 99, 0, 0], [rule(), 100, 0, 1], [rule(), 7_680, 500, 71], [rule({ basis: 'gross' }), 7_680, 500, 76],
    [rule({ points: points(5) }), 7_680, 0, 380], [rule({ points: points(0) }), 7_680, 0, 0], [rule({ points: points(3), perMinor: minor(7) }), 20, 0, 6],
    [rule(), 500, 500, 0], [rule(), 500, 501, 0],
  ])('%j on %i less %i is %i points', (earn, bill, discount, earned) => {
    expect(earnedPoints(earn, minor(bill), minor(discount))).toBe(earned);
  });

  it('rounds down: never more than the exact share, and less than one step below it', () => {
    fc.assert(
      fc.property(anyEarn, money, money, (earn, bill, discount) => {
        const basis = BigInt(Math.max(0, earn.basis === 'net' ? bill - discount : bill));
        const earned = BigInt(earnedPoints(earn, minor(bill), minor(discount)));
        const exact = (basis / BigInt(earn.perMinor)) * BigInt(earn.points);
        expect(earned).toBe(exact < BigInt(LARGEST_AMOUNT) ? exact : BigInt(LARGEST_AMOUNT));
        expect(earned * BigInt(earn.perMinor) <= basis * BigInt(earn.points)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('never grows with the discount, and never shrinks with the bill', () => {
    fc.assert(
      fc.property(anyEarn, money, money, fc.nat(10_000), (earn, bill, discount, more) => {
        const earned = earnedPoints(earn, minor(bill), minor(discount));
        expect(earnedPoints(earn, minor(bill), minor(discount + more))).toBeLessThanOrEqual(earned);
        expect(earnedPoints(earn, minor(bill + more), minor(discount))).toBeGreaterThanOrEqual(earned);
      }),
    );
  });
});

describe('the expiry of earned points', () => {
  it('is a day of the store some months on, and none when they never expire', () => {
    const evening = Date.UTC(2026, 0, 30, 20);
    expect(expiryDay(rule({ expiresAfterMonths: 1 }), evening, 0)).toBe('2026-02-28');
    expect(expiryDay(rule({ expiresAfterMonths: 1 }), evening, 480)).toBe('2026-02-28');
    expect(expiryDay(rule({ expiresAfterMonths: 2 }), evening, 0)).toBe('2026-03-30');
    expect(expiryDay(rule({ expiresAfterMonths: 2 }), evening, 480)).toBe('2026-03-31');
    expect(expiryDay(rule({ expiresAfterMonths: 12 }), Date.UTC(2024, 1, 29), 0)).toBe('2025-02-28');
    expect(expiryDay(rule(), evening, 0)).toBeUndefined();
  });
});

describe('the programme at a moment', () => {
  const version = (number: number, effectiveFromMs: number): Programme => ({ ...programmeOf([]), version: number, effectiveFromMs });

  it('is the latest effective one; the higher version of two that start together', () => {
    const all = [version(1, 0), version(3, 200), version(2, 200), version(4, 300)];
    expect(programmeAt(all, -1)).toBeUndefined();
    expect(programmeAt(all, 0)?.version).toBe(1);
    expect(programmeAt(all, 199)?.version).toBe(1);
    expect(programmeAt(all, 200)?.version).toBe(3);
    expect(programmeAt(all, 300)?.version).toBe(4);
    expect(programmeAt([], 300)).toBeUndefined();
  });

  it('is the store\'s own from its date until its end, and else the chain\'s', () => {
    const own = (number: number, from: number, until?: number): Programme => ({ ...version(number, from), store: 'north', ...(until === undefined ? {} : { effectiveUntilMs: until }) });
    const all = [version(1, 0), own(2, 100, 200), version(3, 150), own(4, 300), { ...own(5, 0), store: 'south' }];
    const at = (ms: number, store?: string): number | undefined => programmeAt(all, ms, store)?.version;
    expect([at(99, 'north'), at(100, 'north'), at(199, 'north'), at(200, 'north'), at(299, 'north'), at(300, 'north')]).toEqual([1, 2, 2, 3, 3, 4]);
    expect([at(150), at(150, 'far'), at(150, 'south'), at(999, 'north')]).toEqual([3, 3, 5, 4]);
    // An own version that follows an ended one holds although the ended one is the older.
    expect(programmeAt([own(1, 0, 10), own(2, 5)], 20, 'north')?.version).toBe(2);
  });

  it('does not depend on the order in which versions arrived', () => {
    const starts = fc.uniqueArray(fc.record({ version: fc.nat(50), effectiveFromMs: fc.nat(5) }), { selector: (one) => one.version, maxLength: 8 });
    fc.assert(
      fc.property(starts.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))), fc.nat(6), ([one, other], nowMs) => {
        const of = (list: typeof one) => programmeAt(list.map((each) => version(each.version, each.effectiveFromMs)), nowMs);
        expect(of(other)).toEqual(of(one));
      }),
    );
  });
});
