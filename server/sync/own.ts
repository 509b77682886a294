import type { Transaction } from 'kysely';
import type { PushResult } from '../../shared/contract/http.ts';
import { points } from '../../shared/domain/integers.ts';
import type { Tables } from '../store/tables.ts';

/**
 * What became of the entries of one chain after a seq, in order of seq: posted with position and disposition, or set
 * aside with the reason. All of them, however many: leaving one out would count its points twice at the till (N3).
 */
export async function readOwn(trx: Transaction<Tables>, chain: { terminal: string; epoch: number }, after: number): Promise<PushResult[]> {
  const posted = await trx
    .selectFrom('entries')
    .select(['id', 'seq', 'position', 'disposition', 'shortfall_points'])
    .where('terminal', '=', chain.terminal)
    .where('epoch', '=', chain.epoch)
    .where('seq', '>', after)
    .orderBy('seq')
    .execute();
  const aside = await trx
    .selectFrom('quarantine')
    .select(['id', 'seq', 'reason'])
    .where('terminal', '=', chain.terminal)
    .where('epoch', '=', chain.epoch)
    .where('seq', '>', after)
    .orderBy('seq')
    .execute();
  const results: PushResult[] = posted.map((row) => ({
    id: row.id, seq: row.seq, outcome: 'posted', position: row.position, disposition: row.disposition, shortfall: points(row.shortfall_points),
  }));
  // An entry that arrived damaged and then whole is in both tables; the ledger has it.
  const known = new Set(posted.map((row) => row.id));
  for (const row of aside) if (!known.has(row.id)) results.push({ id: row.id, seq: row.seq, outcome: 'quarantined', reason: row.reason });
  return aside.length === 0 ? results : results.sort((a, b) => a.seq - b.seq);
}
