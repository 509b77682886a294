import { canonicalJson } from './canonical.ts';
import type { SaleContext } from './context.ts';
import type { BillLine } from './entry.ts';
import type { Minor } from './integers.ts';
import { holdsAtHour, holdsForTier, holdsIn, isValidAt } from './place.ts';
import type { VoucherRule } from './programme.ts';
import type { VoucherRefusal } from './refusal.ts';

/** How often a voucher has been used and not given back, as far as whoever asks knows. */
export interface VoucherUses {
  total: number;
  /** By the sale's member; 0 without one. */
  byMember: number;
  /** On the sale's business day. */
  today: number;
}

/**
 * A voucher shown at a till, with what is known of it. `standing` says whether this till may use it: `not-held` and
 * `held-elsewhere` are of single-use vouchers that take a lease (see {@link VoucherRefusal}).
 */
export interface PresentedVoucher {
  /** Its code, which is its id. */
  voucher: string;
  /** Id of its rule in the programme; '' when the voucher is not known. */
  rule: string;
  /** The member it was given to; absent: whoever shows it. */
  member?: string;
  /** The store it is bound to; absent: any. */
  store?: string;
  standing: 'ready' | 'unknown' | 'not-held' | 'held-elsewhere';
  uses: VoucherUses;
}

/** The bill that vouchers are shown for: before any of them, the moment, and what else rules ask about. */
export interface VoucherCase {
  billMinor: Minor;
  nowMs: number;
  context: SaleContext;
}

/**
 * Why a use that is in the ledger was not to be. The goods have left, so it is recorded, marked and told to a manager:
 * the code is not known here, it is of another rule, it was used before or too often, or it was used by somebody, somewhere or
 * by a till that it does not belong to.
 */
export const VOUCHER_EXCESSES = [
  'unknown', 'other-rule', 'used-before', 'beyond-total', 'beyond-member', 'beyond-day', 'other-member', 'other-store', 'not-held',
] as const;
export type VoucherExcess = (typeof VOUCHER_EXCESSES)[number];

/** A right to use one single-use voucher, given by the server to one terminal and epoch; like a lease of points (ledger.md, Leases). */
export interface VoucherLease {
  /** Begins with {@link VOUCHER_LEASE}, so that a lease-close says what it gives back. */
  id: string;
  voucher: string;
  terminal: string;
  epoch: number;
  /** After this moment the till does not use it any more; nothing is released by it (L3). */
  spendByMs: number;
}

/** How the id of every lease of a voucher begins. */
export const VOUCHER_LEASE = 'v.';

/** The text that the server signs for a lease of a voucher. */
export function voucherLeaseText({ id, voucher, terminal, epoch, spendByMs }: VoucherLease): string {
  return `tillpoint-voucher-lease-1:${canonicalJson({ id, voucher, terminal, epoch, spendByMs })}`;
}

/** Codes are read without regard to case, space or width: `ab 12` is `AB12`, and so is what a Chinese keyboard makes of it. */
export function voucherCode(typed: string): string {
  return typed.normalize('NFKC').replace(/\s+/gu, '').toUpperCase();
}

/** Whether a voucher of a rule can be used once only. */
export function isSingleUse({ maxUses }: Pick<VoucherRule, 'maxUses'>): boolean {
  return maxUses === 1;
}

/** Why a voucher cannot be used on a bill, whatever else is shown; undefined: nothing stands in its way. */
export function checkVoucher(shown: PresentedVoucher, rule: VoucherRule, at: VoucherCase): VoucherRefusal | undefined {
  return checkHolder(shown, at.context) ?? checkUses(shown, rule, at.context) ?? checkPlace(rule, at) ?? checkGoods(rule, at.context);
}

/** Whose it is, and whether this till may use it. */
function checkHolder(shown: PresentedVoucher, { member, store }: SaleContext): VoucherRefusal | undefined {
  if (shown.store !== undefined && shown.store !== store) return { code: 'other-store' };
  if (shown.member !== undefined && member === undefined) return { code: 'member-needed' };
  if (shown.member !== undefined && shown.member !== member) return { code: 'other-member' };
  return undefined;
}

/** Whether a use is left; what was used is told before who holds it. */
function checkUses({ uses, standing }: PresentedVoucher, rule: VoucherRule, { member }: SaleContext): VoucherRefusal | undefined {
  const { maxUses, maxUsesPerMember, maxUsesPerDay } = rule;
  if (maxUses !== undefined && uses.total >= maxUses) return isSingleUse(rule) ? { code: 'used' } : { code: 'limit-total', most: maxUses };
  if (maxUsesPerMember !== undefined) {
    if (member === undefined) return { code: 'member-needed' };
    if (uses.byMember >= maxUsesPerMember) return { code: 'limit-member', most: maxUsesPerMember };
  }
  if (maxUsesPerDay !== undefined && uses.today >= maxUsesPerDay) return { code: 'limit-day', most: maxUsesPerDay };
  return standing === 'not-held' || standing === 'held-elsewhere' ? { code: standing } : undefined;
}

/** When, where, for whom and from which bill on a rule holds. */
function checkPlace(rule: VoucherRule, { billMinor, nowMs, context }: VoucherCase): VoucherRefusal | undefined {
  const { validFromMs, validUntilMs, schedule, tiers, minBillMinor } = rule;
  if (!isValidAt(rule, nowMs)) {
    return validFromMs !== undefined && nowMs < validFromMs ? { code: 'not-yet', fromMs: validFromMs } : { code: 'over', untilMs: validUntilMs ?? nowMs };
  }
  if (schedule !== undefined && !holdsAtHour(rule, nowMs, context.utcOffsetMinutes)) return { code: 'not-at-this-hour', schedule };
  if (!holdsIn(rule, context.store)) return { code: 'not-at-this-store' };
  if (tiers !== undefined && !holdsForTier(rule, context.tier)) return { code: 'tier-needed', tiers };
  if (minBillMinor !== undefined && billMinor < minBillMinor) return { code: 'bill-below-minimum', minimumMinor: minBillMinor, billMinor };
  return undefined;
}

function checkGoods(rule: VoucherRule, { lines }: SaleContext): VoucherRefusal | undefined {
  if (!isOfGoods(rule)) return undefined;
  if (lines === undefined) return { code: 'lines-needed' };
  return lines.some((line) => isGoodsOf(rule, line)) ? undefined : { code: 'goods-missing' };
}

/** Whether a rule asks which goods are on the bill. */
export function isOfGoods({ kind, categories, items }: VoucherRule): boolean {
  return kind === 'free-item' || categories !== undefined || items !== undefined;
}

/** Whether a rule may pay a line's goods. */
export function isGoodsOf({ categories, items }: VoucherRule, { item, category }: Pick<BillLine, 'item' | 'category'>): boolean {
  if (categories === undefined && items === undefined) return true;
  return (items?.includes(item) ?? false) || (category !== undefined && (categories?.includes(category) ?? false));
}
