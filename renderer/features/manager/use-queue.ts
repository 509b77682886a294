import { useState } from 'react';
import { useHost, useTill } from '../../host/context.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { rowsOf, type QueueAnswer, type QueueRows } from './queue.ts';

export const QUEUES = ['shortfalls', 'leases', 'alarms'] as const;
export type QueueName = (typeof QUEUES)[number];

const COMMANDS = { shortfalls: 'listShortfalls', leases: 'listOpenLeases', alarms: 'listAlarms' } as const;

/** What the server said of a queue: its rows, or that it cannot be asked. */
export type Queue = { state: 'loading' } | { state: 'offline' } | ({ state: 'ready' } & QueueRows);

/** Reads a queue from the server, again whenever the till heard from it or something was done, or when it is asked to. */
export function useQueue(name: QueueName): { queue: Queue; again: () => void } {
  const host = useHost();
  const { sync } = useTill();
  const [asked, setAsked] = useState(0);
  const [failed, setFailed] = useState<string | null>(null);
  const key = JSON.stringify([name, asked, sync.online, sync.waiting, sync.lastHeardMs]);
  const answer = useAnswer<QueueAnswer>(key, () => host.call(COMMANDS[name], {}), () => setFailed(key));
  // While the next answer is on its way the last one stays: a list that blinks cannot be read.
  const [last, setLast] = useState<{ name: QueueName; answer: QueueAnswer }>();
  if (answer !== undefined && answer !== last?.answer) setLast({ name, answer });
  const known = last?.name === name ? last.answer : undefined;
  const again = (): void => setAsked((so) => so + 1);
  if (failed === key) return { queue: { state: 'offline' }, again };
  if (known === undefined) return { queue: { state: 'loading' }, again };
  return { queue: { state: 'ready', ...rowsOf(known) }, again };
}
