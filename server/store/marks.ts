import type { Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** Reads the position up to which work behind the posting has come, by its key in `meta`; 0 before it began. */
export async function readMark(trx: Transaction<Tables>, key: string): Promise<number> {
  const row = await trx.selectFrom('meta').select('value').where('key', '=', key).executeTakeFirst();
  return Number(row?.value ?? 0);
}

/** Writes that position, in the transaction of what was done up to there. */
export async function writeMark(trx: Transaction<Tables>, key: string, position: number): Promise<void> {
  const value = String(position);
  await trx.insertInto('meta').values({ key, value }).onConflict((on) => on.column('key').doUpdateSet({ value })).execute();
}
