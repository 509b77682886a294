import type { Transaction } from 'kysely';
import type { StoreDoc } from '../../shared/contract/documents.ts';
import type { AtRiskPolicy } from '../../shared/domain/atrisk.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { startAudit, type Audit, type AuditOptions } from '../ledger/audit.ts';
import { isOneOf } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { findDifferences, type Difference, type Known } from './compare.ts';
import { findReversalDifferences, type PostedReversal } from './reversals.ts';

/** Entries looked at in one go: about 2 ms of the thread that posts. */
const PAGE = 100;
/** Key of the mark in `meta`: the position up to which sales were decided again. */
export const DECISIONS_MARK = 'decisions';

/**
 * Decides every posted sale and every reversal once more, behind the posting (compare.ts and reversals.ts say what is compared). One
 * that differs raises an alarm of kind `decision`, with each difference beside it; the entry stays, because it is a fact. A
 * reversal is decided when it and its sale are both here, and again with each other reversal of that sale: what came later, from a
 * till that knew it earlier, may explain it, and then its alarm is taken back.
 */
export function startDecisionAudit(store: Store, options: AuditOptions = {}): Audit {
  const { now = Date.now } = options;
  const directory = createDirectory(store);
  return startAudit(store, {
    mark: DECISIONS_MARK,
    read: readPage,
    async find(rows) {
      const found = new Map<Place, Difference[]>();
      const reversed = new Set<string>();
      for (const row of rows) {
        if (row.reverses !== null) reversed.add(row.reverses);
        if (row.bytes === null) continue;
        const entry = JSON.parse(row.bytes) as Entry;
        found.set(row, findDifferences(entry, await directory.knownOf(entry)));
        reversed.add(row.id);
      }
      const settled: string[] = [];
      for (const group of await readReversals(store, [...reversed])) {
        for (const one of group) {
          const { differences } = one;
          if (differences.length > 0) found.set(one, differences);
          else if (group.length > 1) settled.push(`decision:${one.id}`);
        }
      }
      const wrong = [...found].filter(([, differences]) => differences.length > 0);
      return {
        alarms: wrong.map(([{ id, terminal, epoch, seq }]) => ({ id: `decision:${id}`, kind: 'decision' as const, terminal, epoch, seq, raised_at: now() })),
        differences: wrong.flatMap(([{ id }, list]) => list.map(({ what, expected, found: said, reason = null }) => ({ entry: id, what, expected, found: said, reason }))),
        settled,
      };
    },
  }, options);
}

/** An entry by its place in its chain. */
type Place = Pick<Tables['entries'], 'id' | 'terminal' | 'epoch' | 'seq'>;

/** Every reversal of these sales that is here beside its sale, by sale, each decided again. */
async function readReversals(store: Store, sales: readonly string[]): Promise<(Place & { differences: Difference[] })[][]> {
  if (sales.length === 0) return [];
  const rows = await store.snapshot((trx) => trx.selectFrom('entries')
    .innerJoin('entries as sale', 'sale.id', 'entries.reverses')
    .select([
      'entries.id', 'entries.reverses', 'entries.bytes', 'entries.disposition', 'sale.bytes as sold',
    ])
    // Said once more for the planner: the index holds nothing else.
    .where('entries.reverses', 'is not', null).where(isOneOf(store.engine, 'entries.reverses', sales)).where('entries.kind', '=', 'reversal')
    .orderBy('entries.position').execute());
  return [...Map.groupBy(rows, (row) => row.reverses).values()].map((group) => {
    const sale = JSON.parse(group[0]?.sold ?? 'null') as Entry;
    const posted = group.map(({ bytes, disposition }): PostedReversal => ({ entry: JSON.parse(bytes) as Entry, isForked: disposition === 'forked' }));
    return posted.map((one) => {
      const { id, terminal, epoch, seq } = one.entry;
      return { id, terminal, epoch, seq, differences: findReversalDifferences(one, sale, posted.filter((other) => other !== one)) };
    });
  });
}

/** Programmes and stores as the audit needs them. */
function createDirectory(store: Store) {
  /** A version never changes, so that one that was read is read for good. */
  const programmes = new Map<number, Programme>();
  const missing = new Map<number, number>();
  const policies = new Map<string, { versions: ReadonlyMap<number, AtRiskPolicy>; asOf: number }>();
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
  const policiesOf = async (id: string, version: number): Promise<ReadonlyMap<number, AtRiskPolicy>> => {
    const known = policies.get(id);
    if (known !== undefined && (known.versions.has(version) || isFresh(known.asOf))) return known.versions;
    const rows = await store.snapshot((trx) => trx.selectFrom('policies').select(['version', 'document']).where('store', '=', id).execute());
    const versions = new Map(rows.map((row) => [row.version, JSON.parse(row.document) as AtRiskPolicy]));
    policies.set(id, { versions, asOf: performance.now() });
    return versions;
  };
  return {
    async knownOf({ programme, store: id, redeem }: Entry): Promise<Known> {
      const policy = redeem?.cover.policy;
      return {
        programme: await programmeOf(programme), utcOffsetMinutes: await offsetOf(id), ...(policy === undefined ? {} : { policies: await policiesOf(id, policy) }),
      };
    },
  };
}

/** How long a store's time, or that a version is not known, is believed: one may be changed, and the other may come. */
const FRESH_MS = 1_000;
/** Unknown versions that are remembered. */
const MISSING_MOST = 1_000;

const isFresh = (asOf: number | undefined): boolean => asOf !== undefined && performance.now() - asOf < FRESH_MS;

/** The next entries after a position, the bytes of sales alone. */
function readPage(trx: Transaction<Tables>, after: number) {
  return trx.selectFrom('entries')
    .select((of) => [
      'position', 'id', 'terminal', 'epoch', 'seq', 'reverses', of.case().when('kind', '=', 'sale').then(of.ref('bytes')).else(null).end().as('bytes'),
    ])
    .where('position', '>', after).orderBy('position').limit(PAGE).execute();
}
