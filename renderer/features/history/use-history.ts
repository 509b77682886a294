import { useEffect, useState } from 'react';
import { combineLatest, defer, from, map, Observable, of, retry, switchMap } from 'rxjs';
import type { RxCollection } from 'rxdb/plugins/core';
import type { OwnEntryDoc, PostedEntryDoc } from '../../../shared/contract/documents.ts';
import { useHost, useStore } from '../../host/context.tsx';
import type { ReplicaLine } from '../../host/host.ts';
import type { ReadReplica } from '../../host/replica.ts';
import { historySelector, joinHistory, type HistoryFilter, type HistoryRow, type Selector } from './history-query.ts';

export const PAGE = 50;

/** Wait before what failed is tried again, milliseconds. */
const AGAIN_MS = 500;

/** The replica for as long as the screen is shown; null while there is no connection. */
export function useReplica(): ReadReplica | null {
  const host = useHost();
  const [replica, setReplica] = useState<ReadReplica | null>(null);
  useEffect(() => {
    const watching = host.replica$.pipe(
      switchMap((line) => (line === null ? of(null) : opened(line).pipe(retry({ delay: AGAIN_MS })))),
    ).subscribe(setReplica);
    return () => watching.unsubscribe();
  }, [host]);
  return replica;
}

/** The replica over one connection. RxDB is the largest part of the window and only the history needs it, so it is loaded with the first visit. */
function opened(line: ReplicaLine): Observable<ReadReplica> {
  return new Observable((subscriber) => {
    const opening = import('../../host/replica.ts').then(({ openReplica }) => openReplica(line));
    opening.then((replica) => subscriber.next(replica), (error: unknown) => subscriber.error(error));
    return () => void opening.then((replica) => replica.close()).catch(() => undefined);
  });
}

/** The newest rows that meet filter and search, live; undefined while loading. */
export function useHistory(replica: ReadReplica | null, filter: HistoryFilter, search: string, limit: number): HistoryRow[] | undefined {
  const { currency } = useStore();
  const [rows, setRows] = useState<HistoryRow[]>();
  useEffect(() => {
    if (replica === null) return;
    // A query that fails leaves the list as it is and is asked again; when the connection has ended, the next one brings another replica.
    const watching = defer(() => historyRows(replica, historySelector(filter, search, currency), filter !== 'open', limit))
      .pipe(retry({ delay: AGAIN_MS }))
      .subscribe(setRows);
    return () => watching.unsubscribe();
  }, [replica, filter, search, currency, limit]);
  return rows;
}

function historyRows(replica: ReadReplica, selector: Selector, withPosted: boolean, limit: number): Observable<HistoryRow[]> {
  const own$ = newest<OwnEntryDoc>(replica.own, selector, limit);
  const posted$ = withPosted ? newest<PostedEntryDoc>(replica.posted, selector, limit) : of([]);
  return combineLatest([own$, posted$]).pipe(
    switchMap(([own, posted]) => {
      const sales = [...own, ...posted].filter((doc) => doc.kind === 'sale').map((doc) => doc.id);
      return from(reversalsOf(replica, sales)).pipe(map((reversals) => joinHistory(own, posted, reversals, limit)));
    }),
  );
}

function newest<Doc>(collection: RxCollection<Doc>, selector: Selector, limit: number): Observable<Doc[]> {
  const query = collection.find({ selector, sort: [{ occurredMs: 'desc' }, { id: 'desc' }], limit } as never);
  return query.$.pipe(map((documents) => documents.map((document) => document.toJSON() as Doc)));
}

/** Which of these sales have been voided, and by which entry. */
async function reversalsOf(replica: ReadReplica, sales: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (sales.length === 0) return found;
  const selector = { reverses: { $in: sales } };
  const answers = await Promise.all([
    replica.own.find({ selector }).exec(),
    replica.posted.find({ selector }).exec(),
  ]);
  for (const document of answers.flat()) found.set(document.reverses, document.id);
  return found;
}
