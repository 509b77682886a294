import { leastOf } from './limits.ts';
import { points, type Points } from './integers.ts';
import { holdsIn, isValidAt } from './place.ts';
import type { Programme } from './programme.ts';

/**
 * Whether any rule could redeem something for a member with this balance at a store now, on whatever bill and in whatever tier
 * or hour: when not, cover would only hold the member's points. It never says no where a quote would propose something.
 */
export function couldRedeem(programme: Programme, { balance, nowMs, store }: { balance: Points; nowMs: number; store: string }): boolean {
  return programme.redeem.some((rule) =>
    isValidAt(rule, nowMs) && holdsIn(rule, store) && balance >= Math.max(rule.minBalance ?? 0, leastOf(rule)));
}

/** How many times its balance a member may come to own soon. */
const REACH = 2;

/**
 * Whether a few more purchases could make something redeemable of a balance: worth holding for a regular, and worth keeping where
 * it is earned, so that a purchase offline that reaches the least of a rule finds the points at the till that redeems them.
 */
export function couldSoonRedeem(programme: Programme, { balance, nowMs, store }: { balance: Points; nowMs: number; store: string }): boolean {
  return balance > 0 && couldRedeem(programme, { balance: points(Math.min(Number.MAX_SAFE_INTEGER, balance * REACH)), nowMs, store });
}
