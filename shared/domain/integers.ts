/**
 * Whole numbers that carry their unit in the type. Points and money never meet a float: every product goes through
 * BigInt and every result is checked to be a safe integer.
 */
declare const unit: unique symbol;

/** Loyalty points, whole, may be negative only where a docstring says so. */
export type Points = number & { readonly [unit]: 'points' };
/** Money in minor units of its currency (cents for USD, yen for JPY). */
export type Minor = number & { readonly [unit]: 'minor' };

/** Largest amount of points or money in one entry: 10^12, far above any bill and far below 2^53, so sums stay exact. */
export const LARGEST_AMOUNT = 1_000_000_000_000;

/** Throws when a condition that only a bug can break does not hold. Stays on in production. */
export function assert(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${what}`);
}

/** Brands a whole number as points. Throws on a fraction or beyond 2^53: that is a bug, not an input error. */
export function points(value: number): Points {
  // The sentence is made only when it is needed: this stands in every step of a quote.
  if (!Number.isSafeInteger(value)) assert(false, `points must be a safe integer, got ${value}`);
  return value as Points;
}

/** Brands a whole number as minor units. Throws on a fraction or beyond 2^53. */
export function minor(value: number): Minor {
  if (!Number.isSafeInteger(value)) assert(false, `money must be a safe integer of minor units, got ${value}`);
  return value as Minor;
}

/**
 * floor(a * b / c) for a, b >= 0 and c > 0, exact at any size. A result above `atMost` is `atMost` when that is given, and
 * a bug when it is above 2^53 and nothing is given.
 */
export function mulDivFloor(a: number, b: number, c: number, atMost?: number): number {
  checkFactors(a, b, c);
  // Plus 0 makes minus zero zero.
  const product = a * b + 0;
  if (product > Number.MAX_SAFE_INTEGER) return divideLarge(a, b, c, false, atMost);
  const quotient = Math.floor(product / c);
  return atMost === undefined || quotient < atMost ? quotient : atMost;
}

/** ceil(a * b / c); the rest as {@link mulDivFloor}. */
export function mulDivCeil(a: number, b: number, c: number, atMost?: number): number {
  checkFactors(a, b, c);
  const product = a * b + 0;
  if (product > Number.MAX_SAFE_INTEGER) return divideLarge(a, b, c, true, atMost);
  const whole = Math.floor(product / c);
  const quotient = whole * c < product ? whole + 1 : whole;
  return atMost === undefined || quotient < atMost ? quotient : atMost;
}

/*
 * Why floor(p / c) is exact for whole 0 <= p < 2^53 and 0 < c < 2^53, although p / c is rounded to a float: it is wrong only when
 * p / c = n - m / c, with whole n and m >= 1, is rounded up to n. For that m / c must be at most half the distance of the floats
 * below n, which is less than n * 2^-53. Since n * c <= p + c < 2^54, that is less than 2 / c, so that m = 1. But then
 * n * c = p + 1 <= 2^53, so that it is less than 1 / c, which m / c is.
 */

function checkFactors(a: number, b: number, c: number): void {
  assert(Number.isSafeInteger(a) && Number.isSafeInteger(b) && Number.isSafeInteger(c), 'mulDiv takes safe integers');
  assert(a >= 0 && b >= 0 && c > 0, 'mulDiv takes a, b >= 0 and c > 0');
}

function divideLarge(a: number, b: number, c: number, up: boolean, atMost?: number): number {
  const divisor = BigInt(c);
  const exact = BigInt(a) * BigInt(b);
  const quotient = exact / divisor + (up && exact % divisor > 0n ? 1n : 0n);
  if (atMost !== undefined && quotient > BigInt(atMost)) return atMost;
  assert(quotient <= BigInt(Number.MAX_SAFE_INTEGER), 'mulDiv result is a safe integer');
  return Number(quotient);
}
