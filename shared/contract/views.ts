import { Type, type Static } from 'typebox';
import { ENTRY_KINDS } from '../domain/entry.ts';
import { EarnStepsSchema } from './earning.ts';
import type { Minor } from '../domain/integers.ts';
import type { LocalText } from '../domain/programme.ts';
import type { VoucherRefusal } from '../domain/refusal.ts';
import { TILL_ERRORS } from './errors.ts';
import {
  Count, CurrencyCode, DayText, Id, LocalTextSchema, Milliseconds, MinorAmount, oneOf, PointsChange, PointsCount, strictObject,
} from './primitives.ts';
import { OpenShiftView } from './shift.ts';

export const StaffView = strictObject({ id: Id, name: Type.String(), role: oneOf(['cashier', 'manager']) });
export type StaffView = Static<typeof StaffView>;

/** How the till stands to the server. `offlineSinceMs` is null while online. */
export const SyncView = strictObject({
  online: Type.Boolean(),
  offlineSinceMs: Type.Union([Milliseconds, Type.Null()]),
  /** When the till last heard from the server; null: never. */
  lastHeardMs: Type.Union([Milliseconds, Type.Null()]),
  /** Own entries that the server has not acknowledged. */
  waiting: Count,
  quarantined: Count,
  /** First load in progress: documents pulled so far. Null when done. */
  firstLoad: Type.Union([Count, Type.Null()]),
  lastError: Type.Union([strictObject({ code: Type.String(), atMs: Milliseconds }), Type.Null()]),
});
export type SyncView = Static<typeof SyncView>;

/**
 * What became of an earlier enrolment's chain whose replica could not go on: entries that could be read, those of them that
 * the server lacked and was sent, those that it would not take, and how many are nowhere; null: that cannot be known.
 */
export const RecoveryView = strictObject({
  epoch: Count,
  readable: Count,
  sent: Count,
  kept: Count,
  unknown: Type.Union([Count, Type.Null()]),
});
export type RecoveryView = Static<typeof RecoveryView>;

/** The state the window always shows. */
export const TillView = strictObject({
  /** `new`: not enrolled; `blocked`: the replica may not trade, see `blockedBy`. */
  phase: oneOf(['new', 'loading', 'ready', 'blocked']),
  blockedBy: Type.Union([oneOf(TILL_ERRORS), Type.Null()]),
  terminal: Type.Union([Id, Type.Null()]),
  store: Type.Union([
    strictObject({
      id: Id, name: LocalTextSchema, currency: CurrencyCode, utcOffsetMinutes: Type.Integer(), address: Type.String(),
      receiptFooter: LocalTextSchema, demo: Type.Boolean(),
    }),
    Type.Null(),
  ]),
  staff: Type.Union([StaffView, Type.Null()]),
  sync: SyncView,
  /** The open shift; absent: none is. */
  shift: Type.Optional(OpenShiftView),
  /** The float that the last shift began with; absent: there was none. */
  usualFloatMinor: Type.Optional(MinorAmount),
  /** The account of an earlier chain; absent: none had anything to tell. */
  recovered: Type.Optional(RecoveryView),
  version: Type.String(),
});
export type TillView = Static<typeof TillView>;

/** A member in a list of matches; of the phone only the last four digits leave the core. */
export const MemberMatch = strictObject({
  id: Id,
  name: Type.String(),
  card: Type.String(),
  phoneTail: Type.String({ maxLength: 4 }),
  balance: PointsChange,
  /** Card of the member that was found and has been merged into this one. */
  formerCard: Type.Optional(Type.String()),
});
export type MemberMatch = Static<typeof MemberMatch>;

/** Why a personal offer is made, with the names of what it speaks of. */
export const OfferReasonView = Type.Union([
  strictObject({ code: Type.Literal('away'), days: Count, usualDays: Count }),
  strictObject({ code: Type.Literal('usual-time'), weekday: Type.Integer({ minimum: 1, maximum: 7 }), fromMinute: Count, untilMinute: Count }),
  strictObject({ code: Type.Literal('favourite'), category: Type.String(), visits: Count, of: Count }),
  strictObject({ code: Type.Literal('usual-spend'), spendMinor: MinorAmount }),
  strictObject({ code: Type.Literal('near-tier'), tier: Id, by: oneOf(['points', 'spendMinor', 'visits']), missing: Count, name: LocalTextSchema }),
  strictObject({ code: Type.Literal('near-reward'), rule: Id, missing: PointsCount, name: LocalTextSchema }),
  strictObject({ code: Type.Literal('birthday') }),
]);
export type OfferReasonView = Static<typeof OfferReasonView>;

