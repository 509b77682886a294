import { isTransient } from '../store/failures.ts';
import type { Store } from '../store/store.ts';
import { postBatch, type Head, type Posted } from './batch.ts';
import type { Push, PushOutcome } from './push.ts';

/** Checked pushes that wait for the transaction which books them. */
export interface PostingQueue {
  /** Books a push with those that wait beside it; rejects when the database failed, and then nothing has changed. */
  add(push: Push): Promise<PushOutcome>;
  /** Counts entries as waiting for as long as they are checked. */
  whileChecking<T>(entries: number, check: () => Promise<T>): Promise<T>;
  /** Entries that are checked, wait or are being booked. */
  waiting(): number;
  /** Waits until nothing waits. */
  drained(): Promise<void>;
}

/** Entries in one transaction: enough that its fixed cost is small, few enough that the next push need not wait long. */
const BATCH_USUAL = 500;
/**
 * Where many wait, PostgreSQL gets a part of them at once: they wait for one another anyway, and while it writes them the others
 * are read and checked and the last ones answered. SQLite writes in this thread, which can do nothing else meanwhile.
 */
const BATCH_MOST = { postgres: 2_000, sqlite: BATCH_USUAL } as const;
const BATCH_PART = 1 / 4;
/** Positions at which the planner's counts are renewed; a table that was planned while empty would be read whole for ever. */
const ANALYZE_AT = [2_000, 20_000, 200_000, 2_000_000, 20_000_000];

interface Waiting {
  push: Push;
  done(outcome: PushOutcome): void;
  failed(error: unknown): void;
}

/** Makes the queue of a database. `moved` hears of every new head. */
export function createPostingQueue(store: Store, now: () => number, moved: (head: Head) => void): PostingQueue {
  const queue: Waiting[] = [];
  const most = BATCH_MOST[store.engine];
  let waiting = 0;
  let posting: Promise<void> | undefined;
  let renewing: Promise<void> | undefined;

  /** Beside the posting, which need not wait for it: plans that stay as they were are slow, not wrong, and the next threshold tries again. */
  const renewPlans = ({ before, head }: Posted): void => {
    if (renewing !== undefined || !ANALYZE_AT.some((at) => before.position < at && head.position >= at)) return;
    renewing = store.analyze().catch(() => undefined).finally(() => (renewing = undefined));
  };

  const post = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      const pushes = batch.map((one) => one.push);
      let tries = 0;
      // What a first try took on trust may be why it failed; whatever is tried again looks everything up.
      const posted = await store.write((trx) => postBatch(store.engine, trx, pushes, now(), tries++ === 0));
      batch.forEach((one, index) => {
        const outcome = posted.outcomes[index];
        if (outcome === undefined) one.failed(new Error('assertion failed: a push without an outcome'));
        else one.done(outcome);
      });
      if (posted.head.position !== posted.before.position || posted.head.rev !== posted.before.rev) moved(posted.head);
      renewPlans(posted);
    } catch (error) {
      // A bug in one push must not fail its neighbours; a database that is away fails all of them alike.
      if (batch.length === 1 || isTransient(error)) for (const one of batch) one.failed(error);
      else for (const one of batch) await post([one]);
    }
  };

  const drain = async (): Promise<void> => {
    for (let batch = takeBatch(queue, most); batch.length > 0; batch = takeBatch(queue, most)) {
      await post(batch);
      for (const one of batch) waiting -= one.push.items.length;
    }
    posting = undefined;
  };

  return {
    add(push) {
      waiting += push.items.length;
      return new Promise((done, failed) => {
        queue.push({ push, done, failed });
        // Whoever comes while a transaction runs is in the next one; nobody waits for company.
        posting ??= drain();
      });
    },
    async whileChecking(entries, check) {
      waiting += entries;
      try {
        return await check();
      } finally {
        waiting -= entries;
      }
    },
    waiting: () => waiting,
    async drained() {
      while (posting !== undefined) await posting;
      await renewing;
    },
  };
}

/** The pushes at the front of the queue that go into one transaction of at most `most` entries; at least one when any waits. */
function takeBatch(queue: Waiting[], most: number): Waiting[] {
  const waiting = queue.reduce((sum, { push }) => sum + push.items.length, 0);
  const size = Math.min(most, Math.max(BATCH_USUAL, waiting * BATCH_PART));
  let count = 0;
  let entries = 0;
  for (const { push } of queue) {
    if (count > 0 && entries + push.items.length > size) break;
    entries += push.items.length;
    count += 1;
  }
  return queue.splice(0, count);
}
