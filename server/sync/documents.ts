import type { Transaction } from 'kysely';
import type { PulledName } from '../../shared/contract/collections.ts';
import type {
  AccountDoc, LeaseDoc, PostedEntryDoc, ProgrammeDoc, StaffDoc, StoreDoc, VoucherDoc,
} from '../../shared/contract/documents.ts';
import { businessDate } from '../../shared/domain/date.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { points } from '../../shared/domain/integers.ts';
import type { Caller } from '../http/caller.ts';
import { selectAccounts, toAccounts } from '../members/accounts.ts';
import { toProgramme } from '../programmes/publish.ts';
import type { Tables } from '../store/tables.ts';
import { toVoucher } from '../vouchers/vouchers.ts';

/** Documents that changed at `at`: a revision, or a position for posted entries. */
export interface Changed<D> {
  at: number;
  document: D;
}

/** What a reader reads: changes after a number, oldest first, at most so many, that this caller may see. */
export interface Reading {
  caller: Caller;
  after: number;
  limit: number;
  nowMs: number;
  postedDays: number;
}

/** The document of each collection. */
export interface DocumentOf {
  stores: StoreDoc;
  staff: StaffDoc;
  programmes: ProgrammeDoc;
  vouchers: VoucherDoc;
  leases: LeaseDoc;
  accounts: AccountDoc;
  posted: PostedEntryDoc;
}

/** Readers of every collection that the server sends. */
export const COLLECTION_READERS: { [N in PulledName]: (trx: Transaction<Tables>, reading: Reading) => Promise<Changed<DocumentOf[N]>[]> } = {
  stores: readStores,
  staff: readStaff,
  programmes: readProgrammes,
  vouchers: readVouchers,
  leases: readLeases,
  accounts: readAccounts,
  posted: readPosted,
};

/** Every store of the chain: names of other stores appear in a member's history. */
async function readStores(trx: Transaction<Tables>, { after, limit }: Reading): Promise<Changed<StoreDoc>[]> {
  const rows = await trx.selectFrom('stores').selectAll().where('rev', '>', after).orderBy('rev').limit(limit).execute();
  return rows.map((row) => ({ at: row.rev, document: { ...(JSON.parse(row.document) as Omit<StoreDoc, 'rev'>), rev: row.rev } }));
}

/** Staff of the caller's store. */
async function readStaff(trx: Transaction<Tables>, { caller, after, limit }: Reading): Promise<Changed<StaffDoc>[]> {
  const rows = await trx
    .selectFrom('staff').selectAll().where('store', '=', caller.store).where('rev', '>', after).orderBy('rev').limit(limit).execute();
  return rows.map((row) => ({
    at: row.rev,
    document: {
      id: row.id, store: row.store, name: row.name, role: row.role, active: row.active === 1, pinSalt: row.pin_salt, pinHash: row.pin_hash,
      rev: row.rev,
    },
  }));
}

/** Every version of the chain's programme and of the store's own: an entry names the version that decided it. */
async function readProgrammes(trx: Transaction<Tables>, { caller, after, limit }: Reading): Promise<Changed<ProgrammeDoc>[]> {
  const rows = await trx
    .selectFrom('programmes')
    .selectAll()
    .where('rev', '>', after)
    .where((of) => of.or([of('store', 'is', null), of('store', '=', caller.store)]))
    .orderBy('rev')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ at: row.rev, document: toProgramme(row) }));
}

/**
 * Vouchers of the caller's store, those of every store that are no single-use ones, and those that the till holds. A single-use
 * voucher of no store is known to nobody who does not hold it: there may be millions.
 */
async function readVouchers(trx: Transaction<Tables>, { caller, after, limit }: Reading): Promise<Changed<VoucherDoc>[]> {
  const rows = await trx
    .selectFrom('vouchers')
    .selectAll()
    .where('rev', '>', after)
    .where((of) => of.or([
      of('store', '=', caller.store), of.and([of('store', 'is', null), of('is_single', '=', 0)]),
      of.and([of('terminal', '=', caller.terminal), of('epoch', '=', caller.epoch)]),
    ]))
    .orderBy('rev')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ at: row.rev, document: toVoucher(row) }));
}

/** Leases of this terminal's present epoch, open and closed. */
async function readLeases(trx: Transaction<Tables>, { caller, after, limit }: Reading): Promise<Changed<LeaseDoc>[]> {
  const rows = await trx
    .selectFrom('leases')
    .selectAll()
    .where('terminal', '=', caller.terminal)
    .where('epoch', '=', caller.epoch)
    .where('rev', '>', after)
    .orderBy('rev')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    at: row.rev,
    document: {
      id: row.id, member: row.member, terminal: row.terminal, epoch: row.epoch, points: points(row.points), spendByMs: row.spend_by,
      signature: row.signature, state: row.state, rev: row.rev, ...(row.recalled_at === null ? {} : { recalledMs: row.recalled_at }),
    },
  }));
}

/** Members of the region of the caller's store. */
async function readAccounts(trx: Transaction<Tables>, { caller, after, limit }: Reading): Promise<Changed<AccountDoc>[]> {
  const rows = await selectAccounts(trx)
    .where('members.region', '=', caller.region)
    .where('accounts.rev', '>', after)
    .orderBy('accounts.rev')
    .limit(limit)
    .execute();
  return (await toAccounts(trx, rows)).map((document) => ({ at: document.rev, document }));
}

const DAY_MS = 86_400_000;

/** Entries of the caller's store that happened or arrived in the last days; forked ones are facts like the others. */
async function readPosted(trx: Transaction<Tables>, reading: Reading): Promise<Changed<PostedEntryDoc>[]> {
  const fromMs = reading.nowMs - reading.postedDays * DAY_MS;
  // A day earlier than the window in UTC, so that no store's own calendar loses its first day.
  const fromDay = businessDate(fromMs - DAY_MS, 0);
  const rows = await trx
    .selectFrom('entries')
    .select([
      'id', 'store', 'terminal', 'epoch', 'seq', 'kind', 'business_date', 'hash', 'signature', 'bytes', 'position', 'received_at',
      'disposition', 'shortfall_points',
    ])
    .where('store', '=', reading.caller.store)
    .where('position', '>', reading.after)
    .where((of) => of.or([of('business_date', '>=', fromDay), of('received_at', '>=', fromMs)]))
    .orderBy('position')
    .limit(reading.limit)
    .execute();
  return rows.map((row) => {
    const entry = JSON.parse(row.bytes) as Entry;
    return {
      at: row.position,
      document: {
        id: row.id, store: row.store, terminal: row.terminal, epoch: row.epoch, seq: row.seq, kind: row.kind,
        member: entry.member ?? '', reverses: entry.reverses ?? '', businessDate: row.business_date, occurredMs: entry.occurredAt.ms,
        hash: row.hash, signature: row.signature, entry, position: row.position, receivedAtMs: row.received_at,
        disposition: row.disposition, shortfall: points(row.shortfall_points),
      },
    };
  });
}
