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
  assert(Number.isSafeInteger(value), `points must be a safe integer, got ${value}`);
  return value as Points;
}

/** Brands a whole number as minor units. Throws on a fraction or beyond 2^53. */
export function minor(value: number): Minor {
  assert(Number.isSafeInteger(value), `money must be a safe integer of minor units, got ${value}`);
  return value as Minor;
}

/**
 * floor(a * b / c) for a, b >= 0 and c > 0, exact at any size. A result above `atMost` is `atMost` when that is given, and
 * a bug when it is above 2^53 and nothing is given.
 */
export function mulDivFloor(a: number, b: number, c: number, atMost?: number): number {
  return divide(a, b, c, 0n, atMost);
}

/** ceil(a * b / c); the rest as {@link mulDivFloor}. */
export function mulDivCeil(a: number, b: number, c: number, atMost?: number): number {
  return divide(a, b, c, 1n, atMost);
}

function divide(a: number, b: number, c: number, up: 0n | 1n, atMost?: number): number {
  assert(Number.isSafeInteger(a) && Number.isSafeInteger(b) && Number.isSafeInteger(c), 'mulDiv takes safe integers');
  assert(a >= 0 && b >= 0 && c > 0, 'mulDiv takes a, b >= 0 and c > 0');
  const product = a * b;
  // The common case fits in 2^53, where float division and floor are exact enough only when checked; % is exact.
  if (product <= Number.MAX_SAFE_INTEGER) {
    const rest = product % c;
    const quotient = (product - rest) / c + (up === 1n && rest > 0 ? 1 : 0);
    return atMost === undefined ? quotient : Math.min(quotient, atMost);
  }
  const divisor = BigInt(c);
  const exact = BigInt(a) * BigInt(b);
  const quotient = exact / divisor + (up === 1n && exact % divisor > 0n ? 1n : 0n);
  if (atMost !== undefined && quotient > BigInt(atMost)) return atMost;
  assert(quotient <= BigInt(Number.MAX_SAFE_INTEGER), 'mulDiv result is a safe integer');
  return Number(quotient);
}
