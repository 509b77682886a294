import { points, type Points } from './integers.ts';

/** A purchase of a member at a store, as a till knows it. */
export interface Visit {
  atMs: number;
  /** Whether it was at this till, and not at another one of the store. */
  here: boolean;
  redeemed: Points;
}

/** What bounds a standing lease: the store's cap of one lease, and what this till may still hold for absent members. */
export interface StandingCaps {
  leaseCap: Points;
  left: Points;
}

const DAY_MS = 86_400_000;
/** Somebody who comes often: so many purchases within so many days, most of them here. */
const OFTEN_VISITS = 3;
const OFTEN_DAYS = 30;
/** Somebody who comes seldom, but nowhere else: purchases on so many days within so many days, all of them here. */
const LOYAL_VISITS = 2;
const LOYAL_DAYS = 365;
/** Redemptions that make a habit. */
const RECENT_REDEMPTIONS = 5;

/**
 * Points worth holding for a member who is not here now (ledger.md, standing leases); 0: none. A regular gets what he usually
 * redeems, the larger middle of his last redemptions, and who has never redeemed all that he has; never more than the balance,
 * the store's cap, or what is left for this till.
 */
export function standingPoints(visits: readonly Visit[], at: { nowMs: number; balance: Points; caps: StandingCaps }): Points {
  if (!isRegular(visits, at.nowMs)) return points(0);
  const usual = usualRedemption(visits) ?? at.balance;
  return points(Math.max(0, Math.min(usual, at.balance, at.caps.leaseCap, at.caps.left)));
}

/** Whether a member is a regular of this till. */
export function isRegular(visits: readonly Visit[], nowMs: number): boolean {
  const within = (days: number): readonly Visit[] => visits.filter(({ atMs }) => atMs <= nowMs && nowMs - atMs <= days * DAY_MS);
  const often = within(OFTEN_DAYS);
  if (often.length >= OFTEN_VISITS && often.filter(({ here }) => here).length * 2 > often.length) return true;
  const loyal = within(LOYAL_DAYS);
  const days = new Set(loyal.map(({ atMs }) => Math.floor(atMs / DAY_MS)));
  return days.size >= LOYAL_VISITS && loyal.every(({ here }) => here);
}

function usualRedemption(visits: readonly Visit[]): Points | undefined {
  const redeemed = visits.filter((visit) => visit.redeemed > 0).sort((a, b) => b.atMs - a.atMs).slice(0, RECENT_REDEMPTIONS);
  const sizes = redeemed.map((visit) => visit.redeemed).sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)];
}
