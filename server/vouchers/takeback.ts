import type { StoreDoc } from '../../shared/contract/documents.ts';
import { businessDate } from '../../shared/domain/date.ts';
import { voucherCode } from '../../shared/domain/voucher.ts';
import { createServerChain, postOwn } from '../jobs/serverchain.ts';
import { lockHead } from '../ledger/reading.ts';
import type { Store } from '../store/store.ts';

/** A single-use voucher that a till holds a lease of: nobody else can use it. */
export interface HeldVoucher {
  voucher: string;
  rule: string;
  lease: string;
  terminal: string;
  store: string;
  epoch: number;
  /** Whether the till still has this enrolment: else it gives nothing back any more. */
  isCurrent: boolean;
  spendByMs: number;
}

/** Every voucher that a till holds, those that can be used the shortest first. */
export async function listHeld(store: Store): Promise<HeldVoucher[]> {
  const rows = await store.db.selectFrom('vouchers').innerJoin('terminals', 'terminals.id', 'vouchers.terminal')
    .select([
      'vouchers.id', 'vouchers.rule', 'vouchers.lease', 'vouchers.terminal', 'vouchers.epoch', 'vouchers.spend_by', 'terminals.store', 'terminals.status',
      'terminals.epoch as current',
    ])
    .where('vouchers.state', '=', 'open').orderBy('vouchers.spend_by').orderBy('vouchers.id').execute();
  return rows.map((row) => ({
    voucher: row.id, rule: row.rule, lease: row.lease ?? '', terminal: row.terminal ?? '', store: row.store, epoch: row.epoch ?? 0,
    isCurrent: row.status === 'active' && row.epoch === row.current, spendByMs: row.spend_by ?? 0,
  }));
}

/** What is taken back, and in whose name. */
export interface TakeBack {
  /** The code, as people write it. */
  voucher: string;
  /** Id of an active manager of the holder's store. */
  approver: string;
  reason: string;
  nowMs: number;
}

/** Why nothing was taken back. */
export type NotTaken = 'not-held' | 'not-a-manager' | 'reason-missing';

/**
 * L5 for a voucher: takes the lease of a lost till back with a named approver and a reason, by an entry of the server's own chain.
 * What the till has used of it before, or uses yet, stays a fact: it is recorded, marked, and raises an alarm.
 */
export async function takeBack(store: Store, { voucher, approver, reason, nowMs }: TakeBack): Promise<{ ok: true; taken: HeldVoucher } | { ok: false; why: NotTaken }> {
  const held = (await listHeld(store)).find((one) => one.voucher === voucherCode(voucher));
  if (held === undefined) return { ok: false, why: 'not-held' };
  if (reason.trim() === '' || reason.length > REASON_MOST) return { ok: false, why: 'reason-missing' };
  const chain = createServerChain();
  const done = await store.write(async (trx) => {
    // The head first, like every writer: see postBatch.
    await lockHead(store.engine, trx);
    const manager = await trx.selectFrom('staff').select('id').where('id', '=', approver).where('store', '=', held.store).where('role', '=', 'manager').where('active', '=', 1).executeTakeFirst();
    if (manager === undefined) return 'not-a-manager';
    const at = await trx.selectFrom('stores').select('document').where('id', '=', held.store).executeTakeFirst();
    const offset = at === undefined ? 0 : (JSON.parse(at.document) as StoreDoc).utcOffsetMinutes;
    const body = { kind: 'lease-close' as const, store: held.store, businessDate: businessDate(nowMs, offset), lease: held.lease, reason: reason.trim(), approvedBy: approver };
    await postOwn(store.engine, trx, chain, [body], nowMs);
    const row = await trx.selectFrom('vouchers').select('state').where('lease', '=', held.lease).executeTakeFirst();
    // Its holder may have used it or given it back a moment ago; then the entry found nothing to take back.
    return row?.state === 'reclaimed' ? 'taken' : 'not-held';
  });
  return done === 'taken' ? { ok: true, taken: held } : { ok: false, why: done };
}

/** Longest reason that an entry may hold. */
const REASON_MOST = 200;
