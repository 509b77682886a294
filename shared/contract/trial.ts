import { Type, type Static } from 'typebox';
import { ProgrammeSchema } from './documents.ts';
import { BillLineSchema } from './entry.ts';
import { Count, CurrencyCode, Id, MinorAmount, MonthDay, PointsChange, PointsCount, strictObject } from './primitives.ts';

/** A programme as a merchant writes it: the document that is published, without what publishing adds. */
export const ProgrammeDocument = Type.Object(
  Object.fromEntries(Object.entries(ProgrammeSchema.properties).filter(([name]) => name !== 'id' && name !== 'rev' && name !== 'published')) as Omit<typeof ProgrammeSchema.properties, 'id' | 'rev' | 'published'>,
  { additionalProperties: false },
);

/** A voucher to try a programme on: its code and rule, and what is known of it. */
export const VoucherDocument = strictObject({
  code: Id,
  rule: Id,
  /** Whose it is, and the store that it is bound to; absent: anybody's, any store's. */
  member: Type.Optional(Id),
  store: Type.Optional(Id),
  /** Uses so far: in all, by this member, on this business day; 0 when absent. */
  used: Type.Optional(Count),
  usedByMember: Type.Optional(Count),
  usedToday: Type.Optional(Count),
  /** Of a single-use voucher: whether the till may use it here and now; true when absent. */
  held: Type.Optional(Type.Boolean()),
});
export type VoucherDocument = Static<typeof VoucherDocument>;

/** A bill to try a programme on: before points, in minor units, with lines when they are known. */
export const BillDocument = strictObject({
  totalMinor: MinorAmount,
  currency: CurrencyCode,
  lines: Type.Optional(Type.Array(BillLineSchema, { minItems: 1, maxItems: 500 })),
  store: Type.Optional(Id),
  /** The store's time, minutes from UTC; 0 when absent. */
  utcOffsetMinutes: Type.Optional(Type.Integer({ minimum: -900, maximum: 900 })),
  hasVouchers: Type.Optional(Type.Boolean()),
  /** Vouchers shown, in the order shown. */
  vouchers: Type.Optional(Type.Array(VoucherDocument, { minItems: 1, maxItems: 50 })),
});
export type BillDocument = Static<typeof BillDocument>;

/** A moment as people write it: 2026-03-14T12:30:00Z. */
const MomentText = Type.String({ pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?Z$' });

/** A purchase of the past, and what came back of it. */
export const PurchaseDocument = strictObject({
  at: MomentText,
  /** What was paid, and what it earned. */
  paidMinor: MinorAmount,
  points: Type.Optional(PointsCount),
  /** The bill before points; what was paid when absent. */
  totalMinor: Type.Optional(MinorAmount),
  /** Categories of the goods. */
  categories: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { maxItems: 100 })),
  /** Refunds; one without `goodsMinor` gave back the whole bill. */
  returns: Type.Optional(Type.Array(
    strictObject({ goodsMinor: Type.Optional(MinorAmount), paidMinor: Type.Optional(MinorAmount), points: Type.Optional(PointsCount) }), { maxItems: 50 },
  )),
});
export type PurchaseDocument = Static<typeof PurchaseDocument>;

/** A member to try a programme on. */
export const MemberDocument = strictObject({
  /** Needed only for vouchers that are given to one member. */
  id: Type.Optional(Id),
  balance: PointsChange,
  /** Points covered by leases of the till; absent: the whole balance. */
  leased: Type.Optional(PointsCount),
  atRiskAllowed: Type.Optional(PointsCount),
  /** As the till last knew it; absent: what the purchases are enough for. */
  tier: Type.Optional(Id),
  purchases: Type.Optional(Type.Array(PurchaseDocument, { maxItems: 10_000 })),
  birthday: Type.Optional(MonthDay),
  redeemedToday: Type.Optional(PointsCount),
  earnedToday: Type.Optional(PointsCount),
  isFirst: Type.Optional(Type.Boolean()),
});
export type MemberDocument = Static<typeof MemberDocument>;

