import { assert } from './integers.ts';

const DAY_MINUTES = 1_440;
const MINUTE_MS = 60_000;

/** Days and hours of a store in which a rule holds; an absent part does not limit. */
export interface Schedule {
  /** ISO weekdays: 1 is Monday, 7 is Sunday. */
  weekdays?: number[];
  /** Minutes after midnight from and until which it holds; the end is exclusive. An end before its start lies on the next day. */
  fromMinute?: number;
  untilMinute?: number;
}

/** ISO weekday (1 Monday to 7 Sunday) of a moment at an offset from UTC. */
export function weekdayAt(ms: number, utcOffsetMinutes: number): number {
  // 1 January 1970 was a Thursday.
  const days = Math.floor((ms + utcOffsetMinutes * MINUTE_MS) / (DAY_MINUTES * MINUTE_MS));
  return ((((days + 3) % 7) + 7) % 7) + 1;
}

/** Minutes after midnight of a moment at an offset from UTC. */
export function minuteAt(ms: number, utcOffsetMinutes: number): number {
  const minutes = Math.floor(ms / MINUTE_MS) + utcOffsetMinutes;
  return ((minutes % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES;
}

/**
 * Whether a moment lies in a schedule, in the store's time. Hours that pass midnight belong to the weekday on which they
 * began: Friday 22:00 to 02:00 holds on Saturday at 01:00.
 */
export function isWithin(schedule: Schedule, ms: number, utcOffsetMinutes: number): boolean {
  const { weekdays, fromMinute = 0, untilMinute = DAY_MINUTES } = schedule;
  assert(fromMinute >= 0 && fromMinute < DAY_MINUTES && untilMinute > 0 && untilMinute <= DAY_MINUTES, 'hours lie within a day');
  const minute = minuteAt(ms, utcOffsetMinutes);
  const passesMidnight = untilMinute <= fromMinute;
  const isLate = passesMidnight && minute < untilMinute;
  if (!isLate && (minute < fromMinute || (!passesMidnight && minute >= untilMinute))) return false;
  const began = isLate ? ms - DAY_MINUTES * MINUTE_MS : ms;
  return weekdays === undefined || weekdays.includes(weekdayAt(began, utcOffsetMinutes));
}
