import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Difference } from '../../server/decisions/compare.ts';
import { findReversalDifferences, type PostedReversal } from '../../server/decisions/reversals.ts';
import type { Entry, Reversal, UsedVoucher } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { refundOf, vouchersBack, voidOf } from '../../shared/domain/reversal.ts';
import { entryOf, saleEntry } from '../domain/entries.ts';

const VOUCHERS: UsedVoucher[] = [{ voucher: 'TEA', rule: 'tea', discountMinor: minor(300) }, { voucher: 'TEN', rule: 'ten', lease: 'v.1', discountMinor: minor(700) }];

/** A bill of 50.00 of which points paid 10.00 and vouchers what they say. */
function saleOf(part: { total?: number; net?: number; redeemed?: number; earned?: number; vouchers?: UsedVoucher[] } = {}): Entry {
  const { total = 5_000, net = 4_000, redeemed = 1_000, earned = 40, vouchers } = part;
  return saleEntry({
    id: 'sale', member: 'M1', bill: { totalMinor: minor(total), netMinor: minor(net), currency: 'USD' }, earn: { points: points(earned) },
    redeem: { rule: 'r', points: points(redeemed), discountMinor: minor(total - net), cover: { leases: [], atRisk: points(redeemed) } },
    ...(vouchers === undefined ? {} : { vouchers }),
  });
}

interface Made {
  till?: string;
  seq?: number;
  /** Goods that came back; absent: a void. */
  goods?: number;
  knowing?: readonly PostedReversal[];
  isForked?: boolean;
}

/** A reversal as a till makes it that knows these earlier ones. */
function reversalOf(sale: Entry, { till = 'T1', seq = 2, goods, knowing = [], isForked = false }: Made): PostedReversal {
  const earlier = knowing.flatMap(({ entry }) => entry.reversal ?? []);
  const given = goods === undefined ? voidOf(sale, undefined) : refundOf(sale, minor(goods), earlier);
  if (!given.ok) throw new Error(given.refusal.code);
  const back = vouchersBack(sale, given.value, earlier);
  return {
    isForked,
    entry: entryOf({
      kind: 'reversal', id: `${till}-${seq}`, terminal: till, seq, member: sale.member ?? '', reverses: sale.id, reversal: given.value,
      ...(back.length === 0 ? {} : { vouchers: back }),
    }),
  };
}

const whatOf = (differences: readonly Difference[]): string[] => differences.map((one) => one.what);
const changed = (one: PostedReversal, reversal: Partial<Reversal>, entry: Partial<Entry> = {}): PostedReversal =>
  ({ ...one, entry: { ...one.entry, ...entry, ...(one.entry.reversal === undefined ? {} : { reversal: { ...one.entry.reversal, ...reversal } }) } });

describe('a void decided again', () => {
  const sale = saleOf({ vouchers: VOUCHERS });
  const right = reversalOf(sale, {});

  it('is what the sale was, given back, whatever another till gave back meanwhile', () => {
    expect(right.entry.reversal).toMatchObject({ returnPoints: 1_000, clawBackPoints: 40, refundMinor: 4_000 });
    expect(findReversalDifferences(right, sale, [])).toEqual([]);
    expect(findReversalDifferences(right, undefined, [])).toEqual([]);
    expect(findReversalDifferences(right, sale, [reversalOf(sale, { till: 'T2', goods: 1_000 })])).toEqual([]);
    expect(findReversalDifferences({ ...right, entry: { ...right.entry, kind: 'shift' } }, sale, [])).toEqual([]);
  });

  it('differs by one point, one cent, by another version, member and voucher, and of what is no sale', () => {
    const wrong = (reversal: Partial<Reversal>, entry: Partial<Entry> = {}): Difference[] => findReversalDifferences(changed(right, reversal, entry), sale, []);
    expect(wrong({ returnPoints: points(1_001) })).toEqual([{ what: 'returned', expected: '1000', found: '1001' }]);
    expect(wrong({ clawBackPoints: points(39) })).toEqual([{ what: 'clawed-back', expected: '40', found: '39' }]);
    expect(wrong({ refundMinor: minor(4_001) })).toEqual([{ what: 'refund', expected: '40.00', found: '40.01' }]);
    expect(wrong({}, { programme: 2 })).toEqual([{ what: 'programme', expected: '1', found: '2' }]);
    expect(wrong({}, { member: 'M2' })).toEqual([{ what: 'member', expected: 'M1', found: 'M2' }]);
    expect(wrong({}, { vouchers: VOUCHERS.slice(1) })).toEqual([{ what: 'voucher', expected: 'TEA + TEN', found: 'TEN' }]);
    expect(findReversalDifferences(right, { ...sale, kind: 'shift' }, [])).toMatchObject([{ what: 'returned', reason: 'not-reversible' }]);
  });

  it('of a sale that its own till had given back already is told', () => {
    const first = reversalOf(sale, { goods: 1_000 });
    const second = reversalOf(sale, { seq: 3 });
    expect(findReversalDifferences(second, sale, [first])).toEqual([{ what: 'returned', expected: '', found: '1000', reason: 'already-reversed' }]);
    expect(findReversalDifferences(first, sale, [second])).toEqual([]);
    // Of two branches of a copied till neither knows the other.
    expect(findReversalDifferences(second, sale, [{ ...first, isForked: true }])).toEqual([]);
  });
});

