import { useState } from 'react';
import type { OpenLeaseRow, OpenLeases, Shortfalls, ShortfallStory } from '../../../shared/contract/reports.ts';
import { useHost, useTill } from '../../host/context.tsx';
import { useAnswer } from '../../host/use-answer.ts';

export const QUEUES = ['shortfalls', 'leases'] as const;
export type QueueName = (typeof QUEUES)[number];

/** What the server said of a queue: its rows, how many are not listed, or that it cannot be asked. */
export type Queue = { state: 'loading' } | { state: 'offline' } | { state: 'ready'; shortfalls: ShortfallStory[]; leases: OpenLeaseRow[]; unlisted: number };

/** Reads a queue from the server, again whenever the till heard from it or something was done, or when it is asked to. */
export function useQueue(name: QueueName): { queue: Queue; again: () => void } {
  const host = useHost();
  const { sync } = useTill();
  const [asked, setAsked] = useState(0);
  const [failed, setFailed] = useState<string | null>(null);
  const key = JSON.stringify([name, asked, sync.online, sync.waiting, sync.lastHeardMs]);
  const answer = useAnswer<Shortfalls | OpenLeases>(key, () => (name === 'shortfalls' ? host.call('listShortfalls', {}) : host.call('listOpenLeases', {})), () => setFailed(key));
  // While the next answer is on its way the last one stays: a list that blinks cannot be read.
  const [last, setLast] = useState<{ name: QueueName; answer: Shortfalls | OpenLeases }>();
  if (answer !== undefined && answer !== last?.answer) setLast({ name, answer });
  const known = last?.name === name ? last.answer : undefined;
  const again = (): void => setAsked((so) => so + 1);
  if (failed === key) return { queue: { state: 'offline' }, again };
  if (known === undefined) return { queue: { state: 'loading' }, again };
  if ('shortfalls' in known) return { queue: { state: 'ready', shortfalls: known.shortfalls, leases: [], unlisted: known.next === undefined ? 0 : 1 }, again };
  return { queue: { state: 'ready', shortfalls: [], leases: known.leases, unlisted: known.total - known.leases.length }, again };
}
