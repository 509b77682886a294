import { Type, type Static } from 'typebox';
import { ProgrammeSchema } from './documents.ts';
import { BillLineSchema } from './entry.ts';
import { CurrencyCode, Id, MinorAmount, PointsChange, PointsCount, strictObject } from './primitives.ts';

/** A programme as a merchant writes it: the document that is published, without what publishing adds. */
export const ProgrammeDocument = Type.Object(
  Object.fromEntries(Object.entries(ProgrammeSchema.properties).filter(([name]) => name !== 'id' && name !== 'rev')) as Omit<typeof ProgrammeSchema.properties, 'id' | 'rev'>,
  { additionalProperties: false },
);

/** A bill to try a programme on: before points, in minor units, with lines when they are known. */
export const BillDocument = strictObject({
  totalMinor: MinorAmount,
  currency: CurrencyCode,
  lines: Type.Optional(Type.Array(BillLineSchema, { minItems: 1, maxItems: 500 })),
  store: Type.Optional(Id),
  /** The store's time, minutes from UTC; 0 when absent. */
  utcOffsetMinutes: Type.Optional(Type.Integer({ minimum: -900, maximum: 900 })),
  hasVouchers: Type.Optional(Type.Boolean()),
});
export type BillDocument = Static<typeof BillDocument>;

/** A member to try a programme on. */
export const MemberDocument = strictObject({
  balance: PointsChange,
  /** Points covered by leases of the till; absent: the whole balance. */
  leased: Type.Optional(PointsCount),
  atRiskAllowed: Type.Optional(PointsCount),
  tier: Type.Optional(Id),
  /** MM-DD. */
  birthday: Type.Optional(Type.String({ pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' })),
  redeemedToday: Type.Optional(PointsCount),
  earnedToday: Type.Optional(PointsCount),
  isFirst: Type.Optional(Type.Boolean()),
});
export type MemberDocument = Static<typeof MemberDocument>;

