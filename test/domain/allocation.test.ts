import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocate, taxLines } from '../../shared/domain/allocation.ts';
import { minor, type Minor } from '../../shared/domain/integers.ts';

const weights = fc.array(fc.integer({ min: 0, max: 1_000_000 }).map(minor), { minLength: 1, maxLength: 20 });
const sum = (list: readonly number[]): number => list.reduce((total, one) => total + one, 0);

describe('an amount over parts', () => {
  it.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [1, [1, 1, 1], [1, 0, 0]],
    [5, [999, 1], [5, 0]],
    [1_000, [3_333, 3_333, 3_334], [333, 333, 334]],
    [0, [5, 0], [0, 0]],
    [7, [0, 7, 0], [0, 7, 0]],
  ])('%i over %j is %j', (amount, over, parts) => {
    expect(allocate(minor(amount), over.map(minor))).toEqual(parts);
  });

  it('sums exactly, gives no part more than its weight, and lies within a unit of the exact share', () => {
    fc.assert(fc.property(weights, fc.nat(10_000), (over, permyriad) => {
      const total = sum(over);
      fc.pre(total > 0);
      const amount = minor(Math.floor((total * permyriad) / 10_000));
      const parts = allocate(amount, over);
      expect(sum(parts)).toBe(amount);
      parts.forEach((part, index) => {
        const weight = over[index] ?? 0;
        expect(part).toBeGreaterThanOrEqual(0);
        expect(part).toBeLessThanOrEqual(weight);
        expect(Math.abs(part - (amount * weight) / total)).toBeLessThan(1);
      });
    }));
  });

  it('is exact for the largest amounts', () => {
    const large = 999_999_999_999 as Minor;
    expect(sum(allocate(large, [large, large, large]))).toBe(large);
  });
});

describe('tax per rate', () => {
  const lines = [{ totalMinor: minor(11_900), rateBp: 1_900 }, { totalMinor: minor(10_700), rateBp: 700 }];

  it('is contained in what is charged; a price reduction lowers each rate by its share, tender lowers nothing', () => {
    expect(taxLines(lines, minor(0), 'price-reduction')).toEqual([
      { rateBp: 700, grossMinor: 10_700, taxMinor: 700 }, { rateBp: 1_900, grossMinor: 11_900, taxMinor: 1_900 },
    ]);
    expect(taxLines(lines, minor(2_260), 'price-reduction')).toEqual([
      { rateBp: 700, grossMinor: 9_630, taxMinor: 630 }, { rateBp: 1_900, grossMinor: 10_710, taxMinor: 1_710 },
    ]);
    expect(taxLines(lines, minor(2_260), 'tender')).toEqual(taxLines(lines, minor(0), 'price-reduction'));
  });

  it('never is negative, and the amounts sum to the bill less its price reduction', () => {
    const line = fc.record({ totalMinor: fc.nat(1_000_000).map(minor), rateBp: fc.constantFrom(0, 700, 1_900, 2_500) });
    fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 10 }), fc.nat(10_000), (of, permyriad) => {
      const total = sum(of.map((one) => one.totalMinor));
      fc.pre(total > 0);
      const discount = minor(Math.floor((total * permyriad) / 10_000));
      const split = taxLines(of, discount, 'price-reduction');
      expect(sum(split.map((one) => one.grossMinor))).toBe(total - discount);
      for (const { grossMinor, taxMinor, rateBp } of split) {
        expect(taxMinor).toBeGreaterThanOrEqual(0);
        expect(Math.abs(taxMinor - (grossMinor * rateBp) / (10_000 + rateBp))).toBeLessThanOrEqual(0.5);
      }
    }));
  });
});
