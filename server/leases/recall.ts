import type { Transaction } from 'kysely';
import { memberAccount } from '../../shared/domain/account.ts';
import { points, type Points } from '../../shared/domain/integers.ts';
import type { Head } from '../ledger/batch.ts';
import { lockHead } from '../ledger/reading.ts';
import type { Store } from '../store/store.ts';
import type { Engine, Tables } from '../store/tables.ts';

/** How long a till that asks waits for another one's close: well within what a cashier may wait for cover (ledger.md: 1.5 s). */
export const RECALL_WAIT_MS = 900;

/** Leases that were called back from their holders, who may still give them back in time. */
export interface Recall {
  leases: string[];
  /** When nobody waits for them any more, milliseconds. */
  untilMs: number;
  /** Where the head moved; absent: every one of them had been called back before. */
  head?: Head;
}

interface Wish {
  member: string;
  points?: Points;
}

/**
 * Calls back what other tills hold of a member who is here, when the free points do not suffice: a standing lease must not
 * keep points from the till at which the member stands. It takes nothing: the holder gives back by its own close (L4), or
 * keeps the lease while the member is there, too. Undefined when there is nothing to call back, or nothing to wait for.
 */
export async function callBack(store: Store, terminal: string, wish: Wish, nowMs: number): Promise<Recall | undefined> {
  const seen = await store.snapshot((trx) => readHeldElsewhere(trx, terminal, wish));
  if (seen.length === 0) return undefined;
  const fresh = seen.some((lease) => lease.recalledMs === undefined);
  const moved = fresh ? await store.write((trx) => mark(store.engine, trx, terminal, wish, nowMs)) : undefined;
  const leases = moved?.leases ?? seen;
  const untilMs = Math.max(...leases.map((lease) => (lease.recalledMs ?? nowMs) + RECALL_WAIT_MS), 0);
  // A holder that did not answer in time is offline: whoever asks again does not wait again.
  if (untilMs <= nowMs && moved?.head === undefined) return undefined;
  return { leases: leases.map((lease) => lease.id), untilMs, ...(moved?.head === undefined ? {} : { head: moved.head }) };
}

/** Whether a lease that was called back is still held. */
export async function isHeld(store: Store, leases: readonly string[]): Promise<boolean> {
  if (leases.length === 0) return false;
  const row = await store.db.selectFrom('leases').select('id').where('id', 'in', leases).where('state', '=', 'open').limit(1).executeTakeFirst();
  return row !== undefined;
}

interface Held {
  id: string;
  recalledMs?: number;
}

/** Leases of a member at tills that can give them back; none when the free points are enough. */
async function readHeldElsewhere(trx: Transaction<Tables>, terminal: string, { member, points: wanted }: Wish): Promise<Held[]> {
  const carrier = await readCarrier(trx, member);
  if (wanted !== undefined && carrier.balance >= wanted) return [];
  const rows = await trx
    .selectFrom('leases')
    .innerJoin('terminals', (join) => join.onRef('terminals.id', '=', 'leases.terminal').onRef('terminals.epoch', '=', 'leases.epoch'))
    .select(['leases.id', 'leases.recalled_at'])
    .where('leases.member', 'in', [...new Set([member, carrier.member])])
    .where('leases.state', '=', 'open')
    .where('leases.terminal', '<>', terminal)
    .where('terminals.status', '=', 'active')
    .orderBy('leases.id')
    .execute();
  return rows.map((row) => ({ id: row.id, ...(row.recalled_at === null ? {} : { recalledMs: row.recalled_at }) }));
}

/** Who carries a member's points, and how many of them are free. */
async function readCarrier(trx: Transaction<Tables>, member: string): Promise<{ member: string; balance: Points }> {
  for (let carrier = member; ;) {
    const row = await trx.selectFrom('accounts').select(['balance', 'successor']).where('id', '=', memberAccount(carrier)).executeTakeFirst();
    if (typeof row?.successor !== 'string') return { member: carrier, balance: points(row?.balance ?? 0) };
    carrier = row.successor;
  }
}

/** Marks what is not marked yet, under a lock on the head, so that every holder pulls it. */
async function mark(engine: Engine, trx: Transaction<Tables>, terminal: string, wish: Wish, nowMs: number): Promise<{ leases: Held[]; head?: Head }> {
  const head = await lockHead(engine, trx);
  const held = await readHeldElsewhere(trx, terminal, wish);
  let { rev } = head;
  for (const lease of held) {
    if (lease.recalledMs !== undefined) continue;
    rev += 1;
    await trx.updateTable('leases').set({ recalled_at: nowMs, rev }).where('id', '=', lease.id).execute();
  }
  if (rev === head.rev) return { leases: held };
  await trx.updateTable('heads').set({ rev }).where('shard', '=', 0).execute();
  return { leases: held.map((lease) => ({ recalledMs: nowMs, ...lease })), head: { position: head.position, rev } };
}
