import { sql, type Transaction } from 'kysely';
import type { Static } from 'typebox';
import { LISTED_MOST, type OpenLeaseRow, type OpenLeases, type OpenLeasesQuery } from '../../shared/contract/reports.ts';
import { points } from '../../shared/domain/integers.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

/** What tills of a store hold, the oldest first: what a manager looks through for the leases of a till that is lost (L5). */
export async function readOpenLeases(store: Store, of: string, query: Static<typeof OpenLeasesQuery>, nowMs: number): Promise<OpenLeases> {
  const limit = Math.min(LISTED_MOST, Math.max(1, Number(query.limit ?? LISTED_MOST)));
  return store.snapshot(async (trx) => {
    const rows = await selectOpen(trx, of, query.terminal)
      .leftJoin('members', 'members.id', 'leases.member')
      .leftJoin('chains', (join) => join.onRef('chains.terminal', '=', 'leases.terminal').onRef('chains.epoch', '=', 'leases.epoch'))
      .select([
        'leases.id', 'leases.member', 'leases.terminal', 'leases.epoch', 'leases.points', 'leases.spent', 'leases.granted_at', 'leases.spend_by',
        'members.name', 'terminals.label', 'terminals.status', 'terminals.epoch as current', 'chains.frozen_at',
      ])
      .orderBy('leases.granted_at')
      .orderBy('leases.id')
      .limit(limit)
      .execute();
    const count = await selectOpen(trx, of, query.terminal).select(sql<number>`cast(count(*) as bigint)`.as('total')).executeTakeFirstOrThrow();
    const heard = new Map<string, number | undefined>();
    const leases: OpenLeaseRow[] = [];
    for (const row of rows) {
      const chain = `${row.terminal}:${row.epoch}`;
      if (!heard.has(chain)) heard.set(chain, await readLastHeard(trx, row));
      const lastHeardMs = heard.get(chain);
      leases.push({
        lease: row.id, member: row.member, memberName: row.name ?? '', terminal: row.terminal, label: row.label, epoch: row.epoch,
        holder: row.epoch < row.current ? 'earlier' : row.frozen_at !== null ? 'frozen' : row.status === 'active' ? 'current' : 'revoked',
        points: points(row.points), spent: points(row.spent), grantedMs: row.granted_at, spendByMs: row.spend_by,
        ageMs: Math.max(0, nowMs - row.granted_at), ...(lastHeardMs === undefined ? {} : { lastHeardMs }),
      });
    }
    return { leases, total: count.total };
  });
}

function selectOpen(trx: Transaction<Tables>, store: string, terminal: string | undefined) {
  const query = trx
    .selectFrom('leases').innerJoin('terminals', 'terminals.id', 'leases.terminal').where('leases.state', '=', 'open').where('terminals.store', '=', store);
  return terminal === undefined ? query : query.where('leases.terminal', '=', terminal);
}

async function readLastHeard(trx: Transaction<Tables>, { terminal, epoch }: { terminal: string; epoch: number }): Promise<number | undefined> {
  const row = await trx
    .selectFrom('entries').select('received_at').where('terminal', '=', terminal).where('epoch', '=', epoch).orderBy('seq', 'desc').limit(1).executeTakeFirst();
  return row?.received_at;
}
