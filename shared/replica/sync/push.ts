import type { OwnEntryDoc } from '../../contract/documents.ts';
import type { Envelope } from '../../contract/entry.ts';
import { canonicalEntry } from '../../domain/canonical.ts';
import type { Identity } from '../ports.ts';
import { createQueue } from '../queue.ts';
import type { Board } from './board.ts';
import { retryMs, type Connection } from './connection.ts';
import type { Answer, Failure } from './http.ts';
import type { OwnBook } from './own.ts';
import type { ServerCalls, ServerHead } from './server.ts';
import { createPause, type Pause, type SyncTiming, type Timers } from './timing.ts';

/** Entries in a batch, and characters of their bytes: far below the server's limit of 8 MiB even when each is three bytes. */
const BATCH_MOST = 200;
const BATCH_CHARACTERS = 1_000_000;

/**
 * How a chain can differ from what the server holds of it: the server has entries that this till never made (the till was
 * restored, or another copy of it writes), or another entry in one place.
 */
export type Divergence = 'chain-ahead' | 'chain-forked';

/** How a round of sending ended: everything sent, the chain does not fit, or a failure that may pass. */
export type Outcome = 'done' | 'broken' | Failure;

export interface PushOptions {
  calls: ServerCalls;
  book: OwnBook;
  board: Board;
  identity: Identity;
  timing: SyncTiming;
  timers: Timers;
  random: (bytes: number) => Uint8Array;
  stopped: AbortSignal;
  connection: Pick<Connection, 'isOnline' | 'suspect'>;
  /** How often every pull has begun again: an answer from before that is of what the server has lost. */
  generation: () => number;
  /** Runs before answers are taken back, and must durably forget what was pulled. */
  onLost: () => Promise<void>;
  onDiverged: (how: Divergence) => void;
}

/** Sends this till's chain: what follows the head that the server holds, in order, one batch after the other. */
export class Pusher {
  private readonly options: PushOptions;
  // Meeting and sending exclude each other: a head that is asked for during a push may be older than its answer.
  private readonly queue = createQueue();
  private readonly pause: Pause;
  /** The server's head of this chain while it is known and fits. */
  private head: { seq: number; hash: string } | undefined;
  private most = BATCH_MOST;
  private wanted = false;
  private running: Promise<void> | undefined;

  constructor(options: PushOptions) {
    this.options = options;
    this.pause = createPause(options.timers, options.stopped);
  }

  /**
   * Asks for the server's head and compares the chains. A server that has lost entries it had acknowledged was restored:
   * its answers to them are taken back, so that they are sent again. A chain that does not fit is not sent on.
   */
  meet(): Promise<Answer<ServerHead>> {
    return this.queue.run(() => this.ask().catch(unwritten));
  }

  /**
   * Reads what the server says of own entries that have no answer yet; resolves when it is stored. `outdated`: the server went
   * back to a backup meanwhile, so that nothing was stored.
   */
  async learn(): Promise<Answer<unknown> | 'outdated'> {
    const { calls, book, generation } = this.options;
    const asked = generation();
    const page = await calls.pull('stores', { after: '', limit: 1, ownAfter: book.settledSeq() });
    if (asked !== generation()) return 'outdated';
    if (page.ok) await book.apply(page.value.own);
    return page;
  }

  /** The chain has grown, or the till has come online. */
  nudge(): void {
    this.wanted = true;
    this.pause.wake();
    if (this.options.connection.isOnline()) this.running ??= this.run();
  }

  /** Sends everything once; resolves when that has ended, well or not. */
  async round(): Promise<Outcome> {
    const { board, connection, stopped } = this.options;
    const outcome = await this.queue.run(() => this.drain().catch(unwritten));
    if (outcome === 'done') board.fault('push', null);
    if (typeof outcome !== 'object') return outcome;
    this.head = undefined;
    if (!stopped.aborted) board.fault('push', outcome.code);
    if (outcome.code === 'unreachable' || outcome.code === 'unreadable') connection.suspect();
    return outcome;
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await this.queue.idle();
    await this.running;
  }

