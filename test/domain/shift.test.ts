import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { expectedCash, reportShift } from '../../shared/domain/shift.ts';
import { entryOf } from './entries.ts';

const opening = entryOf({ id: 'o', kind: 'shift', staff: 'maya', shift: { event: 'open', shift: 'o', currency: 'CNY', cashMinor: minor(20_000) } });
const move = (event: 'pay-in' | 'pay-out', cash: number): Entry => entryOf({ kind: 'shift', reason: 'change', shift: { event, shift: 'o', cashMinor: minor(cash) } });
const sale = (total: number, net: number, part: Partial<Entry> = {}): Entry =>
  entryOf({ kind: 'sale', bill: { totalMinor: minor(total), netMinor: minor(net), currency: 'CNY' }, ...part });
const back = (scope: 'void' | 'refund', refund: number): Entry =>
  entryOf({ kind: 'reversal', reverses: 's', reversal: { scope, returnPoints: points(3), clawBackPoints: points(2), refundMinor: minor(refund) } });
const close = (counted: number, expected: number): Entry =>
  entryOf({ id: 'c', kind: 'shift', staff: 'wei', shift: { event: 'close', shift: 'o', cashMinor: minor(counted), otherMinor: minor(500), expectedMinor: minor(expected), counts: 2 } });

describe('the report of a shift', () => {
  it('sums what was sold, given back and done with points, as a whole and by person', () => {
    const report = reportShift([
      opening,
      sale(10_000, 8_800, {
        staff: 'maya', vouchers: [{ voucher: 'V', rule: 'r', discountMinor: minor(200) }], earn: { points: points(88) },
        redeem: { rule: 'r', points: points(1_000), discountMinor: minor(1_000), cover: { leases: [], atRisk: points(300) } },
      }),
      entryOf({ kind: 'lease-close', lease: 'l' }),
      sale(500, 500, { staff: 'lin' }), back('void', 500), back('refund', 100), move('pay-in', 700), move('pay-out', 1_000),
    ]);
    expect(report.sums).toEqual({
      sales: 2, totalMinor: 10_500, vouchers: 1, vouchersMinor: 200, pointsMinor: 1_000, netMinor: 9_300, voids: 1, voidsMinor: 500, refunds: 1, refundsMinor: 100,
      redeemed: 1_000, atRisk: 300, earned: 88, returned: 6, clawedBack: 4,
    });
    expect(report.staff.map(({ staff, sums }) => [staff, sums.sales])).toEqual([['maya', 1], ['lin', 1]]);
    expect(report.staff[0]?.sums).toMatchObject({ netMinor: 8_800, voidsMinor: 500, refundsMinor: 100 });
    expect(report).toMatchObject({ shift: 'o', openedBy: 'maya', floatMinor: 20_000, payInsMinor: 700, payOutsMinor: 1_000 });
    expect(report.moves.map(({ event, cashMinor, reason }) => [event, cashMinor, reason])).toEqual([['pay-in', 700, 'change'], ['pay-out', 1_000, 'change']]);
    expect(report.close).toBeUndefined();
    // 200.00 + 93.00 - 5.00 - 1.00 + 7.00 - 10.00, and 60.00 of it on cards.
    expect(expectedCash(report, minor(6_000))).toBe(22_400);
  });

  it('says how it was closed: what is missing is below zero', () => {
    expect(reportShift([opening, close(19_000, 19_500)]).close)
      .toMatchObject({ entry: 'c', staff: 'wei', countedMinor: 19_000, otherMinor: 500, expectedMinor: 19_500, differenceMinor: -500, counts: 2 });
  });

  it('is of a shift, or a bug', () => {
    expect(() => reportShift([])).toThrow('assertion');
    expect(() => reportShift([sale(1, 1)])).toThrow('assertion');
  });
});

describe('the cash that should be there', () => {
  it('depends on no order, and each amount moves it by itself', () => {
    const amount = fc.integer({ min: 0, max: 1_000_000_000 });
    const any = fc.oneof(
      amount.map((cash) => ({ entry: sale(cash, cash), by: cash })), amount.map((cash) => ({ entry: back('void', cash), by: -cash })),
      amount.map((cash) => ({ entry: back('refund', cash), by: -cash })), amount.map((cash) => ({ entry: move('pay-in', cash), by: cash })),
      amount.map((cash) => ({ entry: move('pay-out', cash), by: -cash })),
    );
    fc.assert(fc.property(fc.array(any, { maxLength: 40 }), amount, (done, other) => {
      const sum = done.reduce((so, { by }) => so + by, 20_000 - other);
      expect(expectedCash(reportShift([opening, ...done.map(({ entry }) => entry)]), minor(other))).toBe(sum);
      expect(expectedCash(reportShift([opening, ...done.map(({ entry }) => entry).reverse()]), minor(other))).toBe(sum);
      const people = reportShift([opening, ...done.map(({ entry }) => entry)]).staff;
      expect(people.reduce((so, { sums }) => so + sums.netMinor - sums.voidsMinor - sums.refundsMinor, 0))
        .toBe(done.filter(({ entry }) => entry.kind !== 'shift').reduce((so, { by }) => so + by, 0));
    }));
  });
});
