import { minor, mulDivCeil, mulDivFloor, points, type Minor, type Points } from './integers.ts';
import type { RatioRule, RedemptionRule } from './programme.ts';
import type { Refusal } from './refusal.ts';
import { eligibleAmount, type SaleContext } from './context.ts';
import { holdsAtHour, holdsForOffer, holdsForTier, holdsIn, isValidAt } from './place.ts';

/** What is being paid: the bill before points, the member's balance, the moment, and what else rules may ask about. */
export interface RedemptionCase {
  billMinor: Minor;
  balance: Points;
  nowMs: number;
  context: SaleContext;
}

/**
 * What one limit did to the largest redemption, in numbers: at most `points` points, worth `discountMinor`.
 * The one with the fewest points is what decided.
 */
export interface LimitEffect {
  limit: 'balance' | 'bill' | 'share' | 'sale-limit' | 'amount' | 'day-limit' | 'goods';
  points: Points;
  discountMinor: Minor;
  shareBp?: number;
}

/**
 * Discount of a number of points under a rule: rounds down, in the issuer's favour. At most 2^53 - 1, which no bill
 * reaches: a member may own points that are worth more than any bill.
 */
export function discountFor(rule: RedemptionRule, used: Points): Minor {
  if (rule.kind === 'fixed') return used >= rule.points ? rule.discountMinor : minor(0);
  return minor(mulDivFloor(used, rule.stepMinor, rule.stepPoints, Number.MAX_SAFE_INTEGER));
}

/** Points that a discount consumes under a ratio rule: rounds up, in the issuer's favour. */
export function pointsFor(stepPoints: Points, stepMinor: Minor, discountMinor: Minor): Points {
  return points(mulDivCeil(discountMinor, stepPoints, stepMinor));
}

/** Conditions that do not depend on how many points are chosen. */
export function checkConditions(rule: RedemptionRule, at: RedemptionCase): Refusal | undefined {
  if (!isValidAt(rule, at.nowMs)) return { code: 'rule-not-valid-now' };
  const place = checkPlace(rule, at);
  if (place !== undefined) return place;
  if (rule.minBillMinor !== undefined && at.billMinor < rule.minBillMinor) {
    return { code: 'bill-below-minimum', minimumMinor: rule.minBillMinor, billMinor: at.billMinor };
  }
  if (rule.minBalance !== undefined && at.balance < rule.minBalance) {
    return { code: 'balance-below-minimum', minimum: rule.minBalance, balance: at.balance };
  }
  return undefined;
}

/** Where, when, for whom and beside what a rule holds. */
function checkPlace(rule: RedemptionRule, { nowMs, context }: RedemptionCase): Refusal | undefined {
  const { schedule, tiers, excludedCategories, withVouchers } = rule;
  if (schedule !== undefined && !holdsAtHour(rule, nowMs, context.utcOffsetMinutes)) return { code: 'not-at-this-hour', schedule };
  if (!holdsIn(rule, context.store)) return { code: 'not-at-this-store' };
  if (tiers !== undefined && !holdsForTier(rule, context.tier)) return { code: 'tier-needed', tiers };
  if (!holdsForOffer(rule, context.offer)) return { code: 'offer-needed' };
  if (context.hasVouchers && (withVouchers === false || context.noPoints === true)) return { code: 'not-with-vouchers' };
  if (excludedCategories !== undefined && context.lines === undefined) return { code: 'lines-needed' };
  return undefined;
}

