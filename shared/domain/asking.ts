import { leastOf } from './limits.ts';
import type { Points } from './integers.ts';
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
