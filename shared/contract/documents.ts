import { Type, type Static } from 'typebox';
import type { EarnRule, Programme, RedemptionRule, VoucherRule } from '../domain/programme.ts';
import type { AtRiskPolicy } from '../domain/atrisk.ts';
import { ENTRY_KINDS } from '../domain/entry.ts';
import { EXPIRING_MOST } from '../domain/expiry.ts';
import { LEASE_STATES } from '../domain/lease.ts';
import { EarnStepsSchema } from './earning.ts';
import { DispositionSchema, EntrySchema, TimestampSchema } from './entry.ts';
import {
  Count, CurrencyCode, DayText, Hash, Id, LocalTextSchema, Milliseconds, MinorAmount, MinorStep, MonthDay, oneOf, PointsChange, PointsCount, PointsStep,
  type Same, Signature, strictObject,
} from './primitives.ts';
import { Category, place, someOf } from './place.ts';
import { MemberTierSchema, OfferTemplateSchema, TierRulesSchema } from './tiers.ts';

/** Fields that both kinds of entry document lift out of the entry, so that queries can use an index. */
const lifted = {
  id: Id,
  store: Id,
  terminal: Id,
  epoch: Count,
  seq: Count,
  kind: oneOf(ENTRY_KINDS),
  /** Member id, or '' when the entry has none. */
  member: Type.String({ maxLength: 64 }),
  /** Id of the reversed entry, or ''. */
  reverses: Type.String({ maxLength: 64 }),
  businessDate: DayText,
  occurredMs: Milliseconds,
  hash: Hash,
  signature: Signature,
  entry: EntrySchema,
};

/** An entry of this till's chain. The entry never changes; what the server answered is added once it is known. */
export const OwnEntrySchema = strictObject({
  ...lifted,
  /** The member's balance as this till showed it before the entry, so that a reprint says what the first receipt said. */
  balanceBefore: Type.Optional(PointsChange),
  /** How what a sale earned came about, for the receipt and its reprints; absent when it earned nothing. */
  earnSteps: Type.Optional(EarnStepsSchema),
  position: Type.Optional(Count),
  disposition: Type.Optional(DispositionSchema),
  shortfall: Type.Optional(PointsCount),
  /** Why the server set the entry aside, when it did. */
  quarantined: Type.Optional(Type.String({ maxLength: 200 })),
});
export type OwnEntryDoc = Static<typeof OwnEntrySchema>;

/** An entry as the server booked it, pulled for this store. */
export const PostedEntrySchema = strictObject({
  ...lifted,
  position: Count,
  receivedAtMs: Milliseconds,
  disposition: DispositionSchema,
  shortfall: PointsCount,
});
export type PostedEntryDoc = Static<typeof PostedEntrySchema>;

/** A member with the account as of `position`. `free + leased` is what the member owns. */
export const AccountSchema = strictObject({
  id: Id,
  card: Type.String({ minLength: 1, maxLength: 40 }),
  name: Type.String({ maxLength: 120 }),
  /** Digits only, with country code; '' when not given. */
  phone: Type.String({ maxLength: 20 }),
  region: Id,
  homeStore: Id,
  joinedOn: DayText,
  /** Without a year; absent: not given. */
  birthday: Type.Optional(MonthDay),
  free: PointsCount,
  /** Points in escrow for leases of any till. */
  leased: PointsCount,
  /** Earliest last day of free points that expire; absent: none of them do. A till that is past it cannot know the balance. */
  nextExpiry: Type.Optional(DayText),
  /** What ends first of the free points, earliest first; not more than a till may outlive without the server. */
  expiring: Type.Optional(Type.Array(strictObject({ on: DayText, points: PointsCount }), { maxItems: EXPIRING_MOST })),
  /** The member that this one was merged into: its account carries the points from then on. */
  mergedInto: Type.Optional(Id),
  /** Absent: nothing that counts was bought, or the programme has no tiers. */
  tier: Type.Optional(MemberTierSchema),
  position: Count,
  rev: Count,
});
export type AccountDoc = Static<typeof AccountSchema>;

/** A lease granted to this terminal, as signed by the server. */
export const LeaseSchema = strictObject({
  id: Id,
  member: Id,
  terminal: Id,
  epoch: Count,
  points: PointsCount,
  spendByMs: Milliseconds,
  signature: Signature,
  /** `reclaimed`: taken back without the holder's word (L5). */
  state: oneOf(LEASE_STATES),
  /** When the server asked for it back, because the member is at another till; absent: it did not. */
  recalledMs: Type.Optional(Milliseconds),
  rev: Count,
});
export type LeaseDoc = Static<typeof LeaseSchema>;

