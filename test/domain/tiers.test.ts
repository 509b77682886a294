import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths, dayNumber, daysInMonth, formatDay, numberedDay, parseDay } from '../../shared/domain/date.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { LARGEST_AMOUNT, minor, points } from '../../shared/domain/integers.ts';
import type { TierReach, TierRules } from '../../shared/domain/programme.ts';
import { purchaseOf, purchasesOf, tierHistoryFrom, tierStanding, type Purchase } from '../../shared/domain/tiers.ts';

const name = { en: 'Tier', 'zh-CN': '等级' };
/** Day 0 of the tests: 1 January 2024, a leap year. */
const DAY_0 = dayNumber({ year: 2024, month: 1, day: 1 });
const day = (number: number): string => formatDay(numberedDay(DAY_0 + number));
const on = (number: number) => ({ latest: day(number), earliest: day(number) });
const bought = (at: number, spend: number, earned = spend, isVisit = true): Purchase => ({ day: day(at), points: points(earned), spendMinor: minor(spend), isVisit });
const level = (id: string, reach: TierReach) => ({ id, name, reach });
const rules = (part: Partial<TierRules> = {}): TierRules => ({
  window: { kind: 'days', days: 30 }, downgrade: 'qualified',
  levels: [level('silver', { spendMinor: minor(100) }), level('gold', { spendMinor: minor(300) })], ...part,
});
const tierOn = (of: TierRules, purchases: readonly Purchase[], at: number): string | null => tierStanding(of, purchases, on(at)).tier;

const anyRules: fc.Arbitrary<TierRules> = fc.record({
  window: fc.oneof(fc.integer({ min: 1, max: 60 }).map((days) => ({ kind: 'days' as const, days })), fc.constant({ kind: 'calendar-year' as const })),
  grace: fc.option(fc.record({ unit: fc.constantFrom('days' as const, 'months' as const), count: fc.integer({ min: 1, max: 5 }) }), { nil: undefined }),
  downgrade: fc.constantFrom('step' as const, 'qualified' as const),
  levels: fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('points', 'spendMinor', 'visits', 'either')), { minLength: 1, maxLength: 4 }).map((steps) => {
    let asked = 0;
    return steps.map(([step, what], index) => {
      asked += step;
      return level(`t${index}`, what === 'either' ? { points: points(asked), visits: Math.ceil(asked / 10) } : { [what]: what === 'visits' ? Math.ceil(asked / 10) : asked });
    });
  }),
}).map(({ grace, ...rest }) => (grace === undefined ? { ...rest, downgrade: 'qualified' as const } : { ...rest, grace }));

const anyPurchase = fc.tuple(fc.integer({ min: 0, max: 420 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 60 }), fc.boolean())
  .map(([at, spend, earned, isVisit]) => bought(at, spend, earned, isVisit));
const anyPurchases = fc.array(anyPurchase, { maxLength: 25 });
const anyDay = fc.integer({ min: 0, max: 700 });
const rank = (of: TierRules, tier: string | null): number => of.levels.findIndex(({ id }) => id === tier);

