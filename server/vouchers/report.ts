import type { Transaction } from 'kysely';
import { LISTED_MOST, type VoucherExcesses, type VoucherExcessRow } from '../../shared/contract/reports.ts';
import { entryNumber } from '../../shared/domain/entrynumber.ts';
import { minor } from '../../shared/domain/integers.ts';
import { isOneOf } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

/** Uses of vouchers in a store that were not to be and were not given back, the newest first, each with the use that it collides with. */
export async function readVoucherExcesses(store: Store, of: string): Promise<VoucherExcesses> {
  return store.snapshot(async (trx) => {
    const marked = () => trx.selectFrom('voucher_uses').where('voucher_uses.store', '=', of).where('voucher_uses.excess', 'is not', null).where('voucher_uses.given_back', 'is', null);
    const { count } = await marked().select((sum) => sum.fn.countAll().as('count')).executeTakeFirstOrThrow();
    const rows = await withEntry(marked()).orderBy('voucher_uses.position', 'desc').orderBy('voucher_uses.voucher').limit(LISTED_MOST).execute();
    const codes = [...new Set(rows.map((row) => row.voucher))];
    const uses = codes.length === 0 ? [] : await withEntry(trx.selectFrom('voucher_uses').where('voucher_uses.given_back', 'is', null))
      .where(isOneOf(store.engine, 'voucher_uses.voucher', codes)).orderBy('voucher_uses.position').execute();
    return { uses: rows.map((row) => tell(row, uses.find((other) => other.voucher === row.voucher && other.entry !== row.entry))), total: Number(count) };
  });
}

type UseQuery = ReturnType<typeof selectUses>;
function selectUses(trx: Transaction<Tables>) {
  return trx.selectFrom('voucher_uses');
}

function withEntry(query: UseQuery) {
  return query
    .innerJoin('entries', 'entries.id', 'voucher_uses.entry')
    .select([
      'voucher_uses.entry', 'voucher_uses.voucher', 'voucher_uses.rule', 'voucher_uses.member', 'voucher_uses.store', 'voucher_uses.discount', 'voucher_uses.excess',
      'voucher_uses.position', 'entries.terminal', 'entries.epoch', 'entries.seq', 'entries.staff', 'entries.currency', 'entries.occurred_ms', 'entries.received_at',
    ]);
}

type UseRow = Awaited<ReturnType<ReturnType<typeof withEntry>['execute']>>[number];

function tell(row: UseRow, other: UseRow | undefined): VoucherExcessRow {
  return {
    ...nameOf(row), voucher: row.voucher, rule: row.rule, why: row.excess ?? 'unknown', discountMinor: minor(row.discount), currency: row.currency ?? '',
    ...(row.member === null ? {} : { member: row.member }), staff: row.staff, occurredMs: row.occurred_ms, receivedMs: row.received_at,
    ...(other === undefined ? {} : { other: { ...nameOf(other), occurredMs: other.occurred_ms } }),
  };
}

function nameOf({ entry, store, terminal, epoch, seq }: UseRow) {
  return { entry, number: entryNumber({ terminal, epoch, seq }), store, terminal };
}
