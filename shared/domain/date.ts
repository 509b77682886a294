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

/** The day that YYYY-MM-DD names; what is not written so is a bug. */
export function parseDay(text: string): Day {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  assert(match !== null, `a day is written YYYY-MM-DD, got ${text}`);
  return { year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) };
}

/** Days since 1 January 1970; the inverse of {@link numberedDay}. Algorithm: the same source, `days_from_civil`. */
export function dayNumber({ year, month, day }: Day): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}

/** The day so many days after 1 January 1970. */
export function numberedDay(number: number): Day {
  return dayAt(number * DAY_MS, 0);
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
