import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isLoyal, isOften, standingPoints, type Visit } from '../../shared/domain/habits.ts';
import { points } from '../../shared/domain/integers.ts';

const DAY_MS = 86_400_000;
const NOW_MS = 1_000 * DAY_MS;
const visit = (daysAgo: number, here = true, redeemed = 0): Visit => ({ atMs: NOW_MS - daysAgo * DAY_MS, here, redeemed: points(redeemed) });
const caps = { leaseCap: points(5_000), left: points(20_000) };
const standing = (visits: Visit[], balance = 3_000, change: Partial<typeof caps> = {}): number =>
  standingPoints(visits, { nowMs: NOW_MS, balance: points(balance), caps: { ...caps, ...change } });
const anyVisits = fc.array(fc.record({
  atMs: fc.integer({ min: 0, max: NOW_MS + 10 * DAY_MS }), here: fc.boolean(), redeemed: fc.integer({ min: 0, max: 9_000 }).map(points),
}), { maxLength: 12 });
const anyPoints = fc.integer({ min: -500, max: 30_000 }).map(points);
const anyCap = fc.integer({ min: 0, max: 30_000 }).map(points);

const isRegular = (visits: readonly Visit[], nowMs: number): boolean => isLoyal(visits, nowMs) || isOften(visits, nowMs);

describe('a standing lease', () => {
  it('is all that somebody has who comes only here', () => {
    expect(standing([visit(10), visit(200)])).toBe(3_000);
    expect(standing([visit(1, true, 100), visit(9, true, 900), visit(20, true, 300)])).toBe(3_000);
    // One stray visit of four is no other habit; one of three is.
    expect(standing([visit(40), visit(80), visit(120), visit(5, false)])).toBe(3_000);
    expect(standing([visit(10), visit(200), visit(3, false)])).toBe(0);
    expect(standing([visit(10)])).toBe(0);
    expect(standing([visit(10), visit(10)])).toBe(0);
    expect(standing([visit(10), visit(366)])).toBe(0);
    // What a clock says that ran ahead is no habit.
    expect(standing([visit(-1), visit(-2), visit(-3)])).toBe(0);
  });

  it('is the usual redemption of who comes often, but elsewhere as well, and all of who has never redeemed', () => {
    const often = [visit(1, true, 100), visit(9, true, 900), visit(12, false), visit(15, false), visit(20, true, 300)];
    expect(standing(often)).toBe(300);
    expect(standing(often.map((one) => ({ ...one, redeemed: points(0) })))).toBe(3_000);
    expect(standing([visit(1, true, 200), ...often])).toBe(300);
    expect(standing([visit(1), visit(2), visit(3, false), visit(4, false)])).toBe(0);
  });

  it('never exceeds balance, cap or share, and holds nothing for who is no regular', () => {
    let held = 0;
    fc.assert(fc.property(anyVisits, anyPoints, anyCap, anyCap, (visits, balance, leaseCap, left) => {
      const size = standingPoints(visits, { nowMs: NOW_MS, balance, caps: { leaseCap, left } });
      expect(size).toBeGreaterThanOrEqual(0);
      expect(size).toBeLessThanOrEqual(Math.max(0, Math.min(balance, leaseCap, left)));
      if (size > 0) held += 1;
      if (size > 0) expect(isRegular(visits, NOW_MS)).toBe(true);
    }), { numRuns: 3_000 });
    expect(held).toBeGreaterThan(100);
  });

  it('does not depend on the order in which visits are known, and another visit elsewhere never makes a regular', () => {
    fc.assert(fc.property(anyVisits, anyPoints, (visits, balance) => {
      const at = { nowMs: NOW_MS, balance, caps };
      const distinct = visits.filter((one, index) => visits.findIndex(({ atMs }) => atMs === one.atMs) === index);
      expect(standingPoints([...distinct].reverse(), at)).toBe(standingPoints(distinct, at));
      if (!isRegular(visits, NOW_MS)) {
        const more = isRegular([...visits, visit(1, false)], NOW_MS);
        // One more of three within a month can complete the number, when those here are the most of them.
        if (more) expect(visits.filter(({ atMs, here }) => here && atMs <= NOW_MS && NOW_MS - atMs <= 30 * DAY_MS).length).toBeGreaterThanOrEqual(2);
      }
    }));
  });
});
