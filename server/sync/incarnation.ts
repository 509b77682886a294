import { randomBytes } from 'node:crypto';
import type { Transaction } from 'kysely';
import { lockHead } from '../ledger/reading.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

/**
 * Begins a stretch of the server's life, at its start: a new id, with where the ledger stands. A restored database does not
 * know the stretches that came after its backup, and the one that the backup was taken in ends, in it, where the restored
 * server began. So whatever a till read of what was lost shows, however far the server has come again since.
 */
export async function beginIncarnation(store: Store, nowMs: number): Promise<void> {
  await store.write(async (trx) => {
    // The head is locked, so that everything which was read under an earlier id lies at or before it.
    const { position, rev } = await lockHead(store.engine, trx);
    const last = await trx.selectFrom('incarnations').select('number').orderBy('number', 'desc').limit(1).executeTakeFirst();
    const id = randomBytes(8).toString('hex');
    await trx.insertInto('incarnations').values({ number: (last?.number ?? 0) + 1, id, started_at: nowMs, position, rev }).execute();
  });
}

/** The id of the present stretch, for what is read in this transaction; undefined in a database that no server has served. */
export async function readIncarnation(trx: Transaction<Tables>): Promise<string | undefined> {
  const row = await trx.selectFrom('incarnations').select('id').orderBy('number', 'desc').limit(1).executeTakeFirst();
  return row?.id;
}

/** Whether this database remembers what a till read up to `after` in the stretch `id`; `counts` is what `after` counts. */
export async function remembers(trx: Transaction<Tables>, id: string, after: number, counts: 'position' | 'rev'): Promise<boolean> {
  const named = await trx.selectFrom('incarnations').select('number').where('id', '=', id).executeTakeFirst();
  if (named === undefined) return false;
  const next = await trx.selectFrom('incarnations').select(counts).where('number', '=', named.number + 1).executeTakeFirst();
  return next === undefined || after <= next[counts];
}
