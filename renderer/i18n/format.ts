import { minor } from '../../shared/domain/integers.ts';
import { plainAmount } from '../../shared/domain/currency.ts';
import { dayAt, formatDay } from '../../shared/domain/date.ts';
import type { Language } from './words.ts';

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>();

/** Intl formats are slow to build and are used on every key press. */
function cached<T extends Intl.NumberFormat | Intl.DateTimeFormat>(key: string, build: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known as T;
  const fresh = build();
  cache.set(key, fresh);
  return fresh;
}

/** Money in minor units as people read it. Exact: the decimal text goes to Intl, never a float. */
export function formatMoney(amountMinor: number, currency: string, language: Language): string {
  const format = cached(`money ${language} ${currency}`, () =>
    new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' }),
  );
  return withMinus(format.format(plainAmount(minor(amountMinor === 0 ? 0 : amountMinor), currency) as Intl.StringNumericLiteral));
}

/** A whole number of points with the language's grouping; minus zero is zero. */
export function formatPoints(points: number, language: Language): string {
  return withMinus(cached(`points ${language}`, () => new Intl.NumberFormat(language, { maximumFractionDigits: 0 })).format(points === 0 ? 0 : points));
}

/** A change of points, always with its sign. */
export function formatChange(points: number, language: Language): string {
  return points > 0 ? `+${formatPoints(points, language)}` : formatPoints(points, language);
}

/** Basis points as a share: 5,000 is 50%. */
export function formatShare(shareBp: number, language: Language): string {
  return cached(`share ${language}`, () => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 })).format(
    shareBp / 10_000,
  );
}

/** A factor in basis points as people say it: 15,000 is 1.5. */
export function formatFactor(factorBp: number, language: Language): string {
  return cached(`factor ${language}`, () => new Intl.NumberFormat(language, { maximumFractionDigits: 4 })).format(factorBp / 10_000);
}

/** Time of day in the store, 24 hours. */
export function formatTime(ms: number, utcOffsetMinutes: number): string {
  const minutes = Math.floor(ms / 60_000) + utcOffsetMinutes;
  const ofDay = ((minutes % 1_440) + 1_440) % 1_440;
  return `${String(Math.floor(ofDay / 60)).padStart(2, '0')}:${String(ofDay % 60).padStart(2, '0')}`;
}

/** A store's calendar day (YYYY-MM-DD) in words. */
export function formatDate(day: string, language: Language): string {
  const format = cached(`date ${language}`, () => new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }));
  return format.format(new Date(`${day}T00:00:00Z`));
}

/** Month and day of a calendar day (YYYY-MM-DD), for a narrow column. */
export function formatShortDay(day: string, language: Language): string {
  const format = cached(`short day ${language}`, () => new Intl.DateTimeFormat(language, { month: 'short', day: 'numeric', timeZone: 'UTC' }));
  return format.format(new Date(`${day}T00:00:00Z`));
}

/** ISO weekdays (1 Monday to 7 Sunday) as a list of short names, in the order of the week. */
export function formatWeekdays(weekdays: readonly number[], language: Language): string {
  const format = cached(`weekday ${language}`, () => new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }));
  // 5 January 1970 was a Monday.
  const names = [...weekdays].sort((a, b) => a - b).map((day) => format.format(new Date(Date.UTC(1970, 0, 4 + day))));
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(names);
}

/** A minute of the day, 24 hours; the end of the day is 24:00. */
export function formatMinute(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** Time of day, with the day before it when it is not the same store day as `nowMs`. */
export function formatMoment(ms: number, nowMs: number, utcOffsetMinutes: number, language: Language): string {
  const day = formatDay(dayAt(ms, utcOffsetMinutes));
  const time = formatTime(ms, utcOffsetMinutes);
  return day === formatDay(dayAt(nowMs, utcOffsetMinutes)) ? time : `${formatDate(day, language)} ${time}`;
}

/** A real minus sign is as wide as a digit in tabular figures; the hyphen is not. */
function withMinus(text: string): string {
  return text.replace('-', '\u2212');
}
