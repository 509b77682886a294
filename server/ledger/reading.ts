import { sql, type Transaction } from 'kysely';
import { GENESIS_HASH, type Disposition, type Entry } from '../../shared/domain/entry.ts';
import { isOneOf } from '../store/rows.ts';
import type { Engine, Tables } from '../store/tables.ts';
import { needsNeighbours, type ChainState, type Link } from './chain.ts';
import type { Push } from './push.ts';

/** What the ledger holds already under an id: an entry, or a lease, which has seq 0 and an empty hash that no entry has. */
export interface KnownEntry {
  hash: string;
  terminal: string;
  epoch: number;
  seq: number;
  position: number;
  disposition: Disposition;
  shortfall: number;
}

/** A chain's name in maps. */
export function chainKey({ terminal, epoch }: { terminal: string; epoch: number }): string {
  return `${terminal}:${epoch}`;
}

/** The head, locked until the transaction ends. SQLite's writer has the database to itself. */
export async function lockHead(engine: Engine, trx: Transaction<Tables>): Promise<{ position: number; rev: number }> {
  const query = trx.selectFrom('heads').select(['position', 'rev']).where('shard', '=', 0);
  return (engine === 'postgres' ? query.forUpdate() : query).executeTakeFirstOrThrow();
}

/**
 * The chains of the pushes. `store` is where an entry of the chain must be from; null for an earlier enrolment, which may
 * have been at another store.
 */
export async function readChains(
  engine: Engine,
  trx: Transaction<Tables>,
  pushes: readonly Push[],
): Promise<Map<string, ChainState & { store: string | null }>> {
  const terminals = [...new Set(pushes.map((push) => push.terminal))];
  const heads = await trx.selectFrom('chains').selectAll().where(isOneOf(engine, 'terminal', terminals)).execute();
  const enrolled = await trx.selectFrom('terminals').select(['id', 'store', 'epoch']).where(isOneOf(engine, 'id', terminals)).execute();
  const chains = new Map<string, ChainState & { store: string | null }>();
  for (const { terminal, epoch } of pushes) {
    const key = chainKey({ terminal, epoch });
    if (chains.has(key)) continue;
    const head = heads.find((row) => row.terminal === terminal && row.epoch === epoch);
    const now = enrolled.find((row) => row.id === terminal);
    chains.set(key, {
      terminal, epoch, seq: head?.seq ?? 0, hash: head?.hash ?? GENESIS_HASH, frozenAt: head?.frozen_at ?? null, posted: new Map(), gaps: new Set(), held: [],
      changed: false, store: now !== undefined && now.epoch === epoch ? now.store : null,
    });
  }
  return chains;
}

/**
 * Reads where the ledger has no entry of a chain although something came, for chains that close a lease, and for those of which
 * an entry came late: it may be what a close waits for.
 */
export async function readGaps(trx: Transaction<Tables>, chains: ReadonlyMap<string, ChainState>, fresh: readonly Entry[]): Promise<void> {
  const closing = new Set(fresh.filter((entry) => entry.kind === 'lease-close').map(chainKey));
  for (const entry of fresh) {
    const chain = chains.get(chainKey(entry));
    if (chain === undefined || entry.seq > chain.seq) continue;
    closing.add(chainKey(entry));
    if (chain.held.length === 0) chain.held = await readHeld(trx, chain);
    if (entry.earn?.keep !== undefined) chain.held.push(...await readClosesOf(trx, chain, entry.id));
  }
  for (const key of closing) {
    const chain = chains.get(key);
    if (chain === undefined) continue;
    const rows = await trx
      .selectFrom('quarantine')
      .select('quarantine.seq')
      .where('quarantine.terminal', '=', chain.terminal)
      .where('quarantine.epoch', '=', chain.epoch)
      .where(({ not, exists, selectFrom }) => not(exists(
        selectFrom('entries')
          .select('entries.seq')
          .where('entries.terminal', '=', chain.terminal)
          .where('entries.epoch', '=', chain.epoch)
          .whereRef('entries.seq', '=', 'quarantine.seq'),
      )))
      .execute();
    for (const row of rows) chain.gaps.add(row.seq);
  }
}

