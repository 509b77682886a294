import type { Minor, Points } from './integers.ts';
import type { Timestamp } from './clock.ts';

/** The kinds of a ledger entry (ledger.md, Entries). */
export const ENTRY_KINDS = [
  'sale', 'reversal', 'adjustment', 'transfer', 'expiry', 'lease-close', 'enrolment', 'shift',
] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

/** How the server found a redemption covered; an entry without redemption is `free`. Only the server sets it. */
export const DISPOSITIONS = ['leased', 'free', 'shortfall', 'forked'] as const;
export type Disposition = (typeof DISPOSITIONS)[number];

/** Terminal and staff of the entries that the server makes by itself; no till is enrolled under this name. */
export const SERVER_TERMINAL = 'server';

/** `prevHash` of the first entry of a chain. */
export const GENESIS_HASH = '0'.repeat(64);

export interface BillLine {
  /** Item or category code of the shop. */
  item: string;
  quantity: number;
  totalMinor: Minor;
  category?: string;
}

/** `totalMinor` is the bill before vouchers and points, `netMinor` what is left to pay after them. */
export interface Bill {
  totalMinor: Minor;
  netMinor: Minor;
  currency: string;
  reference?: string;
  lines?: BillLine[];
}

/**
 * What covers a redemption: named leases with their points each, and the points redeemed at risk. A lease that the till had
 * asked for without an answer is named beside the points at risk: it covers them if it was granted after all (L7).
 */
export interface Cover {
  leases: { lease: string; points: Points }[];
  atRisk: Points;
  /** Version of the store's at-risk policy that allowed the points at risk; absent without any, and before entries said it. */
  policy?: number;
}

/** What the till knew of the member of a sale, as far as its programme asks for it: by this the sale is decided again. */
export interface MemberFacts {
  /** Absent: none, or one that the programme does not know. */
  tier?: string;
  /** The personal offer that was made. */
  offer?: string;
  /** It was the member's birthday. */
  birthday?: true;
  /** It was the member's first purchase. */
  first?: true;
}

export interface Redemption {
  /** Id of the programme's redemption rule. */
  rule: string;
  points: Points;
  discountMinor: Minor;
  cover: Cover;
}

/**
 * `expiresOn` is the last day (store calendar, YYYY-MM-DD) on which the points count; absent: they do not expire. `keep` of the
 * points stay at the till that made the sale, under a lease that bears the sale's id: it may spend them before the server knows.
 */
export interface Earning {
  points: Points;
  expiresOn?: string;
  keep?: Points;
}

/** A voucher as a sale used it, or as a reversal gives it back: its code, its rule in the entry's programme, what it took off. */
export interface UsedVoucher {
  voucher: string;
  rule: string;
  /** The lease under which a single-use voucher was used. */
  lease?: string;
  discountMinor: Minor;
}

/** What a reversal gives back: redeemed points returned, earned points clawed back, money paid out. */
export interface Reversal {
  scope: 'void' | 'refund';
  returnPoints: Points;
  clawBackPoints: Points;
  refundMinor: Minor;
  /** Of a refund: what the goods that came back were on the bill, before points. Absent: the whole bill. */
  goodsMinor?: Minor;
}

/** What happens to a shift: its drawer is opened with a float, cash is put in or taken out, and it is counted and closed. */
export const SHIFT_EVENTS = ['open', 'pay-in', 'pay-out', 'close'] as const;
export type ShiftEvent = (typeof SHIFT_EVENTS)[number];

/** What an entry of a shift says; money in minor units of `currency`. Why cash was moved stands in the entry's `reason`. */
export interface ShiftFact {
  event: ShiftEvent;
  /** Id of the entry that opened the shift. */
  shift: string;
  currency?: string;
  /** Open: the float; pay-in and pay-out: the amount; close: the cash that was counted. */
  cashMinor?: Minor;
  /** Of a close: takings that are not cash, as told by whoever counted. */
  otherMinor?: Minor;
  /** Of a close: the cash that the chain says should have been there; below 0 when more was paid out than came in. */
  expectedMinor?: Minor;
  /** Of a close: how often was counted; from the second time on, the difference was known. */
  counts?: number;
}

/** How a shortfall is resolved: the store bears it, or the member owes it. */
export const SHORTFALL_ENDS = ['absorb', 'recover'] as const;
export type ShortfallEnd = (typeof SHORTFALL_ENDS)[number];

/**
 * A correction by hand; `points` is negative to take away. With `settles` it changes no balance: it resolves `points` of the
 * shortfall that the named entry left, and needs an approver.
 */
export interface Adjustment {
  points: Points;
  reason: string;
  settles?: { entry: string; how: ShortfallEnd };
}

/**
 * Points that go to another member. With `merge`, which needs an approver, the whole account goes: all free points, whatever
 * `points` says, and what is owed; from then on the member is another name of `toMember`.
 */
export interface PointsTransfer {
  toMember: string;
  points: Points;
  merge?: true;
}

/**
 * An immutable fact recorded by one till, hash-chained per (terminal, epoch). Fields that a kind does not use are absent.
 * Canonical bytes are those of {@link canonicalEntry}; `hash` and `signature` stand beside them in {@link SignedEntry}.
 */
export interface Entry {
  /** Format of the entry. */
  v: 1;
  /** UUIDv7 made before anything else happens: the idempotency key. */
  id: string;
  store: string;
  terminal: string;
  epoch: number;
  /** Gapless per terminal and epoch, from 1. */
  seq: number;
  prevHash: string;
  kind: EntryKind;
  member?: string;
  /** Of a member's sale; absent in entries from before they said it. */
  knew?: MemberFacts;
  bill?: Bill;
  redeem?: Redemption;
  earn?: Earning;
  vouchers?: UsedVoucher[];
  /** Id of the entry that this one reverses. */
  reverses?: string;
  reversal?: Reversal;
  /** Id of the lease that a lease-close gives back. */
  lease?: string;
  /** Why a lease of another chain is reclaimed (L5), absent when the holder closes its own; or why a shift's cash was moved. */
  reason?: string;
  adjust?: Adjustment;
  transfer?: PointsTransfer;
  expired?: Points;
  /** Of an expiry: last day (YYYY-MM-DD) of the lot that expired. */
  lot?: string;
  shift?: ShiftFact;
  enrolment?: { publicKey: string };
  /** Version of the programme that decided. */
  programme: number;
  staff: string;
  approvedBy?: string;
  occurredAt: Timestamp;
  /** The till's wall clock, milliseconds since 1970, for people to read. */
  wallMs: number;
  /** Day the shop counts this in, YYYY-MM-DD. */
  businessDate: string;
}

/** An entry with its SHA-256 (hex) and Ed25519 signature (base64) over {@link signingText}. */
export interface SignedEntry extends Entry {
  hash: string;
  signature: string;
}
