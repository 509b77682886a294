import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreDoc } from '../../shared/contract/documents.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { writeRows } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { findDifferences } from './compare.ts';
import { findVoidDifferences } from './voids.ts';

/**
 * Decides every posted sale and every void once more, behind the posting (compare.ts and voids.ts say what is compared). One that differs raises an
 * alarm of kind `decision`, with each difference beside it; the entry stays, because it is a fact. The mark up to which it has
 * come survives a restart.
 */
export interface DecisionAudit {
  /** Entries that are not yet looked at. */
  owed(): number;
  /** Looks at everything that is there now. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface DecisionAuditOptions {
  now?: () => number;
  /** While this holds, a page is looked at only every {@link BUSY_PAUSE_MS}: posting comes first. */
  isBusy?: () => boolean;
  /** Hears of what went wrong; the audit goes on. */
  onError?: (error: unknown) => void;
}

/** Entries looked at in one go: about 2 ms of the thread that posts. */
const PAGE = 100;
/** Positions after which the mark is written again; at most so many are looked at twice after a crash. */
const MARK_EVERY = 5_000;
const BUSY_PAUSE_MS = 500;
/** How often the ledger is asked for more once everything was looked at. */
const IDLE_PAUSE_MS = 1_000;
/** Key of the mark in `meta`: the position up to which sales were decided again. */
export const DECISIONS_MARK = 'decisions';

/** Starts the audit of a database from the mark where the last one stopped. */
export function startDecisionAudit(store: Store, options: DecisionAuditOptions = {}): DecisionAudit {
  const { now = Date.now, isBusy = () => false, onError = () => undefined } = options;
  const stopping = new AbortController();
  const directory = createDirectory(store);
  let mark: { looked: number; written: number } | undefined;
  let head = 0;

  /** One page; answers whether there was one. */
  const look = async (): Promise<boolean> => {
    mark ??= await readMark(store);
    const { rows, position } = await readPage(store, mark.looked);
    head = position;
    const last = rows.at(-1);
    if (last === undefined) {
      // What has been looked at is told at once: a reader of the alarms wants to know how far they reach.
      if (mark.written < mark.looked) await write([], []);
      return false;
    }
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
    mark.looked = last.position;
    if (alarms.length > 0 || mark.looked - mark.written >= MARK_EVERY) await write(alarms, differences);
    return true;
  };
  const write = async (alarms: readonly Tables['alarms'][], differences: readonly Tables['differences'][]): Promise<void> => {
    const looked = mark?.looked ?? 0;
    await store.write(async (trx) => {
      await writeRows(store.engine, trx, 'alarms', alarms, { key: ['id'], update: [] });
      await writeRows(store.engine, trx, 'differences', differences, { key: ['entry', 'what'], update: [] });
      await trx.insertInto('meta').values({ key: DECISIONS_MARK, value: String(looked) })
        .onConflict((on) => on.column('key').doUpdateSet({ value: String(looked) })).execute();
    });
    if (mark !== undefined) mark.written = looked;
  };
  let turn: Promise<unknown> = Promise.resolve();
  const lookInTurn = (): Promise<boolean> => {
    const next = turn.then(look);
    turn = next.catch(() => undefined);
    return next;
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const more = await lookInTurn().catch((error: unknown) => {
        if (!stopping.signal.aborted) onError(error);
        return false;
      });
      if (!more) await pause(IDLE_PAUSE_MS, stopping.signal);
      else if (isBusy()) await pause(BUSY_PAUSE_MS, stopping.signal);
    }
  };
  const running = run();
  return {
    owed: () => Math.max(0, head - (mark?.looked ?? 0)),
    async settle() {
      while (await lookInTurn());
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
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

async function readMark(store: Store): Promise<{ looked: number; written: number }> {
  const row = await store.snapshot((trx) => trx.selectFrom('meta').select('value').where('key', '=', DECISIONS_MARK).executeTakeFirst());
  const looked = Number(row?.value ?? 0);
  return { looked, written: looked };
}

/** The next entries after a position, the bytes of sales and reversals alone, of the latter with the sale's, and the head. */
function readPage(store: Store, after: number) {
  return store.snapshot(async (trx) => {
    const { position } = await trx.selectFrom('heads').select('position').where('shard', '=', 0).executeTakeFirstOrThrow();
    const rows = await trx.selectFrom('entries')
      .leftJoin('entries as sale', 'sale.id', 'entries.reverses')
      .select((of) => [
        'entries.position', 'entries.id', 'entries.terminal', 'entries.epoch', 'entries.seq', 'sale.bytes as sold',
        of.case().when('entries.kind', 'in', ['sale', 'reversal']).then(of.ref('entries.bytes')).else(null).end().as('bytes'),
      ])
      .where('entries.position', '>', after).orderBy('entries.position').limit(PAGE).execute();
    return { rows, position };
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
