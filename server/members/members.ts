import type { AccountDoc } from '../../shared/contract/documents.ts';
import { memberAccount } from '../../shared/domain/account.ts';
import { nextRevs } from '../store/directory.ts';
import type { Store } from '../store/store.ts';

/** A member as registered; points come from the ledger alone. */
export type MemberInput = Pick<AccountDoc, 'id' | 'card' | 'name' | 'phone' | 'region' | 'homeStore' | 'joinedOn' | 'birthday'>;

/** Members written in one statement: well below what SQLite and PostgreSQL take as parameters. */
const CHUNK = 500;

/** Registers members, or changes the profiles of those with these ids; their accounts begin at zero. */
export async function putMembers(store: Store, members: readonly MemberInput[]): Promise<void> {
  for (let at = 0; at < members.length; at += CHUNK) await putChunk(store, members.slice(at, at + CHUNK));
}

async function putChunk(store: Store, members: readonly MemberInput[]): Promise<void> {
  await store.db.transaction().execute(async (trx) => {
    const first = await nextRevs(trx, members.length);
    const rows = members.map((one) => ({
      id: one.id, card: one.card, name: one.name, phone: one.phone, phone_tail: one.phone.slice(-4), region: one.region,
      home_store: one.homeStore, joined_on: one.joinedOn, birthday: one.birthday ?? null,
    }));
    await trx
      .insertInto('members')
      .values(rows)
      .onConflict((on) =>
        on.column('id').doUpdateSet((of) => ({
          card: of.ref('excluded.card'), name: of.ref('excluded.name'), phone: of.ref('excluded.phone'),
          phone_tail: of.ref('excluded.phone_tail'), region: of.ref('excluded.region'), home_store: of.ref('excluded.home_store'),
          joined_on: of.ref('excluded.joined_on'), birthday: of.ref('excluded.birthday'),
        })))
      .execute();
    await trx
      .insertInto('accounts')
      .values(members.map((one, index) => ({ id: memberAccount(one.id), kind: 'member', balance: 0, position: 0, rev: first + index })))
      .onConflict((on) => on.column('id').doUpdateSet((of) => ({ rev: of.ref('excluded.rev') })))
      .execute();
  });
}
