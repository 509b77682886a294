import { points, type Points } from './integers.ts';

/** Free points of an account that end together; `on` is the last day on which they count, YYYY-MM-DD. */
export interface Expiring {
  on: string;
  points: Points;
}

/** So many of an account's lots are told to a till, the earliest first: more than pass within any outage but a very long one. */
export const EXPIRING_MOST = 8;

/** What a till knows of an account's expiry, by the last word of the server. */
export interface ExpiryKnown {
  free: Points;
  /** Earliest last day of free points; absent: none of them end. */
  nextExpiry?: string;
  /** Earliest first, at most {@link EXPIRING_MOST}. Absent: only the day is known. */
  expiring?: readonly Expiring[];
}

/** How an account's expiry stands on a day. */
export interface ExpiryState {
  /** Points that are known to be past their last day: nothing redeems them, whether or not their expiry has been booked. */
  past: Points;
  /** The last day that has passed; absent: none has. From then on the balance is as of before it. */
  passedOn?: string;
  /** What ends next; absent: nothing, or it is not known. */
  next?: Expiring;
}

/**
 * How an account's expiry stands on `today`, the day that has begun in every store. What is past is taken out and the rest is
 * marked: how many points end on days that the server has not told, and whether their expiry has been booked, is not guessed.
 */
export function expiryOn(account: ExpiryKnown, today: string): ExpiryState {
  const lots = account.expiring ?? [];
  const gone = lots.filter(({ on }) => on < today);
  const next = lots.find(({ on }) => on >= today);
  const past = points(Math.min(account.free, gone.reduce((sum, lot) => sum + lot.points, 0)));
  const isPast = account.nextExpiry !== undefined && account.nextExpiry < today;
  const passedOn = gone.at(-1)?.on ?? (isPast ? account.nextExpiry : undefined);
  return { past, ...(passedOn === undefined ? {} : { passedOn }), ...(next === undefined ? {} : { next }) };
}
