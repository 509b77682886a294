import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWithin, minuteAt, weekdayAt, type Schedule } from '../../shared/domain/schedule.ts';

const at = (text: string): number => Date.parse(text);

describe('the days and hours of a store', () => {
  it.each([
    ['2026-03-14T05:40:00Z', 0, 6, 340],
    ['2026-03-14T23:59:59Z', 60, 7, 59],
    ['2026-03-15T00:30:00Z', -60, 6, 1_410],
    ['1970-01-01T00:00:00Z', 0, 4, 0],
    ['2028-02-29T12:00:00Z', 480, 2, 1_200],
  ])('%s at %i minutes is weekday %i, minute %i', (text, offset, weekday, minute) => {
    expect(weekdayAt(at(text), offset)).toBe(weekday);
    expect(minuteAt(at(text), offset)).toBe(minute);
  });

  it.each<[string, Schedule, string, boolean]>([
    ['a day', { weekdays: [6] }, '2026-03-14T00:00:00Z', true],
    ['a day before it', { weekdays: [6] }, '2026-03-13T23:59:59Z', false],
    ['the first minute', { fromMinute: 600, untilMinute: 720 }, '2026-03-14T10:00:00Z', true],
    ['the end, which is out', { fromMinute: 600, untilMinute: 720 }, '2026-03-14T12:00:00Z', false],
    ['until midnight', { fromMinute: 1_320, untilMinute: 1_440 }, '2026-03-14T23:59:59Z', true],
    // 13 March 2026 is a Friday.
    ['a Friday night', { weekdays: [5], fromMinute: 1_320, untilMinute: 120 }, '2026-03-13T22:00:00Z', true],
    ['its hours after midnight', { weekdays: [5], fromMinute: 1_320, untilMinute: 120 }, '2026-03-14T01:59:00Z', true],
    ['the same hours a night before', { weekdays: [5], fromMinute: 1_320, untilMinute: 120 }, '2026-03-13T01:00:00Z', false],
    ['the next night', { weekdays: [5], fromMinute: 1_320, untilMinute: 120 }, '2026-03-14T22:00:00Z', false],
  ])('%s', (_, schedule, moment, holds) => {
    expect(isWithin(schedule, at(moment), 0)).toBe(holds);
  });

  it('agree with the calendar of the platform at any moment and offset', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: -900, max: 900 }), (ms, offset) => {
      const local = new Date(ms + offset * 60_000);
      expect(weekdayAt(ms, offset)).toBe(local.getUTCDay() === 0 ? 7 : local.getUTCDay());
      expect(minuteAt(ms, offset)).toBe(local.getUTCHours() * 60 + local.getUTCMinutes());
    }));
  });

  it('hold exactly as long as they say in every week', () => {
    const hours = fc.tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 1, max: 1_440 }));
    fc.assert(fc.property(hours, fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), ([fromMinute, untilMinute], weekdays) => {
      let held = 0;
      for (let minute = 0; minute < 7 * 1_440; minute++) if (isWithin({ weekdays, fromMinute, untilMinute }, at('2026-03-09T00:00:00Z') + minute * 60_000, 0)) held += 1;
      const length = untilMinute > fromMinute ? untilMinute - fromMinute : 1_440 - fromMinute + untilMinute;
      expect(held).toBe(length * weekdays.length);
    }), { numRuns: 30 });
  });
});
