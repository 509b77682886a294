import type { StoreDoc } from '../../shared/contract/documents.ts';
import { nextRevs } from '../store/directory.ts';
import type { Store } from '../store/store.ts';

/** A store as an operator describes it. */
export type StoreInput = Omit<StoreDoc, 'rev'>;

/** Adds a store, or changes the one with this id. */
export async function putStore(store: Store, input: StoreInput): Promise<void> {
  await store.db.transaction().execute(async (trx) => {
    const rev = await nextRevs(trx, 1);
    const { id, region } = input;
    const row = { region, document: JSON.stringify({ ...input, rev }), rev };
    await trx.insertInto('policies').values({ store: id, version: rev, document: JSON.stringify(input.atRisk) }).execute();
    await trx.insertInto('stores').values({ id, ...row }).onConflict((on) => on.column('id').doUpdateSet(row)).execute();
  });
}
