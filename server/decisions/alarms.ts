import type { Transaction } from 'kysely';
import type { AlarmRow, Alarms } from '../../shared/contract/alarms.ts';
import { LISTED_MOST } from '../../shared/contract/reports.ts';
import { plainAmount } from '../../shared/domain/currency.ts';
import { entryNumber } from '../../shared/domain/entrynumber.ts';
import { minor } from '../../shared/domain/integers.ts';
import type { VoucherExcess } from '../../shared/domain/voucher.ts';
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
    const uses = entries.length === 0 ? [] : await trx.selectFrom('voucher_uses').innerJoin('entries', 'entries.id', 'voucher_uses.entry')
      .select(['voucher_uses.entry', 'voucher_uses.voucher', 'voucher_uses.excess', 'voucher_uses.discount', 'entries.currency'])
      .where(isOneOf(store.engine, 'voucher_uses.entry', entries)).where('voucher_uses.excess', 'is not', null).orderBy('voucher_uses.voucher').execute();
    const usesOf = Map.groupBy(uses, (row) => row.entry);
    return {
      alarms: rows.map((row): AlarmRow => {
        const entry = entryOf(row);
        return {
          id: row.id, kind: row.kind, number: entryNumber(row), terminal: row.terminal, raisedMs: row.raised_at, ...(entry === undefined ? {} : { entry }),
          ...usesOfAlarm(row.kind, usesOf.get(entry ?? '') ?? []),
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

/** What an alarm about vouchers tells of each use. One that was given back since still says why it was told. */
function usesOfAlarm(kind: string, uses: readonly { voucher: string; excess: VoucherExcess | null; discount: number; currency: string | null }[]): Pick<AlarmRow, 'uses'> {
  if (kind !== 'voucher' || uses.length === 0) return {};
  return { uses: uses.map(({ voucher, excess, discount, currency }) => ({ voucher, why: excess ?? 'unknown', discount: plainAmount(minor(discount), currency ?? '') })) };
}

/** The entry that an alarm is about, whose id stands behind the kind; others are about a place of a chain. */
function entryOf({ id, kind }: { id: string; kind: string }): string | undefined {
  return kind === 'decision' || kind === 'signature' || kind === 'voucher' ? id.slice(kind.length + 1) : undefined;
}