/** What this till has spent of a lease; kept apart from the pulled lease because only the till writes it. */
export const LeaseUseSchema = strictObject({
  id: Id,
  member: Id,
  spent: PointsCount,
  closed: Type.Boolean(),
  /** Of a sale that kept what it earned: the lease, which bears the sale's id, as it is until the server's own has come. */
  kept: Type.Optional(strictObject({ points: PointsCount, spendByMs: Milliseconds })),
});
export type LeaseUseDoc = Static<typeof LeaseUseSchema>;

/** A voucher that this till may be shown: of its store or of every store, or one that it holds a lease of. The id is the code. */
export const VoucherSchema = strictObject({
  id: Id,
  rule: Id,
  member: Type.Optional(Id),
  /** The only store where it holds. */
  store: Type.Optional(Id),
  /** Uses that were not given back, as the server knows them; 0 when nothing limits them. */
  used: Count,
  /** Uses on the latest business day that had one; absent: none, or the rule does not count them. */
  usedOn: Type.Optional(strictObject({ day: DayText, uses: Count })),
  /** The last entry that concerned it: every one up to it is counted in `used`. */
  position: Count,
  /** The last lease of a single-use voucher, whoever holds it. */
  lease: Type.Optional(strictObject({
    id: Id, terminal: Id, epoch: Count, spendByMs: Milliseconds, signature: Signature, state: oneOf(LEASE_STATES),
  })),
  rev: Count,
});
export type VoucherDoc = Static<typeof VoucherSchema>;

/** Head of this till's chain; id is `terminal:epoch` with a dot: `T1.1`. */
export const ChainHeadSchema = strictObject({
  id: Id,
  terminal: Id,
  epoch: Count,
  seq: Count,
  hash: Hash,
  lastAt: TimestampSchema,
});
export type ChainHeadDoc = Static<typeof ChainHeadSchema>;

const limits = {
  ...place,
  maxPointsPerDay: Type.Optional(PointsCount),
  excludedCategories: Type.Optional(someOf(Category)),
  withVouchers: Type.Optional(Type.Boolean()),
  offers: Type.Optional(someOf(Id)),
  minBillMinor: Type.Optional(MinorAmount),
  minBalance: Type.Optional(PointsCount),
  maxPointsPerSale: Type.Optional(PointsCount),
  maxShareBp: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  maxDiscountMinor: Type.Optional(MinorAmount),
  multiple: Type.Optional(PointsStep),
};

export const RedemptionRuleSchema = Type.Union([
  strictObject({ kind: Type.Literal('ratio'), id: Id, name: LocalTextSchema, stepPoints: PointsStep, stepMinor: MinorStep, ...limits }),
  strictObject({ kind: Type.Literal('fixed'), id: Id, name: LocalTextSchema, points: PointsStep, discountMinor: MinorStep, ...limits }),
]);

export const EarnRuleSchema = strictObject({
  points: PointsCount,
  perMinor: MinorStep,
  basis: oneOf(['net', 'gross']),
  expiresAfterMonths: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_200 })),
  excludedCategories: Type.Optional(someOf(Category)),
  perVisit: Type.Optional(PointsCount),
  firstPurchase: Type.Optional(PointsCount),
  items: Type.Optional(Type.Array(
    strictObject({ item: Type.Optional(Category), category: Type.Optional(Category), points: PointsStep }), { minItems: 1, maxItems: 1_000 },
  )),
  multipliers: Type.Optional(Type.Array(
    strictObject({
      id: Id, name: LocalTextSchema, factorBp: Type.Integer({ minimum: 0, maximum: 1_000_000 }), birthday: Type.Optional(Type.Literal(true)), offers: Type.Optional(someOf(Id)), ...place,
    }),
    { minItems: 1, maxItems: 100 },
  )),
  combine: Type.Optional(oneOf(['largest', 'product'])),
  maxPerSale: Type.Optional(PointsCount),
  maxPerDay: Type.Optional(PointsCount),
});

const pieces = Type.Integer({ minimum: 1, maximum: 1_000 });
const uses = Type.Integer({ minimum: 1, maximum: 1_000_000_000 });
const terms = {
  id: Id,
  name: LocalTextSchema,
  ...place,
  minBillMinor: Type.Optional(MinorAmount),
  categories: Type.Optional(someOf(Category)),
  items: Type.Optional(someOf(Category)),
  stacking: Type.Optional(oneOf(['alone', 'once'])),
  withPoints: Type.Optional(Type.Boolean()),
  order: Type.Optional(Type.Integer({ minimum: -1_000, maximum: 1_000 })),
  maxUses: Type.Optional(uses),
  maxUsesPerMember: Type.Optional(uses),
  maxUsesPerDay: Type.Optional(uses),
};

