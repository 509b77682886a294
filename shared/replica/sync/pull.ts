import { getLastCheckpointDoc, setCheckpoint, type RxCollection } from 'rxdb/plugins/core';
import { replicateRxCollection, type RxReplicationState } from 'rxdb/plugins/replication';
import { filter, Subject } from 'rxjs';
import type { PulledName } from '../../contract/collections.ts';
import { plain, queryDocuments } from '../documents.ts';
import type { Identity, Replica, TillPorts } from '../ports.ts';
import { acceptor, type PulledDoc } from './accept.ts';
import type { Board } from './board.ts';
import { retryMs, type Connection } from './connection.ts';
import type { FailureCode } from './http.ts';
import type { OwnBook } from './own.ts';
import { createRounds } from './rounds.ts';
import type { PulledPage, ServerCalls } from './server.ts';
import { createPause, type Pause, type SyncTiming, type Timers } from './timing.ts';

/**
 * Where a collection's pull stands. RxDB stores it after the documents it covers. `drop` is an id while what was pulled
 * before is being thrown away, '' at the beginning of that; null otherwise. `loaded`: everything was pulled at least once.
 */
interface Cursor {
  after: string;
  /** The stretch of the server's life in which `after` was read: a restored server does not remember what was lost with it. */
  incarnation?: string;
  drop: string | null;
  loaded: boolean;
}

/** A collection without a cursor of this enrolment may hold documents of an earlier one; they go first. */
const BEGINNING: Cursor = { after: '', drop: '', loaded: false };

type Doc = PulledDoc & { _deleted: boolean };
interface Batch {
  documents: Doc[];
  checkpoint: Cursor;
}

/** Documents in a page, as the server gives them and as one write takes them. */
const PAGE = 500;
/** How long a page may take to be written before the run is given up and begun again from what is stored. */
const WRITE_MS = 10_000;
/** A cursor that moved over nothing is stored only so often; it saves reading, not safety. */
const IDLE_CURSOR_MS = 60_000;

export interface PullOptions {
  name: PulledName;
  replica: Replica;
  identity: Identity;
  ports: Pick<TillPorts, 'verify' | 'random'>;
  calls: ServerCalls;
  book: OwnBook;
  board: Board;
  connection: Pick<Connection, 'isOnline' | 'whenOnline' | 'suspect'>;
  timing: SyncTiming;
  timers: Timers;
  stopped: AbortSignal;
  spacingMs: number;
  /** Resolves when it is this collection's turn in the first load. */
  turn: Promise<unknown>;
  /** So many documents more have been pulled; `loaded` may have changed. */
  pulled: (count: number) => void;
  /** How often every pull has begun again. */
  generation: () => number;
  /** The server, asked in a generation, never gave out this cursor. Resolves when every pull has been told to begin again. */
  onResync: (generation: number) => Promise<void>;
}

/** The pull of one collection: RxDB's replication with a handler that knows the server, its faults and its restores. */
export class Pull {
  readonly name: PulledName;
  private readonly options: PullOptions;
  private readonly accepts: (document: unknown) => document is PulledDoc;
  private readonly pause: Pause;
  private readonly signal = new Subject<'RESYNC'>();
  private readonly rounds = createRounds();
  private readonly replication: RxReplicationState<PulledDoc, Cursor>;
  private firstTried: () => void = () => undefined;
  /** Resolves when the collection was pulled to its end, or could not be for a reason that time alone does not mend. */
  readonly tried: Promise<void>;
  private isLoaded = false;
  private mustRestart = false;
  private failures = 0;
  /** The page handed to RxDB last, to see that it has been written. */
  private handed: { cursor: string; last: Doc } | undefined;
  /** A cursor that moved over nothing, with when it was last stored. */
  private moved: Cursor | undefined;
  private movedStoredMs = Number.NEGATIVE_INFINITY;
  private askedMs = Number.NEGATIVE_INFINITY;
  private later: (() => void) | undefined;

  constructor(options: PullOptions) {
    const { name, replica, identity, ports, timers, stopped } = options;
    this.options = options;
    this.name = name;
    this.accepts = acceptor(name, identity, ports);
    this.pause = createPause(timers, stopped);
    this.tried = new Promise((resolve) => (this.firstTried = resolve));
    this.replication = replicateRxCollection<PulledDoc, Cursor>({
      replicationIdentifier: `${identity.server}/${identity.terminal}/${identity.epoch}`,
      collection: replica.collections[name] as unknown as RxCollection<PulledDoc>,
      live: true,
      // The core is the only process on the replica, and it has no page that could be hidden.
      waitForLeadership: false,
      toggleOnDocumentVisible: false,
      // The handler retries by itself; this is for what only a bug could throw.
      retryTime: 5_000,
      pull: {
        batchSize: PAGE,
        stream$: this.signal.asObservable(),
        // A handler that throws would be tried again by RxDB without a look at the connection.
        handler: (given, limit) => this.next(given ?? BEGINNING, limit),
      },
    });
    this.replication.active$.pipe(filter((active) => !active)).subscribe(() => this.onIdle());
    // A page that could not be written: the next call of the handler sees that it is missing.
    this.replication.error$.subscribe(() => options.board.fault(this.fault, 'replica-write'));
  }