/** Every limit on a rule's points, each rounded down to what the rule can consume, before the multiple. */
export function limitEffects(rule: RedemptionRule, at: RedemptionCase): LimitEffect[] {
  const { billMinor, context } = at;
  const effects = [effectOf('balance', rule, points(Math.max(0, at.balance))), effectOf('bill', rule, largestPoints(rule, billMinor))];
  if (rule.maxShareBp !== undefined) {
    const most = largestPoints(rule, minor(mulDivFloor(billMinor, rule.maxShareBp, 10_000)));
    effects.push({ limit: 'share', points: most, discountMinor: discountFor(rule, most), shareBp: rule.maxShareBp });
  }
  if (rule.maxPointsPerSale !== undefined) effects.push(effectOf('sale-limit', rule, rule.maxPointsPerSale));
  if (rule.maxDiscountMinor !== undefined) effects.push(effectOf('amount', rule, largestPoints(rule, rule.maxDiscountMinor)));
  if (rule.maxPointsPerDay !== undefined) effects.push(effectOf('day-limit', rule, points(Math.max(0, rule.maxPointsPerDay - context.redeemedToday))));
  if (rule.excludedCategories !== undefined) {
    effects.push(effectOf('goods', rule, largestPoints(rule, eligibleAmount(billMinor, context.lines, rule.excludedCategories))));
  }
  return effects;
}

function effectOf(limit: LimitEffect['limit'], rule: RedemptionRule, most: Points): LimitEffect {
  return { limit, points: most, discountMinor: discountFor(rule, most) };
}

/** The most points whose discount stays within `cap`. */
function largestPoints(rule: RedemptionRule, cap: Minor): Points {
  if (rule.kind === 'fixed') return rule.discountMinor <= cap ? rule.points : points(0);
  // floor(p * value / step) <= cap  <=>  p < (cap + 1) * step / value
  return points(mulDivCeil(cap + 1, rule.stepPoints, rule.stepMinor, Number.MAX_SAFE_INTEGER) - 1);
}

/** The fewest points that buy anything under a rule. */
export function leastOf(rule: RedemptionRule): Points {
  if (rule.kind === 'fixed') return rule.points;
  return wholeMultiples(rule, pointsFor(rule.stepPoints, rule.stepMinor, minor(1)));
}

/** Rounds a number of points down to what may be chosen: the multiple, and nothing that buys no discount. */
export function roundDown(rule: RedemptionRule, most: Points): Points {
  if (rule.kind === 'fixed') return most >= rule.points ? rule.points : points(0);
  const multiple = rule.multiple ?? 1;
  const whole = most - (most % multiple);
  const discount = discountFor(rule, points(whole));
  if (discount === 0) return points(0);
  // Fewer points may buy the same discount; take the fewest allowed ones.
  return wholeMultiples(rule, pointsFor(rule.stepPoints, rule.stepMinor, discount));
}

function wholeMultiples(rule: RatioRule, least: Points): Points {
  const multiple = rule.multiple ?? 1;
  return points(mulDivCeil(least, 1, multiple) * multiple);
}

/** The refusal for choosing `needed` points under a rule where `effect`, one of its limits, allows fewer. */
export function refusalFor(rule: RedemptionRule, effect: LimitEffect, needed: Points, allowed: Points, at: RedemptionCase): Refusal {
  switch (effect.limit) {
    case 'balance':
      return { code: 'points-not-enough', available: points(Math.max(0, at.balance)), needed, allowed };
    case 'bill':
      return { code: 'bill-exceeded', billMinor: at.billMinor, needed, allowed };
    case 'share': {
      const shareBp = effect.shareBp ?? 10_000;
      return { code: 'share-limit', shareBp, maxMinor: minor(mulDivFloor(at.billMinor, shareBp, 10_000)), needed, allowed };
    }
    case 'sale-limit':
      return { code: 'sale-limit', limit: effect.points, needed, allowed };
    case 'day-limit':
      return { code: 'day-limit', limit: rule.maxPointsPerDay ?? effect.points, usedToday: at.context.redeemedToday, needed, allowed };
    case 'goods':
      return { code: 'goods-limit', maxMinor: eligibleAmount(at.billMinor, at.context.lines, rule.excludedCategories ?? []), needed, allowed };
    case 'amount':
      return { code: 'amount-limit', maxMinor: rule.maxDiscountMinor ?? effect.discountMinor, needed, allowed };
  }
}
