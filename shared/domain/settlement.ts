import { assert, points, type Points } from './integers.ts';
import {
  leaseAccount, memberAccount, receivableAccount, shortfallAccount, type AccountId, type Posting,
} from './account.ts';
import type { Disposition, Entry, ShortfallEnd } from './entry.ts';

/** A lease as the server holds it while settling. */
export interface OpenLease {
  member: string;
  terminal: string;
  epoch: number;
  remaining: Points;
  open: boolean;
}

/** What is left of a redemption's shortfall: not resolved, owed by the member, and borne by the store. */
export interface Shortfall {
  store: string;
  /** Absent: nobody can owe it. */
  member?: string;
  open: Points;
  recovered: Points;
  absorbed: Points;
}

/** A reversed sale as the ledger holds it: how it was covered, and what earlier reversals have given back. */
export interface ReversedSale {
  redeemed: Points;
  earned: Points;
  returned: Points;
  clawedBack: Points;
  /** Absent: it left none. */
  shortfall?: Shortfall;
}

/** All that settling one entry may read; nothing else decides. */
export interface SettlementState {
  /** Free points of the entry's member that can be spent. */
  free: Points;
  /** All free points of the entry's member, with those whose last day has passed and that wait for their expiry. Absent: as `free`. */
  held?: Points;
  /** What the entry's member owes. Absent: nothing. */
  owed?: Points;
  lease(id: string): OpenLease | undefined;
  /** L8: the chain has forked, and nothing of it is covered any more. Absent: it has not. */
  forked?: boolean;
  /** L4: false when an earlier entry of the chain, which may spend the lease that this one closes, has not been admitted. */
  chainWhole?: boolean;
  /** The sale that a reversal names; undefined when it has not arrived and nothing was given back for it. */
  reversed: ReversedSale | undefined;
  /** The shortfall that an adjustment settles; undefined when it left none. */
  shortfall?: Shortfall | undefined;
  /** The member whose account carries a member's points: itself, or whom it was merged into. Absent: nobody was merged. */
  carrier?(member: string): string;
}

/** What an entry does to the accounts, and how its redemption turned out to be covered. */
export interface Settlement {
  postings: Posting[];
  disposition: Disposition;
  leased: Points;
  free: Points;
  shortfall: Points;
  /** What the till keeps of the points that the sale earned, under the lease that bears the sale's id. Absent: nothing. */
  kept?: Points;
  /** Lease given back by this entry, when it is a lease-close that was admitted. */
  closes?: string;
  /** Declared risk (L5): points of that lease which its holder may have spent, when it was taken back without the holder. */
  reclaimed?: Points;
  /** What this entry resolved of the shortfall it settles. */
  resolved?: Points;
  /** What a reversal took back of the sale's shortfall, by where it stood. */
  undone?: { open: Points; recovered: Points; absorbed: Points };
  /** The member that was merged, and whose account carries its points now. */
  merged?: { member: string; into: string };
}

/**
 * Turns one entry into postings (ledger.md, Accounts and postings). Facts are never refused: what cannot be covered is
 * posted against the store's shortfall (L6, L7).
 */
export function settle(entry: Entry, state: SettlementState): Settlement {
  switch (entry.kind) {
    case 'sale':
      return settleSale(entry, state);
    case 'reversal':
      return settleReversal(entry, state);
    case 'lease-close':
      return settleLeaseClose(entry, state);
    case 'adjustment':
      return settleAdjustment(entry, state);
    case 'transfer':
      return settleTransfer(entry, state);
    case 'expiry':
      return settleExpiry(entry, state);
    case 'enrolment':
    case 'shift':
      return { postings: [], disposition: 'free', ...NOTHING };
  }
}

const NOTHING = { leased: points(0), free: points(0), shortfall: points(0) };

/** The account that carries the points of a member. */
function accountOf(member: string, state: SettlementState): AccountId {
  return memberAccount(carrierOf(member, state));
}

function carrierOf(member: string, state: SettlementState): string {
  return state.carrier?.(member) ?? member;
}

/**
 * L7: a redemption takes its named leases, then free points, then the store's shortfall. One without a member has nothing
 * to take from, but its goods have left too: all of it is shortfall.
 */
