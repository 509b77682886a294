import { sql, type Transaction } from 'kysely';
import type { Static } from 'typebox';
import { LISTED_MOST, MEANWHILE_MOST, type Shortfalls, type ShortfallsQuery, type ShortfallStory } from '../../shared/contract/reports.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { entryNumber } from '../../shared/domain/entrynumber.ts';
import { points } from '../../shared/domain/integers.ts';
import { TAKING } from '../store/migrations/settling.ts';
import { isOneOf } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { Engine, Tables } from '../store/tables.ts';

/** The shortfalls of a store with their stories, in one consistent read: oldest first, open ones unless all are asked for. */
export async function readShortfalls(store: Store, of: string, query: Static<typeof ShortfallsQuery>): Promise<Shortfalls> {
  const limit = Math.min(LISTED_MOST, Math.max(1, Number(query.limit ?? LISTED_MOST)));
  return store.snapshot(async (trx) => {
    const rows = await readRows(trx, of, { after: Number(query.after ?? 0), limit: limit + 1, all: query.state === 'all' });
    const page = rows.slice(0, limit);
    const shortfalls: ShortfallStory[] = [];
    for (const row of page) shortfalls.push(await tell(store.engine, trx, row));
    const last = page.at(-1);
    return { shortfalls, ...(rows.length > limit && last !== undefined ? { next: String(last.position) } : {}) };
  });
}

async function readRows(trx: Transaction<Tables>, store: string, { after, limit, all }: { after: number; limit: number; all: boolean }) {
  const query = trx
    .selectFrom('shortfalls')
    .innerJoin('entries', 'entries.id', 'shortfalls.entry')
    .leftJoin('members', 'members.id', 'shortfalls.member')
    .select([
      'shortfalls.entry', 'shortfalls.store', 'shortfalls.member', 'shortfalls.position', 'shortfalls.points', 'shortfalls.open',
      'shortfalls.recovered', 'shortfalls.absorbed', 'members.name', 'entries.terminal', 'entries.epoch', 'entries.seq', 'entries.staff',
      'entries.occurred_ms', 'entries.received_at', 'entries.business_date', 'entries.redeem_points', 'entries.leased_points',
      'entries.free_points', 'entries.bytes',
    ])
    .where('shortfalls.store', '=', store)
    .where('shortfalls.position', '>', after)
    .orderBy('shortfalls.position')
    .limit(limit);
  return (all ? query : query.where('shortfalls.open', '>', 0)).execute();
}

type ShortRow = Awaited<ReturnType<typeof readRows>>[number];


async function tell(engine: Engine, trx: Transaction<Tables>, row: ShortRow): Promise<ShortfallStory> {
  const cover = (JSON.parse(row.bytes) as Entry).redeem?.cover;
  const lastHeardMs = await readLastHeard(trx, row);
  return {
    entry: row.entry, number: entryNumber(row), store: row.store, terminal: row.terminal, position: row.position,
    ...(row.member === null ? {} : { member: row.member }), ...(row.name === null ? {} : { memberName: row.name }),
    staff: row.staff, occurredMs: row.occurred_ms, receivedMs: row.received_at, businessDate: row.business_date,
    redeemed: points(row.redeem_points), atRisk: cover?.atRisk ?? points(0), leased: points(row.leased_points), free: points(row.free_points),
    points: points(row.points), open: points(row.open), recovered: points(row.recovered), absorbed: points(row.absorbed),
    leases: await readNamedLeases(engine, trx, cover?.leases ?? []),
    ...(lastHeardMs === undefined ? {} : { lastHeardMs }),
    meanwhile: row.member === null ? [] : await readMeanwhile(engine, trx, row, row.member, lastHeardMs ?? 0),
    resolutions: await readResolutions(trx, row.entry),
  };
}

