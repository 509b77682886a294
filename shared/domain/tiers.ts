import { addMonths, businessDate, dayNumber, formatDay, numberedDay, parseDay } from './date.ts';
import type { Entry } from './entry.ts';
import { minor, points, type Minor, type Points } from './integers.ts';
import type { Tier, TierReach, TierRules } from './programme.ts';

/** What a purchase counts for a tier, after what was given back of it. Never negative. */
export interface Purchase {
  /** Business date of the sale, YYYY-MM-DD. */
  day: string;
  points: Points;
  /** What was paid, in minor units: redeemed points are not spent money. */
  spendMinor: Minor;
  /** False once all of the goods came back. */
  isVisit: boolean;
}

/** The days that it is in the stores of a chain: the one that has begun anywhere, and the one that has begun everywhere. */
export interface Today {
  latest: string;
  earliest: string;
}

/** The days that it is at a moment in stores with these offsets from UTC, minutes. */
export function todayIn(nowMs: number, offsetsMinutes: readonly number[]): Today {
  const offsets = offsetsMinutes.length === 0 ? [0] : offsetsMinutes;
  return { latest: businessDate(nowMs, Math.max(...offsets)), earliest: businessDate(nowMs, Math.min(...offsets)) };
}

/** What a member has counted in the window of a day. */
export interface TierCounts {
  points: Points;
  spendMinor: Minor;
  visits: number;
}

/** Where a member stands. */
export interface TierStanding {
  /** Null: none. */
  tier: string | null;
  /** Last day on which the tier holds if nothing more is bought; null without one. */
  until: string | null;
  /** Whether the purchases in the window are enough for the tier today; false: it stays by grace alone, or there is none. */
  isQualified: boolean;
  counts: TierCounts;
  /** The next tier, and what each of its ways still asks for; null at the top. */
  next: { tier: string; missing: TierReach } | null;
  /** The next day on which any of this may differ although nothing is bought; null: never. */
  changesOn: string | null;
}

/**
 * What a sale counts, with its reversals in any order. A reversal takes from the sale's own day, so that goods that came back
 * qualify for nothing, whenever they came; several of tills that did not know of each other never take more than there was.
 */
export function purchaseOf(sale: Pick<Entry, 'businessDate' | 'bill' | 'earn'>, reversals: readonly Pick<Entry, 'reversal'>[]): Purchase {
  const total = sale.bill?.totalMinor ?? 0;
  let [clawedBack, refunded, goods] = [0, 0, 0];
  for (const { reversal } of reversals) {
    if (reversal === undefined) continue;
    clawedBack += reversal.clawBackPoints;
    refunded += reversal.refundMinor;
    goods += reversal.goodsMinor ?? total;
  }
  const isBack = reversals.some(({ reversal }) => reversal?.scope === 'void') || (goods > 0 && goods >= total);
  return {
    day: sale.businessDate, isVisit: !isBack,
    points: points(isBack ? 0 : Math.max(0, (sale.earn?.points ?? 0) - clawedBack)),
    spendMinor: minor(isBack ? 0 : Math.max(0, (sale.bill?.netMinor ?? 0) - refunded)),
  };
}

/** Purchases of a member's entries, in whatever order they come. A reversal whose sale is not among them counts nothing. */
export function purchasesOf(entries: readonly Entry[]): Purchase[] {
  const reversals = new Map<string, Entry[]>();
  for (const entry of entries) {
    if (entry.kind !== 'reversal' || entry.reverses === undefined) continue;
    reversals.set(entry.reverses, [...(reversals.get(entry.reverses) ?? []), entry]);
  }
  return entries.filter((entry) => entry.kind === 'sale').map((sale) => purchaseOf(sale, reversals.get(sale.id) ?? []));
}

/**
 * Where a member stands today. A tier is held from the day on which the window's purchases are enough for it to the last day
 * on which they are, and for the grace after that; under `step` each lower tier is held at least one grace longer than the one above.
 * Pure in the set of purchases: their order does not matter, another purchase never lowers the tier, a day that has not
 * begun anywhere does not count, and a tier ends only when its last day is over everywhere.
 */
export function tierStanding(rules: TierRules, purchases: readonly Purchase[], today: Today): TierStanding {
  const days = daysOf(purchases, today.latest);
  const latest = numberOf(today.latest);
  const ends = lastDays(rules, days);
  const held = ends.findLastIndex((end) => end !== undefined && end >= numberOf(today.earliest));
  const tier = rules.levels[held];
  const counts = countsOn(rules, days, latest);
  const next = rules.levels[held + 1];
  const end = ends[held];
  return {
    tier: tier?.id ?? null,
    until: end === undefined ? null : dayText(end),
    isQualified: tier !== undefined && isReached(tier.reach, counts),
    counts,
    next: next === undefined ? null : { tier: next.id, missing: missingTo(next, counts) },
    changesOn: nextChange(rules, { days, purchases, latest, end }),
  };
}

/** The earliest day whose purchases can matter to where a member stands on a day: what a server has to read. */
export function tierHistoryFrom(rules: TierRules, earliest: string): string {
  let from = parseDay(earliest);
  // Each step of the way down lasts a grace; a month's length is never underestimated, because months are counted back as such.
  for (let steps = 0; steps <= rules.levels.length; steps++) from = numberedDay(graced(rules, dayNumber(from), -1) - 3);
  return dayText(windowStart(rules, dayNumber(from)));
}