function settleSale(entry: Entry, state: SettlementState): Settlement {
  const postings: Posting[] = [];
  const member = entry.member;
  let leased = 0;
  let free = 0;
  let shortfall = 0;
  if (entry.redeem !== undefined) {
    const taken = new Map<string, number>();
    for (const part of entry.redeem.cover.leases) {
      const lease = state.lease(part.lease);
      const before = taken.get(part.lease) ?? 0;
      const use = lease !== undefined && holds(lease, entry, state) ? Math.min(part.points, lease.remaining - before) : 0;
      taken.set(part.lease, before + use);
      leased += use;
      post(postings, leaseAccount(part.lease), 'redeemed', use);
    }
    assert(leased <= entry.redeem.points, 'a cover never exceeds the redemption');
    if (member !== undefined) {
      free = Math.min(entry.redeem.points - leased, state.free);
      post(postings, accountOf(member, state), 'redeemed', free);
    }
    shortfall = entry.redeem.points - leased - free;
    post(postings, shortfallAccount(entry.store), 'redeemed', shortfall);
  }
  if (member !== undefined) post(postings, 'issued', accountOf(member, state), entry.earn?.points ?? 0);
  const kept = keptOf(entry, state);
  if (member !== undefined) post(postings, accountOf(member, state), leaseAccount(entry.id), kept);
  return {
    postings,
    ...(kept > 0 ? { kept } : {}),
    disposition: shortfall > 0 ? 'shortfall' : leased > 0 && free === 0 ? 'leased' : 'free',
    leased: points(leased),
    free: points(free),
    shortfall: points(shortfall),
  };
}

/**
 * What a sale leaves in escrow for the till that made it: never more than it earns itself, so that it takes nothing from what the
 * member had. Its chain proves that it is posted before whatever spends it.
 */
function keptOf({ member, earn }: Entry, { forked }: SettlementState): Points {
  return points(member === undefined || forked === true ? 0 : Math.min(earn?.keep ?? 0, earn?.points ?? 0));
}

/** L2 as the server checks it: the holder, the epoch, the member, and still open. */
function holds(lease: OpenLease, entry: Entry, state: SettlementState): boolean {
  return entry.member !== undefined && lease.open && isHolder(lease, entry) && carrierOf(lease.member, state) === carrierOf(entry.member, state);
}

function isHolder(lease: OpenLease, entry: Entry): boolean {
  return lease.terminal === entry.terminal && lease.epoch === entry.epoch;
}

/**
 * Returns redeemed points and claws back earned ones, never more than the sale had left to give back, so that two
 * reversals of one sale give back once. A shortfall of the sale is undone first. What the member no longer has is owed.
 */
function settleReversal(entry: Entry, state: SettlementState): Settlement {
  const postings: Posting[] = [];
  const member = entry.member;
  const reversal = entry.reversal;
  if (member === undefined || reversal === undefined) return { postings, disposition: 'free', ...NOTHING };
  const sale = state.reversed;
  // A reversal that came before its sale may have given more than the sale turned out to be.
  const returned = sale === undefined ? reversal.returnPoints : Math.min(reversal.returnPoints, Math.max(0, sale.redeemed - sale.returned));
  const clawed = sale === undefined ? reversal.clawBackPoints : Math.min(reversal.clawBackPoints, Math.max(0, sale.earned - sale.clawedBack));
  const account = accountOf(member, state);
  const owing = receivableAccount(carrierOf(member, state));
  const undone = undoShortfall(postings, sale?.shortfall, returned, owing);
  const toMember = returned - undone.open - undone.recovered - undone.absorbed;
  post(postings, 'redeemed', account, toMember);
  const fromFree = Math.min(clawed, state.free + toMember);
  post(postings, account, 'issued', fromFree);
  post(postings, owing, 'issued', clawed - fromFree);
  return { postings, disposition: 'free', ...NOTHING, ...(sale?.shortfall === undefined ? {} : { undone }) };
}

/** Gives points back to a shortfall: what is open, then what the member owes for it, then what the store bore. */
function undoShortfall(postings: Posting[], shortfall: Shortfall | undefined, most: number, owing: AccountId) {
  const open = Math.min(most, shortfall?.open ?? 0);
  const recovered = Math.min(most - open, shortfall?.recovered ?? 0);
  const absorbed = Math.min(most - open - recovered, shortfall?.absorbed ?? 0);
  post(postings, 'redeemed', shortfallAccount(shortfall?.store ?? ''), open);
  post(postings, 'redeemed', owing, recovered);
  post(postings, 'redeemed', 'adjusted', absorbed);
  return { open: points(open), recovered: points(recovered), absorbed: points(absorbed) };
}

