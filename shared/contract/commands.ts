import { Type, type Static, type TSchema } from 'typebox';
import type { DecidedRedemption, Quote } from '../domain/quote.ts';
import type { Outcome } from '../domain/refusal.ts';
import { DraftSchema } from './documents.ts';
import { SHORTFALL_ENDS } from '../domain/entry.ts';
import { BillLineSchema } from './entry.ts';
import { Act, Approval, Nothing, Pin, RawNumber, Reason } from './inputs.ts';
import { EntryFilter, ROWS_MOST, RowsFrom, type EntryList, type EntryRows } from './history.ts';
import { Count, Id, MinorAmount, oneOf, PointsCount, strictObject } from './primitives.ts';
import { PRINT_COMMANDS, type PrinterView, type PrintOutputs } from './printing.ts';
import { ProgrammeDraftSchema, type ProgrammeList, type PublishAnswer } from './programmes.ts';
import type { Alarms } from './alarms.ts';
import type { RefundPreview } from './refund.ts';
import type { OpenLeases, Shortfalls } from './reports.ts';
import { SHIFT_COMMANDS, type ShiftOutputs } from './shift.ts';
import type { EntryStory } from './story.ts';
import { MemberMatch, MemberView, ReceiptView, StaffView, TillView, WaitingEntry, type VoucherBill } from './views.ts';
import { WhatIfInput, type WhatIfView } from './whatif.ts';

/** What was sold, when known: rules about goods decide by it, and the lines sum to `billMinor`. */
const Lines = Type.Array(BillLineSchema, { minItems: 1, maxItems: 500 });
/** Codes of the vouchers shown, in the order shown. */
const Shown = Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 20 }));
const BillInput = { billMinor: RawNumber, currency: Type.String({ maxLength: 10 }) };

/** Input schemas of every named call from the window to the core. The core validates each before it acts. */
export const COMMANDS = {
  /** Enrols this till with a one-time code. */
  enrol: strictObject({ code: Type.String({ minLength: 4, maxLength: 40 }) }),
  /** Staff of this store, for the sign-in tiles. */
  listStaff: Nothing,
  signIn: strictObject({ staff: Id, pin: Pin }),
  signOut: Nothing,
  /** Members by card number, last four digits of the phone, or name; at most 20. */
  findMembers: strictObject({ text: Type.String({ minLength: 1, maxLength: 80 }) }),
  /** Says that a member is at the till: a lease is asked for in the background. */
  attachMember: strictObject({ member: Id }),
  /** Says that the member has left without a sale: an unused lease is closed. */
  detachMember: strictObject({ member: Id }),
  /** What the member can redeem on a bill. */
  quote: strictObject({ member: Id, ...BillInput, lines: Type.Optional(Lines), vouchers: Shown }),
  /** Whether exactly these points can be redeemed. */
  decide: strictObject({ member: Id, ...BillInput, lines: Type.Optional(Lines), points: RawNumber, rule: Type.Optional(Id), vouchers: Shown }),
  /**
   * A code was scanned or typed. Answers the voucher's code, asking for a lease of it when that is needed and the server can be
   * reached; null when it is a member's card, or nothing that is known.
   */
  showVoucher: strictObject({ code: Type.String({ minLength: 1, maxLength: 80 }), member: Type.Union([Id, Type.Null()]) }),
  /** What each of the vouchers shown takes off a bill, or why it does not. */
  quoteVouchers: strictObject({
    member: Type.Union([Id, Type.Null()]), ...BillInput, lines: Type.Optional(Lines), vouchers: Type.Array(Id, { minItems: 1, maxItems: 20 }),
  }),
  /**
   * Commits a sale. `saleId` is the draft's: the same id twice gives the first receipt again. `redeem` null redeems
   * nothing. Answers after the fsync.
   */
  commitSale: strictObject({
    saleId: Id,
    ...BillInput,
    reference: Type.Optional(Type.String({ maxLength: 64 })),
    /**
     * What was sold, when known; the lines sum to `billMinor`. A bare amount of 0 is a slip and refused; lines that sum
     * to 0 are goods given free, and recorded.
     */
    lines: Type.Optional(Lines),
    member: Type.Union([Id, Type.Null()]),
    redeem: Type.Union([strictObject({ points: RawNumber, rule: Type.Optional(Id) }), Type.Null()]),
    /** Vouchers on the bill, each with what it was shown to take off: another discount is no sale (`quote-changed`). */
    vouchers: Type.Optional(Type.Array(strictObject({ voucher: Id, discountMinor: MinorAmount }), { minItems: 1, maxItems: 20 })),
  }),
  /** Voids a sale of this store. `voidId` makes pressing twice void once. */
  voidSale: strictObject({ voidId: Id, entry: Id }),
  /** What refunding goods of `goodsMinor` (before points; null: all that is left) would give back. Writes nothing. */
  previewRefund: strictObject({ entry: Id, goodsMinor: Type.Union([RawNumber, Type.Null()]) }),
  /** Gives back the part of a sale that goods of `goodsMinor` (before points) were; all under the sale's own programme version. */
  refundSale: strictObject({ ...Act, entry: Id, goodsMinor: RawNumber }),
  /** Adds points to a member by hand, or takes some away (negative), never more than there are. */
  adjustPoints: strictObject({ ...Act, member: Id, points: RawNumber, reason: Reason }),
  /** L5: takes back a lease of a till that is lost; the points are the member's again, and the risk is declared. */
  reclaimLease: strictObject({ ...Act, lease: Id, member: Id, reason: Reason }),
  /** Ends the shortfall that a sale left: the store bears it, or the member owes it. The server ends no more than is still open. */
  resolveShortfall: strictObject({ ...Act, entry: Id, how: oneOf(SHORTFALL_ENDS), reason: Reason }),
  /** Moves all that a member owns and owes to another, who is the same person. */
  mergeMembers: strictObject({ ...Act, member: Id, toMember: Id }),
  /** Open shortfalls of this store with their stories, as the server tells them now; throws `server-unreachable` without it. */
  listShortfalls: Nothing,
  /** Leases that tills of this store hold, the oldest first, as the server tells them now; throws `server-unreachable` without it. */
  listOpenLeases: Nothing,
  /** Alarms of this store, the newest first, as the server tells them now; throws `server-unreachable` without it. */
  listAlarms: Nothing,
  /** Versions of the programme that may be in force in this store, the newest first. */
  listProgrammes: Nothing,
  /** Publishes a draft as the next version, which follows `after`, the newest one that its writer knew. `actId`: pressing twice publishes once. */
  publishProgramme: strictObject({ actId: Id, approval: Approval, programme: ProgrammeDraftSchema, after: Count }),
  /** Rows of this store's history that a filter finds. */
  listEntries: strictObject({ filter: EntryFilter, from: RowsFrom, count: Type.Integer({ minimum: 1, maximum: ROWS_MOST }) }),
  /** All that is known here of an entry. */
  entryStory: strictObject({ entry: Id }),
  /** The receipt of an entry, again. */
  receipt: strictObject({ entry: Id }),
  /** The last sale of this till that can be voided, or null. */
  lastSale: Nothing,
  /** Keeps the sale in the making. `null` clears it and starts a new one. Answers the draft that now stands. */
  saveDraft: strictObject({
    draft: Type.Union([
      strictObject({ billMinor: MinorAmount, member: Type.String({ maxLength: 64 }), points: Type.Optional(PointsCount), rule: Type.Optional(Id), vouchers: Shown }),
      Type.Null(),
    ]),
  }),
  ...SHIFT_COMMANDS,
  ...PRINT_COMMANDS,
  /** Entries that the server has not acknowledged, oldest first; at most 200. */
  listWaiting: Nothing,
  /** Tries to sync at once. */
  syncNow: Nothing,
} as const satisfies Record<string, TSchema>;

