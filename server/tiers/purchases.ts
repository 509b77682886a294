import type { Transaction } from 'kysely';
import type { Entry, Reversal } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { purchaseOf } from '../../shared/domain/tiers.ts';
import { isOneOf, writeRows } from '../store/rows.ts';
import type { Engine, PurchasesTable, Tables } from '../store/tables.ts';

/** What a page of the ledger changed: the members whose tier may differ, and the position up to which that is known. */
export interface Counted {
  members: Set<string>;
  position: number;
}

/**
 * Counts the purchases of the entries after a position, at most so many entries; undefined when there are none. Each sale is
 * counted anew from itself and all its reversals, so that to count it twice, or in another order, comes to the same.
 */
export async function countPurchases(engine: Engine, trx: Transaction<Tables>, after: number, limit: number): Promise<Counted | undefined> {
  const page = await trx
    .selectFrom('entries').select(['position', 'id', 'kind', 'member', 'reverses', 'bytes'])
    .where('position', '>', after).orderBy('position').limit(limit).execute();
  const last = page.at(-1);
  if (last === undefined) return undefined;
  const members = new Set<string>();
  const sales = new Set<string>();
  for (const { id, kind, member, reverses, bytes } of page) {
    if (kind === 'sale' && member !== null) sales.add(id);
    if (kind === 'reversal' && reverses !== null) sales.add(reverses);
    if (kind !== 'transfer') continue;
    const { transfer } = JSON.parse(bytes) as Entry;
    if (transfer?.merge === true) for (const one of [member, transfer.toMember]) if (one !== null) members.add(one);
  }
  const purchases = await readPurchases(engine, trx, [...sales]);
  await writeRows(engine, trx, 'purchases', purchases, { key: ['entry'], update: ['points', 'spend_minor', 'is_visit'] });
  for (const { member } of purchases) members.add(member);
  return { members, position: last.position };
}

/** What the sales with these ids count now; none of one that has not arrived or has no member. */
async function readPurchases(engine: Engine, trx: Transaction<Tables>, ids: readonly string[]): Promise<PurchasesTable[]> {
  if (ids.length === 0) return [];
  const sales = await trx
    .selectFrom('entries').select(['id', 'member', 'business_date', 'bill_total', 'bill_net', 'earn_points', 'currency'])
    .where('kind', '=', 'sale').where('member', 'is not', null).where(isOneOf(engine, 'id', ids)).execute();
  const reversed = await trx
    .selectFrom('entries').select(['reverses', 'bytes']).where('kind', '=', 'reversal').where(isOneOf(engine, 'reverses', ids)).execute();
  const reversals = new Map<string, { reversal: Reversal }[]>();
  for (const { reverses, bytes } of reversed) {
    const { reversal } = JSON.parse(bytes) as Entry;
    if (reverses !== null && reversal !== undefined) reversals.set(reverses, [...(reversals.get(reverses) ?? []), { reversal }]);
  }
  return sales.map((row) => {
    const bill = { totalMinor: minor(row.bill_total), netMinor: minor(row.bill_net), currency: row.currency ?? '' };
    const sale = { businessDate: row.business_date, bill, earn: { points: points(row.earn_points) } };
    const { day, points: earned, spendMinor, isVisit } = purchaseOf(sale, reversals.get(row.id) ?? []);
    return { entry: row.id, member: row.member ?? '', day, points: earned, spend_minor: spendMinor, is_visit: isVisit ? 1 : 0 };
  });
}
