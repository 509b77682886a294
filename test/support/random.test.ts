import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './random.ts';

const draw = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random());
};

describe('seeded numbers', () => {
  it('are the same for the same seed, others for another, and within 0 and 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 2 }), (seed) => {
        const numbers = draw(seed, 20);
        expect(draw(seed, 20)).toEqual(numbers);
        expect(draw(seed + 1, 20)).not.toEqual(numbers);
        for (const one of numbers) expect(one >= 0 && one < 1).toBe(true);
      }),
    );
  });

  it('are those of mulberry32 as it is published', () => {
    expect(draw(1, 3).map((one) => one * 2 ** 32)).toEqual([2_693_262_067, 11_749_833, 2_265_367_787]);
  });

  it('spread evenly over ten tills', () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (const one of draw(7, 100_000)) counts[Math.floor(one * 10)] = (counts[Math.floor(one * 10)] ?? 0) + 1;
    // Five standard deviations of a fair draw.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(475);
  });
});
