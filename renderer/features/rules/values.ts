import { dayNumber, dayAt, formatDay } from '../../../shared/domain/date.ts';
import { LARGEST_AMOUNT } from '../../../shared/domain/integers.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import type { Field, FieldUnit } from './field.ts';

type Node = Record<string, unknown>;
const partsOf = (at: string): string[] => at.split('/').slice(1);

/** What stands at a pointer; undefined where there is nothing. */
export function readAt(draft: ProgrammeDraft, at: string): unknown {
  return partsOf(at).reduce<unknown>((node, name) => (typeof node === 'object' && node !== null ? (node as Node)[name] : undefined), draft);
}

/** The number at a pointer; undefined where there is none. */
export function readNumber(draft: ProgrammeDraft, at: string): number | undefined {
  const found = readAt(draft, at);
  return typeof found === 'number' ? found : undefined;
}

/** The draft with another value at a pointer; undefined takes the member out, and a schedule that is empty then with it. */
export function writeAt(draft: ProgrammeDraft, at: string, value: unknown): ProgrammeDraft {
  const copy = structuredClone(draft);
  const names = partsOf(at);
  const last = names.pop() ?? '';
  const path: Node[] = [copy as unknown as Node];
  for (const name of names) {
    const node = path.at(-1) ?? {};
    node[name] ??= {};
    path.push(node[name] as Node);
  }
  const parent = path.at(-1) ?? {};
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  const [holder, name] = [path.at(-2), names.at(-1)];
  if (holder !== undefined && name === 'schedule' && Object.keys(parent).length === 0) delete holder[name];
  return copy;
}

/** A list without one of its parts, given by pointer; an optional list that is empty then is left out, and tiers without levels with it. */
export function removeAt(draft: ProgrammeDraft, at: string): ProgrammeDraft {
  const list = at.slice(0, at.lastIndexOf('/'));
  const left = listAt(draft, list).filter((_one, index) => index !== indexOf(at));
  if (left.length > 0 || list === '/redeem') return writeAt(draft, list, left);
  return writeAt(draft, list === '/tiers/levels' ? '/tiers' : list, undefined);
}

/** A list with one of its parts, given by pointer, moved by so many places. */
export function moveAt(draft: ProgrammeDraft, at: string, by: 1 | -1): ProgrammeDraft {
  const list = at.slice(0, at.lastIndexOf('/'));
  const [all, from] = [[...listAt(draft, list)], indexOf(at)];
  const to = from + by;
  if (to < 0 || to >= all.length) return draft;
  const [moved] = all.splice(from, 1);
  all.splice(to, 0, moved);
  return writeAt(draft, list, all);
}

const indexOf = (at: string): number => Number(at.slice(at.lastIndexOf('/') + 1));
const listAt = (draft: ProgrammeDraft, at: string): readonly unknown[] => {
  const found = readAt(draft, at);
  return Array.isArray(found) ? found : [];
};

/** What one typed digit counts in the unit's own numbers. */
const SCALE: Readonly<Record<FieldUnit, number>> = { 'points': 1, 'money': 1, 'percent': 100, 'factor': 1_000, 'count': 1, 'hour': 60, 'first-day': 1, 'last-day': 1 };
const MOST: Readonly<Record<FieldUnit, number>> = {
  'points': LARGEST_AMOUNT, 'money': LARGEST_AMOUNT, 'percent': 10_000, 'factor': 1_000_000, 'count': 1_000_000_000, 'hour': 1_440,
  'first-day': Number.MAX_SAFE_INTEGER, 'last-day': Number.MAX_SAFE_INTEGER,
};

/** Milliseconds of a day. */
export const DAY_MS = 86_400_000;
/** Digits of a date: year, month, day. */
const DAY_DIGITS = 8;

export const isDay = ({ unit }: Pick<Field, 'unit'>): boolean => unit === 'first-day' || unit === 'last-day';

/** A number as it is being typed: its value so far, and the digits of a date or a time since it was chosen. */
export interface Entry {
  value: number | undefined;
  typed: string;
}

/**
 * One more digit. Numbers fill from the right as on every till, a factor in tenths; times and dates from the left (`1730`,
 * `20261224`), a date counting once it is whole. A digit that would pass the most there can be leaves all as it was.
 */
