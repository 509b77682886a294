import type { SaleContext } from './context.ts';
import { quoteEarning } from './earn.ts';
import type { Entry } from './entry.ts';
import { LARGEST_AMOUNT, minor, points, type Points } from './integers.ts';
import type { EarnMultiplier, Programme, RedemptionRule } from './programme.ts';
import { decideRedemption, quote, type QuoteInput, type RedemptionOption } from './quote.ts';

/** What one sale redeemed and earned. */
export interface Share {
  points: number;
  discountMinor: number;
  earned: number;
}

/** What a member redeemed and earned on one business day so far. */
interface Day {
  day: string;
  redeemed: number;
  earned: number;
}

/** One course of things for one member: as it was, or under the draft. */
export interface Side {
  balance: number;
  redeemed: number;
  discountMinor: number;
  earned: number;
  today: Day;
}

/** A sale that is decided again. `isFirst`: the member's first purchase. */
export interface SaleAt {
  entry: Entry;
  store: { id: string; utcOffsetMinutes: number };
  isFirst: boolean;
  tier?: string;
}

/** What a sale would have been under the draft; `version` is the one that decided it, when it is known. */
export function decideAgain(at: SaleAt, life: { actual: Side; draft: Side }, { draft, version }: { draft: Programme; version: Programme | undefined }): Share {
  const { bill, redeem } = at.entry;
  if (bill === undefined || bill.currency !== draft.currency) return { points: 0, discountMinor: 0, earned: 0 };
  const input = inputOf(at, life.draft, draft);
  const option = redeem === undefined ? null : chosenAgain(input, redeem.points, tookTheBest(at, life.actual, version));
  const discountMinor = option?.discountMinor ?? minor(0);
  // A gross basis earns by what was bought, vouchers or not.
  const billMinor = draft.earn.basis === 'gross' ? bill.totalMinor : minor(input.billMinor);
  const { points: earned } = quoteEarning(draft.earn, { billMinor, discountMinor, nowMs: input.nowMs, context: input.context });
  return { points: option?.points ?? 0, discountMinor, earned };
}

/** The sale as a question to a programme. What vouchers took off stays as it was: points pay of what was left. */
function inputOf({ entry, store, isFirst, tier }: SaleAt, side: Side, programme: Programme): QuoteInput & { context: SaleContext } {
  const sameDay = side.today.day === entry.businessDate;
  const vouchers = entry.vouchers ?? [];
  const context: SaleContext = {
    store: store.id, utcOffsetMinutes: store.utcOffsetMinutes, hasVouchers: vouchers.length > 0, isFirst, ...(tier === undefined ? {} : { tier }),
    redeemedToday: points(sameDay ? Math.max(0, side.today.redeemed) : 0), earnedToday: points(sameDay ? Math.max(0, side.today.earned) : 0),
    ...(entry.bill?.lines === undefined ? {} : { lines: entry.bill.lines }),
  };
  const billMinor = Math.max(0, (entry.bill?.totalMinor ?? 0) - vouchers.reduce((sum, one) => sum + one.discountMinor, 0));
  return {
    programme, billMinor, currency: entry.bill?.currency ?? programme.currency, balance: points(side.balance), context,
    nowMs: entry.occurredAt.ms, cover: { leased: points(LARGEST_AMOUNT), atRiskAllowed: points(0), cap: 'policy' },
  };
}

/** Whether the sale redeemed the best that its own version offered; a version that is not known here counts as if it did. */
function tookTheBest(at: SaleAt, side: Side, version: Programme | undefined): boolean {
  const best = version === undefined ? undefined : quote(inputOf(at, side, version));
  return best === undefined || !best.ok || best.value.proposed === null || (at.entry.redeem?.points ?? 0) >= best.value.proposed.points;
}

/** The draft's best for who took the best; else as many points as were chosen, or the most below that the draft allows. */
function chosenAgain(input: QuoteInput, chosen: Points, best: boolean): RedemptionOption | null {
  const quoted = quote(input);
  const proposed = quoted.ok ? quoted.value.proposed : null;
  if (proposed === null || best) return proposed;
  const decision = decideRedemption(input, chosen);
  if (decision.ok) return decision.value;
  const allowed = 'allowed' in decision.refusal ? decision.refusal.allowed : 0;
  const less = allowed > 0 && allowed <= chosen ? decideRedemption(input, allowed) : undefined;
  return less?.ok === true ? less.value : proposed.points <= chosen ? proposed : null;
}

/** A draft without dates: whatever it offers for a time is tried on all of the days. */
export function timeless(programme: Programme): Programme {
  const undated = <T extends { validFromMs?: number; validUntilMs?: number }>({ validFromMs: _from, validUntilMs: _until, ...rest }: T) => rest;
  const { multipliers } = programme.earn;
  return {
    ...programme,
    redeem: programme.redeem.map((rule) => undated(rule) as RedemptionRule),
    earn: { ...programme.earn, ...(multipliers === undefined ? {} : { multipliers: multipliers.map((one) => undated(one) as EarnMultiplier) }) },
  };
}
