import { assert, points, type Points } from './integers.ts';
import { canonicalJson } from './canonical.ts';

/** What has become of a lease: given back by its holder (L4), or reclaimed without the holder (L5). */
export const LEASE_STATES = ['open', 'closed', 'reclaimed'] as const;
export type LeaseState = (typeof LEASE_STATES)[number];

/** A grant of a member's points to one terminal and epoch, made and signed by the server (ledger.md, Leases). */
export interface Lease {
  id: string;
  member: string;
  terminal: string;
  epoch: number;
  points: Points;
  /** After this moment of the till's clock the till stops spending; nothing is released by it (L3). */
  spendByMs: number;
}

/** Points of a lease that the till has spent so far, by its own entries. */
export interface LeaseUse {
  lease: Lease;
  spent: Points;
  closed: boolean;
}

/** The text the server signs for a lease. */
export function leaseText(lease: Lease): string {
  const { id, member, terminal, epoch, points: granted, spendByMs } = lease;
  return `tillpoint-lease-1:${canonicalJson({ id, member, terminal, epoch, points: granted, spendByMs })}`;
}

/** L2 for the till: points of a lease it may still spend now. */
export function spendable(use: LeaseUse, at: { terminal: string; epoch: number; nowMs: number }): Points {
  const { lease, spent, closed } = use;
  assert(spent >= 0 && spent <= lease.points, 'a lease is never overspent');
  if (closed || lease.terminal !== at.terminal || lease.epoch !== at.epoch || at.nowMs > lease.spendByMs) return points(0);
  return points(lease.points - spent);
}

/** L1: the size of a grant: what is asked for (all when nothing is), never more than is free or than the cap. */
export function grantSize(free: Points, wanted: Points | undefined, cap: Points): Points {
  return points(Math.max(0, Math.min(free, wanted ?? free, cap)));
}

/** Splits a redemption over leases, earliest spend-by first; what no lease covers is at risk. */
export function coverFrom(needed: Points, uses: readonly LeaseUse[], at: { terminal: string; epoch: number; nowMs: number }): {
  leases: { lease: string; points: Points }[];
  atRisk: Points;
} {
  let rest: number = needed;
  const leases: { lease: string; points: Points }[] = [];
  const order = [...uses].sort((a, b) => a.lease.spendByMs - b.lease.spendByMs || (a.lease.id < b.lease.id ? -1 : 1));
  for (const use of order) {
    const part = Math.min(rest, spendable(use, at));
    if (part > 0) leases.push({ lease: use.lease.id, points: points(part) });
    rest -= part;
  }
  return { leases, atRisk: points(rest) };
}
