import type { BillLine, Reversal } from '../domain/entry.ts';
import type { Minor, Points } from '../domain/integers.ts';
import type { LocalText } from '../domain/programme.ts';

/** An earlier reversal of a sale, as a person reads it. */
export interface EarlierReversal {
  entry: string;
  number: string;
  wallMs: number;
  scope: Reversal['scope'];
  /** Goods that came back, before points. */
  goodsMinor: Minor;
  refundMinor: Minor;
  returned: Points;
  clawedBack: Points;
}

/** What a refund would give back, reckoned as the refund itself reckons it; nothing is written. */
export interface RefundPreview {
  currency: string;
  /** The sale's bill before points, and what of it has not come back yet. */
  totalMinor: Minor;
  leftMinor: Minor;
  /** Lines of the sale, when they are known. */
  lines: BillLine[];
  /** Goods that come back now, before points, and what is left of the sale after it. */
  goodsMinor: Minor;
  leftAfterMinor: Minor;
  refundMinor: Minor;
  returned: Points;
  clawedBack: Points;
  /** Last day of the points that the sale earned; absent: it earned none, or they do not expire. */
  earnedUntil?: string;
  /** Vouchers that can be used again after it; the name is absent when their version is not known here. */
  vouchers: { voucher: string; name?: LocalText }[];
  /**
   * Balance before and after, as this till knows it, and what the member then owes: points that the sale earned and that
   * are spent already. Null without a member, or when this till does not know the account.
   */
  member: { name: string; before: Points; after: Points; owes: Points } | null;
  earlier: EarlierReversal[];
}
