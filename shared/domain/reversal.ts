import { minor, mulDivCeil, mulDivFloor, points, type Minor } from './integers.ts';
import type { Entry, Reversal, UsedVoucher } from './entry.ts';
import type { Outcome } from './refusal.ts';

/** What voiding a sale gives back: everything it redeemed, everything it earned, everything that was paid. */
export function voidOf(sale: Entry, reversedBy: string | undefined): Outcome<Reversal> {
  if (sale.kind !== 'sale') return { ok: false, refusal: { code: 'not-reversible', kind: sale.kind } };
  if (reversedBy !== undefined) return { ok: false, refusal: { code: 'already-reversed', by: reversedBy } };
  return {
    ok: true,
    value: {
      scope: 'void',
      returnPoints: sale.redeem?.points ?? points(0),
      clawBackPoints: sale.earn?.points ?? points(0),
      refundMinor: sale.bill?.netMinor ?? minor(0),
    },
  };
}

/**
 * What refunding goods of a sale gives back. `goodsMinor` is what they were on the bill, before points; `earlier` are the
 * reversals of the sale that are known. Everything is counted from the sale's beginning: after goods of G in all, the share
 * G of the bill has been given back, so that many small refunds give back exactly what one large one does, and the last of
 * them exactly the rest. Until then points returned and money round down, points clawed back up: in the issuer's favour.
 * Refuses `not-reversible`, `amount-zero`, and `amount-too-large` with what is left (0 when all came back).
 */
export function refundOf(sale: Entry, goodsMinor: Minor, earlier: readonly Reversal[]): Outcome<Reversal> {
  const bill = sale.bill;
  if (sale.kind !== 'sale' || bill === undefined) return { ok: false, refusal: { code: 'not-reversible', kind: sale.kind } };
  if (goodsMinor <= 0) return { ok: false, refusal: { code: 'amount-zero' } };
  const before = goodsBack(bill.totalMinor, earlier);
  const left = goodsLeft(sale, earlier);
  if (goodsMinor > left) return { ok: false, refusal: { code: 'amount-too-large', maxMinor: left } };
  const back = before + goodsMinor;
  const given = (what: 'returnPoints' | 'clawBackPoints' | 'refundMinor'): number => earlier.reduce((sum, reversal) => sum + reversal[what], 0);
  // Reversals of tills that did not know of each other may have given more than the share; nothing is asked back for it.
  const rest = (share: number, what: Parameters<typeof given>[0]): number => Math.max(0, share - given(what));
  return {
    ok: true,
    value: {
      scope: 'refund',
      returnPoints: points(rest(mulDivFloor(sale.redeem?.points ?? 0, back, bill.totalMinor), 'returnPoints')),
      clawBackPoints: points(rest(mulDivCeil(sale.earn?.points ?? 0, back, bill.totalMinor), 'clawBackPoints')),
      refundMinor: minor(rest(mulDivFloor(bill.netMinor, back, bill.totalMinor), 'refundMinor')),
      goodsMinor,
    },
  };
}

/** Goods of a sale that have not come back, before points; `earlier` are the reversals of the sale that are known. */
export function goodsLeft(sale: Entry, earlier: readonly Reversal[]): Minor {
  const total = sale.bill?.totalMinor ?? 0;
  return minor(Math.max(0, total - goodsBack(total, earlier)));
}

/** Goods that reversals gave back of a bill of `totalMinor`; tills that did not know of each other may have given back more. */
function goodsBack(totalMinor: number, earlier: readonly Reversal[]): number {
  return earlier.reduce((sum, reversal) => sum + (reversal.goodsMinor ?? totalMinor), 0);
}

/**
 * The vouchers that a reversal gives back: all that the sale used, once all of its goods came back; a refund of a part keeps
 * them, because what is left was still bought with them. `earlier` are the reversals of the sale that are known.
 */
export function vouchersBack(sale: Entry, reversal: Reversal, earlier: readonly Reversal[]): UsedVoucher[] {
  const total = sale.bill?.totalMinor ?? 0;
  return goodsBack(total, [...earlier, reversal]) < total ? [] : (sale.vouchers ?? []).map(({ voucher, rule, discountMinor }) => ({ voucher, rule, discountMinor }));
}
