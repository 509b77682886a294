import { assert, minor, type Minor } from './integers.ts';

/**
 * Splits an amount over parts in proportion to their weights, exactly: every part rounds down, and what is left goes one
 * minor unit each to the largest remainders, the earlier part first when they are equal (Hamilton's method of largest
 * remainders). No part gets more than its weight while the amount does not exceed the sum of the weights.
 */
export function allocate(amount: Minor, weights: readonly Minor[]): Minor[] {
  assert(amount >= 0 && weights.every((weight) => weight >= 0), 'amount and weights are not negative');
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) {
    assert(amount === 0, 'an amount is split over something');
    return weights.map(() => minor(0));
  }
  const shares = weights.map((weight, index) => {
    const product = BigInt(amount) * BigInt(weight);
    return { index, floor: Number(product / total), rest: product % total };
  });
  let left = amount - shares.reduce((sum, share) => sum + share.floor, 0);
  const parts = shares.map((share) => share.floor);
  for (const { index } of [...shares].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1))) {
    if (left === 0) break;
    parts[index] = (parts[index] ?? 0) + 1;
    left -= 1;
  }
  return parts.map(minor);
}

/** A line's tax, split per rate: `taxMinor` is contained in the amount (tax inclusive). */
export interface TaxLine {
  /** Rate in basis points: 1,900 is 19%. */
  rateBp: number;
  /** What was charged at this rate, tax included. */
  grossMinor: Minor;
  taxMinor: Minor;
}

/**
 * Tax contained in amounts of several rates after a discount. Points as a *price reduction* lower what is taxed, each rate
 * by its share; points as *tender* are a means of payment and lower nothing. Tax rounds half up once per rate.
 */
export function taxLines(lines: readonly { totalMinor: Minor; rateBp: number }[], discount: Minor, treatment: 'price-reduction' | 'tender'): TaxLine[] {
  const rates = [...new Set(lines.map((line) => line.rateBp))].sort((a, b) => a - b);
  const sums = rates.map((rate) => minor(lines.reduce((sum, line) => sum + (line.rateBp === rate ? line.totalMinor : 0), 0)));
  const off = treatment === 'tender' ? sums.map(() => minor(0)) : allocate(discount, sums);
  return rates.map((rateBp, index) => {
    const grossMinor = minor((sums[index] ?? 0) - (off[index] ?? 0));
    return { rateBp, grossMinor, taxMinor: containedTax(grossMinor, rateBp) };
  });
}

/** gross * rate / (10,000 + rate), rounded half up. */
function containedTax(gross: Minor, rateBp: number): Minor {
  assert(Number.isSafeInteger(rateBp) && rateBp >= 0, 'a tax rate is not negative');
  const divisor = 10_000n + BigInt(rateBp);
  return minor(Number((2n * BigInt(gross) * BigInt(rateBp) + divisor) / (2n * divisor)));
}
