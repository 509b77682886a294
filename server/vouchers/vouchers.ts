import type { VoucherDoc } from '../../shared/contract/documents.ts';
import type { Programme, VoucherRule } from '../../shared/domain/programme.ts';
import { isSingleUse, voucherCode } from '../../shared/domain/voucher.ts';
import { nextRevs } from '../store/directory.ts';
import { isOneOf, writeRows } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { VouchersTable } from '../store/tables.ts';

/** A voucher to issue: its code, its rule, and whose it is. */
export interface VoucherInput {
  code: string;
  rule: string;
  member?: string;
  store?: string;
}

/** What became of a list of vouchers; nothing of it was issued when something is wrong with it. */
export type Issued = { ok: true; issued: number } | { ok: false; code: string; why: 'code-invalid' | 'code-taken' | 'rule-unknown' };

const CODE = /^[A-Z0-9._-]{1,64}$/;
/** Vouchers written in one statement. */
const CHUNK = 1_000;

/**
 * Issues vouchers under rules of programmes that were published. All of them or none; a code is issued once, and again only if
 * it says the same.
 */
export async function issueVouchers(store: Store, inputs: readonly VoucherInput[], nowMs: number): Promise<Issued> {
  const wanted = inputs.map((input) => ({ ...input, code: voucherCode(input.code) }));
  const bad = wanted.find(({ code }) => !CODE.test(code));
  if (bad !== undefined) return { ok: false, code: bad.code, why: 'code-invalid' };
  return store.write(async (trx): Promise<Issued> => {
    const documents = await trx.selectFrom('programmes').select('document').execute();
    const programmes = documents.map((row) => JSON.parse(row.document) as Programme);
    const rows: VouchersTable[] = [];
    for (const { code, rule: id, member = null, store: at = null } of wanted) {
      const rule = ruleOf(programmes, id);
      if (rule === undefined) return { ok: false, code, why: 'rule-unknown' };
      rows.push({
        id: code, rule: id, is_single: isSingleUse(rule) ? 1 : 0, member, store: at, issued_at: nowMs, used: 0, day: null, day_used: 0, position: 0, lease: null,
        terminal: null, epoch: null, spend_by: null, signature: null, state: null, granted_seq: 0, rev: 0,
      });
    }
    const fresh = new Map<string, VouchersTable>();
    for (let from = 0; from < rows.length; from += CHUNK) {
      const chunk = rows.slice(from, from + CHUNK);
      const known = new Map((await trx.selectFrom('vouchers').selectAll().where(isOneOf(store.engine, 'id', chunk.map((row) => row.id))).execute()).map((row) => [row.id, row]));
      for (const row of chunk) {
        const before = known.get(row.id) ?? fresh.get(row.id);
        if (before === undefined) fresh.set(row.id, row);
        else if (before.rule !== row.rule || before.member !== row.member || before.store !== row.store) return { ok: false, code: row.id, why: 'code-taken' };
      }
    }
    if (fresh.size > 0) {
      let rev = await nextRevs(trx, fresh.size);
      for (const row of fresh.values()) row.rev = rev++;
      await writeRows(store.engine, trx, 'vouchers', [...fresh.values()]);
    }
    return { ok: true, issued: fresh.size };
  });
}

/** A rule by its id, as the newest version that has it says it. */
function ruleOf(programmes: readonly Programme[], id: string): VoucherRule | undefined {
  return programmes.toSorted((a, b) => b.version - a.version).flatMap((programme) => programme.vouchers ?? []).find((rule) => rule.id === id);
}

/** A voucher as tills get it. */
export function toVoucher(row: VouchersTable): VoucherDoc {
  const { lease, terminal, epoch, spend_by: spendByMs, signature, state } = row;
  const isLeased = lease !== null && terminal !== null && epoch !== null && spendByMs !== null && signature !== null && state !== null;
  return {
    id: row.id, rule: row.rule, used: row.used, position: row.position, rev: row.rev,
    ...(row.member === null ? {} : { member: row.member }), ...(row.store === null ? {} : { store: row.store }),
    ...(row.day === null ? {} : { usedOn: { day: row.day, uses: row.day_used } }),
    ...(isLeased ? { lease: { id: lease, terminal, epoch, spendByMs, signature, state } } : {}),
  };
}
