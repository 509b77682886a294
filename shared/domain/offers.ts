import { dayNumber, dayAt } from './date.ts';
import { isBirthday } from './earn.ts';
import { minor, mulDivCeil, points, type Minor, type Points } from './integers.ts';
import { holdsHere } from './place.ts';
import type { LocalText, OfferTemplate, OfferWhen, Programme, TierReach } from './programme.ts';
import type { SaleContext } from './context.ts';
import { minuteAt, weekdayAt } from './schedule.ts';

/** A purchase as habits see it: the bill before points. */
export interface PastPurchase {
  atMs: number;
  totalMinor: Minor;
  categories: readonly string[];
}

/** What a member usually does; a habit that too few purchases show is absent. */
export interface Habits {
  /** Days since the last purchase, by the calendar of the store; absent: never here. */
  daysAway?: number;
  /** Middle of the days between two visits. */
  usualDays?: number;
  /** ISO weekday, and minutes of the day from and until which, in the store's time. */
  usualTime?: { weekday: number; fromMinute: number; untilMinute: number };
  favourite?: { category: string; visits: number; of: number };
  usualSpendMinor?: Minor;
}

/** Why an offer is made, with the numbers that a person needs; a closed list. */
export type OfferReason =
  | { code: 'away'; days: number; usualDays: number }
  | { code: 'usual-time'; weekday: number; fromMinute: number; untilMinute: number }
  | { code: 'favourite'; category: string; visits: number; of: number }
  | { code: 'usual-spend'; spendMinor: Minor }
  | { code: 'near-tier'; tier: string; by: keyof TierReach; missing: number }
  | { code: 'near-reward'; rule: string; missing: Points }
  | { code: 'birthday' };

/** A personal offer that is made, and why. */
export interface PersonalOffer {
  offer: string;
  text: LocalText;
  because: OfferReason[];
}

/** Whom an offer may be made to, and when. */
export interface OfferCase {
  nowMs: number;
  context: SaleContext;
  balance: Points;
  habits: Habits;
  /** What the next tier still asks for; absent: there is none, or it is not known. */
  next?: { tier: string; missing: TierReach };
}

/** Habits are read from so many of the newest purchases, of so many days. */
export const HABIT_PURCHASES = 50;
const HABIT_DAYS = 365;
/** Visits that make a habit, and those that make a usual time. */
const HABIT_VISITS = 3;
const TIME_VISITS = 4;
/** A usual time reaches so far to both sides of its middle. */
const TIME_MINUTES = 90;
const DAY_MINUTES = 1_440;

/** What a member usually does, from purchases in any order; those after the moment and those too old do not count. */
export function habitsOf(purchases: readonly PastPurchase[], nowMs: number, utcOffsetMinutes: number): Habits {
  const dayOf = (ms: number): number => dayNumber(dayAt(ms, utcOffsetMinutes));
  const today = dayOf(nowMs);
  const recent = purchases
    .filter(({ atMs }) => atMs <= nowMs && today - dayOf(atMs) <= HABIT_DAYS)
    .sort((a, b) => b.atMs - a.atMs || b.totalMinor - a.totalMinor)
    .slice(0, HABIT_PURCHASES);
  const days = [...new Set(recent.map(({ atMs }) => dayOf(atMs)))];
  const [last] = days;
  if (last === undefined) return {};
  if (days.length < HABIT_VISITS) return { daysAway: today - last };
  const usualTime = usualTimeOf(recent.map(({ atMs }) => atMs), days.length, utcOffsetMinutes);
  const favourite = favouriteOf(recent);
  return {
    daysAway: today - last,
    usualDays: middle(days.slice(1).map((day, index) => (days[index] ?? day) - day)),
    usualSpendMinor: minor(middle(recent.map(({ totalMinor }) => totalMinor))),
    ...(usualTime === undefined ? {} : { usualTime }), ...(favourite === undefined ? {} : { favourite }),
  };
}

/** The offer that is made to a member: the first of the programme that holds here and fits. One at most, the same for the same facts. */
export function personalOffer({ offers = [], redeem, tiers }: Programme, at: OfferCase): PersonalOffer | null {
  for (const template of offers) {
    if (!holdsHere(template, at.nowMs, at.context)) continue;
    const because = reasonsFor(template, { redeem, ...(tiers === undefined ? {} : { tiers }) }, at);
    if (because !== undefined) return { offer: template.id, text: template.text, because };
  }
  return null;
}

/** A reason for each thing that an offer asks for; undefined when one of them is not so. */
function reasonsFor({ when }: OfferTemplate, programme: Pick<Programme, 'redeem' | 'tiers'>, at: OfferCase): OfferReason[] | undefined {
  const asked: (OfferReason | undefined)[] = [];
  if (when.birthday === true) asked.push(isBirthday(at.context.birthday, at.nowMs, at.context.utcOffsetMinutes) ? { code: 'birthday' } : undefined);
  if (when.awayBp !== undefined) asked.push(awayReason(when.awayBp, at.habits));
  if (when.nearTierBp !== undefined) asked.push(nearTier(when.nearTierBp, programme, at));
  if (when.nearReward !== undefined) asked.push(nearReward(when.nearReward, programme, at));
  asked.push(...habitReasons(when, at));
  const reasons = asked.filter((one) => one !== undefined);
  return reasons.length > 0 && reasons.length === asked.length ? reasons : undefined;
}

