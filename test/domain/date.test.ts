import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addMonths, businessDate, dayAt, daysInMonth, formatDay } from '../../shared/domain/date.ts';

const moment = fc.integer({ min: Date.UTC(1600, 0, 1), max: Date.UTC(2600, 0, 1) });
const offset = fc.integer({ min: -900, max: 900 });

describe('the calendar day of a moment', () => {
  it('is the day that Date knows, at every offset', () => {
    fc.assert(
      fc.property(moment, offset, (ms, minutes) => {
        const shown = new Date(ms + minutes * 60_000);
        expect(dayAt(ms, minutes)).toEqual({ year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() });
        expect(businessDate(ms, minutes)).toBe(shown.toISOString().slice(0, 10));
      }),
      { numRuns: 3_000 },
    );
  });

  it('changes at midnight of the store and not a millisecond before', () => {
    const midnight = Date.UTC(2026, 2, 1);
    expect(businessDate(midnight - 1, 0)).toBe('2026-02-28');
    expect(businessDate(midnight, 0)).toBe('2026-03-01');
    expect(businessDate(midnight - 8 * 3_600_000, 480)).toBe('2026-03-01');
    expect(businessDate(midnight - 8 * 3_600_000 - 1, 480)).toBe('2026-02-28');
  });

  it.each([
    ['1970-01-01', 0], ['1969-12-31', -1], ['2000-02-29', Date.UTC(2000, 1, 29)], ['1900-03-01', Date.UTC(1900, 2, 1)], ['2024-02-29', Date.UTC(2024, 1, 29, 23, 59)],
  ])('%s', (day, ms) => {
    expect(businessDate(ms, 0)).toBe(day);
  });
});

describe('months', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-28'], ['2024-01-31', 1, '2024-02-29'], ['2024-02-29', 12, '2025-02-28'], ['2024-02-29', 48, '2028-02-29'],
    ['2026-12-15', 1, '2027-01-15'], ['2026-03-31', -1, '2026-02-28'], ['2026-01-15', -1, '2025-12-15'], ['2026-05-31', 0, '2026-05-31'],
    ['1999-12-31', 2, '2000-02-29'], ['1899-12-31', 2, '1900-02-28'],
  ])('%s and %i months is %s', (from, months, to) => {
    const [year = 0, month = 0, day = 0] = from.split('-').map(Number);
    expect(formatDay(addMonths({ year, month, day }, months))).toBe(to);
  });

  it('have as many days as Date says', () => {
    for (let year = 1890; year <= 2110; year++) {
      for (let month = 1; month <= 12; month++) {
        expect(daysInMonth(year, month), `${year}-${month}`).toBe(new Date(Date.UTC(year, month, 0)).getUTCDate());
      }
    }
  });

  it('keep the day, or end at the last one; and land in the month that was asked for', () => {
    fc.assert(
      fc.property(moment, fc.integer({ min: -600, max: 600 }), (ms, months) => {
        const from = dayAt(ms, 0);
        const to = addMonths(from, months);
        const asked = new Date(Date.UTC(from.year, from.month - 1 + months, 1));
        expect([to.year, to.month]).toEqual([asked.getUTCFullYear(), asked.getUTCMonth() + 1]);
        expect(to.day).toBe(Math.min(from.day, daysInMonth(to.year, to.month)));
      }),
    );
  });

  it('are whole', () => {
    expect(() => addMonths({ year: 2026, month: 1, day: 1 }, 0.5)).toThrow(/months are whole/);
  });
});
