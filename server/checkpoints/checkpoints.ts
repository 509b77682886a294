import type { Transaction } from 'kysely';
import type { InclusionProof } from '../../shared/contract/checkpoint.ts';
import { checkpointText, type SignedCheckpoint } from '../../shared/domain/checkpoint.ts';
import { businessDate } from '../../shared/domain/date.ts';
import { assert } from '../../shared/domain/integers.ts';
import { loadServerKeys } from '../auth/keys.ts';
import { createHourly, type Hourly } from '../jobs/hourly.ts';
import type { Store } from '../store/store.ts';
import type { CheckpointsTable, Tables } from '../store/tables.ts';
import { growTree, readLeaves, readPath, treeRoot } from './tree.ts';

/**
 * Makes the signed checkpoint of each day: a run answers today's, made if it is missing over the ledger as it is then, or
 * undefined while the ledger is empty. Every hour, so that no day is left out while the server runs.
 */
export type Checkpoints = Hourly<SignedCheckpoint | undefined>;

/** Makes the maker of a database's checkpoints. `now`: the server's clock, of which the UTC day is taken. */
export function createCheckpoints(store: Store, { now = Date.now, everyMs }: { now?: () => number; everyMs?: number } = {}): Checkpoints {
  return createHourly(() => makeCheckpoint(store, now()), everyMs);
}

/**
 * Makes the checkpoint of a day, once: of servers that do it at the same time the first one's stays and all read it. Reads no
 * more of the ledger than what came since the last whole block of the checkpoint before.
 */
export async function makeCheckpoint(store: Store, nowMs: number): Promise<SignedCheckpoint | undefined> {
  const keys = await loadServerKeys(store);
  const day = businessDate(nowMs, 0);
  const { there, position } = await store.snapshot(async (trx) => ({
    there: await trx.selectFrom('checkpoints').selectAll().where('day', '=', day).executeTakeFirst(),
    ...(await trx.selectFrom('heads').select('position').where('shard', '=', 0).executeTakeFirstOrThrow()),
  }));
  if (there !== undefined) return documentOf(there, keys.id);
  if (position === 0) return undefined;
  const tree = await growTree(store, position);
  const made = { server: keys.id, day, position, root: treeRoot(tree), madeAtMs: nowMs };
  const row: CheckpointsTable = { day, position, root: made.root, made_at: nowMs, signature: keys.sign(checkpointText(made)), tail: tree.tail.join('') };
  return store.write(async (trx) => {
    const earlier = await trx.selectFrom('checkpoints').selectAll().where('day', '=', day).executeTakeFirst();
    if (earlier !== undefined) return documentOf(earlier, keys.id);
    await trx.insertInto('checkpoints').values(row).execute();
    return documentOf(row, keys.id);
  });
}

/** The checkpoint over the longest ledger, or undefined while there is none. */
export async function latestCheckpoint(store: Store, server: string): Promise<SignedCheckpoint | undefined> {
  const row = await store.snapshot(readLatest);
  return row === undefined ? undefined : documentOf(row, server);
}

/** Proves that an entry of a store is in the latest checkpoint; undefined when it is not, or is another store's. */
export function proveInclusion(store: Store, server: string, { entry, at }: { entry: string; at: string }): Promise<InclusionProof | undefined> {
  return store.snapshot(async (trx) => {
    const checkpoint = await readLatest(trx);
    const row = await trx.selectFrom('entries').select('position').where('id', '=', entry).where('store', '=', at).executeTakeFirst();
    if (checkpoint === undefined || row === undefined || row.position > checkpoint.position) return undefined;
    const [leaf] = await readLeaves(trx, row.position - 1, row.position);
    assert(leaf !== undefined, 'the entry was there a moment ago');
    // The tree holds plain whole numbers; on the wire they are points.
    return { checkpoint: documentOf(checkpoint, server), leaf: leaf as InclusionProof['leaf'], path: await readPath(trx, row.position, checkpoint) };
  });
}

function readLatest(trx: Transaction<Tables>) {
  return trx.selectFrom('checkpoints').selectAll().orderBy('position', 'desc').orderBy('day', 'desc').limit(1).executeTakeFirst();
}

function documentOf({ day, position, root, made_at: madeAtMs, signature }: CheckpointsTable, server: string): SignedCheckpoint {
  return { server, day, position, root, madeAtMs, signature };
}
