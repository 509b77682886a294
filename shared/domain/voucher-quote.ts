import { allocate } from './allocation.ts';
import type { SaleContext } from './context.ts';
import { quoteEarning, type EarnCase, type EarnQuote } from './earn.ts';
import type { BillLine } from './entry.ts';
import { assert, minor, mulDivFloor, type Minor } from './integers.ts';
import type { EarnRule, Programme, VoucherRule } from './programme.ts';
import type { VoucherRefusal } from './refusal.ts';
import { checkVoucher, isGoodsOf, type PresentedVoucher, type VoucherCase } from './voucher.ts';

/** A voucher that takes something off the bill. */
export interface AppliedVoucher {
  voucher: string;
  rule: string;
  /** Above 0. */
  discountMinor: Minor;
  /** Its discount on each line of the bill, summing to it; null when only the amount of the bill is known. */
  lineDiscountsMinor: Minor[] | null;
}

/** A voucher that takes nothing off, and why. */
export interface RefusedVoucher {
  voucher: string;
  why: VoucherRefusal;
}

/** What the vouchers shown do to a bill. */
export interface VoucherQuote {
  /** In the order in which they are taken off. */
  applied: AppliedVoucher[];
  /** In the order shown. */
  refused: RefusedVoucher[];
  discountMinor: Minor;
  /** The bill after vouchers, before points. */
  netMinor: Minor;
  /** What vouchers take off each line; null when only the amount of the bill is known. */
  lineDiscountsMinor: Minor[] | null;
  /** Whether points may be redeemed beside them. */
  withPoints: boolean;
}

/** A part of the bill while vouchers are taken off it: what is left to pay, and pieces that are not yet given free. */
interface Goods {
  line: BillLine | undefined;
  left: number;
  pieces: number;
}

interface Admitted {
  voucher: string;
  rule: VoucherRule;
}

/** Kinds in the order in which they are taken off when rules say nothing: whole pieces, amounts, shares of the rest (the issuer's favour). */
const KIND_ORDER = { 'free-item': 0, amount: 1, percentage: 2 } as const;

/**
 * Takes vouchers off a bill. Of vouchers that do not go together, the one shown first stays. Those that stay are taken off in
 * the order of their rules, whatever the order in which they were shown, each from what the ones before left of its goods;
 * so together never more than the bill. The discount of each is split over its goods exactly (largest remainders).
 */
export function quoteVouchers(programme: Pick<Programme, 'vouchers'>, shown: readonly PresentedVoucher[], at: VoucherCase): VoucherQuote {
  const admitted: Admitted[] = [];
  const refused = new Map<number, RefusedVoucher>();
  shown.forEach((one, place) => {
    const outcome = admit(programme.vouchers ?? [], one, shown.slice(0, place), admitted, at);
    if ('rule' in outcome) admitted.push({ voucher: one.voucher, rule: outcome.rule });
    else refused.set(place, { voucher: one.voucher, why: outcome.why });
  });
  const goods = goodsOf(at);
  const applied: AppliedVoucher[] = [];
  for (const { voucher, rule } of admitted.sort(byOrder)) {
    const pieces = goods.map((one) => one.pieces);
    const parts = takeOff(rule, goods);
    const discountMinor = sumOf(parts);
    if (discountMinor > 0) applied.push({ voucher, rule: rule.id, discountMinor, lineDiscountsMinor: at.context.lines === undefined ? null : parts });
    else {
      // What takes nothing off takes no piece either: the sale is the same as if it had not been shown.
      goods.forEach((one, index) => (one.pieces = pieces[index] ?? 0));
      refused.set(shown.findIndex((one) => one.voucher === voucher), { voucher, why: { code: 'worth-nothing' } });
    }
  }
  const discountMinor = minor(applied.reduce((sum, one) => sum + one.discountMinor, 0));
  const used = (voucher: string): boolean => applied.some((one) => one.voucher === voucher);
  return {
    applied,
    refused: [...refused].sort(([a], [b]) => a - b).map(([, one]) => one),
    discountMinor,
    netMinor: minor(at.billMinor - discountMinor),
    lineDiscountsMinor: at.context.lines?.map((_, index) => minor(applied.reduce((sum, one) => sum + (one.lineDiscountsMinor?.[index] ?? 0), 0))) ?? null,
    withPoints: admitted.every(({ voucher, rule }) => rule.withPoints !== false || !used(voucher)),
  };
}

/** The sale as it stands after vouchers: what points see of it. */
export function contextAfter(context: SaleContext, { applied, lineDiscountsMinor, withPoints }: VoucherQuote): SaleContext {
  if (applied.length === 0) return context;
  const lines = context.lines?.map((line, index) => ({ ...line, totalMinor: minor(line.totalMinor - (lineDiscountsMinor?.[index] ?? 0)) }));
  return { ...context, hasVouchers: true, noPoints: !withPoints, ...(lines === undefined ? {} : { lines }) };
}