/** What the rules say, day after day and step by step, written as plainly as can be. */
function byHand(of: TierRules, purchases: readonly Purchase[], today: number): number {
  const later = (at: number): number => {
    if (of.grace === undefined) return at;
    if (of.grace.unit === 'days') return at + of.grace.count;
    return dayNumber(addMonths(numberedDay(DAY_0 + at), of.grace.count)) - DAY_0;
  };
  const enough = (at: number): number => {
    const inside = purchases.filter((one) => {
      const number = dayNumber(parseDay(one.day)) - DAY_0;
      const starts = of.window.kind === 'days' ? number > at - of.window.days : one.day.slice(0, 4) === day(at).slice(0, 4);
      return starts && number <= at;
    });
    const sum = (what: 'points' | 'spendMinor'): number => inside.reduce((total, one) => total + one[what], 0);
    const visits = new Set(inside.filter((one) => one.isVisit).map((one) => one.day)).size;
    return of.levels.findLastIndex(({ reach }) =>
      sum('points') >= (reach.points ?? Infinity) || sum('spendMinor') >= (reach.spendMinor ?? Infinity) || visits >= (reach.visits ?? Infinity));
  };
  const until = of.levels.map(() => -Infinity);
  for (let at = 0; at <= today; at++) {
    const reached = enough(at);
    for (let step = 0; step <= reached; step++) until[step] = later(at);
  }
  if (of.downgrade === 'step') {
    for (let step = until.length - 2; step >= 0; step--) {
      const above = until[step + 1] ?? -Infinity;
      if (Number.isFinite(above)) until[step] = Math.max(until[step] ?? -Infinity, later(above));
    }
  }
  return until.findLastIndex((end) => end >= today);
}

describe('a tier', () => {
  it('is held from the purchase that is enough for it until the window has lost that purchase', () => {
    const purchases = [bought(0, 60), bought(10, 40)];
    expect([9, 10, 29, 30].map((at) => tierOn(rules(), purchases, at))).toEqual([null, 'silver', 'silver', null]);
    expect(tierStanding(rules(), purchases, on(10))).toEqual({
      tier: 'silver', until: day(29), isQualified: true, counts: { points: 100, spendMinor: 100, visits: 2 },
      next: { tier: 'gold', missing: { spendMinor: 200 } }, changesOn: day(30),
    });
  });

  it('stays for its grace, and says that it does', () => {
    const graced = rules({ grace: { unit: 'days', count: 5 } });
    const purchases = [bought(0, 100)];
    expect([34, 35].map((at) => tierOn(graced, purchases, at))).toEqual(['silver', null]);
    expect(tierStanding(graced, purchases, on(30))).toMatchObject({ tier: 'silver', until: day(34), isQualified: false, counts: { spendMinor: 0 }, changesOn: day(35) });
  });

  it('of a calendar year with a grace of twelve months holds to the end of the next year', () => {
    const yearly = rules({ window: { kind: 'calendar-year' }, grace: { unit: 'months', count: 12 } });
    const until = (at: string): string | null => tierStanding(yearly, [{ ...bought(0, 300), day: '2024-03-01' }], { latest: at, earliest: at }).tier;
    expect(['2024-02-29', '2024-03-01', '2025-01-01', '2025-12-31', '2026-01-01'].map(until)).toEqual([null, 'gold', 'gold', 'gold', null]);
  });

  it('goes down one tier a grace period under step, and straight down under qualified', () => {
    const step = rules({ grace: { unit: 'days', count: 10 }, downgrade: 'step' });
    const purchases = [bought(0, 300)];
    expect([39, 40, 49, 50].map((at) => tierOn(step, purchases, at))).toEqual(['gold', 'silver', 'silver', null]);
    expect([39, 40].map((at) => tierOn({ ...step, downgrade: 'qualified' }, purchases, at))).toEqual(['gold', null]);
    // What the later purchases alone are enough for.
    const more = [...purchases, bought(25, 100)];
    expect([39, 40, 64, 65].map((at) => tierOn({ ...step, downgrade: 'qualified' }, more, at))).toEqual(['gold', 'silver', 'silver', null]);
  });

  it('ends when its last day is over everywhere, and begins when its first has begun anywhere', () => {
    const purchases = [bought(0, 100)];
    expect(tierStanding(rules(), purchases, { latest: day(30), earliest: day(29) }).tier).toBe('silver');
    expect(tierStanding(rules(), purchases, { latest: day(31), earliest: day(30) }).tier).toBeNull();
    expect(tierStanding(rules(), purchases, { latest: day(0), earliest: day(-1) }).tier).toBe('silver');
  });

  it('counts days with a purchase as visits, however many bills there were', () => {
    const visits = rules({ levels: [level('silver', { visits: 2 })] });
    expect(tierOn(visits, [bought(0, 1), bought(0, 1), bought(0, 1)], 0)).toBeNull();
    expect(tierOn(visits, [bought(0, 1), bought(1, 0)], 1)).toBe('silver');
  });

  it('is given by any of the ways that a tier names, and what is missing is told for each', () => {
    const either = rules({ levels: [level('silver', { points: points(500), visits: 3 })] });
    expect(tierStanding(either, [bought(0, 10, 120), bought(1, 10, 100)], on(1)).next).toEqual({ tier: 'silver', missing: { points: 280, visits: 1 } });
    expect(tierOn(either, [bought(0, 1), bought(1, 1), bought(2, 1)], 2)).toBe('silver');
  });

  it('is none for what a till with a fast clock sold on a day that has not begun', () => {
    const standing = tierStanding(rules(), [bought(400, 300)], on(3));
    expect(standing).toMatchObject({ tier: null, changesOn: day(400) });
    expect(tierOn(rules(), [bought(400, 300)], 400)).toBe('gold');
  });

  it('takes numbers near the largest without a fault', () => {
    const purchases = Array.from({ length: 10_000 }, () => bought(1, LARGEST_AMOUNT));
    expect(tierOn(rules(), purchases, 1)).toBe('gold');
  });
});

