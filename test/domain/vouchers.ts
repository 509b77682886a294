import fc from 'fast-check';
import { PLAIN_SALE, type SaleContext } from '../../shared/domain/context.ts';
import type { BillLine } from '../../shared/domain/entry.ts';
import { LARGEST_AMOUNT, minor } from '../../shared/domain/integers.ts';
import type { AmountVoucherRule, FreeItemVoucherRule, PercentageVoucherRule, VoucherRule } from '../../shared/domain/programme.ts';
import type { PresentedVoucher, VoucherCase } from '../../shared/domain/voucher.ts';

const name = { en: 'Voucher', 'zh-CN': '优惠券' };

export function amountVoucher(discount: number, part: Partial<AmountVoucherRule> = {}): AmountVoucherRule {
  return { kind: 'amount', id: 'amount', name, discountMinor: minor(discount), ...part };
}

export function percentageVoucher(shareBp: number, part: Partial<PercentageVoucherRule> = {}): PercentageVoucherRule {
  return { kind: 'percentage', id: 'percentage', name, shareBp, ...part };
}

export function freeItemVoucher(part: Partial<FreeItemVoucherRule> = {}): FreeItemVoucherRule {
  return { kind: 'free-item', id: 'free', name, ...part };
}

/** A voucher of a rule that nobody has used yet and this till may use. */
export function shown(rule: string, part: Partial<PresentedVoucher> = {}): PresentedVoucher {
  return { voucher: `V-${rule}`, rule, standing: 'ready', uses: { total: 0, byMember: 0, today: 0 }, ...part };
}

/** `quantity` pieces of an item for `total` minor units together. */
export function line(item: string, total: number, part: { quantity?: number; category?: string } = {}): BillLine {
  return { item, quantity: part.quantity ?? 1, totalMinor: minor(total), ...(part.category === undefined ? {} : { category: part.category }) };
}

/** A bill of an amount, or of lines. */
export function caseOf(bill: number | readonly BillLine[], context: Partial<SaleContext> = {}, nowMs = 1_000): VoucherCase {
  const lines = typeof bill === 'number' ? {} : { lines: bill };
  const billMinor = typeof bill === 'number' ? bill : bill.reduce((sum, one) => sum + one.totalMinor, 0);
  return { billMinor: minor(billMinor), nowMs, context: { ...PLAIN_SALE, ...lines, ...context } };
}

const ITEMS = ['tea', 'cake', 'beer', 'bag'] as const;
const CATEGORIES = ['drinks', 'food'] as const;
const some = <T>(of: readonly T[]) => fc.uniqueArray(fc.constantFrom(...of), { minLength: 1, maxLength: 2 });
const money = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 1, max: 5_000 }) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: LARGEST_AMOUNT / 10 }) });

export const anyLines: fc.Arbitrary<BillLine[]> = fc.array(
  fc.record({ item: fc.constantFrom(...ITEMS), quantity: fc.integer({ min: 1, max: 5 }), total: fc.oneof(money, fc.constant(0)), category: fc.constantFrom(undefined, ...CATEGORIES) })
    .map(({ item, quantity, total, category }) => line(item, total, { quantity, ...(category === undefined ? {} : { category }) })),
  { minLength: 1, maxLength: 6 },
).filter((lines) => lines.some((one) => one.totalMinor > 0));

const terms = fc.record(
  {
    items: some(ITEMS), categories: some(CATEGORIES), minBillMinor: money.map(minor), stacking: fc.constantFrom('alone' as const, 'once' as const),
    order: fc.integer({ min: -2, max: 2 }), withPoints: fc.boolean(), maxUses: fc.integer({ min: 1, max: 3 }), maxUsesPerDay: fc.integer({ min: 1, max: 3 }),
  },
  { requiredKeys: [] },
);

const anyRule: fc.Arbitrary<VoucherRule> = fc.oneof(
  fc.tuple(terms, money).map(([part, discount]): VoucherRule => amountVoucher(discount, part)),
  fc.tuple(terms, fc.integer({ min: 1, max: 10_000 }), fc.option(money, { nil: undefined }))
    .map(([part, shareBp, most]): VoucherRule => percentageVoucher(shareBp, { ...part, ...(most === undefined ? {} : { maxDiscountMinor: minor(most) }) })),
  fc.tuple(terms, fc.integer({ min: 1, max: 4 })).map(([part, pieces]): VoucherRule => freeItemVoucher({ ...part, pieces })),
);

/** Up to four rules, each with an id of its own. */
export const anyVoucherRules: fc.Arbitrary<VoucherRule[]> = fc.array(anyRule, { minLength: 1, maxLength: 4 })
  .map((rules) => rules.map((rule, index) => ({ ...rule, id: `v${index}` })));

/** Up to five vouchers of these rules, in any order, some used before, some not known, some shown twice. */
export const anyShown: fc.Arbitrary<PresentedVoucher[]> = fc.array(
  fc.record({
    code: fc.integer({ min: 0, max: 5 }), rule: fc.integer({ min: 0, max: 4 }), used: fc.integer({ min: 0, max: 2 }),
    standing: fc.constantFrom('ready' as const, 'ready' as const, 'ready' as const, 'unknown' as const, 'not-held' as const),
  }).map(({ code, rule, used, standing }) => shown(`v${rule}`, { voucher: `C${code}`, standing, uses: { total: used, byMember: 0, today: used } })),
  { minLength: 1, maxLength: 5 },
);
