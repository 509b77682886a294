import type { Disposition, EntryKind, Reversal, ShortfallEnd } from '../domain/entry.ts';
import type { Minor, Points } from '../domain/integers.ts';
import type { LocalText } from '../domain/programme.ts';
import type { EarlierReversal } from './refund.ts';
import type { ReceiptView } from './views.ts';

/** A member of a story; the name is '' when this till does not know the account. */
export interface StoryMember {
  name: string;
  card: string;
}

/** An entry that reverses the one of the story. */
export interface StoryReversal extends EarlierReversal {
  staffName: string;
  approvedBy?: string;
  state: ReceiptView['state'];
}

/** All that a till knows of one entry, for a person to read. What is absent does not concern it, or is not known here. */
export interface EntryStory {
  entry: string;
  number: string;
  kind: EntryKind;
  scope?: Reversal['scope'];
  terminal: string;
  wallMs: number;
  businessDate: string;
  currency: string;
  netMinor: Minor;
  staffName: string;
  approvedBy?: string;
  /** As typed. */
  reason?: string;
  member?: StoryMember;
  /** Of a transfer: to whom, and whether the whole account went. */
  toMember?: StoryMember & { isMerge: boolean };
  programme?: { version: number; name?: LocalText };
  /** What was redeemed: by which rule, and how the till covered it. */
  redeemed?: { points: Points; discountMinor: Minor; rule?: LocalText; leases: { lease: string; points: Points }[]; atRisk: Points };
  earned?: { points: Points; expiresOn?: string };
  vouchers?: { voucher: string; name?: LocalText; discountMinor: Minor }[];
  /** Of a reversal: what it gave back. */
  gaveBack?: { refundMinor: Minor; returned: Points; clawedBack: Points };
  /** Of an adjustment: by how much, or how much of which shortfall it ended. */
  adjusted?: { points: Points; settles?: { number?: string; how: ShortfallEnd } };
  expired?: Points;
  state: ReceiptView['state'];
  /** Where the server booked it, once it is known. `receivedMs` is absent of an entry that was not pulled yet. */
  posted?: { position: number; receivedMs?: number; disposition?: Disposition; shortfall: Points };
  /** Why the server set it aside. */
  quarantined?: string;
  /** Of a reversal: the sale, when it is known here. */
  reverses?: { entry: string; number: string };
  reversals: StoryReversal[];
}
