import type { Transaction } from 'kysely';
import type { StoreDoc } from '../../shared/contract/documents.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import type { Points } from '../../shared/domain/integers.ts';
import { leaseText, type Lease } from '../../shared/domain/lease.ts';
import { loadServerKeys } from '../auth/keys.ts';
import { isOneOf } from '../store/rows.ts';
import type { Engine, Tables } from '../store/tables.ts';
import type { BookedLease } from './bookreading.ts';

/** Makes the lease of what a till keeps of the points that its sale earned; `member` is whoever carries them. */
export type Keep = (sale: Entry, kept: Points, member: string) => BookedLease;

/**
 * Reads what such leases are made with: the server's key and the terms of the stores. Undefined when no sale keeps anything.
 * The lease bears the id of its sale, which no other entry and no other lease can have, and is as any lease from then on.
 */
export async function readKeeping(engine: Engine, trx: Transaction<Tables>, entries: readonly Entry[], nowMs: number): Promise<Keep | undefined> {
  const stores = new Set(entries.flatMap((entry) => (entry.earn?.keep === undefined ? [] : [entry.store])));
  if (stores.size === 0) return undefined;
  const keys = await loadServerKeys({ db: trx });
  const rows = await trx.selectFrom('stores').select(['id', 'document']).where(isOneOf(engine, 'id', [...stores])).execute();
  const terms = new Map(rows.map((row) => [row.id, (JSON.parse(row.document) as StoreDoc).leaseTermMs]));
  return ({ id, terminal, epoch, seq, store, wallMs }, kept, member) => {
    // The time that the till itself has reckoned since the sale, by its own clock.
    const spendByMs = Math.min(Number.MAX_SAFE_INTEGER, wallMs + (terms.get(store) ?? 0));
    const lease: Lease = { id, member, terminal, epoch, points: kept, spendByMs };
    return {
      id, member, terminal, epoch, points: kept, spent: 0, spend_by: lease.spendByMs, signature: keys.sign(leaseText(lease)), state: 'open',
      // Whatever stands before the sale in its chain cannot spend what the sale keeps.
      granted_at: nowMs, granted_seq: seq, closed_by: null, rev: 0, risk: 0, recalled_at: null, changed: true,
    };
  };
}
