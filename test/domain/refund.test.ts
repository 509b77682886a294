import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry, Reversal } from '../../shared/domain/entry.ts';
import { LARGEST_AMOUNT, minor, points } from '../../shared/domain/integers.ts';
import { refundOf, voidOf } from '../../shared/domain/reversal.ts';
import { entryOf, saleEntry } from './entries.ts';

/** A bill of `total` of which points paid `total - net`. */
const sold = (total: number, net: number, redeemed: number, earned: number): Entry =>
  saleEntry({
    member: 'm1', bill: { totalMinor: minor(total), netMinor: minor(net), currency: 'USD' }, earn: { points: points(earned) },
    redeem: { rule: 'r', points: points(redeemed), discountMinor: minor(total - net), cover: { leases: [], atRisk: points(redeemed) } },
  });

const refunded = (sale: Entry, goods: number, earlier: readonly Reversal[]): Reversal => {
  const outcome = refundOf(sale, minor(goods), earlier);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
};

const totals = (reversals: readonly Reversal[]) => reversals.reduce(
  (sum, one) => ({ points: sum.points + one.returnPoints, clawed: sum.clawed + one.clawBackPoints, money: sum.money + one.refundMinor }),
  { points: 0, clawed: 0, money: 0 },
);

describe('a partial refund', () => {
  it('gives back its share, in whole points and cents', () => {
    const sale = sold(10_000, 9_000, 1_000, 91);
    expect(refunded(sale, 3_333, [])).toEqual({ scope: 'refund', returnPoints: 333, clawBackPoints: 31, refundMinor: 2_999, goodsMinor: 3_333 });
  });

  it('of everything is what a void gives back', () => {
    const sale = sold(10_000, 9_000, 1_000, 91);
    const all = voidOf(sale, undefined);
    if (!all.ok) throw new Error('refused');
    expect(refunded(sale, 10_000, [])).toEqual({ ...all.value, scope: 'refund', goodsMinor: 10_000 });
  });

  it('of a bill that points paid whole pays no money', () => {
    expect(refunded(sold(500, 0, 500, 0), 250, [])).toMatchObject({ returnPoints: 250, refundMinor: 0 });
  });

  it('is refused beyond what is left, for nothing, and of what is no sale', () => {
    const sale = sold(1_000, 1_000, 0, 10);
    const first = refunded(sale, 400, []);
    expect(refundOf(sale, minor(601), [first])).toEqual({ ok: false, refusal: { code: 'amount-too-large', maxMinor: 600 } });
    expect(refundOf(sale, minor(1), [first, refunded(sale, 600, [first])])).toEqual({ ok: false, refusal: { code: 'amount-too-large', maxMinor: 0 } });
    const voided = voidOf(sale, undefined);
    expect(voided.ok && refundOf(sale, minor(1), [voided.value])).toEqual({ ok: false, refusal: { code: 'amount-too-large', maxMinor: 0 } });
    expect(refundOf(sale, minor(0), [])).toEqual({ ok: false, refusal: { code: 'amount-zero' } });
    expect(refundOf(entryOf({ kind: 'reversal' }), minor(1), [])).toEqual({ ok: false, refusal: { code: 'not-reversible', kind: 'reversal' } });
  });

  it('in any number of parts gives back exactly what the whole does, and after each part what one refund so far would', () => {
    const amount = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: LARGEST_AMOUNT }));
    const cases = fc.record({ total: amount, net: fc.nat(1_000), redeemed: amount, earned: amount, cuts: fc.array(fc.nat(1_000_000), { maxLength: 12 }) });
    fc.assert(
      fc.property(cases, ({ total, net, redeemed, earned, cuts }) => {
        const sale = sold(total, Math.min(net, total), redeemed, earned);
        const marks = [...new Set([...cuts.map((cut) => cut % total), total])].filter((mark) => mark > 0).sort((a, b) => a - b);
        const parts: Reversal[] = [];
        let before = 0;
        for (const mark of marks) {
          parts.push(refunded(sale, mark - before, parts));
          before = mark;
          expect(totals(parts)).toEqual(totals([refunded(sale, mark, [])]));
        }
        expect(totals(parts)).toEqual({ points: redeemed, clawed: earned, money: sale.bill?.netMinor });
      }),
      { numRuns: 500 },
    );
  });

  it('never gives back less than nothing after tills that did not know of each other gave too much', () => {
    const sale = sold(1_000, 500, 500, 50);
    const one = refunded(sale, 300, []);
    expect(refunded(sale, 100, [{ ...one, returnPoints: points(400), clawBackPoints: points(50), refundMinor: minor(400) }]))
      .toMatchObject({ returnPoints: 0, clawBackPoints: 0, refundMinor: 0 });
  });
});
