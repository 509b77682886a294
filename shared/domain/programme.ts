import type { Minor, Points } from './integers.ts';
import type { Schedule } from './schedule.ts';

/** Words in the languages of the till, for names that a merchant writes. */
export interface LocalText {
  en: string;
  'zh-CN': string;
}

/** Where, when and for whom a rule or a campaign holds; an absent part does not limit. */
export interface Place {
  /** Moments (milliseconds since 1970) from and until which it holds; the end is exclusive. */
  validFromMs?: number;
  validUntilMs?: number;
  /** Days and hours, in the store's time. */
  schedule?: Schedule;
  /** Ids of the stores where it holds; absent: all. */
  stores?: string[];
  /** Ids of the tiers for whose members it holds; absent: all. */
  tiers?: string[];
}

/** Limits of a redemption rule; an absent limit does not limit. */
export interface RedemptionLimits extends Place {
  minBillMinor?: Minor;
  minBalance?: Points;
  maxPointsPerSale?: Points;
  /** Largest share of the bill that points may pay, in basis points (5,000 is half). */
  maxShareBp?: number;
  maxDiscountMinor?: Minor;
  /** Points are redeemed in multiples of this. */
  multiple?: Points;
  /** Most points of one member on one business day under any rule with this limit. */
  maxPointsPerDay?: Points;
  /** Categories of goods that points may not pay; such a rule needs the bill's lines. */
  excludedCategories?: string[];
  /** False: not on a bill that also uses a voucher. */
  withVouchers?: boolean;
  /** Ids of personal offers: only for a member to whom one of them is made. */
  offers?: string[];
}

/** Each `stepPoints` points are worth `stepMinor` minor units. Discount rounds down, points consumed round up. */
export interface RatioRule extends RedemptionLimits {
  kind: 'ratio';
  id: string;
  name: LocalText;
  stepPoints: Points;
  stepMinor: Minor;
}

/** Exactly `points` points for exactly `discountMinor`. */
export interface FixedRule extends RedemptionLimits {
  kind: 'fixed';
  id: string;
  name: LocalText;
  points: Points;
  discountMinor: Minor;
}

export type RedemptionRule = RatioRule | FixedRule;

/** Points for each unit of an item or of a category's goods, beside what the amount earns. */
export interface ItemBonus {
  /** Item code, or category; one of them. */
  item?: string;
  category?: string;
  points: Points;
}

/** A campaign that multiplies what the amount earns: 20,000 basis points double it. */
export interface EarnMultiplier extends Place {
  id: string;
  name: LocalText;
  factorBp: number;
  /** On the member's birthday only. */
  birthday?: true;
  /** Ids of personal offers: only for a member to whom one of them is made. */
  offers?: string[];
}

/** `points` for each whole `perMinor` of the basis; points granted round down. */
export interface EarnRule {
  points: Points;
  perMinor: Minor;
  /** `net`: after redemption (redeemed value never earns); `gross`: the whole bill. */
  basis: 'net' | 'gross';
  /** Months after which earned points expire; absent: never. */
  expiresAfterMonths?: number;
  /** Categories of goods whose amount earns nothing; they take part in no discount's share. */
  excludedCategories?: string[];
  /** Points for the visit itself. */
  perVisit?: Points;
  /** Points for the member's first purchase. */
  firstPurchase?: Points;
  items?: ItemBonus[];
  multipliers?: EarnMultiplier[];
  /** How several multipliers that hold at once work together: the largest alone (default), or their product. */
  combine?: 'largest' | 'product';
  maxPerSale?: Points;
  /** Most points that one member earns on one business day. */
  maxPerDay?: Points;
}

/** What a tier asks for within the window: points earned, money paid in minor units, days with a purchase. Any one that is named is enough. */
export interface TierReach {
  points?: Points;
  spendMinor?: Minor;
  visits?: number;
}

/** A level of members. */
export interface Tier {
  id: string;
  name: LocalText;
  reach: TierReach;
}

/** Which tier a member has: whoever has reached none has none. */
export interface TierRules {
  /** What counts on a day: purchases of so many days up to and with that day, or those of its calendar year until then. */
  window: { kind: 'days'; days: number } | { kind: 'calendar-year' };
  /** How long a tier stays after the last day on which the purchases were enough for it; absent: it ends with that day. */
  grace?: { unit: 'days' | 'months'; count: number };
  /** When a tier ends: `qualified` leads to the highest that has not ended, `step` to the next lower one, for a grace period at least. */
  downgrade: 'step' | 'qualified';
  /** From the lowest to the highest. */
  levels: Tier[];
}

