import type { OpenLeaseRow, OpenLeases, Shortfalls, ShortfallStory } from '../../../shared/contract/reports.ts';
import type { Say } from '../../i18n/words.ts';

/** Rows of a queue, and how many are not listed; `some`: more, and the server does not count them. */
export interface QueueRows {
  shortfalls: ShortfallStory[];
  leases: OpenLeaseRow[];
  unlisted: number | 'some';
}

/** The rows that an answer of the server lists. */
export function rowsOf(answer: Shortfalls | OpenLeases): QueueRows {
  if ('shortfalls' in answer) return { shortfalls: answer.shortfalls, leases: [], unlisted: answer.next === undefined ? 0 : 'some' };
  return { shortfalls: [], leases: answer.leases, unlisted: Math.max(0, answer.total - answer.leases.length) };
}

/** Says that there is more than the list shows, with the number where it is known. */
export function unlistedWords(unlisted: QueueRows['unlisted'], say: Say): string {
  return unlisted === 'some' ? say('manager.moreUncounted') : say('manager.more', { count: unlisted });
}
