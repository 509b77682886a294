import type { BillLine } from './entry.ts';
import { minor, points, type Minor, type Points } from './integers.ts';

/** What rules may ask about a sale beside its amount and the member's balance. */
export interface SaleContext {
  store: string;
  /** The store's time, minutes from UTC. */
  utcOffsetMinutes: number;
  /** The member's id; absent: a sale without a member, or one that is not known by name. */
  member?: string;
  /** The member's tier; absent: none. */
  tier?: string;
  /** The personal offer that is made to the member; absent: none. */
  offer?: string;
  /** The member's birthday, MM-DD; absent: not known. */
  birthday?: string;
  /** Lines of the bill; absent: only its amount is known. */
  lines?: readonly BillLine[];
  /** Points that the member has redeemed and earned on this business day. */
  redeemedToday: Points;
  earnedToday: Points;
  /** Whether the bill also uses a voucher. */
  hasVouchers: boolean;
  /** Whether one of these vouchers forbids redeeming points beside it. */
  noPoints?: boolean;
  /** Whether this is the member's first purchase. */
  isFirst: boolean;
}

/** A sale of which nothing but its amount is known. */
export const PLAIN_SALE: SaleContext = {
  store: '', utcOffsetMinutes: 0, redeemedToday: points(0), earnedToday: points(0), hasVouchers: false, isFirst: false,
};

/** What of a bill is not in the excluded categories; without lines all of it. Goods without a category are never excluded. */
export function eligibleAmount(billMinor: Minor, lines: readonly BillLine[] | undefined, excluded: readonly string[]): Minor {
  if (lines === undefined || excluded.length === 0) return billMinor;
  const left = lines.reduce((sum, line) => sum + (line.category !== undefined && excluded.includes(line.category) ? 0 : line.totalMinor), 0);
  return minor(Math.min(billMinor, left));
}
