import type { DIFFERENCES } from '../../shared/contract/alarms.ts';
import type { Disposition, EntryKind, ShortfallEnd } from '../../shared/domain/entry.ts';
import type { LeaseState } from '../../shared/domain/lease.ts';
import type { VoucherExcess } from '../../shared/domain/voucher.ts';
import type { PoliciesTable, ProgrammesTable, StoresTable } from './versions.ts';

/** The engines of the one data layer. */
export type Engine = 'sqlite' | 'postgres';

/** A fact as it arrived: the signed bytes, what queries need of them, and what the server added. Never changed, never removed. */
export interface EntriesTable {
  /** Gapless from 1, in the order of commit. */
  position: number;
  id: string;
  store: string;
  terminal: string;
  epoch: number;
  seq: number;
  prev_hash: string;
  hash: string;
  /** Ed25519, base64. */
  signature: string;
  /** Canonical JSON, exactly as it was hashed and signed. */
  bytes: string;
  kind: EntryKind;
  member: string | null;
  /** Id of the entry that this one reverses. */
  reverses: string | null;
  /** Id of the lease that this one closes. */
  lease: string | null;
  programme: number;
  staff: string;
  approved_by: string | null;
  currency: string | null;
  /** Minor units; 0 without a bill. */
  bill_total: number;
  bill_net: number;
  earn_points: number;
  /** Redeemed by a sale, and how that was covered: the three that follow sum to it. */
  redeem_points: number;
  leased_points: number;
  free_points: number;
  shortfall_points: number;
  /** Given back and taken back by a reversal, as booked: less than it asked for when the sale had less left. */
  returned_points: number;
  clawed_points: number;
  occurred_ms: number;
  occurred_n: number;
  wall_ms: number;
  /** YYYY-MM-DD. */
  business_date: string;
  received_at: number;
  disposition: Disposition;
}

/** One movement between two accounts; it names both sides, so that every set of postings sums to zero. Never changed, never removed. */
export interface PostingsTable {
  /** Id of the entry, or of the lease whose grant this is. */
  source: string;
  /** From 0, in the order of settling. */
  line: number;
  from_account: string;
  to_account: string;
  /** Above 0. */
  points: number;
  kind: EntryKind | 'lease';
}

/** The kind of an account: what stands before the colon of its id, or the whole id. */
export type AccountKind = 'member' | 'lease' | 'shortfall' | 'receivable' | 'issued' | 'redeemed' | 'expired' | 'adjusted';

/** The sum of an account's postings. Of members and leases it is never below zero. */
export interface AccountsTable {
  id: string;
  kind: AccountKind;
  balance: number;
  /** Position of the last entry that concerned the account; every entry up to it is included. */
  position: number;
  /** Revision of the last change that a till should pull; 0 for accounts that no till pulls. */
  rev: number;
  /** The member that this member was merged into; null while it carries its own points. */
  successor: string | null;
  /** The earliest last day among the account's lots; null when it has none. */
  next_expiry: string | null;
}

/** Points of an account that end together. What an account holds beside its lots never expires. */
export interface LotsTable {
  /** A member's or a lease's account: points in escrow keep their day. */
  account: string;
  /** Last day on which they count, YYYY-MM-DD. */
  expires_on: string;
  points: number;
}

/** What a redemption took of lots and has not been given back: it returns with its own expiry. */
export interface LotUsesTable {
  entry: string;
  expires_on: string;
  points: number;
}

/** What nothing covered of a redemption, and what has become of it. What reversals undid is in none of the last three. */
export interface ShortfallsTable {
  entry: string;
  store: string;
  /** Who could owe it, or null. */
  member: string | null;
  position: number;
  points: number;
  open: number;
  recovered: number;
  absorbed: number;
}

/** What an entry resolved of a shortfall. */
export interface ResolutionsTable {
  source: string;
  /** The entry that left it. */
  shortfall: string;
  how: ShortfallEnd;
  points: number;
}

/** A stretch of the server's life, from one start to the next: where the ledger stood when it began. */
export interface IncarnationsTable {
  /** From 1, in order. */
  number: number;
  id: string;
  started_at: number;
  position: number;
  rev: number;
}

/** A signed checkpoint: the root over every entry up to a position. Never changed, never removed. */
export interface CheckpointsTable {
  /** UTC day, YYYY-MM-DD. */
  day: string;
  position: number;
  root: string;
  made_at: number;
  signature: string;
  /** Hashes of the leaves after the last whole block, one after the other. */
  tail: string;
}

/** Hashes of the leaves of 256 entries, and the root over them; block 0 is of positions 1 to 256. */
export interface CheckpointBlocksTable {
  block: number;
  root: string;
  leaves: string;
}

/** The head of each terminal's chain: the last seq dealt with, and its hash. */
export interface ChainsTable {
  terminal: string;
  epoch: number;
  seq: number;
  hash: string;
  /** When two entries claimed one place of this chain (L8); null while that never happened. */
  frozen_at: number | null;
}

/** A grant of a member's points to one terminal and epoch, and what has been spent of it. */
export interface LeasesTable {
  id: string;
  member: string;
  terminal: string;
  epoch: number;
  points: number;
  spent: number;
  spend_by: number;
  signature: string;
  state: LeaseState;
  granted_at: number;
  /** Id of the entry that closed it, or null. */
  closed_by: string | null;
  rev: number;
  /** How far the holder's chain had come here when it was granted: no entry up to there can spend it. */
  granted_seq: number;
  /** Declared risk (L5): what was unspent when it was reclaimed; 0 for a lease that was not. */
  risk: number;
  /** When the holder was first asked to give it back because the member is elsewhere, milliseconds; null: it was not. */
  recalled_at: number | null;
}