/** What must be so of a member for a personal offer; all that is named at once. */
export interface OfferWhen {
  /** Away for longer than this many basis points of the usual interval: 15,000 is half as long again. */
  awayBp?: number;
  /** Here on the weekday and at the time at which this member usually comes. */
  usualTime?: true;
  /** The member's favourite category is one of these. */
  favourite?: string[];
  /** The member's usual bill is at least this. */
  usualSpendMinor?: Minor;
  /** What the next tier still asks for is at most this share of what it asks for in all, basis points. */
  nearTierBp?: number;
  /** At most so many points are missing to the nearest fixed reward. */
  nearReward?: Points;
  /** On the member's birthday. */
  birthday?: true;
}

/**
 * A personal offer: one line for a member whose habits fit. What it gives, rules and campaigns give that name it in `offers`; it has
 * no arithmetic of its own.
 */
export interface OfferTemplate extends Place {
  id: string;
  /** The line as a cashier reads it out. */
  text: LocalText;
  when: OfferWhen;
}

/** What every voucher rule may say beside what its vouchers are worth; an absent part does not limit. */
export interface VoucherTerms extends Place {
  id: string;
  name: LocalText;
  /** Smallest bill, before any voucher and before points. */
  minBillMinor?: Minor;
  /** Goods that it may pay: those of these categories and these items; both absent: all goods. Needs the bill's lines. */
  categories?: string[];
  items?: string[];
  /** Beside other vouchers on a bill: `alone` beside none, `once` beside no other of this rule; absent: beside any. */
  stacking?: 'alone' | 'once';
  /** False: no points are redeemed on a bill that uses it. */
  withPoints?: boolean;
  /** Vouchers with a lower number are taken off first; absent: 0. */
  order?: number;
  /** Most uses of one voucher; 1: single-use, which takes a store or a lease to be used offline. */
  maxUses?: number;
  /** Most uses of one voucher by one member. */
  maxUsesPerMember?: number;
  /** Most uses of one voucher on one business day. */
  maxUsesPerDay?: number;
}

/** Takes an amount off, at most what the goods cost. */
export interface AmountVoucherRule extends VoucherTerms {
  kind: 'amount';
  discountMinor: Minor;
}

/** Takes a share off, in basis points, rounded down; at most `maxDiscountMinor`. */
export interface PercentageVoucherRule extends VoucherTerms {
  kind: 'percentage';
  shareBp: number;
  maxDiscountMinor?: Minor;
}

/** Gives pieces of its goods free, the cheapest first; 1 piece unless it says more. */
export interface FreeItemVoucherRule extends VoucherTerms {
  kind: 'free-item';
  pieces?: number;
}

export type VoucherRule = AmountVoucherRule | PercentageVoucherRule | FreeItemVoucherRule;

/** A programme version: a document that is replaced by a new version, never changed. */
export interface Programme {
  version: number;
  name: LocalText;
  currency: string;
  effectiveFromMs: number;
  /** Of a store's own programme: the store. Absent: the programme of the chain of stores. */
  store?: string;
  /** Of a store's own programme: the moment from which the chain's holds there again. Absent: until the next own version. */
  effectiveUntilMs?: number;
  earn: EarnRule;
  redeem: RedemptionRule[];
  /** What vouchers are worth and where they hold; absent: there are none. */
  vouchers?: VoucherRule[];
  tiers?: TierRules;
  /** Personal offers; the first that fits is made, and no other. */
  offers?: OfferTemplate[];
}

/**
 * The version valid at a moment: of a store's own versions the latest effective one, until its end; else of the chain's. The
 * higher version decides when two start together. `store` absent asks for the chain's.
 */
export function programmeAt(programmes: readonly Programme[], nowMs: number, store?: string): Programme | undefined {
  const own = store === undefined ? undefined : latestOf(programmes, nowMs, store);
  if (own !== undefined && (own.effectiveUntilMs === undefined || nowMs < own.effectiveUntilMs)) return own;
  return latestOf(programmes, nowMs, undefined);
}

function latestOf(programmes: readonly Programme[], nowMs: number, store: string | undefined): Programme | undefined {
  let best: Programme | undefined;
  for (const one of programmes) {
    if (one.store !== store || one.effectiveFromMs > nowMs) continue;
    if (
      best === undefined ||
      one.effectiveFromMs > best.effectiveFromMs ||
      (one.effectiveFromMs === best.effectiveFromMs && one.version > best.version)
    ) {
      best = one;
    }
  }
  return best;
}
