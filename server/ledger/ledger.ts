import type { Envelope } from '../../shared/contract/entry.ts';
import { refusal } from '../http/errors.ts';
import { readPublicKey } from '../auth/keys.ts';
import type { Store } from '../store/store.ts';
import type { Head } from './batch.ts';
import { envelopesOf, type CheckedChain } from './check.ts';
import { createChecker } from './checker.ts';
import { inOrderSent, makePush, type PushOutcome } from './push.ts';
import { createPostingQueue } from './queue.ts';
import { chainKey } from './reading.ts';

/** A till's enrolment, whose entries are one chain. */
interface Chain {
  terminal: string;
  epoch: number;
}

/** The ledger of a chain of stores: facts go in, positions and dispositions come out. */
export interface Ledger {
  /**
   * Records what a till sends of its chain and says what became of each entry. Refuses the whole, changing nothing, when
   * the enrolment is not known (`not-enrolled`), an entry is left out (`chain-broken`), or too much waits already (`busy`).
   */
  push(chain: Chain, envelopes: readonly Envelope[]): Promise<PushOutcome>;
  /**
   * The same for the body of a push as it came, which a thread reads: a server that posts has little time for anything else.
   * A body that does not fit the contract comes back, and nothing has changed.
   */
  pushBody(chain: Chain, body: Uint8Array): Promise<PushOutcome | { ok: false; unfit: Uint8Array }>;
  /** Reads the head: last position and revision. */
  head(): Promise<Head>;
  /** Calls `listener` whenever this server moved the head; returns a function that ends that. */
  onHead(listener: (head: Head) => void): () => void;
  /** Tells listeners that something else of this server moved the head. */
  moved(head: Head): void;
  /** Entries that were taken in and are not yet booked. */
  waiting(): number;
  /** Waits for what was taken in, and lets its threads go. The store stays open. */
  close(): Promise<void>;
}

/** Entries that may wait; beyond that a till hears that the server is busy and keeps its own. */
const WAITING_MOST = 50_000;
/** Bytes of the smallest envelope: a hash, a signature, and an entry without anything that it may leave out. */
const ENVELOPE_LEAST = 500;

const BUSY = refusal('busy', 'Too many entries wait already; send these again in a moment.');
const NOT_ENROLLED = refusal('not-enrolled', 'This till is not enrolled here; enrol it with a one-time code.');

/** What a ledger is made with. */
export interface LedgerOptions {
  /** The server's clock, for `received_at`. */
  now?: () => number;
  /** How many threads check entries. */
  threads?: number;
  /** Whether every signature is to be checked before its entry is booked; else the last one of each linked run proves the run. */
  checkEach?: () => boolean;
}

/** Makes the ledger of a database. */
export function createLedger(store: Store, options: LedgerOptions = {}): Ledger {
  const { now = Date.now, checkEach = () => false } = options;
  const checker = createChecker(options.threads);
  const keysOf = createKeys(store);
  const listeners = new Set<(head: Head) => void>();
  const moved = (head: Head): void => {
    for (const listener of listeners) listener(head);
  };

  const queue = createPostingQueue(store, now, moved);
  const book = async (chain: Chain, envelopes: readonly Envelope[], faults: readonly (string | null)[]): Promise<PushOutcome> => {
    const outcome = await queue.add(makePush(chain, envelopes, faults));
    return outcome.ok ? { ok: true, response: inOrderSent(envelopes, outcome.response) } : outcome;
  };

  type Faults = readonly (string | null)[];
  const checkAll = async (chain: CheckedChain, envelopes: readonly Envelope[]): Promise<Faults> =>
    checkAgain(chain, envelopes, await queue.whileChecking(envelopes.length, () => checker.check(chain, envelopes, checkEach())));
  /** A key that was taken in again a moment ago, on another server perhaps, must not have its entries set aside: they are looked at anew. */
  const checkAgain = async (chain: CheckedChain, envelopes: readonly Envelope[], faults: Faults): Promise<Faults> => {
    if (!faults.includes('signature-invalid')) return faults;
    const publicKeys = await keysOf(chain, true);
    if (publicKeys.length === chain.publicKeys.length) return faults;
    return queue.whileChecking(envelopes.length, () => checker.check({ ...chain, publicKeys }, envelopes, checkEach()));
  };

  return {
    async push({ terminal, epoch }, envelopes) {
      const chain = { terminal, epoch };
      if (queue.waiting() + envelopes.length > WAITING_MOST) return BUSY;
      const publicKeys = await keysOf(chain);
      if (publicKeys.length === 0) return NOT_ENROLLED;
      return book(chain, envelopes, await checkAll({ ...chain, publicKeys }, envelopes));
    },
    async pushBody({ terminal, epoch }, body) {
      const chain = { terminal, epoch };
      const most = Math.ceil(body.byteLength / ENVELOPE_LEAST);
      if (queue.waiting() + most > WAITING_MOST) return BUSY;
      const publicKeys = await keysOf(chain);
      if (publicKeys.length === 0) return NOT_ENROLLED;
      const read = await queue.whileChecking(most, () => checker.read({ ...chain, publicKeys }, body, checkEach()));
      if ('unfit' in read) return { ok: false, unfit: read.unfit };
      const envelopes = envelopesOf(read.push);
      return book(chain, envelopes, await checkAgain({ ...chain, publicKeys }, envelopes, read.push.faults));
    },
    async head() {
      return store.db.selectFrom('heads').select(['position', 'rev']).where('shard', '=', 0).executeTakeFirstOrThrow();
    },
    onHead(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    moved,
    waiting: () => queue.waiting(),
    async close() {
      await queue.drained();
      await checker.close();
    },
  };
}

/** Enrolments whose keys are remembered. */
const KEYS_MOST = 10_000;

/**
 * A reader of enrolments' public keys; none for an enrolment that is not known. A key never changes, because enrolling again
 * makes another epoch; one may come beside it, so `anew` reads again.
 */
function createKeys(store: Store): (chain: Chain, anew?: boolean) => Promise<readonly string[]> {
  const keys = new Map<string, readonly string[]>();
  return async (chain, anew = false) => {
    const name = chainKey(chain);
    const known = anew ? undefined : keys.get(name);
    if (known !== undefined) return known;
    const rows = await store.db
      .selectFrom('terminal_keys').select('public_key').where('terminal', '=', chain.terminal).where('epoch', '=', chain.epoch).execute();
    const read = rows.map((row) => row.public_key).filter((key) => readPublicKey(key) !== undefined);
    if (read.length === 0) return [];
    if (keys.size >= KEYS_MOST) keys.clear();
    keys.set(name, read);
    return read;
  };
}
