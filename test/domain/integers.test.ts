import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assert, LARGEST_AMOUNT, minor, mulDivCeil, mulDivFloor, points } from '../../shared/domain/integers.ts';

const whole = fc.oneof(fc.maxSafeNat(), fc.nat(1_000), fc.constantFrom(0, 1, LARGEST_AMOUNT, Number.MAX_SAFE_INTEGER));
const divisor = whole.map((value) => Math.max(1, value));

describe('points and money', () => {
  it.each([0.5, 0.1 + 0.2, NaN, Infinity, -Infinity, 2 ** 53, -(2 ** 53)])('are never %s', (value) => {
    expect(() => points(value)).toThrow(/safe integer/);
    expect(() => minor(value)).toThrow(/safe integer/);
  });

  it('are the number itself, negative ones too', () => {
    for (const value of [0, 1, -1, LARGEST_AMOUNT, Number.MAX_SAFE_INTEGER]) {
      expect(points(value)).toBe(value);
      expect(minor(value)).toBe(value);
    }
  });
});

describe('multiplying and dividing', () => {
  it('is exact and rounds down or up, at any size', () => {
    fc.assert(
      fc.property(whole, whole, divisor, (a, b, c) => {
        const product = BigInt(a) * BigInt(b);
        const down = product / BigInt(c);
        const up = down + (product % BigInt(c) > 0n ? 1n : 0n);
        fc.pre(up <= BigInt(Number.MAX_SAFE_INTEGER));
        expect(BigInt(mulDivFloor(a, b, c))).toBe(down);
        expect(BigInt(mulDivCeil(a, b, c))).toBe(up);
      }),
      { numRuns: 2_000 },
    );
  });

  it('is exact where a quotient lies nearest below a whole number, and never minus zero', () => {
    const near = divisor.chain((c) => fc.tuple(fc.constant(c), fc.integer({ min: 1, max: Math.floor(Number.MAX_SAFE_INTEGER / c) }), fc.nat(3)));
    fc.assert(
      fc.property(near, ([c, n, below]) => {
        const dividend = Math.max(0, n * c - below);
        const down = BigInt(dividend) / BigInt(c);
        expect(BigInt(mulDivFloor(dividend, 1, c))).toBe(down);
        expect(BigInt(mulDivCeil(dividend, 1, c))).toBe(down + (BigInt(dividend) % BigInt(c) > 0n ? 1n : 0n));
      }),
      { numRuns: 2_000 },
    );
    for (const c of [2 ** 52, 2 ** 52 + 1, 2 ** 53 - 1, 3, 94_906_267]) {
      const n = Math.floor(Number.MAX_SAFE_INTEGER / c);
      for (const p of [n * c - 1, n * c, Math.min(n * c + 1, Number.MAX_SAFE_INTEGER)]) expect(BigInt(mulDivFloor(p, 1, c))).toBe(BigInt(p) / BigInt(c));
    }
    expect(mulDivFloor(-0, 1, 3)).toBe(0);
    expect(mulDivCeil(1, -0, 3)).toBe(0);
  });

  it('stops at the largest result that a caller can use, and at nothing else', () => {
    fc.assert(
      fc.property(whole, whole, divisor, whole, (a, b, c, atMost) => {
        const exact = (BigInt(a) * BigInt(b)) / BigInt(c);
        expect(BigInt(mulDivFloor(a, b, c, atMost))).toBe(exact < BigInt(atMost) ? exact : BigInt(atMost));
      }),
      { numRuns: 2_000 },
    );
    expect(mulDivCeil(10, 1, 3, 3)).toBe(3);
    expect(mulDivCeil(10, 1, 3, 9)).toBe(4);
  });

  it('takes a result beyond 2^53 for a bug', () => {
    expect(() => mulDivFloor(Number.MAX_SAFE_INTEGER, 2, 1)).toThrow(/safe integer/);
    expect(() => mulDivCeil(Number.MAX_SAFE_INTEGER, 3, 2)).toThrow(/safe integer/);
  });

  it.each([[-1, 1, 1], [1, -1, 1], [1, 1, 0], [1, 1, -1], [0.5, 1, 1], [1, 1.5, 1], [1, 1, 2.5], [NaN, 1, 1]])('takes %s, %s, %s for a bug', (a, b, c) => {
    expect(() => mulDivFloor(a, b, c)).toThrow(/mulDiv takes/);
    expect(() => mulDivCeil(a, b, c)).toThrow(/mulDiv takes/);
  });
});

describe('an assertion', () => {
  it('throws with what did not hold, and is silent when it holds', () => {
    expect(() => assert(false, 'the sum is zero')).toThrow('assertion failed: the sum is zero');
    expect(() => assert(true, 'the sum is zero')).not.toThrow();
  });
});
