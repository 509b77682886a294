import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareTimestamps, tick, type Timestamp } from '../../shared/domain/clock.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';

const wall = fc.oneof(fc.nat(5), fc.integer({ min: 0, max: 2 ** 47 }));
const stamp: fc.Arbitrary<Timestamp> = fc.record({ ms: wall, n: fc.nat(5) });

describe('the hybrid clock', () => {
  it('never falls behind, whatever the wall clock and other tills say', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(wall, fc.option(stamp, { nil: undefined })), { minLength: 1, maxLength: 30 }), (steps) => {
        let last: Timestamp | undefined;
        for (const [ms, seen] of steps) {
          const next = tick(last, ms, seen);
          if (last !== undefined) expect(compareTimestamps(next, last)).toBeGreaterThan(0);
          if (seen !== undefined) expect(compareTimestamps(next, seen)).toBeGreaterThan(0);
          expect(next.ms).toBe(Math.max(ms, last?.ms ?? 0, seen?.ms ?? 0));
          last = next;
        }
      }),
    );
  });

  it('follows the wall clock again once that is ahead', () => {
    const stuck = tick({ ms: 2_000, n: 7 }, 1_000);
    expect(stuck).toEqual({ ms: 2_000, n: 8 });
    expect(tick(stuck, 2_000)).toEqual({ ms: 2_000, n: 9 });
    expect(tick(stuck, 2_001)).toEqual({ ms: 2_001, n: 0 });
    expect(tick(undefined, 5)).toEqual({ ms: 5, n: 0 });
  });

  it('orders by moment, then by count', () => {
    expect(compareTimestamps({ ms: 1, n: 9 }, { ms: 2, n: 0 })).toBeLessThan(0);
    expect(compareTimestamps({ ms: 2, n: 1 }, { ms: 2, n: 0 })).toBeGreaterThan(0);
    expect(compareTimestamps({ ms: 2, n: 1 }, { ms: 2, n: 1 })).toBe(0);
  });

  it.each([-1, 0.5, NaN, 2 ** 53])('takes a wall clock of %s for a bug', (ms) => {
    expect(() => tick(undefined, ms)).toThrow(/whole milliseconds/);
  });
});

describe('a UUIDv7', () => {
  it('is the example of RFC 9562, appendix A.6', () => {
    const random = Uint8Array.from([0xcc, 0xc3, 0x18, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f]);
    expect(uuidV7(0x017f22e279b0, random)).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it('carries its moment, version and variant, and sorts by time', () => {
    const random = fc.uint8Array({ minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 48 - 1 }), fc.integer({ min: 0, max: 2 ** 48 - 1 }), random, random, (a, b, one, two) => {
        const [first, second] = [uuidV7(a, one), uuidV7(b, two)];
        expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(parseInt(first.replaceAll('-', '').slice(0, 12), 16)).toBe(a);
        if (a !== b) expect(first < second).toBe(a < b);
      }),
    );
  });

  it('is another one for other random bytes', () => {
    const bytes = (last: number) => Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, last]);
    expect(uuidV7(1, bytes(1))).not.toBe(uuidV7(1, bytes(2)));
  });

  it.each([-1, 0.5, 2 ** 48])('takes a moment of %s for a bug', (ms) => {
    expect(() => uuidV7(ms, new Uint8Array(10))).toThrow(/48 bits/);
  });

  it('takes too few random bytes for a bug', () => {
    expect(() => uuidV7(1, new Uint8Array(9))).toThrow(/10 random bytes/);
  });
});
