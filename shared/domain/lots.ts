import { assert, points, type Points } from './integers.ts';
import type { AccountId, Posting } from './account.ts';
import { businessDate } from './date.ts';
import type { Entry } from './entry.ts';

/** Points of a lot by their last day (YYYY-MM-DD), each above 0. Days compare as text. */
export type DatedPoints = Map<string, number>;

/**
 * Lots while entries are booked. What an account holds beside its lots never expires. Lots lie where the points lie: with a
 * member, or with a lease, where nothing expires until the rest comes back.
 */
export interface Lots {
  /** Of members' and leases' accounts. */
  held: Map<string, DatedPoints>;
  /** By entry: what its redemption took of lots and has not been given back, so that it returns with its own expiry. */
  used: Map<string, DatedPoints>;
}

/** What decides which lots a posting moves. */
export interface LotMove {
  /** The entry; absent for the grant of a lease. */
  entry?: Entry;
  /** Last day of what the reversed sale had earned. */
  reversedLot?: string | undefined;
  /** Lots whose last day is before this one are past it and wait for their expiry: nothing spends them. */
  today: string;
  /** What the paying account holds before the posting. */
  balance: Points;
}

/** A lot of a member that is past its last day. */
export interface DueLot {
  member: string;
  expiresOn: string;
  points: Points;
}

/** The day that has begun in every store: a lot ends when its last day is over wherever the member may redeem. */
export function dayEverywhere(nowMs: number, offsetsMinutes: readonly number[]): string {
  return businessDate(nowMs, Math.min(...(offsetsMinutes.length === 0 ? [0] : offsetsMinutes)));
}

/** Free points that may be spent: all but those past their last day, so that an expiry that runs late changes nothing. */
export function spendablePoints(balance: Points, lots: DatedPoints | undefined, today: string): Points {
  let past = 0;
  for (const [day, held] of lots ?? []) if (day < today) past += held;
  assert(past <= balance, 'lots are never more than the account holds');
  return points(balance - past);
}

/** The earliest last day among an account's lots; undefined when nothing of it expires. */
export function nextExpiry(lots: DatedPoints | undefined): string | undefined {
  return [...(lots?.keys() ?? [])].sort()[0];
}

/** What an expiry of `today` takes: every lot past its last day, by member and day. Run again, or late, it finds the same or nothing. */
export function planExpiry(held: ReadonlyMap<string, DatedPoints>, today: string): DueLot[] {
  const due: DueLot[] = [];
  for (const [member, lots] of [...held].sort(([a], [b]) => (a < b ? -1 : 1))) {
    for (const day of [...lots.keys()].sort()) if (day < today) due.push({ member, expiresOn: day, points: points(lots.get(day) ?? 0) });
  }
  return due;
}

/** Moves the lots of a posting with its points: earliest first out of an account, with their own day into the next. */
export function moveLots(lots: Lots, posting: Posting, move: LotMove): void {
  const parts = takeOut(lots, posting, move);
  const { entry } = move;
  if (holdsLots(posting.to)) for (const [day, moved] of parts) add(lots.held, posting.to, day, moved);
  else if (posting.to === 'redeemed' && entry !== undefined) for (const [day, moved] of parts) add(lots.used, entry.id, day, moved);
}

const holdsLots = (account: AccountId): boolean => account.startsWith('member:') || account.startsWith('lease:');

function takeOut(lots: Lots, { from, to, points: amount }: Posting, move: LotMove): DatedPoints {
  const { entry, today, balance } = move;
  if (from === 'issued') return entry?.earn?.expiresOn === undefined ? new Map() : new Map([[entry.earn.expiresOn, amount]]);
  if (from === 'redeemed') return to.startsWith('member:') ? giveBack(lots, entry?.reverses ?? '', amount) : new Map();
  if (!holdsLots(from)) return new Map();
  const held = lots.held.get(from) ?? new Map<string, number>();
  const undated = balance - [...held.values()].reduce((sum, one) => sum + one, 0);
  const days = [...held.keys()].sort();
  // Nothing expires inside a lease, and an expiry or a merge takes what nothing else may.
  const all = from.startsWith('lease:') || to === 'expired' || entry?.transfer?.merge === true;
  const first = to === 'expired' ? entry?.lot : to === 'issued' ? move.reversedLot : undefined;
  const parts: DatedPoints = new Map();
  let rest: number = amount;
  const take = (day: string): void => {
    const moved = Math.min(rest, held.get(day) ?? 0);
    if (moved === 0) return;
    add(lots.held, from, day, -moved);
    parts.set(day, (parts.get(day) ?? 0) + moved);
    rest -= moved;
  };
  // What a sale keeps at its till is what it has just earned, and no other lot: one that is past its day must not escape into a lease.
  if (entry !== undefined && to.startsWith('lease:')) {
    if (entry.earn?.expiresOn !== undefined) take(entry.earn.expiresOn);
    return parts;
  }
  // A lot past its day is as good as expired; to take from it would let an expiry that runs late leave more than one in time.
  if (first !== undefined && (all || first >= today)) take(first);
  for (const day of days) if (all || day >= today) take(day);
  rest -= Math.min(rest, undated);
  // A claw-back may reach further than what can be spent: into points that a return has just put back past their day.
  for (const day of days) take(day);
  assert(rest === 0, 'an account pays no more than it holds');
  return parts;
}

/** What a reversal returns goes back to the lots it came from, the last day first; the rest never had one. */
function giveBack(lots: Lots, sale: string, amount: number): DatedPoints {
  const used = lots.used.get(sale) ?? new Map<string, number>();
  const parts: DatedPoints = new Map();
  let rest = amount;
  for (const day of [...used.keys()].sort().reverse()) {
    const moved = Math.min(rest, used.get(day) ?? 0);
    if (moved === 0) continue;
    add(lots.used, sale, day, -moved);
    parts.set(day, moved);
    rest -= moved;
  }
  return parts;
}

function add(where: Map<string, DatedPoints>, name: string, day: string, change: number): void {
  const dated = where.get(name) ?? new Map<string, number>();
  const after = (dated.get(day) ?? 0) + change;
  assert(Number.isSafeInteger(after) && after >= 0, 'a lot never falls below nothing');
  if (after === 0) dated.delete(day);
  else dated.set(day, after);
  where.set(name, dated);
}
