import type { EntryFilter } from '../../../shared/contract/history.ts';
import { businessDate, dayNumber, formatDay, numberedDay, parseDay } from '../../../shared/domain/date.ts';

/** Days to look in: all, some up to today, or one. */
export type DayChoice = 'any' | 'today' | 'yesterday' | 'week' | 'month' | { on: string };
export const DAY_CHOICES = ['any', 'today', 'yesterday', 'week', 'month'] as const;

/** What is looked for, as it was chosen; days are reckoned when it is asked. */
export interface Choices {
  day: DayChoice;
  group: EntryFilter['group'];
  state: EntryFilter['state'];
  staff: string;
}

export const EVERYTHING: Choices = { day: 'any', group: 'all', state: 'any', staff: '' };

/** The filter that choices and a search text make, on the business day of a moment. */
export function filterOf({ day, group, state, staff }: Choices, text: string, nowMs: number, utcOffsetMinutes: number): EntryFilter {
  return { text: text.trim().slice(0, 80), group, state, staff, ...daysOf(day, businessDate(nowMs, utcOffsetMinutes)) };
}

function daysOf(day: DayChoice, today: string): Pick<EntryFilter, 'fromDay' | 'untilDay'> {
  if (typeof day === 'object') return { fromDay: day.on, untilDay: day.on };
  switch (day) {
    case 'any':
      return {};
    case 'today':
      return { fromDay: today, untilDay: today };
    case 'yesterday':
      return { fromDay: addDays(today, -1), untilDay: addDays(today, -1) };
    case 'week':
      return { fromDay: addDays(today, -6), untilDay: today };
    case 'month':
      return { fromDay: addDays(today, -29), untilDay: today };
  }
}

/** The day so many days after another, both YYYY-MM-DD. */
const addDays = (day: string, count: number): string => formatDay(numberedDay(dayNumber(parseDay(day)) + count));

/** Whether what a date field holds is a day of this century: while a year is being typed it is one of the first. */
export function isDay(text: string): boolean {
  return /^2\d{3}-\d{2}-\d{2}$/.test(text);
}
