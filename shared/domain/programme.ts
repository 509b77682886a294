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

/** A programme version: a document that is replaced by a new version, never changed. */
export interface Programme {
  version: number;
  name: LocalText;
  currency: string;
  effectiveFromMs: number;
  earn: EarnRule;
  redeem: RedemptionRule[];
}

/** The version valid at a moment: the latest effective one, the higher version when two start together. */
export function programmeAt(programmes: readonly Programme[], nowMs: number): Programme | undefined {
  let best: Programme | undefined;
  for (const one of programmes) {
    if (one.effectiveFromMs > nowMs) continue;
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
