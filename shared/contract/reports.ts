import { Type, type Static } from 'typebox';
import { ENTRY_KINDS, SHORTFALL_ENDS } from '../domain/entry.ts';
import { VOUCHER_EXCESSES } from '../domain/voucher.ts';
import { Count, DayText, Id, Milliseconds, MinorAmount, oneOf, PointsCount, strictObject } from './primitives.ts';

/** Most shortfalls, or leases, that one request answers; fewer when the till asks for fewer. */
export const LISTED_MOST = 200;
/** Most other entries that one story tells. */
export const MEANWHILE_MOST = 50;

const Limit = Type.String({ pattern: '^[0-9]{1,4}$' });

/** An entry as a person finds it: `number` is terminal, epoch and seq, as on receipts. */
const named = { entry: Id, number: Type.String({ maxLength: 160 }), store: Id, terminal: Id };

/** `GET /v1/reports/shortfalls`: of the caller's store, oldest first. `after` is the `next` of the page before. */
export const ShortfallsQuery = strictObject({
  state: Type.Optional(oneOf(['open', 'all'])),
  after: Type.Optional(Type.String({ pattern: '^[0-9]{1,16}$' })),
  limit: Type.Optional(Limit),
});

/** An entry that took points of the same member between the till's last word and the arrival of the short sale. */
export const MeanwhileSchema = strictObject({
  ...named,
  kind: oneOf(ENTRY_KINDS),
  points: PointsCount,
  occurredMs: Milliseconds,
  receivedMs: Milliseconds,
});

/** A lease that the sale named, and what had become of it; `state` is `unknown` when this server has no such lease. */
const NamedLeaseSchema = strictObject({
  lease: Id,
  points: PointsCount,
  state: oneOf(['open', 'closed', 'reclaimed', 'unknown']),
  /** Who had it reclaimed, and why. */
  reclaim: Type.Optional(strictObject({ entry: Id, approvedBy: Id, reason: Type.String({ maxLength: 200 }), receivedMs: Milliseconds })),
});

export const ResolutionSchema = strictObject({
  entry: Id,
  how: oneOf(SHORTFALL_ENDS),
  points: PointsCount,
  staff: Id,
  approvedBy: Id,
  reason: Type.String({ maxLength: 200 }),
  receivedMs: Milliseconds,
});

/** A shortfall with its story. `points` is what it was; `open`, `recovered` and `absorbed` what is left, and less after a void. */
export const ShortfallSchema = strictObject({
  ...named,
  position: Count,
  /** Absent: a redemption without a member, which nobody can owe. */
  member: Type.Optional(Id),
  memberName: Type.Optional(Type.String({ maxLength: 120 })),
  staff: Id,
  occurredMs: Milliseconds,
  receivedMs: Milliseconds,
  businessDate: DayText,
  redeemed: PointsCount,
  atRisk: PointsCount,
  leased: PointsCount,
  free: PointsCount,
  points: PointsCount,
  open: PointsCount,
  recovered: PointsCount,
  absorbed: PointsCount,
  leases: Type.Array(NamedLeaseSchema, { maxItems: 50 }),
  /** When the server last had word of the till's chain before the sale; absent: never. The outage lies between it and `receivedMs`. */
  lastHeardMs: Type.Optional(Milliseconds),
  meanwhile: Type.Array(MeanwhileSchema, { maxItems: MEANWHILE_MOST }),
  resolutions: Type.Array(ResolutionSchema),
});
export type ShortfallStory = Static<typeof ShortfallSchema>;

export const ShortfallsResponse = strictObject({
  shortfalls: Type.Array(ShortfallSchema, { maxItems: LISTED_MOST }),
  /** Present when there are more. */
  next: Type.Optional(Type.String({ pattern: '^[0-9]{1,16}$' })),
});
export type Shortfalls = Static<typeof ShortfallsResponse>;

/** `GET /v1/leases/open`: what tills of the caller's store still hold, the oldest first; of one terminal when it is named. */
export const OpenLeasesQuery = strictObject({ terminal: Type.Optional(Id), limit: Type.Optional(Limit) });

export const OpenLeaseSchema = strictObject({
  lease: Id,
  member: Id,
  memberName: Type.String({ maxLength: 120 }),
  terminal: Id,
  label: Type.String({ maxLength: 120 }),
  epoch: Count,
  /** `earlier`: of an enrolment that another has followed, `frozen`: of one that was forked. Neither gives its leases back any more. */
  holder: oneOf(['current', 'earlier', 'frozen', 'revoked']),
  points: PointsCount,
  spent: PointsCount,
  grantedMs: Milliseconds,
  spendByMs: Milliseconds,
  ageMs: Milliseconds,
  /** When the server last had an entry of the holder's chain; absent: never. */
  lastHeardMs: Type.Optional(Milliseconds),
});
export type OpenLeaseRow = Static<typeof OpenLeaseSchema>;

export const OpenLeasesResponse = strictObject({
  leases: Type.Array(OpenLeaseSchema, { maxItems: LISTED_MOST }),
  /** How many there are, with those that are not listed. */
  total: Count,
});
export type OpenLeases = Static<typeof OpenLeasesResponse>;

/** `GET /v1/reports/vouchers`: uses of the caller's store that were not to be and were not given back, the newest first. */
export const VoucherExcessSchema = strictObject({
  ...named,
  voucher: Id,
  rule: Id,
  why: oneOf(VOUCHER_EXCESSES),
  discountMinor: MinorAmount,
  currency: Type.String({ maxLength: 3 }),
  member: Type.Optional(Id),
  staff: Id,
  occurredMs: Milliseconds,
  receivedMs: Milliseconds,
  /** Another use of the same voucher that was not given back, the earliest one; absent: there is none. */
  other: Type.Optional(strictObject({ ...named, occurredMs: Milliseconds })),
});
export type VoucherExcessRow = Static<typeof VoucherExcessSchema>;
export const VoucherExcessesResponse = strictObject({
  uses: Type.Array(VoucherExcessSchema, { maxItems: LISTED_MOST }),
  /** How many there are, with those that are not listed. */
  total: Count,
});
export type VoucherExcesses = Static<typeof VoucherExcessesResponse>;