export function typeDigit(field: Field, entry: Entry, digit: number, { fresh, utcOffsetMinutes }: { fresh: boolean; utcOffsetMinutes: number }): Entry {
  const most = field.most ?? MOST[field.unit];
  const typed = `${fresh ? '' : entry.typed}${digit}`;
  if (field.unit === 'hour') {
    const minute = minuteOf(typed);
    return minute === undefined || minute > most ? entry : { value: minute, typed };
  }
  if (isDay(field)) {
    if (typed.length < DAY_DIGITS) return { value: entry.value, typed };
    const moment = typed.length > DAY_DIGITS ? undefined : momentOf(field, typed, utcOffsetMinutes);
    return moment === undefined ? entry : { value: moment, typed };
  }
  const scale = SCALE[field.unit];
  const before = fresh ? 0 : Math.floor((entry.value ?? 0) / scale);
  const next = (before * 10 + digit) * scale;
  return { value: next > most ? entry.value : next, typed: '' };
}

/** Without the last digit; undefined when nothing is left of a number that may be absent. */
export function eraseDigit(field: Field, { value, typed }: Entry, utcOffsetMinutes: number): Entry {
  const left = typed.slice(0, -1);
  if (field.unit === 'hour') return { value: left === '' ? undefined : minuteOf(left), typed: left };
  if (isDay(field)) {
    if (typed === '') return { value: field.optional === undefined ? value : undefined, typed: '' };
    return { value: left.length === DAY_DIGITS ? momentOf(field, left, utcOffsetMinutes) : value, typed: left };
  }
  const scale = SCALE[field.unit];
  return { value: Math.floor(Math.floor((value ?? 0) / scale) / 10) * scale, typed: '' };
}

/** What stands in the draft for a typed value: 0 is no limit where there need be none; but a day begins at 0. */
export function settled(field: Field, value: number | undefined): number | undefined {
  if (isDay(field) || field.unit === 'hour') return value === 0 && field.at.endsWith('/untilMinute') ? undefined : value;
  return field.optional !== undefined && (value ?? 0) === 0 ? undefined : (value ?? 0);
}

/** Minutes of the day from digits: `9` is 09:00, `17` 17:00, `173` 17:30; undefined when there is no such time. */
function minuteOf(typed: string): number | undefined {
  const [hours, minutes] = [Number(typed.slice(0, 2)), Number(typed.slice(2).padEnd(2, '0'))];
  return typed.length > 4 || hours > 24 || minutes > 59 || (hours === 24 && minutes > 0) ? undefined : hours * 60 + minutes;
}

/** The moment of a date: its first, or, as a last day, the one after its last; undefined when there is no such day. */
function momentOf({ unit }: Field, typed: string, utcOffsetMinutes: number): number | undefined {
  const day = { year: Number(typed.slice(0, 4)), month: Number(typed.slice(4, 6)), day: Number(typed.slice(6, 8)) };
  const startMs = Date.UTC(day.year, day.month - 1, day.day);
  // Another day comes back of 31 April, and of a year before 1970 a moment that no document holds.
  if (startMs <= 0 || formatDay(dayAt(startMs, 0)) !== `${typed.slice(0, 4)}-${typed.slice(4, 6)}-${typed.slice(6)}`) return undefined;
  return (dayNumber(day) + (unit === 'last-day' ? 1 : 0)) * DAY_MS - utcOffsetMinutes * 60_000;
}

/** The day of the store that a moment begins, or ends; undefined when it lies within a day. */
export function dayOf({ unit }: Pick<Field, 'unit'>, ms: number, utcOffsetMinutes: number): string | undefined {
  if ((ms + utcOffsetMinutes * 60_000) % DAY_MS !== 0) return undefined;
  return formatDay(dayAt(unit === 'last-day' ? ms - 1 : ms, utcOffsetMinutes));
}

/** A date while it is typed: `2026-1_-__`. */
export function typedDay(typed: string): string {
  const padded = typed.padEnd(DAY_DIGITS, '_');
  return `${padded.slice(0, 4)}-${padded.slice(4, 6)}-${padded.slice(6, 8)}`;
}
