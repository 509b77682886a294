import { Type, type Static } from 'typebox';
import { DISPOSITIONS, ENTRY_KINDS, SHIFT_EVENTS, SHORTFALL_ENDS, type Entry } from '../domain/entry.ts';
import {
  Count, CurrencyCode, DayText, Hash, Id, Milliseconds, MinorAmount, MinorChange, oneOf, PointsChange, PointsCount, PublicKey, type Same,
  Signature, strictObject,
} from './primitives.ts';

export const TimestampSchema = strictObject({ ms: Milliseconds, n: Count });

export const BillLineSchema = strictObject({
  item: Type.String({ minLength: 1, maxLength: 64 }),
  quantity: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
  totalMinor: MinorAmount,
  category: Type.Optional(Type.String({ maxLength: 64 })),
});

const BillSchema = strictObject({
  totalMinor: MinorAmount,
  netMinor: MinorAmount,
  currency: CurrencyCode,
  reference: Type.Optional(Type.String({ maxLength: 64 })),
  lines: Type.Optional(
    Type.Array(BillLineSchema, { maxItems: 500 }),
  ),
});

const RedemptionSchema = strictObject({
  rule: Id,
  points: PointsCount,
  discountMinor: MinorAmount,
  cover: strictObject({
    leases: Type.Array(strictObject({ lease: Id, points: PointsCount }), { maxItems: 50 }),
    atRisk: PointsCount,
    policy: Type.Optional(Count),
  }),
});

/** Why somebody did what needs a reason, as typed. */
const Reason = Type.String({ minLength: 1, maxLength: 200 });

/** The one schema of a ledger entry: validated by the till before it signs and by the server when it receives. */
export const EntrySchema = strictObject({
  v: Type.Literal(1),
  id: Id,
  store: Id,
  terminal: Id,
  epoch: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  prevHash: Hash,
  kind: oneOf(ENTRY_KINDS),
  member: Type.Optional(Id),
  knew: Type.Optional(strictObject({
    tier: Type.Optional(Id), offer: Type.Optional(Id), birthday: Type.Optional(Type.Literal(true)), first: Type.Optional(Type.Literal(true)),
  })),
  bill: Type.Optional(BillSchema),
  redeem: Type.Optional(RedemptionSchema),
  earn: Type.Optional(strictObject({ points: PointsCount, expiresOn: Type.Optional(DayText), keep: Type.Optional(PointsCount) })),
  vouchers: Type.Optional(Type.Array(strictObject({ voucher: Id, rule: Id, lease: Type.Optional(Id), discountMinor: MinorAmount }), { maxItems: 50 })),
  reverses: Type.Optional(Id),
  reversal: Type.Optional(
    strictObject({
      scope: oneOf(['void', 'refund']),
      returnPoints: PointsCount,
      clawBackPoints: PointsCount,
      refundMinor: MinorAmount,
      goodsMinor: Type.Optional(MinorAmount),
    }),
  ),
  lease: Type.Optional(Id),
  reason: Type.Optional(Reason),
  adjust: Type.Optional(
    strictObject({
      points: PointsChange,
      reason: Reason,
      settles: Type.Optional(strictObject({ entry: Id, how: oneOf(SHORTFALL_ENDS) })),
    }),
  ),
  transfer: Type.Optional(strictObject({ toMember: Id, points: PointsCount, merge: Type.Optional(Type.Literal(true)) })),
  expired: Type.Optional(PointsCount),
  lot: Type.Optional(DayText),
  shift: Type.Optional(strictObject({
    event: oneOf(SHIFT_EVENTS),
    shift: Id,
    currency: Type.Optional(CurrencyCode),
    cashMinor: Type.Optional(MinorAmount),
    otherMinor: Type.Optional(MinorAmount),
    expectedMinor: Type.Optional(MinorChange),
    counts: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
  })),
  enrolment: Type.Optional(strictObject({ publicKey: PublicKey })),
  programme: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
  staff: Id,
  approvedBy: Type.Optional(Id),
  occurredAt: TimestampSchema,
  wallMs: Milliseconds,
  businessDate: DayText,
});

/** Proof for the compiler that schema and domain type say the same. */
export const entrySchemaMatchesDomain: Same<Static<typeof EntrySchema>, Entry> = true;

/**
 * An entry on the wire: the canonical bytes as signed, beside what names them. `seq` and `hash` stand outside the bytes so
 * that an entry whose bytes are unreadable can still be set aside without blocking those behind it.
 */
export const EnvelopeSchema = strictObject({
  id: Id,
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  hash: Hash,
  signature: Signature,
  bytes: Type.String({ minLength: 2, maxLength: 200_000 }),
});
export type Envelope = Static<typeof EnvelopeSchema>;

export const DispositionSchema = oneOf(DISPOSITIONS);
