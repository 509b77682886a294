import type { Transaction } from 'kysely';
import type { Static } from 'typebox';
import type { StoreDoc } from '../../shared/contract/documents.ts';
import type { ServerErrorCode } from '../../shared/contract/errors.ts';
import type { ShownVoucher, ShowVoucherRequest } from '../../shared/contract/http.ts';
import { VOUCHER_LEASE, voucherCode, voucherLeaseText } from '../../shared/domain/voucher.ts';
import type { ServerKeys } from '../auth/keys.ts';
import type { Caller } from '../http/caller.ts';
import type { Head } from '../ledger/batch.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { lockHead } from '../ledger/reading.ts';
import type { Store } from '../store/store.ts';
import type { Tables, VouchersTable } from '../store/tables.ts';
import { toVoucher } from './vouchers.ts';

/** What a shown voucher came to, or why the till may not ask. `not-found`: no such code. */
export type Shown = { ok: true; shown: ShownVoucher } | { ok: false; code: ServerErrorCode };

interface Services {
  store: Store;
  ledger: Ledger;
  keys: ServerKeys;
  now: () => number;
}

/**
 * Tells a till what is known of a voucher. A single-use one that nobody has used or holds is leased to the till, so that it alone
 * can use it, whatever the network does from then on; one of another store is only told.
 */
export async function showVoucher({ store, ledger, keys, now }: Services, caller: Caller, request: Static<typeof ShowVoucherRequest>): Promise<Shown> {
  const outcome = await store.write((trx) => showIn(store, trx, keys, caller, request, now()));
  if (!outcome.ok) return outcome;
  if (outcome.head !== undefined) ledger.moved(outcome.head);
  return { ok: true, shown: outcome.shown };
}

type Outcome = { ok: true; shown: ShownVoucher; head?: Head } | { ok: false; code: ServerErrorCode };

async function showIn(
  { engine }: Store, trx: Transaction<Tables>, keys: ServerKeys, caller: Caller, request: Static<typeof ShowVoucherRequest>, nowMs: number,
): Promise<Outcome> {
  // The head first, like every writer: see postBatch.
  const head = await lockHead(engine, trx);
  const id = voucherCode(request.voucher);
  const row = await trx.selectFrom('vouchers').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return { ok: false, code: 'not-found' };
  const usedByMember = request.member === undefined ? 0 : await countByMember(trx, id, request.member);
  const told = (voucher: VouchersTable, standing: ShownVoucher['standing'], moved?: Head): Outcome => (
    { ok: true, shown: { voucher: toVoucher(voucher), standing, usedByMember }, ...(moved === undefined ? {} : { head: moved }) });
  if (row.is_single === 0 || row.used > 0 || (row.store !== null && row.store !== caller.store)) return told(row, 'ready');
  if (row.state === 'open') return told(row, row.terminal === caller.terminal && row.epoch === caller.epoch ? 'ready' : 'held-elsewhere');
  const standing = await readStanding(trx, caller);
  if (!standing.ok) return standing;
  if (!request.lease.startsWith(VOUCHER_LEASE) || (await isTaken(trx, request.lease))) return { ok: false, code: 'invalid' };
  const lease = { id: request.lease, voucher: id, terminal: caller.terminal, epoch: caller.epoch, spendByMs: nowMs + standing.termMs };
  const rev = head.rev + 1;
  const change = {
    lease: lease.id, terminal: lease.terminal, epoch: lease.epoch, spend_by: lease.spendByMs, signature: keys.sign(voucherLeaseText(lease)),
    state: 'open' as const, granted_seq: request.seq, rev,
  };
  await trx.updateTable('vouchers').set(change).where('id', '=', id).execute();
  await trx.updateTable('heads').set({ rev }).where('shard', '=', 0).execute();
  return told({ ...row, ...change }, 'ready', { position: head.position, rev });
}

async function countByMember(trx: Transaction<Tables>, voucher: string, member: string): Promise<number> {
  const row = await trx.selectFrom('voucher_uses').select((of) => of.fn.countAll().as('count'))
    .where('voucher', '=', voucher).where('member', '=', member).where('given_back', 'is', null).where('position', '>', 0).executeTakeFirst();
  return Number(row?.count ?? 0);
}

/** Whether a lease of another voucher has this id. */
async function isTaken(trx: Transaction<Tables>, lease: string): Promise<boolean> {
  return (await trx.selectFrom('vouchers').select('id').where('lease', '=', lease).executeTakeFirst()) !== undefined;
}

/** Whether the till may be granted anything, and how long a lease of its store may be spent. */
async function readStanding(trx: Transaction<Tables>, { terminal, epoch }: Caller): Promise<{ ok: true; termMs: number } | { ok: false; code: ServerErrorCode }> {
  const row = await trx
    .selectFrom('terminals')
    .innerJoin('stores', 'stores.id', 'terminals.store')
    .leftJoin('chains', (join) => join.onRef('chains.terminal', '=', 'terminals.id').on('chains.epoch', '=', epoch))
    .select(['terminals.status', 'terminals.epoch', 'stores.document', 'chains.frozen_at'])
    .where('terminals.id', '=', terminal)
    .executeTakeFirst();
  if (row === undefined || row.epoch !== epoch) return { ok: false, code: 'not-enrolled' };
  if (row.status !== 'active') return { ok: false, code: 'terminal-revoked' };
  if (row.frozen_at !== null) return { ok: false, code: 'epoch-frozen' };
  return { ok: true, termMs: (JSON.parse(row.document) as StoreDoc).leaseTermMs };
}
