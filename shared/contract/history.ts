import { Type, type Static } from 'typebox';
import type { EntryKind, Reversal } from '../domain/entry.ts';
import type { Minor, Points } from '../domain/integers.ts';
import { Count, DayText, Id, Milliseconds, oneOf, strictObject } from './primitives.ts';
import type { ReceiptView } from './views.ts';

/** Kinds of entries, as a person looks for them; bookkeeping entries are in none. */
export const ENTRY_GROUPS = ['all', 'sales', 'voids', 'refunds', 'corrections'] as const;
export type EntryGroup = (typeof ENTRY_GROUPS)[number];

/** States to look for; `open`: the server has not acknowledged it. */
export const ENTRY_SEARCH_STATES = ['any', 'open', 'at-risk', 'shortfall', 'quarantined'] as const;

/**
 * What to look for among the entries of this store. `text` is an entry's number, the last part of one, an amount, a card, the
 * end of a phone number, or a name; '' finds all. Days are business dates, both inclusive.
 */
export const EntryFilter = strictObject({
  text: Type.String({ maxLength: 80 }),
  group: oneOf(ENTRY_GROUPS),
  state: oneOf(ENTRY_SEARCH_STATES),
  /** Who made it; '': whoever. */
  staff: Type.String({ maxLength: 64 }),
  fromDay: Type.Optional(DayText),
  untilDay: Type.Optional(DayText),
});
export type EntryFilter = Static<typeof EntryFilter>;

/** Rows of one question, at most. */
export const ROWS_MOST = 500;

/** Where rows begin: at a place of the list, newest first from 0, or behind a row. */
export const RowsFrom = Type.Union([
  strictObject({ place: Count }),
  strictObject({ occurredMs: Milliseconds, entry: Id }),
]);
export type RowsFrom = Static<typeof RowsFrom>;

/** One entry of the history. Amounts in minor units, points whole; names as this till knows them now. */
export interface EntryRow {
  entry: string;
  occurredMs: number;
  number: string;
  kind: EntryKind;
  /** Of a reversal. */
  scope?: Reversal['scope'];
  terminal: string;
  wallMs: number;
  businessDate: string;
  staffName: string;
  /** Name and card; '' without a member, or when this till does not know the account. */
  memberName: string;
  card: string;
  /** '' of an entry without money. */
  currency: string;
  totalMinor: Minor;
  /** Paid for a sale, paid back by a reversal. */
  netMinor: Minor;
  redeemed: Points;
  earned: Points;
  returned: Points;
  clawedBack: Points;
  /** What it changes in the member's balance. */
  change: Points;
  state: ReceiptView['state'];
  shortfall: Points;
  /** How much of a sale came back; `void`: by a void. */
  back: 'none' | 'void' | 'part' | 'all';
  /** Number of the sale that it reverses, when it is known here; '' of all others. */
  reversesNumber: string;
}

/** Rows of a list, in its order. `total` and `version` are those of the list that they were taken from. */
export interface EntryRows {
  version: number;
  total: number;
  rows: EntryRow[];
}

/** How the list of a filter stands; another `version` means that rows may have changed. */
export interface EntryList {
  version: number;
  total: number;
  /** Entries of this store that have been read; the newest are read first. */
  read: number;
  /** Whether there are no others. */
  isWhole: boolean;
  /** Everybody who made an entry that has been read, by name. */
  staff: { id: string; name: string }[];
}
