import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import { readMark, writeMark } from '../store/marks.ts';
import { isOneOf, writeRows } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

/** A look at every entry of the ledger once, behind the posting, from a mark that survives a restart. */
export interface Audit {
  /** Entries that are not yet looked at. */
  owed(): number;
  /** Looks at everything that is there now. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface AuditOptions {
  now?: () => number;
  /** While this holds, a page is looked at only every {@link BUSY_PAUSE_MS}: posting comes first. */
  isBusy?: () => boolean;
  /** Hears of what went wrong; the audit goes on. */
  onError?: (error: unknown) => void;
}

/** What an audit looks at, and how. */
export interface AuditWork<R extends { position: number }> {
  /** Key of the mark in `meta`. */
  mark: string;
  /** The next entries behind a position, in its order, a page of them; none: everything was looked at. */
  read(trx: Transaction<Tables>, after: number): Promise<R[]>;
  /** What is wrong with them. */
  find(rows: readonly R[]): Promise<Findings>;
}

/** Alarms to raise, and what differs in a sale that was decided again. The entries stay: they are facts. */
export interface Findings {
  alarms: readonly Tables['alarms'][];
  differences?: readonly Tables['differences'][];
  /** Ids of alarms about an entry that are taken back if they were raised: what came since explains it. */
  settled?: readonly string[];
}

/** Positions after which the mark is written again; at most so many are looked at twice after a crash. */
const MARK_EVERY = 5_000;
const BUSY_PAUSE_MS = 500;
/** How often the ledger is asked for more once everything was looked at. */
const IDLE_PAUSE_MS = 1_000;

/** Starts an audit of a database from the mark where the last one stopped. */
export function startAudit<R extends { position: number }>(store: Store, work: AuditWork<R>, options: Omit<AuditOptions, 'now'>): Audit {
  const { isBusy = () => false, onError = () => undefined } = options;
  const stopping = new AbortController();
  let mark: { looked: number; written: number } | undefined;
  let head = 0;

  /** One page; answers whether there was one. */
  const look = async (): Promise<boolean> => {
    mark ??= await startingMark(store, work.mark);
    const after = mark.looked;
    const { rows, position } = await store.snapshot(async (trx) => ({ position: await readPosition(trx), rows: await work.read(trx, after) }));
    head = position;
    const last = rows.at(-1);
    if (last === undefined) {
      // What has been looked at is told at once: a reader of the alarms wants to know how far they reach.
      if (mark.written < mark.looked) await write({ alarms: [] });
      return false;
    }
    const findings = await work.find(rows);
    mark.looked = last.position;
    if (findings.alarms.length > 0 || (findings.settled?.length ?? 0) > 0 || mark.looked - mark.written >= MARK_EVERY) await write(findings);
    return true;
  };
  const write = async ({ alarms, differences = [], settled = [] }: Findings): Promise<void> => {
    const looked = mark?.looked ?? 0;
    await store.write(async (trx) => {
      await takeBack(store, trx, settled);
      await writeRows(store.engine, trx, 'alarms', alarms, { key: ['id'], update: [] });
      await writeRows(store.engine, trx, 'differences', differences, { key: ['entry', 'what'], update: [] });
      await writeMark(trx, work.mark, looked);
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

async function takeBack({ engine }: Store, trx: Transaction<Tables>, alarms: readonly string[]): Promise<void> {
  if (alarms.length === 0) return;
  await trx.deleteFrom('alarms').where(isOneOf(engine, 'id', alarms)).execute();
  await trx.deleteFrom('differences').where(isOneOf(engine, 'entry', alarms.map((id) => id.slice(id.indexOf(':') + 1)))).execute();
}

async function startingMark(store: Store, key: string): Promise<{ looked: number; written: number }> {
  const looked = await store.snapshot((trx) => readMark(trx, key));
  return { looked, written: looked };
}

async function readPosition(trx: Transaction<Tables>): Promise<number> {
  return (await trx.selectFrom('heads').select('position').where('shard', '=', 0).executeTakeFirstOrThrow()).position;
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}
