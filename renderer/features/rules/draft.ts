import type { ProgrammeDoc } from '../../../shared/contract/documents.ts';
import { currencyExponent } from '../../../shared/domain/currency.ts';
import { dayAt } from '../../../shared/domain/date.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import { addRule } from './parts.ts';
import { DAY_MS } from './values.ts';

/** When a draft shall begin, as it is chosen; `date` is the draft's own `effectiveFromMs`. */
export const STARTS = ['now', 'tomorrow', 'week', 'month', 'date'] as const;
export type Start = (typeof STARTS)[number];

/** How long a store's own rules shall hold, as it is chosen; `date` is the draft's own `effectiveUntilMs`. */
export const ENDS = ['never', 'week', 'month', 'date'] as const;
export type End = (typeof ENDS)[number];

/** The moment of a start that is no date: undefined at once, else a midnight of the store. */
export function startMs(start: Exclude<Start, 'date'>, nowMs: number, utcOffsetMinutes: number): number | undefined {
  const offsetMs = utcOffsetMinutes * 60_000;
  const midnight = Math.floor((nowMs + offsetMs) / DAY_MS) * DAY_MS - offsetMs;
  if (start === 'now') return undefined;
  if (start === 'tomorrow') return midnight + DAY_MS;
  if (start === 'week') return midnight + 7 * DAY_MS;
  const { year, month } = dayAt(nowMs, utcOffsetMinutes);
  return (month === 12 ? Date.UTC(year + 1, 0, 1) : Date.UTC(year, month, 1)) - offsetMs;
}

/** The moment of an end that is no date, counted from the beginning. */
export function endMs(end: Exclude<End, 'date'>, fromMs: number): number | undefined {
  return end === 'never' ? undefined : fromMs + (end === 'week' ? 7 : 30) * DAY_MS;
}

/** A draft, and its term as it was chosen. */
export interface Dated {
  draft: ProgrammeDraft;
  start: Start;
  end: End;
}

/** The draft with its beginning and end, as they are counted from now; only a store's own has an end. */
export function withTerm({ draft, start, end }: Dated, nowMs: number, utcOffsetMinutes: number): ProgrammeDraft {
  const { effectiveFromMs, effectiveUntilMs, ...said } = draft;
  const fromMs = start === 'date' ? effectiveFromMs : startMs(start, nowMs, utcOffsetMinutes);
  const untilMs = draft.store === undefined ? undefined : end === 'date' ? effectiveUntilMs : endMs(end, fromMs ?? nowMs);
  return { ...said, ...(fromMs === undefined ? {} : { effectiveFromMs: fromMs }), ...(untilMs === undefined ? {} : { effectiveUntilMs: untilMs }) };
}

/** The draft after another start or end was chosen: a date begins as a day that may be meant, and stands in the draft itself. */
export function termed({ draft, start, end }: Dated, chosen: { start?: Start; end?: End }, nowMs: number, utcOffsetMinutes: number): Dated {
  const next = { start: chosen.start ?? start, end: chosen.end ?? end };
  const { effectiveFromMs, effectiveUntilMs, ...said } = draft;
  const tomorrowMs = startMs('tomorrow', nowMs, utcOffsetMinutes) ?? nowMs;
  const fromMs = next.start !== 'date' ? undefined : (effectiveFromMs ?? tomorrowMs);
  const untilMs = next.end !== 'date' || draft.store === undefined ? undefined : (effectiveUntilMs ?? (fromMs ?? tomorrowMs) + 30 * DAY_MS);
  return { draft: { ...said, ...(fromMs === undefined ? {} : { effectiveFromMs: fromMs }), ...(untilMs === undefined ? {} : { effectiveUntilMs: untilMs }) }, ...next };
}

/** A draft that says what a published version says, or a first one that gives back 1% and redeems it at the same rate. */
export function draftFrom(published: ProgrammeDoc | undefined, currency: string): ProgrammeDraft {
  if (published !== undefined) {
    const { id: _id, rev: _rev, version: _version, effectiveFromMs: _from, effectiveUntilMs: _until, published: _by, ...said } = published;
    return structuredClone(said);
  }
  const unit = 10 ** (currencyExponent(currency) ?? 2);
  const draft: ProgrammeDraft = {
    name: { en: 'Points', 'zh-CN': '积分' }, currency, earn: { points: points(1), perMinor: minor(unit), basis: 'net' }, redeem: [],
  };
  return addRule(draft, 'ratio');
}

/** A list of words as typed: separated by commas of either language. */
export function parseList(text: string): string[] | undefined {
  const found = [...new Set(text.split(/[,，、]/).map((one) => one.trim().slice(0, 64)).filter((one) => one !== ''))];
  return found.length === 0 ? undefined : found.slice(0, 200);
}
