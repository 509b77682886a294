import { sql } from 'kysely';
import type { AccountDoc } from '../../shared/contract/documents.ts';
import type { Store } from '../store/store.ts';
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
    if (byCard.length > 0) return toAccounts(trx, byCard);
    const digits = wanted.replace(/[\s()+-]/g, '');
    if (/^\d{4,20}$/.test(digits)) {
      // The tail has an index; the longer the typed number, the more of the phone must fit.
      const byPhone = query.where('members.phone_tail', '=', digits.slice(-4)).where('members.phone', 'like', `%${digits}`);
      return toAccounts(trx, await byPhone.execute());
    }
    const pattern = `%${wanted.toLowerCase().replace(/[\\%_]/g, (letter) => `\\${letter}`)}%`;
    return toAccounts(trx, await query.where(sql<boolean>`lower(members.name) like ${pattern} escape '\\'`).execute());
  });
}