  /** Waits until the pull is under way; answers whether everything was loaded before, and when it last stored something. */
  async started(): Promise<{ loaded: boolean; storedMs: number | null }> {
    await this.replication.startPromise;
    const state = this.replication.internalReplicationState;
    if (state === undefined) return { loaded: false, storedMs: null };
    const cursor = await getLastCheckpointDoc<PulledDoc, Cursor>(state, 'down');
    this.isLoaded ||= cursor?.loaded ?? false;
    if (this.isLoaded) this.firstTried();
    return { loaded: this.isLoaded, storedMs: state.lastCheckpointDoc.down?._meta.lwt ?? null };
  }

  get loaded(): boolean {
    return this.isLoaded;
  }

  /** Pulls soon; calls that come close together are one pull. */
  ask(): void {
    const { timers, spacingMs, stopped } = this.options;
    if (this.later !== undefined || stopped.aborted) return;
    const waitMs = this.askedMs + spacingMs - timers.steadyMs();
    if (waitMs <= 0) return this.now();
    this.later = timers.after(waitMs, () => this.now());
  }

  /** Pulls at once; resolves when that has ended, well or not, or when the till is offline. */
  async round(): Promise<void> {
    const { connection, stopped, timers, timing } = this.options;
    if (stopped.aborted || !connection.isOnline()) return;
    const ended = this.rounds.next();
    this.now();
    this.pause.wake();
    const late = Promise.withResolvers<void>();
    const cancel = timers.after(timing.requestMs * 2, late.resolve);
    await Promise.race([ended, late.promise]);
    cancel();
  }

  /** Throws away what was pulled and begins again; durable before it resolves. */
  async restart(): Promise<void> {
    this.mustRestart = true;
    const state = this.replication.internalReplicationState;
    if (state !== undefined) await setCheckpoint(state, 'down', BEGINNING);
    this.now();
  }

  async stop(): Promise<void> {
    this.later?.();
    this.rounds.endAll();
    this.firstTried();
    await this.replication.cancel();
    this.signal.complete();
  }

  private get fault(): `pull:${string}` {
    return `pull:${this.name}`;
  }

  private now(): void {
    this.later?.();
    this.later = undefined;
    this.askedMs = this.options.timers.steadyMs();
    this.signal.next('RESYNC');
  }

  /** RxDB asks for what follows a cursor. An empty answer ends the run and leaves the stored cursor where it is. */
  private async next(given: Cursor, limit: number): Promise<Batch> {
    const nothing: Batch = { documents: [], checkpoint: given };
    this.moved = undefined;
    try {
      if (!(await this.isWritten(given))) return await this.unwritten(nothing);
      await this.options.turn;
      let cursor = given;
      while (!this.options.stopped.aborted) {
        if (this.mustRestart) {
          this.mustRestart = false;
          cursor = BEGINNING;
        }
        if (cursor.drop !== null) {
          const dropped = await this.dropAfter(cursor.drop, limit);
          if (dropped !== undefined) return this.hand(dropped, limit);
          cursor = { ...BEGINNING, drop: null };
        }
        const page = await this.fetch(cursor, limit);
        if (page === undefined || this.mustRestart) continue;
        const batch = this.read(page, cursor, limit);
        return batch === undefined ? nothing : this.hand(batch, limit);
      }
    } catch {
      // Reading or writing the replica failed; the run ends and the next begins from what is stored.
      return await this.unwritten(nothing);
    }
    return nothing;
  }

  /** Asks the server for a page until it answers one; undefined when something happened that needs another look. */
  private async fetch({ after, incarnation }: Cursor, limit: number): Promise<PulledPage | undefined> {
    const { calls, book, board, connection, onResync, stopped } = this.options;
    if (!(await connection.whenOnline())) return undefined;
    this.rounds.begin();
    const generation = this.options.generation();
    // What begins again believes no answer from before: another copy of this chain may have brought it to a server that went back.
    const answer = await calls.pull(this.name, { after, incarnation, limit, ownAfter: after === '' ? 0 : book.settledSeq() });
    // An answer from before the server went back to a backup names positions that are no more.
    if (stopped.aborted || generation !== this.options.generation()) return undefined;
    if (!answer.ok) {
      await this.failed(answer.code);
      return undefined;
    }
    if (answer.value.resync) {
      await onResync(generation);
      return undefined;
    }
    // N3: what the server says of own entries is stored before any document of the same reading.
    await book.apply(answer.value.own);
    const full = answer.value.documents.length >= limit;
    if (full && answer.value.checkpoint.join(',') === after) {
      await this.failed('unreadable');
      return undefined;
    }
    this.failures = 0;
    board.fault(this.fault, null);
    return answer.value;
  }