describe('tiers, as properties', () => {
  it('are what the rules say day by day', () => {
    fc.assert(fc.property(anyRules, anyPurchases, anyDay, (of, purchases, today) => {
      expect(rank(of, tierOn(of, purchases, today))).toBe(byHand(of, purchases, today));
    }), { numRuns: 300 });
  });

  it('never sink by another purchase', () => {
    fc.assert(fc.property(anyRules, anyPurchases, anyPurchase, anyDay, (of, purchases, more, today) => {
      expect(rank(of, tierOn(of, [...purchases, more], today))).toBeGreaterThanOrEqual(rank(of, tierOn(of, purchases, today)));
    }));
  });

  it('never rise by a refund, in whatever order sales and refunds come', () => {
    const anySale = fc.tuple(fc.integer({ min: 0, max: 420 }), fc.integer({ min: 1, max: 60 }), fc.integer({ min: 0, max: 60 }));
    const anyBack = fc.tuple(fc.nat(9), fc.integer({ min: 1, max: 70 }), fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 70 }));
    fc.assert(fc.property(anyRules, fc.array(anySale, { minLength: 1, maxLength: 10 }), fc.array(anyBack, { maxLength: 8 }), anyDay, fc.boolean(), (of, sold, back, today, turned) => {
      const sales = sold.map(([at, total, earned], index) => ({
        id: `s${index}`, kind: 'sale', businessDate: day(at), bill: { totalMinor: minor(total), netMinor: minor(total), currency: 'USD' }, earn: { points: points(earned) },
      }) as Entry);
      const refunds = back.map(([sale, goods, refund, clawed], index) => ({
        id: `r${index}`, kind: 'reversal', reverses: `s${sale}`, businessDate: day(0),
        reversal: { scope: 'refund', returnPoints: points(0), clawBackPoints: points(clawed), refundMinor: minor(refund), goodsMinor: minor(goods) },
      }) as Entry);
      const all = [...sales, ...refunds];
      const [bare, left] = [sales, turned ? all.reverse() : all].map((entries) => tierOn(of, purchasesOf(entries), today));
      expect(rank(of, left ?? null)).toBeLessThanOrEqual(rank(of, bare ?? null));
    }));
  });

  it('do not depend on the order of purchases', () => {
    fc.assert(fc.property(anyRules, anyPurchases.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))), anyDay, (of, [all, mixed], today) => {
      expect(tierStanding(of, mixed, on(today))).toEqual(tierStanding(of, all, on(today)));
    }));
  });

  it('hold to the day that was told, and change on no day before the one that was told', () => {
    fc.assert(fc.property(anyRules, anyPurchases, anyDay, fc.integer({ min: 1, max: 90 }), (of, purchases, today, later) => {
      const now = tierStanding(of, purchases, on(today));
      const then = tierStanding(of, purchases, on(today + later));
      if (now.changesOn === null || day(today + later) < now.changesOn) expect(then).toEqual(now);
      if (now.until !== null && day(today + later) <= now.until) expect(rank(of, then.tier)).toBeGreaterThanOrEqual(rank(of, now.tier));
    }));
  });

  it('stand on nothing older than the history that is asked for', () => {
    fc.assert(fc.property(anyRules, anyPurchases, anyDay, (of, purchases, today) => {
      const from = tierHistoryFrom(of, day(today));
      expect(tierStanding(of, purchases.filter((one) => one.day >= from), on(today))).toEqual(tierStanding(of, purchases, on(today)));
    }));
  });
});