/**
 * L4: the holder's own close gives back what its earlier entries did not spend, once they are all here. L5: another
 * chain takes a lost holder's lease back with a named approver and a reason; a spend may still come, so the rest of the
 * lease is declared risk.
 */
function settleLeaseClose(entry: Entry, state: SettlementState): Settlement {
  const postings: Posting[] = [];
  const id = entry.lease;
  const lease = id === undefined ? undefined : state.lease(id);
  if (id === undefined || lease === undefined || !lease.open) return { postings, disposition: 'free', ...NOTHING };
  const own = isHolder(lease, entry);
  const admitted = own ? state.chainWhole !== false : entry.approvedBy !== undefined && entry.reason !== undefined;
  if (!admitted) return { postings, disposition: 'free', ...NOTHING };
  post(postings, leaseAccount(id), accountOf(lease.member, state), lease.remaining);
  return { postings, disposition: 'free', ...NOTHING, closes: id, ...(own ? {} : { reclaimed: lease.remaining }) };
}

function settleAdjustment(entry: Entry, state: SettlementState): Settlement {
  if (entry.adjust?.settles !== undefined) return settleShortfall(entry, entry.adjust.settles.how, state);
  const postings: Posting[] = [];
  const change = entry.adjust?.points ?? 0;
  if (entry.member !== undefined && change > 0) post(postings, 'adjusted', accountOf(entry.member, state), change);
  if (entry.member !== undefined && change < 0) {
    const taken = Math.min(-change, state.free);
    post(postings, accountOf(entry.member, state), 'adjusted', taken);
    post(postings, receivableAccount(carrierOf(entry.member, state)), 'adjusted', -change - taken);
  }
  return { postings, disposition: 'free', ...NOTHING };
}

/** Resolves what is still open of a shortfall, so that resolving twice resolves once. Without an approver, or somebody who owes, nothing. */
function settleShortfall(entry: Entry, how: ShortfallEnd, state: SettlementState): Settlement {
  const postings: Posting[] = [];
  const shortfall = state.shortfall;
  const nobodyOwes = how === 'recover' && shortfall?.member === undefined;
  const most = shortfall === undefined || entry.approvedBy === undefined || nobodyOwes ? 0 : shortfall.open;
  const resolved = Math.min(Math.max(0, entry.adjust?.points ?? 0), most);
  const from = how === 'absorb' ? 'adjusted' : receivableAccount(carrierOf(shortfall?.member ?? '', state));
  post(postings, from, shortfallAccount(shortfall?.store ?? ''), resolved);
  return { postings, disposition: 'free', ...NOTHING, resolved: points(resolved) };
}

function settleTransfer(entry: Entry, state: SettlementState): Settlement {
  const postings: Posting[] = [];
  const nothing: Settlement = { postings, disposition: 'free', ...NOTHING };
  if (entry.member === undefined || entry.transfer === undefined) return nothing;
  const { member, transfer } = entry;
  const [from, to] = [carrierOf(member, state), carrierOf(transfer.toMember, state)];
  if (from === to) return nothing;
  if (transfer.merge !== true) {
    post(postings, memberAccount(from), memberAccount(to), Math.min(transfer.points, state.free));
    return nothing;
  }
  // A member is merged once; the entry that says so again, or names another successor, finds nothing of its own to move.
  if (entry.approvedBy === undefined || from !== member) return nothing;
  post(postings, memberAccount(from), memberAccount(to), state.held ?? state.free);
  post(postings, receivableAccount(to), receivableAccount(from), state.owed ?? 0);
  return { ...nothing, merged: { member, into: to } };
}

/** What is past its last day can be expired, although nothing else may spend it. */
function settleExpiry(entry: Entry, state: SettlementState): Settlement {
  const postings: Posting[] = [];
  if (entry.member !== undefined) {
    post(postings, accountOf(entry.member, state), 'expired', Math.min(entry.expired ?? 0, state.held ?? state.free));
  }
  return { postings, disposition: 'free', ...NOTHING };
}

function post(postings: Posting[], from: AccountId, to: AccountId, amount: number): void {
  assert(amount >= 0, 'a posting is never negative');
  if (amount > 0) postings.push({ from, to, points: points(amount) });
}
