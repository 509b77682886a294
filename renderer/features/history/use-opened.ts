import { useEffect, useState } from 'react';
import { combineLatest, defer, from, map, Observable, of, retry, skip, switchMap } from 'rxjs';
import type { ReceiptView } from '../../../shared/contract/commands.ts';
import type { EntryStory } from '../../../shared/contract/story.ts';
import { useHost } from '../../host/context.tsx';
import type { Host, ReplicaLine } from '../../host/host.ts';
import type { ReadReplica } from '../../host/replica.ts';
import { useAnswer } from '../../host/use-answer.ts';

/** Wait before what failed is tried again, milliseconds. */
const AGAIN_MS = 500;

/** Receipt and story of the opened entry. */
export interface Opened {
  receipt: ReceiptView | undefined;
  story: EntryStory | undefined;
}

/** Both are asked for again when the replica says that the entry, or a reversal of it, has changed; meanwhile the last ones stay. */
export function useOpened(entry: string | null): Opened {
  const host = useHost();
  const turn = useChanges(entry);
  const id = entry ?? '';
  const answer = useAnswer(entry === null ? null : JSON.stringify([entry, turn]), async () => {
    const [receipt, story] = await Promise.all([host.call('receipt', { entry: id }), host.call('entryStory', { entry: id })]);
    return { entry: id, receipt: receipt.ok ? receipt.value : undefined, story: story.ok ? story.value : undefined };
  });
  const [last, setLast] = useState<Opened & { entry: string }>();
  if (answer !== undefined && answer !== last) setLast(answer);
  return entry !== null && last?.entry === entry ? last : { receipt: undefined, story: undefined };
}

/** Counts the changes of an entry's documents, and of those that reverse it, live from the replica. */
function useChanges(entry: string | null): number {
  const host = useHost();
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    if (entry === null) return;
    const watching = changesOf(host, entry).subscribe(() => setTurn((so) => so + 1));
    return () => watching.unsubscribe();
  }, [host, entry]);
  return turn;
}

function changesOf(host: Host, entry: string): Observable<void> {
  return host.replica$.pipe(
    switchMap((line) => (line === null ? of(null) : opened(line).pipe(retry({ delay: AGAIN_MS })))),
    switchMap((replica) => (replica === null ? of(undefined) : defer(() => documentsOf(replica, entry)).pipe(retry({ delay: AGAIN_MS })))),
    map(() => undefined),
    // What is there at first is what the receipt was just made of.
    skip(1),
  );
}

/** The documents that say how an entry stands, as they are and whenever they change. */
function documentsOf(replica: ReadReplica, entry: string): Observable<unknown> {
  const selector = { $or: [{ id: entry }, { reverses: entry }] };
  return combineLatest([replica.own.find({ selector }).$, replica.posted.find({ selector }).$]);
}

/** The replica over one connection. RxDB is the largest part of the window and only an opened entry needs it, so it is loaded with the first one. */
function opened(line: ReplicaLine): Observable<ReadReplica> {
  return new Observable((subscriber) => {
    const opening = import('../../host/replica.ts').then(({ openReplica }) => openReplica(line));
    const watching = from(opening).subscribe({ next: (replica) => subscriber.next(replica), error: (error: unknown) => subscriber.error(error) });
    return () => {
      watching.unsubscribe();
      void opening.then((replica) => replica.close()).catch(() => undefined);
    };
  });
}
