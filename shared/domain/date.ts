import { assert } from './integers.ts';

const DAY_MS = 86_400_000;

/** A day of the proleptic Gregorian calendar. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

/** The calendar day of a moment at a fixed offset from UTC. Algorithm: Howard Hinnant, "chrono-compatible low-level date algorithms". */
export function dayAt(ms: number, utcOffsetMinutes: number): Day {
  const days = Math.floor((ms + utcOffsetMinutes * 60_000) / DAY_MS) + 719_468;
  const era = Math.floor(days / 146_097);
  const dayOfEra = days - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1,
  };
}

/** YYYY-MM-DD. */
export function formatDay(day: Day): string {
  return `${String(day.year).padStart(4, '0')}-${String(day.month).padStart(2, '0')}-${String(day.day).padStart(2, '0')}`;
}

/** The business date of a moment in a store, YYYY-MM-DD, when no shift sets another. */
export function businessDate(ms: number, utcOffsetMinutes: number): string {
  return formatDay(dayAt(ms, utcOffsetMinutes));
}

/** The same day some months later; a day that the month lacks becomes its last (31 January + 1 is 28 February). */
export function addMonths(day: Day, months: number): Day {
  assert(Number.isSafeInteger(months), 'months are whole');
  const index = day.year * 12 + (day.month - 1) + months;
  const year = Math.floor(index / 12);
  const month = index - year * 12 + 1;
  return { year, month, day: Math.min(day.day, daysInMonth(year, month)) };
}

/** Number of days of a month, leap years included. */
export function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