/** What was sent as an entry and is none, with the reason; kept as it came. */
export interface QuarantineTable {
  terminal: string;
  epoch: number;
  id: string;
  seq: number;
  hash: string;
  signature: string;
  bytes: string;
  reason: string;
  received_at: number;
}

/** What a person has to look at: a fork, or an entry whose own signature is false. */
export interface AlarmsTable {
  id: string;
  kind: 'fork' | 'signature' | 'voucher' | 'decision';
  terminal: string;
  epoch: number;
  seq: number;
  raised_at: number;
}

/** A voucher: whose it is, how often it was used, and who may use it offline. */
export interface VouchersTable {
  /** Its code. */
  id: string;
  rule: string;
  /** 1: it can be used once only. */
  is_single: number;
  member: string | null;
  store: string | null;
  issued_at: number;
  /** Uses that were not given back. */
  used: number;
  /** The latest business date of a use, and the uses of it on that day, where its rule counts them. */
  day: string | null;
  day_used: number;
  /** Of the last entry that concerned it; 0: none. */
  position: number;
  /** The last lease of it: its id, the holder, until when it is spent, the server's signature, and what has become of it. */
  lease: string | null;
  terminal: string | null;
  epoch: number | null;
  spend_by: number | null;
  signature: string | null;
  state: LeaseState | null;
  granted_seq: number;
  rev: number;
}

/** A voucher in a sale, or one that a reversal gave back before its sale came. */
export interface VoucherUsesTable {
  entry: string;
  voucher: string;
  rule: string;
  member: string | null;
  store: string;
  business_date: string;
  /** Minor units. */
  discount: number;
  /** Of the sale; 0 while only its reversal is here. */
  position: number;
  excess: VoucherExcess | null;
  /** The reversal that gave it back. */
  given_back: string | null;
}

/** In what a sale differs from what the rules give, beside its alarm of kind `decision`. */
export interface DifferencesTable {
  entry: string;
  what: (typeof DIFFERENCES)[number];
  /** Numbers as people write them; '' where there is none. */
  expected: string;
  found: string;
  /** Code of the refusal, when the rules refuse it. */
  reason: string | null;
}

/** What a sale counts for its member's tier, after its reversals; reckoned from the ledger. */
export interface PurchasesTable {
  entry: string;
  member: string;
  /** Business date, YYYY-MM-DD. */
  day: string;
  points: number;
  spend_minor: number;
  /** 1 or 0. */
  is_visit: number;
}

/** Where a member stands; reckoned from the purchases. */
export interface MemberTiersTable {
  member: string;
  /** A `MemberTier` as JSON, or ''. */
  standing: string;
  /** The day on which it may differ although nothing is bought; null: never. */
  changes_on: string | null;
  /** The version that ranked the member. */
  programme: number;
}

/** Last position and revision given out, one row a shard; today there is shard 0. */
export interface HeadsTable {
  shard: number;
  position: number;
  rev: number;
}

/** Single values by key: `schema` is the number of the last migration. */
export interface MetaTable {
  key: string;
  value: string;
}

export interface TerminalsTable {
  id: string;
  store: string;
  label: string;
  status: 'active' | 'revoked';
  epoch: number;
  public_key: string;
}

export interface TerminalKeysTable {
  terminal: string;
  epoch: number;
  public_key: string;
  enrolled_at: number;
}

export interface EnrolmentCodesTable {
  code_hash: string;
  terminal: string;
  store: string;
  expires_at: number;
  used_at: number | null;
}

export interface MembersTable {
  id: string;
  card: string;
  name: string;
  phone: string;
  phone_tail: string;
  region: string;
  home_store: string;
  joined_on: string;
  /** MM-DD. */
  birthday: string | null;
}

export interface StaffTable {
  id: string;
  store: string;
  name: string;
  role: 'cashier' | 'manager';
  /** 1 or 0. */
  active: number;
  pin_salt: string;
  pin_hash: string;
  rev: number;
}

/** Every table. Moments are milliseconds since 1970, points and money whole numbers, ids text: the same on both engines. */
export interface Tables {
  entries: EntriesTable;
  postings: PostingsTable;
  accounts: AccountsTable;
  chains: ChainsTable;
  leases: LeasesTable;
  lots: LotsTable;
  lot_uses: LotUsesTable;
  shortfalls: ShortfallsTable;
  resolutions: ResolutionsTable;
  incarnations: IncarnationsTable;
  checkpoints: CheckpointsTable;
  checkpoint_blocks: CheckpointBlocksTable;
  quarantine: QuarantineTable;
  alarms: AlarmsTable;
  differences: DifferencesTable;
  vouchers: VouchersTable;
  voucher_uses: VoucherUsesTable;
  purchases: PurchasesTable;
  member_tiers: MemberTiersTable;
  heads: HeadsTable;
  meta: MetaTable;
  terminals: TerminalsTable;
  terminal_keys: TerminalKeysTable;
  enrolment_codes: EnrolmentCodesTable;
  members: MembersTable;
  staff: StaffTable;
  stores: StoresTable;
  policies: PoliciesTable;
  programmes: ProgrammesTable;
}
