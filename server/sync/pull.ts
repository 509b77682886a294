import type { Static } from 'typebox';
import type { PulledName } from '../../shared/contract/collections.ts';
import { PullQuery, type Checkpoint, type PushResult } from '../../shared/contract/http.ts';
import type { Caller } from '../http/caller.ts';
import type { Store } from '../store/store.ts';
import { readCheckpoint, resumeFrom } from './checkpoint.ts';
import { COLLECTION_READERS, type DocumentOf } from './documents.ts';
import { readIncarnation, remembers } from './incarnation.ts';
import { readOwn } from './own.ts';

/** Documents in a pull when the till does not say, and at most. */
const LIMIT = 500;
const LIMIT_MOST = 2_000;

/** One page of a collection. */
export interface Page {
  documents: DocumentOf[PulledName][];
  checkpoint: Checkpoint;
  resync: boolean;
  incarnation?: string;
  own: PushResult[];
}

/**
 * Reads one page of a collection and, in the same snapshot, what the server says of the caller's own entries (N3). The
 * checkpoint of the last page is the head itself, so that what a till may not see is not read again.
 */
export async function pull(
  store: Store,
  name: PulledName,
  caller: Caller,
  query: Static<typeof PullQuery>,
  at: { nowMs: number; postedDays: number },
): Promise<Page> {
  const limit = Math.min(LIMIT_MOST, query.limit === undefined ? LIMIT : Math.max(1, Number(query.limit)));
  return store.snapshot(async (trx) => {
    const heads = await trx.selectFrom('heads').select(['position', 'rev']).where('shard', '=', 0).executeTakeFirstOrThrow();
    const counts = name === 'posted' ? 'position' : 'rev';
    const head = heads[counts];
    const id = await readIncarnation(trx);
    const incarnation = id === undefined ? {} : { incarnation: id };
    const after = resumeFrom(readCheckpoint(query.after), head);
    const lost = after === undefined || (query.incarnation !== undefined && query.incarnation !== id && !(await remembers(trx, query.incarnation, after, counts)));
    if (lost) return { documents: [], checkpoint: [0], resync: true, ...incarnation, own: [] };
    const rows = await COLLECTION_READERS[name](trx, { caller, after, limit, ...at });
    const last = rows.at(-1);
    return {
      documents: rows.map((row) => row.document),
      checkpoint: [last !== undefined && rows.length >= limit ? last.at : head],
      resync: false,
      ...incarnation,
      // A till that does not say what it knows is told everything: an omission must never make a balance wrong.
      own: await readOwn(trx, caller, Number(query.ownAfter ?? 0)),
    };
  });
}