describe('what a sale counts', () => {
  const sale = (id: string, total: number, net: number, earned: number): Entry => ({
    id, kind: 'sale', businessDate: '2026-03-01', bill: { totalMinor: minor(total), netMinor: minor(net), currency: 'USD' }, earn: { points: points(earned) },
  }) as Entry;
  const back = (reverses: string, goods: number | undefined, refund: number, clawed: number, scope: 'refund' | 'void' = 'refund'): Entry => ({
    id: `back-${reverses}-${goods}`, kind: 'reversal', reverses, businessDate: '2026-04-01',
    reversal: { scope, returnPoints: points(0), clawBackPoints: points(clawed), refundMinor: minor(refund), ...(goods === undefined ? {} : { goodsMinor: minor(goods) }) },
  }) as Entry;

  it('is what was paid and earned, on the business date of the sale', () => {
    expect(purchasesOf([sale('a', 1_000, 800, 8)])).toEqual([{ day: '2026-03-01', points: 8, spendMinor: 800, isVisit: true }]);
  });

  it('loses what a refund gave back, on that day, and is no visit once all goods came back', () => {
    const entries = [sale('a', 1_000, 800, 8), back('a', 250, 200, 2)];
    expect(purchasesOf(entries)).toEqual([{ day: '2026-03-01', points: 6, spendMinor: 600, isVisit: true }]);
    expect(purchasesOf([...entries, back('a', 750, 600, 6)])).toEqual([{ day: '2026-03-01', points: 0, spendMinor: 0, isVisit: false }]);
    expect(purchaseOf(sale('a', 1_000, 800, 8), [back('a', undefined, 0, 0, 'void')]).isVisit).toBe(false);
  });

  it('is never below nothing, and a reversal whose sale is not there counts nothing until it is', () => {
    expect(purchaseOf(sale('a', 1_000, 800, 8), [back('a', 400, 700, 7), back('a', 400, 700, 7)])).toMatchObject({ points: 0, spendMinor: 0, isVisit: true });
    expect(purchasesOf([back('b', 100, 100, 1)])).toEqual([]);
    const whole = [back('b', 100, 100, 1), sale('b', 1_000, 1_000, 10)];
    expect(purchasesOf(whole)).toEqual(purchasesOf([...whole].reverse()));
  });
});

describe('days as numbers', () => {
  it('are the inverse of each other, through centuries', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 30 }), (year, month, nth) => {
      const date = { year, month, day: Math.min(nth + 1, daysInMonth(year, month)) };
      expect(numberedDay(dayNumber(date))).toEqual(date);
      expect(parseDay(formatDay(date))).toEqual(date);
    }));
    expect(dayNumber({ year: 1970, month: 1, day: 1 })).toBe(0);
    expect(dayNumber({ year: 2000, month: 3, day: 1 }) - dayNumber({ year: 2000, month: 2, day: 28 })).toBe(2);
    expect(() => parseDay('2026-3-1')).toThrow();
  });
});
