import { assert } from './integers.ts';

/**
 * A hybrid logical clock: `ms` never falls behind an earlier stamp, `n` orders stamps within one `ms`.
 * Source: Kulkarni et al., "Logical Physical Clocks" (2014). Used for order and display; no safety rule reads it.
 */
export interface Timestamp {
  ms: number;
  n: number;
}

/** The stamp after `last` (and after `seen`, if another's stamp was received) at wall time `wallMs`. */
export function tick(last: Timestamp | undefined, wallMs: number, seen?: Timestamp): Timestamp {
  assert(Number.isSafeInteger(wallMs) && wallMs >= 0, 'wall clock is whole milliseconds');
  const latest = later(last, seen);
  if (latest === undefined || wallMs > latest.ms) return { ms: wallMs, n: 0 };
  return { ms: latest.ms, n: latest.n + 1 };
}

/** Negative when a is before b, positive when after, 0 when equal. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.ms - b.ms || a.n - b.n;
}

function later(a: Timestamp | undefined, b: Timestamp | undefined): Timestamp | undefined {
  if (a === undefined) return b;
  if (b === undefined) return a;
  return compareTimestamps(a, b) >= 0 ? a : b;
}