function habitReasons(when: OfferWhen, { habits, nowMs, context }: OfferCase): (OfferReason | undefined)[] {
  const { usualTime, favourite, usualSpendMinor } = habits;
  const asked: (OfferReason | undefined)[] = [];
  if (when.usualTime === true) {
    const minute = minuteAt(nowMs, context.utcOffsetMinutes);
    const isNow = usualTime !== undefined && weekdayAt(nowMs, context.utcOffsetMinutes) === usualTime.weekday
      && minute >= usualTime.fromMinute && minute < usualTime.untilMinute;
    asked.push(isNow ? { code: 'usual-time', ...usualTime } : undefined);
  }
  if (when.favourite !== undefined) {
    asked.push(favourite !== undefined && when.favourite.includes(favourite.category) ? { code: 'favourite', ...favourite } : undefined);
  }
  if (when.usualSpendMinor !== undefined) {
    asked.push(usualSpendMinor !== undefined && usualSpendMinor >= when.usualSpendMinor ? { code: 'usual-spend', spendMinor: usualSpendMinor } : undefined);
  }
  return asked;
}

function awayReason(awayBp: number, { daysAway, usualDays }: Habits): OfferReason | undefined {
  if (daysAway === undefined || usualDays === undefined || daysAway * 10_000 <= usualDays * awayBp) return undefined;
  return { code: 'away', days: daysAway, usualDays };
}

/** The way to the next tier of which the least is missing, when that is little enough. */
function nearTier(shareBp: number, { tiers }: Pick<Programme, 'tiers'>, { next }: OfferCase): OfferReason | undefined {
  const reach = tiers?.levels.find(({ id }) => id === next?.tier)?.reach;
  if (next === undefined || reach === undefined) return undefined;
  let nearest: { by: keyof TierReach; missing: number; shareBp: number } | undefined;
  for (const by of ['points', 'spendMinor', 'visits'] as const) {
    const [missing, asked] = [next.missing[by], reach[by]];
    if (missing === undefined || asked === undefined) continue;
    const share = mulDivCeil(missing, 10_000, asked);
    if (share <= shareBp && share < (nearest?.shareBp ?? Infinity)) nearest = { by, missing, shareBp: share };
  }
  return nearest === undefined ? undefined : { code: 'near-tier', tier: next.tier, by: nearest.by, missing: nearest.missing };
}

/** The fixed reward here that the fewest points are missing to, when they are few enough. */
function nearReward(most: Points, { redeem }: Pick<Programme, 'redeem'>, { nowMs, context, balance }: OfferCase): OfferReason | undefined {
  let nearest: { rule: string; missing: number } | undefined;
  for (const rule of redeem) {
    if (rule.kind !== 'fixed' || rule.points <= balance || !holdsHere(rule, nowMs, context)) continue;
    const missing = rule.points - balance;
    if (missing <= most && missing < (nearest?.missing ?? Infinity)) nearest = { rule: rule.id, missing };
  }
  return nearest === undefined ? undefined : { code: 'near-reward', rule: nearest.rule, missing: points(nearest.missing) };
}

/** The weekday on which at least half of the visits are, and the time around the middle of them when at least half of those lie there. */
function usualTimeOf(moments: readonly number[], visits: number, utcOffsetMinutes: number): Habits['usualTime'] {
  if (visits < TIME_VISITS) return undefined;
  for (let weekday = 1; weekday <= 7; weekday++) {
    const then = moments.filter((ms) => weekdayAt(ms, utcOffsetMinutes) === weekday);
    const days = new Set(then.map((ms) => dayNumber(dayAt(ms, utcOffsetMinutes)))).size;
    if (days * 2 < visits) continue;
    const minutes = then.map((ms) => minuteAt(ms, utcOffsetMinutes));
    const [fromMinute, untilMinute] = [Math.max(0, middle(minutes) - TIME_MINUTES), Math.min(DAY_MINUTES, middle(minutes) + TIME_MINUTES)];
    const inside = minutes.filter((minute) => minute >= fromMinute && minute < untilMinute).length;
    return inside * 2 < then.length ? undefined : { weekday, fromMinute, untilMinute };
  }
  return undefined;
}

/** The category that is on the most bills, on at least half of those whose goods are known; of several the first by name. */
function favouriteOf(purchases: readonly PastPurchase[]): Habits['favourite'] {
  const known = purchases.filter(({ categories }) => categories.length > 0);
  const counts = new Map<string, number>();
  for (const { categories } of known) for (const category of new Set(categories)) counts.set(category, (counts.get(category) ?? 0) + 1);
  const [best] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (best === undefined || known.length < HABIT_VISITS || best[1] * 2 < known.length) return undefined;
  return { category: best[0], visits: best[1], of: known.length };
}

/** The lower middle of numbers; there is at least one. */
function middle(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