/** A member at the till, live. */
export const MemberView = strictObject({
  id: Id,
  name: Type.String(),
  card: Type.String(),
  phoneTail: Type.String({ maxLength: 4 }),
  joinedOn: DayText,
  /** Exact for what this till has seen (N3); below zero only after redeeming at risk. */
  balance: PointsChange,
  /** Points this till holds by lease for the member, still spendable. */
  leased: PointsCount,
  /** What could be redeemed at risk now. */
  atRiskAllowed: PointsCount,
  /** Set when the balance may be old: the till is offline and this is when it last heard from the server. */
  asOfMs: Type.Union([Milliseconds, Type.Null()]),
  /** Whether a lease is being asked for. */
  cover: oneOf(['none', 'asking', 'held']),
  /** The tier as the server reckoned it last, and its last day if nothing more is bought. Absent: none. */
  tier: Type.Optional(strictObject({ id: Id, name: LocalTextSchema, until: Type.Optional(DayText) })),
  /** The personal offer that is made now. Absent: none. */
  offer: Type.Optional(strictObject({ id: Id, text: LocalTextSchema, because: Type.Array(OfferReasonView, { maxItems: 10 }) })),
  /**
   * Points that end soon, or that were past their last day, `on`, when this till last heard of the account: those are not
   * redeemed, and the balance may have changed since. `points` is 0 when the till was told the day alone. Absent: neither.
   */
  expiry: Type.Optional(strictObject({ on: DayText, points: PointsCount, isPast: Type.Boolean() })),
  /** True: this account was merged into one that this till does not know, and carries nothing any more. */
  mergedAway: Type.Optional(Type.Literal(true)),
});
export type MemberView = Static<typeof MemberView>;

/** Where an entry stands, for its chip. */
export const ENTRY_STATES = ['saved', 'at-risk', 'confirmed', 'shortfall', 'quarantined'] as const;

/** All that a receipt prints and a history row shows. */
export const ReceiptView = strictObject({
  entry: Id,
  kind: oneOf(ENTRY_KINDS),
  /** Number people read: terminal, epoch and seq, like `T1-1-42`. */
  number: Type.String(),
  store: Id,
  storeName: LocalTextSchema,
  address: Type.String(),
  footer: LocalTextSchema,
  terminal: Id,
  staffName: Type.String(),
  wallMs: Milliseconds,
  businessDate: DayText,
  /** The store's offset, so that the receipt shows the store's time. */
  utcOffsetMinutes: Type.Integer(),
  currency: CurrencyCode,
  totalMinor: MinorAmount,
  /** What vouchers and points took off together. */
  discountMinor: MinorAmount,
  /** Vouchers of a sale, or those that a reversal gave back; the name is absent when its version is not known here. Absent: none. */
  vouchers: Type.Optional(Type.Array(strictObject({ voucher: Id, name: Type.Optional(LocalTextSchema), discountMinor: MinorAmount }), { maxItems: 50 })),
  netMinor: MinorAmount,
  /** Masked for paper: first letter and stars; '' without a member. */
  memberName: Type.String(),
  cardTail: Type.String(),
  redeemed: PointsCount,
  atRisk: PointsCount,
  earned: PointsCount,
  /** How that came about; absent when this till did not make the sale. */
  earnSteps: Type.Optional(EarnStepsSchema),
  /** Name of the rule that points were redeemed by; absent without one, and when its version is not known here. */
  rule: Type.Optional(LocalTextSchema),
  /** For a reversal: points returned and taken back. */
  returned: PointsCount,
  clawedBack: PointsCount,
  /** Balance before and after, as this till saw it; null without a member or when no longer known. */
  before: Type.Union([PointsChange, Type.Null()]),
  after: Type.Union([PointsChange, Type.Null()]),
  state: oneOf(ENTRY_STATES),
  shortfall: PointsCount,
  /** Entry that this one reverses, or that reverses this one; '' when none. */
  reverses: Type.String(),
  reversedBy: Type.String(),
  /** Of a reversal: whether it voided the sale or refunded goods of it. */
  scope: Type.Optional(oneOf(['void', 'refund'])),
  /** Of a sale that was reversed: how the last time, and goods that have not come back, before points. Absent: nothing came back. */
  back: Type.Optional(strictObject({ scope: oneOf(['void', 'refund']), leftMinor: MinorAmount })),
});
export type ReceiptView = Static<typeof ReceiptView>;

/** A voucher on the bill: its name in the programme (null: it is not known), what it takes off, or why it does not. */
export interface VoucherLine {
  voucher: string;
  name: LocalText | null;
  discountMinor: Minor;
  why: VoucherRefusal | null;
}

/** The bill with its vouchers, in the order shown, and what is left of it for points and money. */
export interface VoucherBill {
  vouchers: VoucherLine[];
  discountMinor: Minor;
  netMinor: Minor;
}

/** One entry waiting to be sent. */
export const WaitingEntry = strictObject({
  entry: Id,
  number: Type.String(),
  kind: oneOf(ENTRY_KINDS),
  wallMs: Milliseconds,
  points: PointsCount,
  quarantined: Type.Union([Type.String(), Type.Null()]),
});
export type WaitingEntry = Static<typeof WaitingEntry>;