/** Purchases of one day together. */
interface CountedDay {
  day: number;
  points: number;
  spendMinor: number;
  visits: number;
}

const numberOf = (text: string): number => dayNumber(parseDay(text));
const dayText = (number: number): string => formatDay(numberedDay(number));

/** Purchases by day, in order, with running sums in place of each day's own. */
function daysOf(purchases: readonly Purchase[], latest: string): CountedDay[] {
  const byDay = new Map<string, CountedDay>();
  for (const { day, points: earned, spendMinor, isVisit } of purchases) {
    if (day > latest) continue;
    const sum = byDay.get(day) ?? { day: numberOf(day), points: 0, spendMinor: 0, visits: 0 };
    byDay.set(day, { ...sum, points: sum.points + earned, spendMinor: sum.spendMinor + spendMinor, visits: isVisit ? 1 : sum.visits });
  }
  const running = { points: 0, spendMinor: 0, visits: 0 };
  return [...byDay.values()].sort((a, b) => a.day - b.day).map((one) => {
    // Nobody comes near: a count beyond 2^53 stays there instead of being a fault.
    running.points = Math.min(Number.MAX_SAFE_INTEGER, running.points + one.points);
    running.spendMinor = Math.min(Number.MAX_SAFE_INTEGER, running.spendMinor + one.spendMinor);
    running.visits += one.visits;
    return { day: one.day, ...running };
  });
}

/** First day of the window that ends with a day. */
function windowStart({ window }: TierRules, day: number): number {
  return window.kind === 'days' ? day - window.days + 1 : dayNumber({ year: numberedDay(day).year, month: 1, day: 1 });
}

/** Last day on whose window a day still lies. */
function windowEnd({ window }: TierRules, day: number): number {
  return window.kind === 'days' ? day + window.days - 1 : dayNumber({ year: numberedDay(day).year, month: 12, day: 31 });
}

/** The running sums up to and with a day. */
function sumsUntil(days: readonly CountedDay[], day: number): Omit<CountedDay, 'day'> {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle]?.day ?? Infinity) <= day) low = middle + 1;
    else high = middle;
  }
  return days[low - 1] ?? { points: 0, spendMinor: 0, visits: 0 };
}

function countsOn(rules: TierRules, days: readonly CountedDay[], day: number): TierCounts {
  const [all, before] = [sumsUntil(days, day), sumsUntil(days, windowStart(rules, day) - 1)];
  return { points: points(all.points - before.points), spendMinor: minor(all.spendMinor - before.spendMinor), visits: all.visits - before.visits };
}

function isReached(reach: TierReach, counts: TierCounts): boolean {
  return (reach.points !== undefined && counts.points >= reach.points)
    || (reach.spendMinor !== undefined && counts.spendMinor >= reach.spendMinor)
    || (reach.visits !== undefined && counts.visits >= reach.visits);
}

/**
 * The last day on which each tier holds if nothing more is bought; undefined for one that was never reached. Without a purchase
 * a window can only lose, and it loses where a day leaves it: so the last day on which it is enough is one of those ends.
 */
function lastDays(rules: TierRules, days: readonly CountedDay[]): (number | undefined)[] {
  const windowEnds = [...new Set(days.map(({ day }) => windowEnd(rules, day)))].sort((a, b) => b - a);
  const lasts = rules.levels.map(({ reach }) => windowEnds.find((day) => isReached(reach, countsOn(rules, days, day))));
  const ends: (number | undefined)[] = [];
  for (let level = rules.levels.length - 1; level >= 0; level--) {
    // Whoever reached a higher tier reached this one, also where it asks for something else.
    const reached = Math.max(...lasts.slice(level).map((day) => day ?? -Infinity));
    const above = ends[level + 1];
    const own = Number.isFinite(reached) ? graced(rules, reached, 1) : -Infinity;
    const end = Math.max(own, rules.downgrade === 'step' && above !== undefined ? graced(rules, above, 1) : -Infinity);
    ends[level] = Number.isFinite(end) ? end : undefined;
  }
  return ends;
}

function graced({ grace }: TierRules, day: number, times: 1 | -1): number {
  if (grace === undefined) return day;
  return grace.unit === 'days' ? day + times * grace.count : dayNumber(addMonths(numberedDay(day), times * grace.count));
}

function missingTo({ reach }: Tier, counts: TierCounts): TierReach {
  return {
    ...(reach.points === undefined ? {} : { points: points(Math.max(0, reach.points - counts.points)) }),
    ...(reach.spendMinor === undefined ? {} : { spendMinor: minor(Math.max(0, reach.spendMinor - counts.spendMinor)) }),
    ...(reach.visits === undefined ? {} : { visits: Math.max(0, reach.visits - counts.visits) }),
  };
}

interface Changing {
  days: readonly CountedDay[];
  purchases: readonly Purchase[];
  latest: number;
  /** Last day of the tier. */
  end: number | undefined;
}

/** The tier ends, a day leaves the window, or a day begins for which a till with a fast clock has already sold. */
function nextChange(rules: TierRules, { days, purchases, latest, end }: Changing): string | null {
  const start = windowStart(rules, latest);
  const oldest = days.find(({ day }) => day >= start);
  const coming = purchases.map(({ day }) => numberOf(day)).filter((day) => day > latest);
  const next = Math.min(...coming, oldest === undefined ? Infinity : windowEnd(rules, oldest.day) + 1, end === undefined ? Infinity : end + 1);
  return Number.isFinite(next) ? dayText(next) : null;
}
