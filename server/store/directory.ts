import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/**
 * Takes the next `count` revisions and returns the first of them. The head's row stays locked until the transaction ends,
 * so revisions appear in the order of commit and a pull can never skip one.
 */
export async function nextRevs(trx: Transaction<Tables>, count: number): Promise<number> {
  const head = await trx
    .updateTable('heads')
    .set((of) => ({ rev: of('rev', '+', count) }))
    .where('shard', '=', 0)
    .returning('rev')
    .executeTakeFirstOrThrow();
  return head.rev - count + 1;
}
