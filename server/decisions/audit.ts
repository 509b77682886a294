import type { Transaction } from 'kysely';
import type { StoreDoc } from '../../shared/contract/documents.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { startAudit, type Audit, type AuditOptions } from '../ledger/audit.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { findDifferences } from './compare.ts';
import { findVoidDifferences } from './voids.ts';

/** Entries looked at in one go: about 2 ms of the thread that posts. */
const PAGE = 100;
/** Key of the mark in `meta`: the position up to which sales were decided again. */
export const DECISIONS_MARK = 'decisions';

/**
 * Decides every posted sale and every void once more, behind the posting (compare.ts and voids.ts say what is compared). One
 * that differs raises an alarm of kind `decision`, with each difference beside it; the entry stays, because it is a fact.
 */
export function startDecisionAudit(store: Store, options: AuditOptions = {}): Audit {
  const { now = Date.now } = options;
  const directory = createDirectory(store);
  return startAudit(store, {
    mark: DECISIONS_MARK,
    read: readPage,
    async find(rows) {
      const alarms: Tables['alarms'][] = [];
      const differences: Tables['differences'][] = [];
      for (const { id, terminal, epoch, seq, bytes, sold } of rows) {
        if (bytes === null) continue;
        const entry = JSON.parse(bytes) as Entry;
        const found = entry.kind === 'sale'
          ? findDifferences(entry, await directory.knownOf(entry))
          : findVoidDifferences(entry, sold === null ? undefined : (JSON.parse(sold) as Entry));
        if (found.length > 0) alarms.push({ id: `decision:${id}`, kind: 'decision', terminal, epoch, seq, raised_at: now() });
        for (const { what, expected, found: said, reason = null } of found) differences.push({ entry: id, what, expected, found: said, reason });
      }
      return { alarms, differences };
    },
  }, options);
}

/** Programmes and stores as the audit needs them. */
function createDirectory(store: Store) {
  /** A version never changes, so that one that was read is read for good. */
  const programmes = new Map<number, Programme>();
  const missing = new Map<number, number>();
  const offsets = new Map<string, { minutes: number | undefined; asOf: number }>();

  const programmeOf = async (version: number): Promise<Programme | undefined> => {
    const known = programmes.get(version);
    if (known !== undefined || isFresh(missing.get(version))) return known;
    const row = await store.snapshot((trx) => trx.selectFrom('programmes').select('document').where('version', '=', version).executeTakeFirst());
    if (row === undefined) {
      if (missing.size > MISSING_MOST) missing.clear();
      missing.set(version, performance.now());
      return undefined;
    }
    const programme = JSON.parse(row.document) as Programme;
    programmes.set(version, programme);
    return programme;
  };
  const offsetOf = async (id: string): Promise<number | undefined> => {
    const known = offsets.get(id);
    if (known !== undefined && isFresh(known.asOf)) return known.minutes;
    const row = await store.snapshot((trx) => trx.selectFrom('stores').select('document').where('id', '=', id).executeTakeFirst());
    const minutes = row === undefined ? undefined : (JSON.parse(row.document) as StoreDoc).utcOffsetMinutes;
    offsets.set(id, { minutes, asOf: performance.now() });
    return minutes;
  };
  return {
    async knownOf({ programme, store: id }: Entry): Promise<{ programme: Programme | undefined; utcOffsetMinutes: number | undefined }> {
      return { programme: await programmeOf(programme), utcOffsetMinutes: await offsetOf(id) };
    },
  };
}

/** How long a store's time, or that a version is not known, is believed: one may be changed, and the other may come. */
const FRESH_MS = 1_000;
/** Unknown versions that are remembered. */
const MISSING_MOST = 1_000;

const isFresh = (asOf: number | undefined): boolean => asOf !== undefined && performance.now() - asOf < FRESH_MS;

/** The next entries after a position, the bytes of sales and reversals alone, of the latter with the sale's. */
function readPage(trx: Transaction<Tables>, after: number) {
  return trx.selectFrom('entries')
    .leftJoin('entries as sale', 'sale.id', 'entries.reverses')
    .select((of) => [
      'entries.position', 'entries.id', 'entries.terminal', 'entries.epoch', 'entries.seq', 'sale.bytes as sold',
      of.case().when('entries.kind', 'in', ['sale', 'reversal']).then(of.ref('entries.bytes')).else(null).end().as('bytes'),
    ])
    .where('entries.position', '>', after).orderBy('entries.position').limit(PAGE).execute();
}