/** Lease-closes of a chain whose leases are open all the same: something before them was missing when they came (L4). */
async function readHeld(trx: Transaction<Tables>, { terminal, epoch }: ChainState): Promise<Entry[]> {
  const rows = await trx
    .selectFrom('leases')
    .innerJoin('entries', (join) => join.onRef('entries.lease', '=', 'leases.id').on('entries.kind', '=', 'lease-close'))
    .select('entries.bytes')
    .where('leases.terminal', '=', terminal)
    .where('leases.epoch', '=', epoch)
    .where('leases.state', '=', 'open')
    .where('entries.terminal', '=', terminal)
    .where('entries.epoch', '=', epoch)
    .orderBy('entries.seq')
    .execute();
  return rows.map((row) => JSON.parse(row.bytes) as Entry);
}

/** Closes that gave back what a sale keeps before the sale itself was taken in. */
async function readClosesOf(trx: Transaction<Tables>, { terminal, epoch }: ChainState, sale: string): Promise<Entry[]> {
  const rows = await trx
    .selectFrom('entries').select('bytes').where('terminal', '=', terminal).where('epoch', '=', epoch)
    .where('kind', '=', 'lease-close').where('lease', '=', sale).orderBy('seq').execute();
  return rows.map((row) => JSON.parse(row.bytes) as Entry);
}

/**
 * What these ids stand for already. A lease takes its id as an entry does: both name the source of postings, so an entry under
 * the id of a lease could never be booked. Only what a sale keeps bears its sale's id, and then the sale is what the id stands for.
 */
export async function readKnown(
  engine: Engine,
  trx: Transaction<Tables>,
  ids: readonly string[],
  /** Ids of which it is taken on trust that no entry has them; a lease may. */
  trusted: ReadonlySet<string>,
): Promise<Map<string, KnownEntry>> {
  const wanted = [...new Set(ids)];
  const leases = trx
    .selectFrom('leases')
    .select([
      'id', sql<string>`''`.as('hash'), 'terminal', 'epoch', sql<number>`cast(0 as bigint)`.as('seq'), sql<number>`cast(0 as bigint)`.as('position'),
      sql<Disposition>`'free'`.as('disposition'), sql<number>`cast(0 as bigint)`.as('shortfall'),
    ])
    .where(isOneOf(engine, 'id', wanted));
  const rows = await trx
    .selectFrom('entries')
    .select(['id', 'hash', 'terminal', 'epoch', 'seq', 'position', 'disposition', 'shortfall_points as shortfall'])
    .where(isOneOf(engine, 'id', wanted.filter((id) => !trusted.has(id))))
    .unionAll(leases)
    .execute();
  return new Map(rows.sort((a, b) => a.seq - b.seq).map(({ id, ...row }) => [id, row]));
}

/** Reads what stands beside the new entries of a chain, only where the head alone does not tell. */
export async function readNeighbours(
  trx: Transaction<Tables>,
  chains: ReadonlyMap<string, ChainState>,
  pushes: readonly Push[],
  known: ReadonlyMap<string, KnownEntry>,
): Promise<void> {
  const links = new Map<string, Link[]>();
  for (const push of pushes) {
    const key = chainKey(push);
    const list = links.get(key) ?? [];
    links.set(key, list);
    for (const { envelope, entry } of push.items) {
      if (known.has(envelope.id)) continue;
      list.push(entry === undefined ? { seq: envelope.seq, hash: envelope.hash } : { seq: envelope.seq, hash: envelope.hash, prevHash: entry.prevHash });
    }
  }
  for (const [key, chain] of chains) {
    const list = (links.get(key) ?? []).sort((a, b) => a.seq - b.seq);
    const first = list[0];
    const last = list.at(-1);
    if (first === undefined || last === undefined || !needsNeighbours(chain, list)) continue;
    const rows = await trx
      .selectFrom('entries')
      .select(['seq', 'hash'])
      .where('terminal', '=', chain.terminal)
      .where('epoch', '=', chain.epoch)
      .where('seq', '>=', first.seq - 1)
      .where('seq', '<=', last.seq)
      .execute();
    for (const row of rows) chain.posted.set(row.seq, (chain.posted.get(row.seq) ?? new Set()).add(row.hash));
  }
}
