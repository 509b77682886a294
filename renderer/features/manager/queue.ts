import type { AlarmRow, Alarms } from '../../../shared/contract/alarms.ts';
import type { OpenLeaseRow, OpenLeases, Shortfalls, ShortfallStory } from '../../../shared/contract/reports.ts';
import type { Say } from '../../i18n/words.ts';

/** What the server answers of a queue. */
export type QueueAnswer = Shortfalls | OpenLeases | Alarms;

/** Rows of a queue, and how many are not listed; `some`: more, and the server does not count them. */
export interface QueueRows {
  shortfalls: ShortfallStory[];
  leases: OpenLeaseRow[];
  alarms: AlarmRow[];
  /** Entries that the server has not yet decided again: among them may be more alarms. */
  undecided: number;
  unlisted: number | 'some';
}

/** The rows that an answer of the server lists. */
export function rowsOf(answer: QueueAnswer): QueueRows {
  const none = { shortfalls: [], leases: [], alarms: [], undecided: 0 };
  if ('shortfalls' in answer) return { ...none, shortfalls: answer.shortfalls, unlisted: answer.next === undefined ? 0 : 'some' };
  if ('leases' in answer) return { ...none, leases: answer.leases, unlisted: Math.max(0, answer.total - answer.leases.length) };
  const { alarms, total, decided, position } = answer;
  return { ...none, alarms, undecided: Math.max(0, position - decided), unlisted: Math.max(0, total - alarms.length) };
}

/** Kinds of alarms that there are words for; a kind of a later server is one that somebody has to look at. */
export const ALARM_KINDS = ['decision', 'fork', 'signature', 'voucher', 'other'] as const;

/** The kind of an alarm, as there are words for it. */
export function alarmKind({ kind }: AlarmRow): (typeof ALARM_KINDS)[number] {
  return ALARM_KINDS.find((one) => one === kind) ?? 'other';
}

/** Says that there is more than the list shows, with the number where it is known. */
export function unlistedWords(unlisted: QueueRows['unlisted'], say: Say): string {
  return unlisted === 'some' ? say('manager.moreUncounted') : say('manager.more', { count: unlisted });
}
