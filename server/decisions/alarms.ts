import type { Transaction } from 'kysely';
import type { AlarmRow, Alarms } from '../../shared/contract/alarms.ts';
import { LISTED_MOST } from '../../shared/contract/reports.ts';
import { readMark } from '../store/marks.ts';
import { isOneOf } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { DECISIONS_MARK } from './audit.ts';

/** The alarms of a store's terminals in one consistent read, the newest first, each with its differences. */
export async function readAlarms(store: Store, of: string): Promise<Alarms> {
  return store.snapshot(async (trx) => {
    const { position } = await trx.selectFrom('heads').select('position').where('shard', '=', 0).executeTakeFirstOrThrow();
    const mark = await readMark(trx, DECISIONS_MARK);
    const { count } = await ofStore(trx, of).select((sum) => sum.fn.countAll().as('count')).executeTakeFirstOrThrow();
    const rows = await ofStore(trx, of).selectAll('alarms').orderBy('raised_at', 'desc').orderBy('id', 'desc').limit(LISTED_MOST).execute();
    const entries = rows.map(entryOf).filter((id) => id !== undefined);
    const differences = entries.length === 0 ? [] : await trx.selectFrom('differences').selectAll().where(isOneOf(store.engine, 'entry', entries)).orderBy('what').execute();
    const byEntry = Map.groupBy(differences, (row) => row.entry);
    return {
      alarms: rows.map((row): AlarmRow => {
        const entry = entryOf(row);
        return {
          id: row.id, kind: row.kind, number: `${row.terminal}-${row.epoch}-${row.seq}`, terminal: row.terminal, raisedMs: row.raised_at, ...(entry === undefined ? {} : { entry }),
          differences: (byEntry.get(entry ?? '') ?? []).map(({ what, expected, found, reason }) => ({ what, expected, found, ...(reason === null ? {} : { reason }) })),
        };
      }),
      total: Number(count), decided: Math.min(position, mark), position,
    };
  });
}

function ofStore(trx: Transaction<Tables>, store: string) {
  return trx.selectFrom('alarms').innerJoin('terminals', 'terminals.id', 'alarms.terminal').where('terminals.store', '=', store);
}

/** The entry that an alarm is about, whose id stands behind the kind; others are about a place of a chain, or a voucher. */
function entryOf({ id, kind }: { id: string; kind: string }): string | undefined {
  return kind === 'decision' || kind === 'signature' ? id.slice(kind.length + 1) : undefined;
}
