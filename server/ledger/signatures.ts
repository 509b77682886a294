import type { Store } from '../store/store.ts';
import { isOneOf, writeRows } from '../store/rows.ts';
import type { Tables } from '../store/tables.ts';
import { createChecker } from './checker.ts';
import { chainKey } from './reading.ts';

/**
 * Looks at every signature in the ledger once, behind the posting: an entry may have been booked on the signature of a later
 * one that names its hash (check.ts), and then its own, if it is false, proves nothing to anybody who is shown it alone.
 * What is false raises an alarm; the entry stays, because it is a fact.
 */
export interface SignatureAudit {
  /** Entries that are not yet looked at. */
  owed(): number;
  /** Looks at everything that is there now. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface SignatureAuditOptions {
  now?: () => number;
  /** While this holds, a page is looked at only every {@link BUSY_PAUSE_MS}: posting comes first. */
  isBusy?: () => boolean;
  /** Hears of what went wrong; the audit goes on. */
  onError?: (error: unknown) => void;
}

/** Entries looked at in one go, about 20 ms of one thread. */
const PAGE = 250;
/** Positions after which the mark is written again; at most so many are looked at twice after a crash. */
const MARK_EVERY = 5_000;
const BUSY_PAUSE_MS = 500;
/** How often the ledger is asked for more once everything was looked at. */
const IDLE_PAUSE_MS = 1_000;
const MARK_KEY = 'signatures';

/** Starts the audit of a database from the mark where the last one stopped. */
export function startSignatureAudit(store: Store, options: SignatureAuditOptions = {}): SignatureAudit {
  const { now = Date.now, isBusy = () => false, onError = () => undefined } = options;
  const checker = createChecker(1);
  const stopping = new AbortController();
  let mark: { looked: number; written: number } | undefined;
  let head = 0;

  /** One page; answers whether there was one. */
  const look = async (): Promise<boolean> => {
    mark ??= await readMark(store);
    const { rows, position } = await readPage(store, mark.looked);
    head = position;
    const last = rows.at(-1);
    if (last === undefined) {
      if (mark.written < mark.looked) await write([]);
      return false;
    }
    const signed = await checker.checkSignatures(rows.map(({ publicKeys, hash, signature }) => ({ publicKeys, hash, signature })));
    const alarms = rows.filter((_, index) => signed[index] !== true).map(({ id, terminal, epoch, seq }): Tables['alarms'] => (
      { id: `signature:${id}`, kind: 'signature', terminal, epoch, seq, raised_at: now() }));
    mark.looked = last.position;
    if (alarms.length > 0 || mark.looked - mark.written >= MARK_EVERY) await write(alarms);
    return true;
  };
  const write = async (alarms: Tables['alarms'][]): Promise<void> => {
    const looked = mark?.looked ?? 0;
    await store.write(async (trx) => {
      await writeRows(store.engine, trx, 'alarms', alarms, { key: ['id'], update: [] });
      await trx.insertInto('meta').values({ key: MARK_KEY, value: String(looked) })
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
      await checker.close();
      await running;
    },
  };
}

async function readMark(store: Store): Promise<{ looked: number; written: number }> {
  const row = await store.snapshot((trx) => trx.selectFrom('meta').select('value').where('key', '=', MARK_KEY).executeTakeFirst());
  const looked = Number(row?.value ?? 0);
  return { looked, written: looked };
}

/** The next entries after a position, with the keys of each one's enrolment, and the head. */
function readPage(store: Store, after: number) {
  return store.snapshot(async (trx) => {
    const { position } = await trx.selectFrom('heads').select('position').where('shard', '=', 0).executeTakeFirstOrThrow();
    const entries = await trx.selectFrom('entries').select(['position', 'id', 'terminal', 'epoch', 'seq', 'hash', 'signature'])
      .where('position', '>', after).orderBy('position').limit(PAGE).execute();
    const keys = await trx.selectFrom('terminal_keys').select(['terminal', 'epoch', 'public_key'])
      .where(isOneOf(store.engine, 'terminal', [...new Set(entries.map(({ terminal }) => terminal))])).execute();
    const byChain = Map.groupBy(keys, chainKey);
    const rows = entries.map((entry) => ({ ...entry, publicKeys: (byChain.get(chainKey(entry)) ?? []).map((key) => key.public_key) }));
    return { rows, position };
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    timer.unref();
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