describe('a refund decided again', () => {
  it('is right after whatever its till may have known, of which its own earlier ones are certain', () => {
    const sale = saleOf({ total: 1_000, net: 667, redeemed: 333, earned: 7 });
    const first = reversalOf(sale, { goods: 333 });
    const other = reversalOf(sale, { till: 'T2', goods: 100 });
    const knowing = (till: string, list: PostedReversal[]): PostedReversal => reversalOf(sale, { till, seq: 4, goods: 334, knowing: list });
    const all = [knowing('T1', [first]), knowing('T1', [first, other]), knowing('T3', []), knowing('T3', [first]), knowing('T3', [other]), knowing('T3', [first, other])];
    for (const one of all) expect(findReversalDifferences(one, sale, [first, other])).toEqual([]);
    // As if its own first one had not been.
    expect(findReversalDifferences(knowing('T1', []), sale, [first, other])).toEqual([
      { what: 'returned', expected: '112', found: '111' }, { what: 'clawed-back', expected: '2', found: '3' },
    ]);
    // A later one of its own is nothing that it knew.
    expect(findReversalDifferences(first, sale, [knowing('T1', [first])])).toEqual([]);
  });

  it('of more than was left says what was left, and gives vouchers back with the last of the goods alone', () => {
    const sale = saleOf({ vouchers: VOUCHERS });
    const first = reversalOf(sale, { goods: 4_000 });
    const rest = reversalOf(sale, { seq: 3, goods: 1_000, knowing: [first] });
    expect(rest.entry.vouchers).toHaveLength(2);
    expect(findReversalDifferences(rest, sale, [first])).toEqual([]);
    expect(findReversalDifferences(changed(first, {}, { vouchers: VOUCHERS }), sale, [])).toEqual([{ what: 'voucher', expected: '', found: 'TEA + TEN' }]);
    expect(findReversalDifferences(changed(rest, { goodsMinor: minor(1_001) }), sale, [first])).toEqual([{ what: 'refund', expected: '10.00', found: '10.01', reason: 'amount-too-large' }]);
    expect(findReversalDifferences(changed(rest, { goodsMinor: minor(0) }), sale, [])).toMatchObject([{ what: 'returned', reason: 'amount-zero' }]);
  });

  it('says nothing of a sale with more reversals than can be combined', () => {
    const sale = saleOf({ total: 1_000_000, net: 900_000, redeemed: 100_000, earned: 9_000 });
    const others = Array.from({ length: 14 }, (_, index) => reversalOf(sale, { till: `O${index}`, goods: 3 ** index % 50_000 + 1 }));
    const wrong = changed(reversalOf(sale, { goods: 777 }), { returnPoints: points(1) });
    expect(whatOf(findReversalDifferences(wrong, sale, others.slice(0, 3)))).toContain('returned');
    expect(findReversalDifferences(wrong, sale, others)).toEqual([]);
  });

  it('never differs when a till decided it, whatever of the others it knew; a point or a cent more does', () => {
    const seen = { parts: 0, several: 0, planted: 0 };
    const step = fc.record({ till: fc.integer({ min: 1, max: 3 }), goods: fc.integer({ min: 1, max: 400 }), isVoid: fc.boolean(), hears: fc.nat(7) });
    const world = fc.record({
      total: fc.integer({ min: 300, max: 3_000 }), paid: fc.nat(1_000), redeemed: fc.nat(2_000), earned: fc.nat(2_000), steps: fc.array(step, { minLength: 1, maxLength: 6 }),
      hasVouchers: fc.boolean(),
    });
    fc.assert(
      fc.property(world, ({ total, paid, redeemed, earned, steps, hasVouchers }) => {
        const sale = saleOf({ total, net: Math.floor((total * paid) / 1_000), redeemed, earned, ...(hasVouchers ? { vouchers: VOUCHERS } : {}) });
        const made: PostedReversal[] = [];
        const heard = new Map<number, Set<PostedReversal>>();
        steps.forEach(({ till, goods, isVoid, hears }, index) => {
          // Each bit of `hears`: whether this till has heard from that one by now.
          const known = heard.get(till) ?? new Set();
          for (const one of made) if ((hears & (1 << Number(one.entry.terminal.slice(1)))) !== 0) known.add(one);
          heard.set(till, known);
          const earlier = [...known].flatMap(({ entry }) => entry.reversal ?? []);
          if (isVoid ? known.size > 0 : !refundOf(sale, minor(goods), earlier).ok) return;
          const one = reversalOf(sale, { till: `T${till}`, seq: index + 2, knowing: [...known], ...(isVoid ? {} : { goods }) });
          known.add(one);
          made.push(one);
        });
        if (made.length > 1) seen.several += 1;
        for (const one of made) {
          const others = made.filter((other) => other !== one);
          expect(findReversalDifferences(one, sale, others)).toEqual([]);
          const { reversal } = one.entry;
          if (reversal === undefined || reversal.scope === 'void') continue;
          seen.parts += 1;
          if (others.length > 0 || reversal.returnPoints === redeemed) continue;
          seen.planted += 1;
          expect(whatOf(findReversalDifferences(changed(one, { returnPoints: points(reversal.returnPoints + 1) }), sale, []))).toEqual(['returned']);
          expect(whatOf(findReversalDifferences(changed(one, { refundMinor: minor(reversal.refundMinor + 1) }), sale, []))).toEqual(['refund']);
        }
      }),
      { numRuns: 1_000, seed: 13 },
    );
    expect(seen.parts).toBeGreaterThan(500);
    expect(seen.several).toBeGreaterThan(200);
    expect(seen.planted).toBeGreaterThan(50);
  });
});
