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
/** Somebody who comes here and hardly anywhere else: purchases on so many days within so many days, three of four of them here. */
const LOYAL_VISITS = 2;
const LOYAL_DAYS = 365;
const LOYAL_QUARTERS = 3;
/** Redemptions that make a habit. */
const RECENT_REDEMPTIONS = 5;

/**
 * Points worth holding for a member who is not here now (ledger.md, standing leases); 0: none. Who comes only here gets all that
 * he has: nobody else needs it, and it is called back when he does come elsewhere. Who is often here and elsewhere gets what he
 * usually redeems, the larger middle of his last redemptions. Never more than the balance, the store's cap, or what is left for
 * this till.
 */
export function standingPoints(visits: readonly Visit[], at: { nowMs: number; balance: Points; caps: StandingCaps }): Points {
  const most = Math.max(0, Math.min(at.balance, at.caps.leaseCap, at.caps.left));
  if (isLoyal(visits, at.nowMs)) return points(most);
  if (!isOften(visits, at.nowMs)) return points(0);
  return points(Math.min(usualRedemption(visits) ?? most, most));
}

/** Whether a member comes to this till and hardly anywhere else. */
export function isLoyal(visits: readonly Visit[], nowMs: number): boolean {
  const loyal = within(visits, nowMs, LOYAL_DAYS);
  const days = new Set(loyal.filter(({ here }) => here).map(({ atMs }) => Math.floor(atMs / DAY_MS)));
  return days.size >= LOYAL_VISITS && loyal.filter(({ here }) => here).length * 4 >= loyal.length * LOYAL_QUARTERS;
}

/** Whether a member has come often of late, and mostly to this till. */
export function isOften(visits: readonly Visit[], nowMs: number): boolean {
  const often = within(visits, nowMs, OFTEN_DAYS);
  return often.length >= OFTEN_VISITS && often.filter(({ here }) => here).length * 2 > often.length;
}

function within(visits: readonly Visit[], nowMs: number, days: number): readonly Visit[] {
  return visits.filter(({ atMs }) => atMs <= nowMs && nowMs - atMs <= days * DAY_MS);
}

function usualRedemption(visits: readonly Visit[]): Points | undefined {
  const redeemed = visits.filter((visit) => visit.redeemed > 0).sort((a, b) => b.atMs - a.atMs).slice(0, RECENT_REDEMPTIONS);
  const sizes = redeemed.map((visit) => visit.redeemed).sort((a, b) => a - b);
  return sizes[Math.floor(sizes.length / 2)];
}
