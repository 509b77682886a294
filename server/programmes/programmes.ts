import { assert } from '../../shared/domain/integers.ts';
import { findProgrammeFaults } from '../../shared/domain/programme-faults.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { nextRevs } from '../store/directory.ts';
import type { Store } from '../store/store.ts';
import { rowOf } from './publish.ts';

/**
 * Publishes a programme version that has been found to make sense (programme-faults.ts). A version that exists is never
 * changed: publishing it again must say the same.
 */
export async function publishProgramme(store: Store, programme: Programme): Promise<void> {
  const [fault] = findProgrammeFaults(programme);
  assert(fault === undefined, `a programme is checked before it is published: ${fault?.at} ${fault?.message}`);
  const id = `v${programme.version}`;
  const document = JSON.stringify(programme);
  await store.db.transaction().execute(async (trx) => {
    const before = await trx.selectFrom('programmes').select('document').where('id', '=', id).executeTakeFirst();
    if (before !== undefined) {
      if (before.document !== document) throw new Error(`assertion failed: programme ${id} is published and cannot change`);
      return;
    }
    const rev = await nextRevs(trx, 1);
    await trx.insertInto('programmes').values(rowOf(programme, rev)).execute();
  });
}