/** What a sale earns; `at` is the sale before vouchers. Under `net` what vouchers take off earns nothing, under `gross` it does. */
export function quoteSaleEarning(rule: EarnRule, at: EarnCase, vouchers: VoucherQuote | null): EarnQuote {
  if (vouchers === null || rule.basis === 'gross') return quoteEarning(rule, at);
  return quoteEarning(rule, { ...at, billMinor: vouchers.netMinor, context: contextAfter(at.context, vouchers) });
}

function admit(
  rules: readonly VoucherRule[], one: PresentedVoucher, before: readonly PresentedVoucher[], admitted: readonly Admitted[], at: VoucherCase,
): { rule: VoucherRule } | { why: VoucherRefusal } {
  if (before.some(({ voucher }) => voucher === one.voucher)) return { why: { code: 'twice' } };
  if (one.standing === 'unknown') return { why: { code: 'unknown' } };
  const rule = rules.find(({ id }) => id === one.rule);
  if (rule === undefined) return { why: { code: 'not-in-programme' } };
  const why = checkVoucher(one, rule, at) ?? checkStacking(rule, admitted);
  return why === undefined ? { rule } : { why };
}

function checkStacking(rule: VoucherRule, admitted: readonly Admitted[]): VoucherRefusal | undefined {
  const alone = admitted.find((other) => rule.stacking === 'alone' || other.rule.stacking === 'alone');
  if (alone !== undefined) return { code: 'alone', with: alone.voucher };
  const same = admitted.find((other) => rule.stacking === 'once' && other.rule.id === rule.id);
  return same === undefined ? undefined : { code: 'once', with: same.voucher };
}

function byOrder(a: Admitted, b: Admitted): number {
  return (a.rule.order ?? 0) - (b.rule.order ?? 0) || KIND_ORDER[a.rule.kind] - KIND_ORDER[b.rule.kind]
    || compare(a.rule.id, b.rule.id) || compare(a.voucher, b.voucher);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function goodsOf({ billMinor, context }: VoucherCase): Goods[] {
  if (context.lines === undefined) return [{ line: undefined, left: billMinor, pieces: 0 }];
  return context.lines.map((line) => ({ line, left: line.totalMinor, pieces: line.quantity }));
}

/** Takes one voucher off the goods; answers its discount on each of them. */
function takeOff(rule: VoucherRule, goods: Goods[]): Minor[] {
  const open = goods.map(({ line, left }) => (line === undefined || isGoodsOf(rule, line) ? minor(left) : minor(0)));
  const parts = rule.kind === 'free-item' ? freePieces(rule, goods) : allocate(worthOf(rule, sumOf(open)), open);
  parts.forEach((part, index) => {
    const one = goods[index];
    assert(one !== undefined && part >= 0 && part <= one.left, 'a voucher takes no more off than is left');
    one.left -= part;
  });
  return parts;
}

function worthOf(rule: Exclude<VoucherRule, { kind: 'free-item' }>, openMinor: Minor): Minor {
  if (rule.kind === 'amount') return minor(Math.min(rule.discountMinor, openMinor));
  const share = mulDivFloor(openMinor, rule.shareBp, 10_000);
  return minor(Math.min(share, rule.maxDiscountMinor ?? share));
}

/** Pieces free, the cheapest first; a part of a line's pieces is worth that part of what is left of it, rounded down. */
function freePieces(rule: VoucherRule & { kind: 'free-item' }, goods: Goods[]): Minor[] {
  const parts = goods.map(() => minor(0));
  const eligible = goods.map((one, index) => ({ one, index }))
    .filter(({ one }) => one.line !== undefined && one.pieces > 0 && one.left > 0 && isGoodsOf(rule, one.line))
    .sort((a, b) => byPiece(a.one, b.one) || a.index - b.index);
  let wanted = rule.pieces ?? 1;
  for (const { one, index } of eligible) {
    const taken = Math.min(wanted, one.pieces);
    if (taken === 0) break;
    parts[index] = minor(mulDivFloor(one.left, taken, one.pieces));
    one.pieces -= taken;
    wanted -= taken;
  }
  return parts;
}

/** By the price of a piece, exactly: a/b < c/d as a*d < c*b. */
function byPiece(a: Goods, b: Goods): number {
  const [left, right] = [BigInt(a.left) * BigInt(b.pieces), BigInt(b.left) * BigInt(a.pieces)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function sumOf(parts: readonly number[]): Minor {
  return minor(parts.reduce((sum, part) => sum + part, 0));
}
