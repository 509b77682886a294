import { allocate } from './allocation.ts';
import { eligibleAmount, PLAIN_SALE, type SaleContext } from './context.ts';
import { addMonths, dayAt, formatDay } from './date.ts';
import { LARGEST_AMOUNT, minor, mulDivFloor, points, type Minor, type Points } from './integers.ts';
import type { EarnMultiplier, EarnRule, LocalText } from './programme.ts';
import { holdsForOffer, holdsHere } from './place.ts';

/** A sale that earns: the bill before points, what points took off, the moment, and what else rules ask about. */
export interface EarnCase {
  billMinor: Minor;
  discountMinor: Minor;
  nowMs: number;
  context: SaleContext;
}

/** One step of what a sale earns, in the order in which it is reckoned; `points` is what the step adds (a cap takes away). */
export type EarnStep =
  | { step: 'amount'; basisMinor: Minor; points: Points }
  | { step: 'multiplier'; id: string; name: LocalText; factorBp: number; points: Points }
  | { step: 'items'; points: Points }
  | { step: 'visit'; points: Points }
  | { step: 'first-purchase'; points: Points }
  | { step: 'sale-cap'; cap: Points; points: Points }
  | { step: 'day-cap'; cap: Points; earnedToday: Points; points: Points };

/** What a sale earns, and how that came about; the steps sum to `points`. */
export interface EarnQuote {
  points: Points;
  steps: EarnStep[];
}

/**
 * What a sale earns: the amount at the rule's rate, rounded down; multipliers on that, each rounded down; items, the visit
 * and the first purchase beside it; then the caps. Never more than an entry may hold.
 */
export function quoteEarning(rule: EarnRule, at: EarnCase): EarnQuote {
  const steps: EarnStep[] = [];
  const basisMinor = earningBasis(rule, at);
  let total: number = byAmount(rule, basisMinor);
  steps.push({ step: 'amount', basisMinor, points: points(total) });
  for (const { id, name, factorBp } of multipliersOf(rule, at)) {
    const after = mulDivFloor(total, factorBp, 10_000, LARGEST_AMOUNT);
    steps.push({ step: 'multiplier', id, name, factorBp, points: points(after - total) });
    total = after;
  }
  const add = (step: 'items' | 'visit' | 'first-purchase', more: number): void => {
    if (more === 0) return;
    const granted = Math.min(more, LARGEST_AMOUNT - total);
    steps.push({ step, points: points(granted) });
    total += granted;
  };
  add('items', itemPoints(rule, at));
  add('visit', rule.perVisit ?? 0);
  add('first-purchase', at.context.isFirst ? (rule.firstPurchase ?? 0) : 0);
  const { maxPerSale, maxPerDay } = rule;
  if (maxPerSale !== undefined && total > maxPerSale) {
    steps.push({ step: 'sale-cap', cap: maxPerSale, points: points(maxPerSale - total) });
    total = maxPerSale;
  }
  const { earnedToday } = at.context;
  const leftToday = maxPerDay === undefined ? total : Math.max(0, maxPerDay - earnedToday);
  if (maxPerDay !== undefined && total > leftToday) {
    steps.push({ step: 'day-cap', cap: maxPerDay, earnedToday, points: points(leftToday - total) });
    total = leftToday;
  }
  return { points: points(total), steps };
}

/** Points of {@link quoteEarning}, without the steps; absent context: of the sale only the amount is known. */
export function earnedPoints(rule: EarnRule, billMinor: Minor, discountMinor: Minor, nowMs = 0, context: SaleContext = PLAIN_SALE): Points {
  // A quote asks this of every option; most programmes reckon by the amount alone.
  if (isByAmountAlone(rule)) return byAmount(rule, minor(rule.basis === 'gross' ? billMinor : Math.max(0, billMinor - discountMinor)));
  return quoteEarning(rule, { billMinor, discountMinor, nowMs, context }).points;
}

/** Last day on which points earned now count, or undefined when they do not expire. */
export function expiryDay(rule: EarnRule, nowMs: number, utcOffsetMinutes: number): string | undefined {
  if (rule.expiresAfterMonths === undefined) return undefined;
  return formatDay(addMonths(dayAt(nowMs, utcOffsetMinutes), rule.expiresAfterMonths));
}

/**
 * The amount that earns. Of a bill with excluded goods, only the other goods earn, and under `net` they bear their share of
 * the discount, so that redeemed value never earns by way of the goods that were left out.
 */
function earningBasis(rule: EarnRule, { billMinor, discountMinor, context }: EarnCase): Minor {
  const eligible = eligibleAmount(billMinor, context.lines, rule.excludedCategories ?? []);
  if (rule.basis === 'gross') return eligible;
  if (eligible === billMinor) return minor(Math.max(0, billMinor - discountMinor));
  const [share = minor(0)] = allocate(minor(Math.min(discountMinor, billMinor)), [eligible, minor(billMinor - eligible)]);
  return minor(Math.max(0, eligible - share));
}

function isByAmountAlone({ excludedCategories, perVisit, firstPurchase, items, multipliers, maxPerSale, maxPerDay }: EarnRule): boolean {
  return (excludedCategories ?? perVisit ?? firstPurchase ?? items ?? multipliers ?? maxPerSale ?? maxPerDay) === undefined;
}

function byAmount(rule: EarnRule, basis: Minor): Points {
  return points(mulDivFloor(mulDivFloor(Math.max(0, basis), 1, rule.perMinor), rule.points, 1, LARGEST_AMOUNT));
}

/** The multipliers that hold: all of them, in order of id, or the largest alone (the first id of several that are equal). */
function multipliersOf({ multipliers = [], combine = 'largest' }: EarnRule, at: EarnCase): EarnMultiplier[] {
  const holding = multipliers.filter((one) => holds(one, at)).sort((a, b) => (a.id < b.id ? -1 : 1));
  if (combine === 'product' || holding.length < 2) return holding;
  return [holding.reduce((best, one) => (one.factorBp > best.factorBp ? one : best))];
}

function holds(one: EarnMultiplier, { nowMs, context }: EarnCase): boolean {
  return holdsHere(one, nowMs, context) && holdsForOffer(one, context.offer) && (one.birthday !== true || isBirthday(context.birthday, nowMs, context.utcOffsetMinutes));
}

/** Whoever was born on 29 February has the birthday on the last day of February in other years. */
export function isBirthday(birthday: string | undefined, nowMs: number, utcOffsetMinutes: number): boolean {
  if (birthday === undefined) return false;
  const today = dayAt(nowMs, utcOffsetMinutes);
  const written = formatDay(today).slice(5);
  if (written === birthday) return true;
  return birthday === '02-29' && written === '02-28' && formatDay(dayAt(nowMs + 86_400_000, utcOffsetMinutes)).slice(5) === '03-01';
}

/** A line counts once for its item and once for its category, for each whole unit. */
function itemPoints({ items = [] }: EarnRule, { context }: EarnCase): number {
  let total = 0;
  for (const line of context.lines ?? []) {
    for (const bonus of items) {
      if (bonus.item !== line.item && (bonus.category === undefined || bonus.category !== line.category)) continue;
      total = Math.min(LARGEST_AMOUNT, total + mulDivFloor(Math.max(0, Math.floor(line.quantity)), bonus.points, 1, LARGEST_AMOUNT));
    }
  }
  return total;
}