/** When the last entry of the chain arrived that the server had before the sale was made: from then on the till was not heard. */
async function readLastHeard(trx: Transaction<Tables>, { terminal, epoch, seq, occurred_ms }: ShortRow): Promise<number | undefined> {
  const row = await trx
    .selectFrom('entries')
    .select('received_at')
    .where('terminal', '=', terminal)
    .where('epoch', '=', epoch)
    .where('seq', '<', seq)
    .where('received_at', '<=', occurred_ms)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.received_at;
}

/** Entries of other tills that took points of the member while this one was not heard, the latest first. */
async function readMeanwhile(engine: Engine, trx: Transaction<Tables>, short: ShortRow, member: string, fromMs: number): Promise<ShortfallStory['meanwhile']> {
  const rows = await trx
    .selectFrom('entries')
    .select(['id', 'store', 'terminal', 'epoch', 'seq', 'kind', 'occurred_ms', 'received_at'])
    .where('member', '=', member)
    .where('position', '<', short.position)
    .where(sql<boolean>`${sql.raw(TAKING)}`)
    .where('received_at', '>=', fromMs)
    .where((of) => of.or([of('terminal', '<>', short.terminal), of('epoch', '<>', short.epoch)]))
    .orderBy('position', 'desc')
    .limit(MEANWHILE_MOST)
    .execute();
  if (rows.length === 0) return [];
  const taken = await trx
    .selectFrom('postings')
    .select(['source', sql<number>`cast(sum(points) as bigint)`.as('points')])
    .where(isOneOf(engine, 'source', rows.map((row) => row.id)))
    .where((of) => of.or([of('from_account', 'like', 'member:%'), of('from_account', 'like', 'lease:%')]))
    .groupBy('source')
    .execute();
  const bySource = new Map(taken.map((row) => [row.source, row.points]));
  return rows.flatMap((row) => {
    const moved = bySource.get(row.id);
    if (moved === undefined) return [];
    const { id: entry, store, terminal, kind, occurred_ms: occurredMs, received_at: receivedMs } = row;
    return [{ entry, number: entryNumber(row), store, terminal, kind, points: points(moved), occurredMs, receivedMs }];
  });
}

async function readNamedLeases(
  engine: Engine,
  trx: Transaction<Tables>,
  named: readonly { lease: string; points: number }[],
): Promise<ShortfallStory['leases']> {
  if (named.length === 0) return [];
  const rows = await trx
    .selectFrom('leases')
    .leftJoin('entries', 'entries.id', 'leases.closed_by')
    .select(['leases.id', 'leases.state', 'entries.id as closer', 'entries.bytes', 'entries.received_at'])
    .where(isOneOf(engine, 'leases.id', named.map((part) => part.lease)))
    .execute();
  return named.map((part): ShortfallStory['leases'][number] => {
    const row = rows.find((one) => one.id === part.lease);
    const known = { lease: part.lease, points: points(part.points), state: row?.state ?? ('unknown' as const) };
    if (row?.state !== 'reclaimed' || row.closer === null || row.bytes === null) return known;
    const { approvedBy = '', reason = '' } = JSON.parse(row.bytes) as Entry;
    return { ...known, reclaim: { entry: row.closer, approvedBy, reason, receivedMs: row.received_at ?? 0 } };
  });
}

async function readResolutions(trx: Transaction<Tables>, shortfall: string): Promise<ShortfallStory['resolutions']> {
  const rows = await trx
    .selectFrom('resolutions')
    .innerJoin('entries', 'entries.id', 'resolutions.source')
    .select(['resolutions.source', 'resolutions.how', 'resolutions.points', 'entries.staff', 'entries.approved_by', 'entries.bytes', 'entries.received_at'])
    .where('resolutions.shortfall', '=', shortfall)
    .orderBy('entries.position')
    .execute();
  return rows.map((row) => ({
    entry: row.source, how: row.how, points: points(row.points), staff: row.staff, approvedBy: row.approved_by ?? '',
    reason: (JSON.parse(row.bytes) as Entry).adjust?.reason ?? '', receivedMs: row.received_at,
  }));
}