  private async failed(code: FailureCode): Promise<void> {
    const { board, connection, timing, ports, stopped } = this.options;
    if (stopped.aborted) return;
    this.failures += 1;
    board.fault(this.fault, code);
    if (code === 'unreachable' || code === 'unreadable') connection.suspect();
    this.rounds.end();
    await this.pause.wait(retryMs(code, this.failures, timing, (bytes) => ports.random(bytes)));
  }

  /** Reads a page. With a document that may not be stored the cursor stays, so that nothing is ever skipped. */
  private read(page: PulledPage, cursor: Cursor, limit: number): Batch | undefined {
    const documents: Doc[] = page.documents.filter(this.accepts).map((document) => ({ ...document, _deleted: false }));
    if (documents.length < page.documents.length) {
      this.options.pulled(documents.length);
      this.options.board.fault(this.fault, 'document-invalid');
      this.firstTried();
      return { documents, checkpoint: { ...cursor, drop: null } };
    }
    const ended = page.documents.length < limit;
    if (ended) {
      this.isLoaded = true;
      this.firstTried();
    }
    this.options.pulled(documents.length);
    const checkpoint: Cursor = {
      after: page.checkpoint.join(','), drop: null, loaded: cursor.loaded || ended,
      ...(page.incarnation === undefined ? {} : { incarnation: page.incarnation }),
    };
    if (documents.length > 0) return { documents, checkpoint };
    this.moved = checkpoint;
    return undefined;
  }

  /** The next documents to throw away, or undefined when none is left. */
  private async dropAfter(id: string, limit: number): Promise<Batch | undefined> {
    const stored = await queryDocuments(this.options.replica, this.name, { selector: { id: { $gt: id } }, sort: [{ id: 'asc' }], limit } as never);
    const last = stored.at(-1);
    if (last === undefined) return undefined;
    const documents = (stored as PulledDoc[]).map((document) => ({ ...document, _deleted: true }));
    return { documents, checkpoint: { ...BEGINNING, drop: last.id } };
  }

  /** Hands a page to RxDB. RxDB ends a run at a page that is not full; what is left to throw away needs one more. */
  private hand(batch: Batch, limit: number): Batch {
    const last = batch.documents.at(-1);
    this.handed = last === undefined ? undefined : { cursor: JSON.stringify(batch.checkpoint), last };
    if (batch.checkpoint.drop !== null && batch.documents.length < limit) this.signal.next('RESYNC');
    return batch;
  }

  /**
   * Whether the page that was handed over before this cursor is stored. RxDB asks for the next page before it has written
   * the last one, and would go on when that failed: waiting here holds it back, so nothing is skipped and memory stays small.
   */
  private async isWritten(given: Cursor): Promise<boolean> {
    const { handed } = this;
    this.handed = undefined;
    if (handed === undefined || handed.cursor !== JSON.stringify(given)) return true;
    const { timers, replica, stopped } = this.options;
    const collection = replica.collections[this.name] as unknown as RxCollection<PulledDoc>;
    const fromMs = timers.steadyMs();
    for (let waitMs = 1; !stopped.aborted; waitMs = Math.min(20, waitMs * 2)) {
      const [found] = await collection.storageInstance.findDocumentsById([handed.last.id], true);
      if (found !== undefined && found._deleted === handed.last._deleted && sameState(plain<PulledDoc>(found), handed.last)) return true;
      if (timers.steadyMs() - fromMs > WRITE_MS) return false;
      await this.pause.wait(waitMs);
    }
    return false;
  }

  private async unwritten(nothing: Batch): Promise<Batch> {
    const { board, timers, timing, stopped } = this.options;
    if (stopped.aborted) return nothing;
    board.fault(this.fault, 'replica-write');
    this.rounds.end();
    this.later ??= timers.after(timing.retryMostMs, () => this.now());
    return nothing;
  }

  /** RxDB has finished a run: everything handed over is written or has failed, and no handler is running. */
  private onIdle(): void {
    this.rounds.end();
    const { timers, stopped } = this.options;
    const state = this.replication.internalReplicationState;
    const { moved } = this;
    if (moved === undefined || state === undefined || stopped.aborted) return;
    this.moved = undefined;
    const stored = state.lastCheckpointDoc.down?.checkpointData as Cursor | undefined;
    const isNews = stored === undefined || stored.drop !== null || stored.loaded !== moved.loaded;
    if (!isNews && timers.steadyMs() - this.movedStoredMs < IDLE_CURSOR_MS) return;
    this.movedStoredMs = timers.steadyMs();
    // RxDB stores no cursor for an empty page; without one an empty collection would look unloaded after every start.
    setCheckpoint(state, 'down', moved).catch(() => this.options.board.fault(this.fault, 'replica-write'));
  }
}

function sameState(a: PulledDoc, b: PulledDoc): boolean {
  return a.rev === b.rev && a.position === b.position;
}