  private async ask(): Promise<Answer<ServerHead>> {
    const { calls, book, board, identity, onLost, onDiverged } = this.options;
    this.head = undefined;
    const known = book.settledSeq();
    const answer = await calls.head();
    if (!answer.ok) return answer;
    if (answer.value.server !== identity.server) {
      return { ok: false, code: 'other-server', message: 'This server is not the one that the till is enrolled with.' };
    }
    const { chain } = answer.value;
    if (chain.seq < known) {
      await onLost();
      await book.forget(chain.seq);
    }
    const own = await book.hashAt(chain.seq);
    if (own === chain.hash) {
      this.head = chain;
      return answer;
    }
    board.fault('push', 'chain-broken');
    onDiverged(own === undefined ? 'chain-ahead' : 'chain-forked');
    return answer;
  }

  private async drain(): Promise<Outcome> {
    const { book, board, stopped } = this.options;
    while (!stopped.aborted) {
      if (this.head === undefined) {
        const met = await this.ask();
        if (!met.ok) return met;
      }
      const { head } = this;
      if (head === undefined) return 'broken';
      // Answers are learned in order, without a hole: `ownAfter` of the pulls is one number.
      if (head.seq > book.settledSeq()) {
        const learned = await this.learn();
        if (learned === 'outdated') {
          this.head = undefined;
          continue;
        }
        if (!learned.ok) return learned;
      }
      const docs = await book.after(head.seq, this.most);
      if (docs.length === 0) return 'done';
      const batch = batchOf(docs, head.seq);
      if (batch.length === 0) {
        board.fault('push', 'chain-broken');
        return 'broken';
      }
      const failure = await this.send(batch, head.seq);
      if (failure !== undefined) return failure;
    }
    return 'done';
  }

  private async send(batch: Envelope[], after: number): Promise<Failure | undefined> {
    const { calls, book } = this.options;
    const answer = await calls.push(batch);
    this.head = undefined;
    if (!answer.ok) {
      if (answer.code !== 'too-large' || batch.length === 1) return answer;
      this.most = Math.max(1, Math.floor(batch.length / 2));
      return undefined;
    }
    const { chain, results } = answer.value;
    await book.apply(results);
    if (chain.seq <= after) return { ok: false, code: 'unreadable', message: 'The server took a batch and did not move its head.' };
    // A head that is not an entry of this batch is asked for again, and compared, before anything more is sent.
    if (batch.some((one) => one.seq === chain.seq && one.hash === chain.hash)) this.head = chain;
    this.most = Math.min(BATCH_MOST, this.most * 2);
    return undefined;
  }

  private async run(): Promise<void> {
    const { connection, timing, random, stopped } = this.options;
    for (let failures = 0; this.wanted && !stopped.aborted && connection.isOnline();) {
      this.wanted = false;
      const outcome = await this.round();
      if (typeof outcome !== 'object') {
        failures = 0;
        continue;
      }
      failures += 1;
      this.wanted = true;
      await this.pause.wait(retryMs(outcome.code, failures, timing, random));
    }
    this.running = undefined;
  }
}

/** A disk that fails ends a round like a server that fails: it is reported and tried again. */
const unwritten = (): Failure => ({ ok: false, code: 'internal', message: 'The replica could not be read or written.' });

/** Envelopes of the entries that follow `after` without a gap, as many as one request takes; at least one when there is one. */
export function batchOf(docs: readonly OwnEntryDoc[], after: number): Envelope[] {
  const batch: Envelope[] = [];
  let characters = 0;
  for (const doc of docs) {
    if (doc.seq !== after + batch.length + 1) break;
    const bytes = canonicalEntry(doc.entry);
    characters += bytes.length;
    if (batch.length > 0 && characters > BATCH_CHARACTERS) break;
    batch.push({ id: doc.id, seq: doc.seq, hash: doc.hash, signature: doc.signature, bytes });
  }
  return batch;
}