export const VoucherRuleSchema = Type.Union([
  strictObject({ kind: Type.Literal('amount'), ...terms, discountMinor: MinorStep }),
  strictObject({
    kind: Type.Literal('percentage'), ...terms, shareBp: Type.Integer({ minimum: 1, maximum: 10_000 }), maxDiscountMinor: Type.Optional(MinorStep),
  }),
  strictObject({ kind: Type.Literal('free-item'), ...terms, pieces: Type.Optional(pieces) }),
]);

/** A programme version; id is `v` and the version. */
export const ProgrammeSchema = strictObject({
  id: Id,
  version: Type.Integer({ minimum: 1, maximum: 1_000_000_000 }),
  name: LocalTextSchema,
  currency: CurrencyCode,
  effectiveFromMs: Milliseconds,
  /** Of a store's own programme: the store, and when the chain's holds there again. */
  store: Type.Optional(Id),
  effectiveUntilMs: Type.Optional(Milliseconds),
  earn: EarnRuleSchema,
  redeem: Type.Array(RedemptionRuleSchema, { maxItems: 100 }),
  vouchers: Type.Optional(Type.Array(VoucherRuleSchema, { minItems: 1, maxItems: 500 })),
  tiers: Type.Optional(TierRulesSchema),
  offers: Type.Optional(Type.Array(OfferTemplateSchema, { maxItems: 50 })),
  /** Who published it, from which store; absent: an operator did. */
  published: Type.Optional(strictObject({ atMs: Milliseconds, store: Id, staff: Id, approvedBy: Id })),
  rev: Count,
});
export type ProgrammeDoc = Static<typeof ProgrammeSchema>;

/** A person who works at a till. The PIN is kept as scrypt (N 16384, r 8, p 1, 32 bytes), both base64. */
export const StaffSchema = strictObject({
  id: Id,
  store: Id,
  name: Type.String({ minLength: 1, maxLength: 80 }),
  role: oneOf(['cashier', 'manager']),
  active: Type.Boolean(),
  pinSalt: Type.String({ maxLength: 64 }),
  pinHash: Type.String({ maxLength: 64 }),
  rev: Count,
});
export type StaffDoc = Static<typeof StaffSchema>;

export const AtRiskPolicySchema = strictObject({
  name: oneOf(['strict', 'balanced', 'generous']),
  perSale: PointsCount,
  perMemberDay: PointsCount,
  perOutage: PointsCount,
});

export const StoreSchema = strictObject({
  id: Id,
  name: LocalTextSchema,
  region: Id,
  currency: CurrencyCode,
  utcOffsetMinutes: Type.Integer({ minimum: -900, maximum: 900 }),
  address: Type.String({ maxLength: 200 }),
  receiptFooter: LocalTextSchema,
  atRisk: AtRiskPolicySchema,
  /** Largest lease that a till of this store is granted for one member. */
  leaseCap: PointsCount,
  /** How long a lease may be spent, milliseconds. */
  leaseTermMs: Milliseconds,
  /** True on the demo chain; the till shows it. */
  demo: Type.Boolean(),
  rev: Count,
});
export type StoreDoc = Static<typeof StoreSchema>;

/** A sale in the making, kept by the core so that a reloaded window comes back to it. Id is the terminal. */
export const DraftSchema = strictObject({
  id: Id,
  /** The digits typed for the bill, in minor units. */
  billMinor: MinorAmount,
  member: Type.String({ maxLength: 64 }),
  /** Points chosen by hand; absent: the proposal. 0: redeem nothing. */
  points: Type.Optional(PointsCount),
  rule: Type.Optional(Id),
  /** Codes of the vouchers shown, in the order shown; absent: none. */
  vouchers: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: 20 })),
  /** Id that the sale's entry will have: pressing twice, or after a reload, commits once. */
  saleId: Type.String({ maxLength: 64 }),
  updatedMs: Milliseconds,
});
export type DraftDoc = Static<typeof DraftSchema>;

export const programmeMatchesDomain: Same<Omit<ProgrammeDoc, 'id' | 'rev' | 'published'>, Programme> = true;
export const ruleMatchesDomain: Same<Static<typeof RedemptionRuleSchema>, RedemptionRule> = true;
export const voucherMatchesDomain: Same<Static<typeof VoucherRuleSchema>, VoucherRule> = true;
export const earnMatchesDomain: Same<Static<typeof EarnRuleSchema>, EarnRule> = true;
export const atRiskMatchesDomain: Same<Static<typeof AtRiskPolicySchema>, AtRiskPolicy> = true;
