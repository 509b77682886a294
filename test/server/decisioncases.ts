import fc from 'fast-check';
import type { SaleContext } from '../../shared/domain/context.ts';
import { businessDate } from '../../shared/domain/date.ts';
import { expiryDay } from '../../shared/domain/earn.ts';
import type { BillLine, Entry, UsedVoucher } from '../../shared/domain/entry.ts';
import { memberFacts } from '../../shared/domain/knew.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { EarnMultiplier, EarnRule, OfferTemplate, Place, Programme, RedemptionLimits, RedemptionRule, VoucherRule } from '../../shared/domain/programme.ts';
import { decideRedemption, quote, type QuoteInput } from '../../shared/domain/quote.ts';
import { quoteSaleEarning, quoteVouchers } from '../../shared/domain/voucher-quote.ts';
import type { PresentedVoucher } from '../../shared/domain/voucher.ts';
import { anyEarn, anyRule, programmeOf } from '../domain/rules.ts';

const STORES = ['S1', 'S2'];
const TIERS = ['gold', 'black'];
const OFFERS = ['back', 'usual'];
const CATEGORIES = ['food', 'tobacco', 'cake'];
const name = { en: 'x', 'zh-CN': '某' };
/** 1 March 2026; times of the tests lie in the two months from then. */
const FROM_MS = Date.UTC(2026, 2, 1);
const moment = fc.integer({ min: FROM_MS, max: FROM_MS + 60 * 86_400_000 });

