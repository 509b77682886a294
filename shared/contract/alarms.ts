import { Type, type Static } from 'typebox';
import { VOUCHER_EXCESSES } from '../domain/voucher.ts';
import { Count, Id, Milliseconds, oneOf, strictObject } from './primitives.ts';
import { LISTED_MOST } from './reports.ts';

/** In what a sale, or what reverses it, differs from what the rules give. */
export const DIFFERENCES = [
  'programme', 'bill', 'tier', 'offer', 'voucher', 'redeem', 'discount', 'at-risk', 'policy', 'net', 'earn', 'expiry', 'member', 'returned', 'clawed-back', 'refund',
] as const;

/** Whole points, amounts as plain decimals (76.80), days, or a version; '' where there is none. */
const Told = Type.String({ maxLength: 80 });

/** What the rules give and what the entry says; `reason` is the code of the refusal, when they refuse it. */
export const DifferenceSchema = strictObject({ what: oneOf(DIFFERENCES), expected: Told, found: Told, reason: Type.Optional(Type.String({ maxLength: 40 })) });

export const AlarmSchema = strictObject({
  id: Type.String({ maxLength: 200 }),
  /**
   * `fork`: two entries at one place of a chain; `signature`: one that proves nothing; `decision`: a sale that the rules decide otherwise;
   * `voucher`: one that uses a voucher which was not to be used; or another.
   */
  kind: Type.String({ maxLength: 40 }),
  /** Of the entry, as on receipts: terminal, epoch and seq. */
  number: Type.String({ maxLength: 160 }),
  terminal: Id,
  /** The entry; absent for what is about a place of a chain. */
  entry: Type.Optional(Id),
  raisedMs: Milliseconds,
  differences: Type.Array(DifferenceSchema, { maxItems: DIFFERENCES.length }),
  /** Of kind `voucher`: the uses in the entry that were not to be, each with its discount (10.00); absent: there is none, or no more. */
  uses: Type.Optional(Type.Array(strictObject({ voucher: Id, why: oneOf(VOUCHER_EXCESSES), discount: Told }), { minItems: 1, maxItems: 50 })),
});
export type AlarmRow = Static<typeof AlarmSchema>;

/** `GET /v1/reports/alarms`: of the caller's store, the newest first. */
export const AlarmsResponse = strictObject({
  alarms: Type.Array(AlarmSchema, { maxItems: LISTED_MOST }),
  /** How many there are, with those that are not listed. */
  total: Count,
  /** Up to which position sales were decided again, and the head of the ledger: the rest is still to come. */
  decided: Count,
  position: Count,
});
export type Alarms = Static<typeof AlarmsResponse>;
