import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expiryOn, type Expiring } from '../../shared/domain/expiry.ts';
import { points } from '../../shared/domain/integers.ts';
import { spendablePoints } from '../../shared/domain/lots.ts';

const lot = (on: string, count: number): Expiring => ({ on, points: points(count) });
const LOTS = [lot('2026-03-31', 200), lot('2026-04-30', 100)];

describe('what a till knows of an expiry', () => {
  it.each([
    ['before the first last day', '2026-03-30', { past: 0, next: LOTS[0] }],
    ['on it: they still count', '2026-03-31', { past: 0, next: LOTS[0] }],
    ['the day after', '2026-04-01', { past: 200, passedOn: '2026-03-31', next: LOTS[1] }],
    ['after all that was told', '2027-01-01', { past: 300, passedOn: '2026-04-30' }],
  ])('%s', (_when, today, state) => {
    expect(expiryOn({ free: points(1_000), nextExpiry: '2026-03-31', expiring: LOTS }, today)).toEqual(state);
  });

  it('is a day without a number when only the day was told, and nothing for points that never end', () => {
    expect(expiryOn({ free: points(1_000), nextExpiry: '2026-03-31' }, '2026-04-01')).toEqual({ past: 0, passedOn: '2026-03-31' });
    expect(expiryOn({ free: points(1_000), nextExpiry: '2026-03-31' }, '2026-03-31')).toEqual({ past: 0 });
    expect(expiryOn({ free: points(1_000) }, '2099-01-01')).toEqual({ past: 0 });
  });

  it('agrees with what the server lets anybody spend, on every day, and never takes more than there is', () => {
    const days = fc.integer({ min: 1, max: 28 }).map((day) => `2026-02-${String(day).padStart(2, '0')}`);
    const held = fc.uniqueArray(fc.record({ on: days, count: fc.integer({ min: 1, max: 1_000 }) }), { selector: (one) => one.on, maxLength: 8 });
    fc.assert(fc.property(held, fc.nat(1_000), days, (lots, undated, today) => {
      const expiring = [...lots].sort((a, b) => (a.on < b.on ? -1 : 1)).map(({ on, count }) => lot(on, count));
      const free = points(undated + expiring.reduce((sum, one) => sum + one.points, 0));
      const [first] = expiring;
      const { past, passedOn, next } = expiryOn({ free, expiring, ...(first === undefined ? {} : { nextExpiry: first.on }) }, today);
      expect(free - past).toBe(spendablePoints(free, new Map(expiring.map((one) => [one.on, one.points])), today));
      expect(passedOn === undefined).toBe(past === 0);
      expect(next === undefined || next.on >= today).toBe(true);
    }));
    expect(expiryOn({ free: points(50), nextExpiry: '2026-03-31', expiring: LOTS }, '2026-04-01').past).toBe(50);
  });
});