const schedule = fc.record(
  {
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }), fromMinute: fc.integer({ min: 0, max: 1_439 }),
    untilMinute: fc.integer({ min: 1, max: 1_440 }),
  },
  { requiredKeys: [] },
).filter(({ fromMinute, untilMinute }) => fromMinute === undefined || fromMinute !== untilMinute);
const place = fc.record(
  { schedule, tiers: fc.subarray(TIERS, { minLength: 1 }), stores: fc.subarray(STORES, { minLength: 1 }), validFromMs: moment, validUntilMs: moment },
  { requiredKeys: [] },
) as fc.Arbitrary<Place>;
const small = fc.integer({ min: 1, max: 500 });
const more = fc.record(
  {
    excludedCategories: fc.subarray(CATEGORIES, { minLength: 1 }), maxPointsPerDay: small.map(points), withVouchers: fc.boolean(),
    offers: fc.subarray(OFFERS, { minLength: 1 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<RedemptionLimits>;
/** Most rules hold everywhere, or no sale of the tests would redeem anything. */
const seldom = <T extends object>(part: fc.Arbitrary<T>): fc.Arbitrary<T | object> => fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: part });
const placedRule = fc.tuple(anyRule, seldom(place), seldom(more)).map(([rule, where, limits]): RedemptionRule => ({ ...rule, ...where, ...limits }));

/** Earning rules that ask for nothing but what the entry tells. */
const tellingEarn: fc.Arbitrary<EarnRule> = fc.tuple(
  anyEarn,
  fc.record(
    {
      expiresAfterMonths: fc.integer({ min: 1, max: 36 }), excludedCategories: fc.subarray(CATEGORIES, { minLength: 1 }), perVisit: small.map(points),
      items: fc.array(fc.record({ category: fc.constantFrom(...CATEGORIES), points: small.map(points) }), { minLength: 1, maxLength: 2 }),
      maxPerSale: small.map(points), combine: fc.constantFrom('largest' as const, 'product' as const),
    },
    { requiredKeys: [] },
  ),
).map(([rule, part]) => ({ ...rule, ...part }));
const multiplier: fc.Arbitrary<Omit<EarnMultiplier, 'id' | 'name'>> = fc.tuple(fc.integer({ min: 0, max: 50_000 }), place, fc.boolean(), fc.subarray(OFFERS))
  .map(([factorBp, where, birthday, offers]) => ({ factorBp, ...where, ...(birthday ? { birthday: true as const } : {}), ...(offers.length === 0 ? {} : { offers }) }));
/** Earning rules that also ask for what only the till knew. */
const askingEarn: fc.Arbitrary<EarnRule> = fc.tuple(
  tellingEarn,
  fc.array(multiplier, { maxLength: 3 }),
  fc.record({ firstPurchase: small.map(points), maxPerDay: small.map(points) }, { requiredKeys: [] }),
).map(([rule, multipliers, part]) => ({ ...rule, ...part, ...(multipliers.length === 0 ? {} : { multipliers: multipliers.map((one, index) => ({ id: `m${index}`, name, ...one })) }) }));

const lines = fc.array(
  fc.record({ item: fc.constantFrom('tea', 'rice'), quantity: fc.integer({ min: 1, max: 4 }), totalMinor: fc.nat(3_000).map(minor), category: fc.constantFrom(...CATEGORIES) }),
  { minLength: 1, maxLength: 6 },
);

const voucherRule: fc.Arbitrary<VoucherRule> = fc.tuple(
  seldom(place), seldom(fc.record({ categories: fc.subarray(CATEGORIES, { minLength: 1 }), withPoints: fc.boolean(), stacking: fc.constantFrom('alone', 'once'), maxUsesPerMember: fc.constant(3) }, { requiredKeys: [] })),
  fc.oneof(
    fc.record({ kind: fc.constant('amount' as const), discountMinor: small.map(minor) }),
    fc.record({ kind: fc.constant('percentage' as const), shareBp: fc.integer({ min: 1, max: 10_000 }) }),
    fc.record({ kind: fc.constant('free-item' as const), categories: fc.subarray(CATEGORIES, { minLength: 1 }) }),
  ),
).map(([where, terms, worth]) => ({ id: 'v', name, ...where, ...terms, ...worth }) as VoucherRule);

/** Everything that a till knows when it sells. */
export interface SaleCase {
  programme: Programme;
  billMinor: number;
  lines: BillLine[] | undefined;
  balance: number;
  nowMs: number;
  context: SaleContext;
  /** Vouchers that are shown; each may be used here. */
  vouchers?: PresentedVoucher[];
  /** The share of the largest redemption that is asked for, of 1,000; 0: nothing is redeemed. */
  wanted: number;
}

/** Any sale; `telling`: with nothing in it that only the till knew. */
export function anySale(telling: boolean): fc.Arbitrary<SaleCase> {
  const goods = fc.oneof(fc.record({ lines: fc.constant(undefined), billMinor: fc.integer({ min: 1, max: 100_000 }) }), lines.map((of) => ({ lines: of, billMinor: of.reduce((sum, line) => sum + line.totalMinor, 0) })));
  return fc.record({
    programme: fc.tuple(fc.array(placedRule, { minLength: 1, maxLength: 3 }), telling ? tellingEarn : askingEarn).map(([redeem, earn]) => programmeOf(redeem, earn)),
    goods, balance: fc.nat(50_000), nowMs: moment, wanted: fc.oneof(fc.constant(0), fc.constant(1_000), fc.integer({ min: 1, max: 1_000 })),
    store: fc.constantFrom(...STORES), tier: fc.option(fc.constantFrom(...TIERS), { nil: undefined }), hasBirthday: fc.boolean(), isFirst: fc.boolean(),
    vouchers: fc.oneof({ weight: 3, arbitrary: fc.constant<VoucherRule[]>([]) }, { weight: 1, arbitrary: fc.array(voucherRule, { minLength: 1, maxLength: 3 }) }),
    offer: fc.option(fc.constantFrom(...OFFERS), { nil: undefined }), redeemedToday: fc.nat(300), earnedToday: fc.nat(300), utcOffsetMinutes: fc.constantFrom(0, 480, -300),
  }).map(({ programme, goods: { lines: of, billMinor }, balance, nowMs, wanted, tier, offer, vouchers, hasBirthday, redeemedToday, earnedToday, ...rest }) => ({
    programme: {
      ...programme, offers: OFFERS.map((id): OfferTemplate => ({ id, text: name, when: { awayBp: 15_000 } })),
      ...(vouchers.length === 0 ? {} : { vouchers: vouchers.map((rule, index) => ({ ...rule, id: `v${index}` })) }),
    },
    vouchers: vouchers.map((_, index): PresentedVoucher => ({ voucher: `V${index}`, rule: `v${index}`, standing: 'ready', uses: { total: 1, byMember: 1, today: 1 } })),
    billMinor, lines: of, balance, nowMs, wanted,
    context: {
      ...rest, member: 'M1', ...(offer === undefined ? {} : { offer }), redeemedToday: points(redeemedToday), earnedToday: points(earnedToday), hasVouchers: false,
      ...(tier === undefined ? {} : { tier }), ...(of === undefined ? {} : { lines: of }), ...(hasBirthday ? { birthday: businessDate(nowMs, rest.utcOffsetMinutes).slice(5) } : {}),
    },
  }));
}

/** The sale's entry, decided by the functions that the till decides with. */
export function entryOf({ programme, billMinor, lines: of, balance, nowMs, context, wanted, vouchers: shown = [] }: SaleCase): Entry {
  const vouchers = shown.length === 0 || billMinor === 0 ? null : quoteVouchers(programme, shown, { billMinor: minor(billMinor), nowMs, context });
  const used = vouchers?.applied.map(({ voucher, rule, discountMinor }): UsedVoucher => ({ voucher, rule, discountMinor })) ?? [];
  const input: QuoteInput = {
    programme, billMinor, currency: programme.currency, balance: points(balance), nowMs, context,
    cover: { leased: points(balance), atRiskAllowed: points(0), cap: 'policy' }, ...(shown.length === 0 ? {} : { vouchers: shown }),
  };
  const quoted = wanted === 0 ? undefined : quote(input);
  const most = quoted?.ok === true ? quoted.value.proposed : null;
  const decision = most === null ? undefined : decideRedemption(input, Math.max(1, Math.floor((most.points * wanted) / 1_000)), most.rule);
  const option = decision?.ok === true ? decision.value : null;
  const discountMinor = option?.discountMinor ?? minor(0);
  const earned = quoteSaleEarning(programme.earn, { billMinor: minor(billMinor), discountMinor, nowMs, context }, vouchers).points;
  const expiresOn = expiryDay(programme.earn, nowMs, context.utcOffsetMinutes);
  return {
    v: 1, id: 'sale', store: context.store, terminal: 'T1', epoch: 1, seq: 1, prevHash: '0'.repeat(64), kind: 'sale', programme: programme.version, staff: 'maya',
    member: 'M1', knew: memberFacts(programme, context, nowMs), occurredAt: { ms: nowMs, n: 0 }, wallMs: nowMs, businessDate: businessDate(nowMs, context.utcOffsetMinutes),
    bill: { totalMinor: minor(billMinor), netMinor: minor(billMinor - (vouchers?.discountMinor ?? 0) - discountMinor), currency: programme.currency, ...(of === undefined ? {} : { lines: of }) },
    ...(option === null ? {} : { redeem: { rule: option.rule, points: option.points, discountMinor, cover: { leases: [], atRisk: option.points } } }),
    ...(used.length === 0 ? {} : { vouchers: used }),
    ...(earned === 0 ? {} : { earn: { points: earned, ...(expiresOn === undefined ? {} : { expiresOn }) } }),
  };
}
