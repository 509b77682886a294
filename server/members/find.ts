import { sql, type Transaction } from 'kysely';
import type { AccountDoc } from '../../shared/contract/documents.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { selectAccounts, toAccounts } from './accounts.ts';

/** Most members that one search answers. */
export const FIND_MOST = 20;

/**
 * Members of the whole chain by card number, by the last four or more digits of the phone, or by a part of the name. An
 * exact card comes alone. `text` is as typed.
 */
export async function findMembers(store: Store, text: string): Promise<AccountDoc[]> {
  const wanted = text.trim();
  if (wanted === '') return [];
  return store.snapshot(async (trx) => {
    const query = selectAccounts(trx).orderBy('members.name').orderBy('members.id').limit(FIND_MOST);
    const byCard = await query.where('members.card', '=', wanted).execute();
    if (byCard.length > 0) return withSuccessors(trx, byCard);
    const digits = wanted.replace(/[\s()+-]/g, '');
    if (/^\d{4,20}$/.test(digits)) {
      // The tail has an index; the longer the typed number, the more of the phone must fit.
      const byPhone = query.where('members.phone_tail', '=', digits.slice(-4)).where('members.phone', 'like', `%${digits}`);
      return withSuccessors(trx, await byPhone.execute());
    }
    const pattern = `%${wanted.toLowerCase().replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`;
    return withSuccessors(trx, await query.where(sql<boolean>`lower(members.name) like ${pattern} escape '\\'`).execute());
  });
}

/** The accounts found, and those that carry the points of who among them was merged, to the last; no more than a search answers. */
async function withSuccessors(trx: Transaction<Tables>, found: Awaited<ReturnType<ReturnType<typeof selectAccounts>['execute']>>): Promise<AccountDoc[]> {
  const rows = [...found];
  for (let wanted = successorsOf(rows); wanted.length > 0; wanted = successorsOf(rows)) {
    const more = await selectAccounts(trx).where('members.id', 'in', wanted).execute();
    if (more.length === 0) break;
    rows.push(...more);
  }
  return toAccounts(trx, rows.slice(0, FIND_MOST));
}

function successorsOf(rows: readonly { id: string; successor: string | null }[]): string[] {
  const here = new Set(rows.map((row) => row.id));
  return [...new Set(rows.flatMap(({ successor }) => (successor === null || here.has(successor) ? [] : [successor])))];
}