export type CommandName = keyof typeof COMMANDS;
export type CommandInput<N extends CommandName> = Static<(typeof COMMANDS)[N]>;

/** What each command answers. Domain refusals are part of the answer; a {@link TillFault} is thrown to the caller. */
export interface CommandOutputs extends ShiftOutputs, PrintOutputs {
  enrol: { terminal: string; store: string };
  listStaff: StaffView[];
  signIn: StaffView;
  signOut: null;
  findMembers: MemberMatch[];
  attachMember: MemberView;
  detachMember: null;
  quote: Outcome<Quote>;
  decide: Outcome<DecidedRedemption>;
  showVoucher: { voucher: string } | null;
  quoteVouchers: Outcome<VoucherBill>;
  commitSale: Outcome<ReceiptView>;
  voidSale: Outcome<ReceiptView>;
  previewRefund: Outcome<RefundPreview>;
  refundSale: Outcome<ReceiptView>;
  adjustPoints: Outcome<ReceiptView>;
  reclaimLease: Outcome<ReceiptView>;
  resolveShortfall: Outcome<ReceiptView>;
  mergeMembers: Outcome<ReceiptView>;
  listShortfalls: Shortfalls;
  listOpenLeases: OpenLeases;
  listAlarms: Alarms;
  listProgrammes: ProgrammeList;
  publishProgramme: PublishAnswer;
  listEntries: EntryRows;
  entryStory: Outcome<EntryStory>;
  receipt: Outcome<ReceiptView>;
  lastSale: ReceiptView | null;
  saveDraft: Draft;
  listWaiting: WaitingEntry[];
  syncNow: null;
}

/** Streams the window can watch: parameters by name. Each emits its present value at once. */
export const WATCHES = {
  till: Nothing,
  /** A member at the till, live; null when unknown. */
  member: strictObject({ member: Id }),
  /** The sale in the making. */
  draft: Nothing,
  /** How the list of this store's history stands that a filter makes. */
  entries: strictObject({ filter: EntryFilter }),
  /** A draft of the programme tried on this store's sales. Watching it is the trial; leaving it cancels. */
  whatIf: WhatIfInput,
  /** The core's receipt printer. */
  printer: Nothing,
} as const satisfies Record<string, TSchema>;

export type WatchName = keyof typeof WATCHES;
export type WatchInput<N extends WatchName> = Static<(typeof WATCHES)[N]>;
export type Draft = Static<typeof DraftSchema>;

export interface WatchOutputs {
  till: TillView;
  member: MemberView | null;
  draft: Draft;
  entries: EntryList;
  whatIf: WhatIfView;
  printer: PrinterView;
}

/** The views, re-exported so that a caller needs one import. */
export type { MemberMatch, MemberView, ReceiptView, StaffView, TillView, WaitingEntry };
