import { accessSync, constants } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { BehaviorSubject, type Observable } from 'rxjs';
import type { CommandHandlers, WatchSources } from '../../shared/contract/rpc.ts';
import { TillError } from '../../shared/replica/fault.ts';
import type { Replica } from '../../shared/replica/ports.ts';
import { enrolTill } from '../../shared/replica/sync/index.ts';
import type { BlockingCode } from '../../shared/contract/errors.ts';
import type { RecoveryView } from '../../shared/contract/views.ts';
import { isNews, withAccount } from './account.ts';
import { earlierEnrolments } from './earlier.ts';
import { createClosedTill, type ClosedBy, type ClosedTill } from './closed.ts';
import { makeFolder } from './durable.ts';
import { CoreFailure } from './failure.ts';
import { toTillError } from './faults.ts';
import { openIdentity, type Enrolled, type IdentityKeeper } from './identity.ts';
import { lockFolder } from './lock.ts';
import { openLog, type Log } from './log.ts';
import { isCommand } from './messages.ts';
import { chainFiles, openTill, type OpenTill } from './opening.ts';
import { openPrinting, type Printing } from './printing/printing.ts';
import type { PrinterTimes } from './printing/send.ts';
import { isDue, recoverFormer } from './recovery.ts';
import { openSentinel } from './sentinel.ts';
import { hasSpace, isDiskFull } from './space.ts';
import { StorageFault } from './storage/fault.ts';

/** What a core is started with. */
export interface CoreOptions {
  /** The till's own folder; made when it is missing. */
  folder: string;
  /** The server's address, without a slash at its end. */
  server: string;
  /** 32 bytes, base64, that seal the device key at rest; null: file permissions alone guard it. */
  secret: string | null;
  version: string;
  /** Enrols a till that is new by itself, as soon as the server answers. */
  enrolCode?: string | null;
  /** The wall clock; tests move it. */
  now?: () => number;
  /** How long a printer may take; tests shorten it. */
  printerTimes?: PrinterTimes;
}

/** What windows are served from; it changes when the till is enrolled, and when it may no longer trade. */
export interface TillState {
  /** Null while the till is new or blocked. */
  replica: Replica | null;
  handlers: CommandHandlers;
  watches: WatchSources;
}

/** A running core. */
export interface Core {
  /** The state now, and each one that follows; completes when the core stops. */
  readonly state$: Observable<TillState>;
  readonly log: Log;
  /** What this till is to the server; null while it is new. */
  enrolment(): { terminal: string; store: string } | null;
  /** Runs a command after checking its name and input; ends with a TillError, whatever went wrong. */
  call(name: string, input: unknown): Promise<unknown>;
  /** Resolves once the till is enrolled and serves its replica, or after `ms`. */
  untilEnrolled(ms: number): Promise<void>;
  /** Finishes what is being written, closes everything and gives the folder back. */
  stop(): Promise<void>;
}

/** Waits between two tries to enrol by itself, milliseconds; the last one repeats. */
const ENROL_AGAIN_MS = [250, 500, 1_000, 2_000, 5_000] as const;
/** Commands that run when the core is told to stop may take this long to end. */
const FINISH_MS = 3_000;

/** Starts the core of a till. Throws {@link CoreFailure} when the folder cannot be used. */
export async function startCore(options: CoreOptions): Promise<Core> {
  prepareFolder(options.folder);
  const release = await lockFolder(options.folder);
  try {
    const core = new TillCore(options, openIdentity(options.folder, options.secret), release);
    await core.begin();
    return core;
  } catch (error) {
    release();
    throw asFailure(error);
  }
}

/** A disk that is full or refuses is nobody's bug: a sentence says what to do. */
function asFailure(error: unknown): unknown {
  if (error instanceof CoreFailure) return error;
  if (toTillError(error).code === 'disk-full') return new CoreFailure('The disk of this till is full; free some space and start it again.');
  return error instanceof StorageFault ? new CoreFailure(`The till's database cannot be opened: ${error.message}`) : error;
}

class TillCore implements Core {
  readonly log: Log;
  private readonly options: CoreOptions;
  private readonly identity: IdentityKeeper;
  private readonly release: () => void;
  private readonly states: BehaviorSubject<TillState>;
  private readonly stopping = new AbortController();
  private readonly running = new Set<Promise<unknown>>();
  /** One thing at a time opens, closes or exchanges the till. */
  private turn: Promise<unknown> = Promise.resolve();
  private open: OpenTill | undefined;
  private closed: ClosedTill | undefined;
  private stopped: Promise<void> | undefined;
  private recovering: Promise<void> | undefined;
  /** Whether the till is closed until its disk has space. */
  private isFull = false;
  /** The incarnation that the server named last. */
  private heard: string | undefined;
  private readonly printing: Printing;
  private readonly account: BehaviorSubject<RecoveryView | undefined>;

  readonly state$: Observable<TillState>;

  constructor(options: CoreOptions, identity: IdentityKeeper, release: () => void) {
    this.options = options;
    this.identity = identity;
    this.release = release;
    this.log = openLog(options.folder);
    this.printing = openPrinting({ folder: options.folder, log: this.log, now: options.now, times: options.printerTimes });
    const last = identity.former().at(-1)?.recovered ?? undefined;
    this.account = new BehaviorSubject(last !== undefined && isNews(last) ? last : undefined);
    this.states = new BehaviorSubject(this.closedState({ phase: 'new' }));
    this.state$ = this.states.asObservable();
  }

  /** Opens the till that this folder holds; a new one waits for its code. */
  async begin(): Promise<void> {
    const enrolled = this.identity.current();
    this.log.info('core starts', { version: this.options.version, enrolled: enrolled !== null });
    if (enrolled !== null) await this.inTurn(() => this.enter(enrolled));
    else if (typeof this.options.enrolCode === 'string') void this.enrolByItself(this.options.enrolCode);
  }

  enrolment(): { terminal: string; store: string } | null {
    const present = this.identity.current();
    return present === null ? null : named(present);
  }

  async call(name: string, input: unknown): Promise<unknown> {
    if (this.stopping.signal.aborted) throw new TillError('internal');
    if (!isCommand(name, input)) throw new TillError('invalid-input');
    const handler = this.states.value.handlers[name] as (input: unknown) => Promise<unknown>;
    const answer = handler(input).catch((error: unknown) => this.explain(name, error));
    this.running.add(answer);
    try {
      return await answer;
    } finally {
      this.running.delete(answer);
    }
  }

  async untilEnrolled(ms: number): Promise<void> {
    const until = Date.now() + ms;
    while (this.identity.current() === null && Date.now() < until && !this.stopping.signal.aborted) await wait(LOOK_EVERY_MS);
    await this.turn;
  }

  stop(): Promise<void> {
    this.stopped ??= this.end();
    return this.stopped;
  }

  private async end(): Promise<void> {
    this.stopping.abort();
    await Promise.race([Promise.allSettled([...this.running]), wait(FINISH_MS, undefined, { ref: false })]);
    await this.turn;
    this.states.complete();
    // A printer that hangs must not keep the till from stopping.
    await Promise.race([this.printing.stop(), wait(FINISH_MS, undefined, { ref: false })]);
    await this.open?.close();
    await this.recovering;
    this.release();
    this.log.info('core stopped');
  }

  /** Opens the till of an enrolment and serves it, or shows why it may not trade. */
  private async enter(enrolled: Enrolled): Promise<void> {
    const { folder, server, version, now } = this.options;
    const opening = await openTill({
      folder, server, version, now, enrolled, log: this.log,
      onDiverged: (how) => void this.inTurn(() => this.block(how)),
      onIncarnation: (incarnation) => this.hear(incarnation),
    }).catch((error: unknown) => this.waitForSpace(error, enrolled));
    if (opening === 'disk-full') return;
    this.isFull = false;
    if (!opening.ok) {
      this.log.info('the till is blocked', { by: opening.blockedBy });
      this.states.next(this.closedState({ phase: 'blocked', blockedBy: opening.blockedBy, terminal: enrolled.identity.terminal }));
      return;
    }
    const { replica, handlers, watches } = opening.till;
    this.open = opening.till;
    this.closed = undefined;
    const { handlersFor, watch: printer } = this.printing;
    this.states.next({
      replica, watches: { ...withAccount(watches, this.account), printer }, handlers: { ...handlers, ...handlersFor(watches.till), enrol: this.enrol },
    });
    this.recovering ??= this.recover();
  }

  /** A full disk is no verdict about the replica: the till says so, and opens by itself once there is space. Any other error is thrown. */
  private waitForSpace(error: unknown, { identity }: Enrolled): 'disk-full' {
    if (!isDiskFull(error, this.options.folder)) throw error;
    if (!this.isFull) {
      this.log.error('the disk is full', error);
      this.states.next(this.closedState({ phase: 'blocked', blockedBy: 'disk-full', terminal: identity.terminal }));
    }
    this.isFull = true;
    void this.openWithSpace();
    return 'disk-full';
  }

  private async openWithSpace(): Promise<void> {
    await wait(SPACE_AGAIN_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    await this.inTurn(async () => {
      const enrolled = this.identity.current();
      if (this.stopping.signal.aborted || enrolled === null || this.open !== undefined) return;
      if (hasSpace(this.options.folder)) await this.enter(enrolled);
      else void this.openWithSpace();
    }).catch((error: unknown) => {
      this.log.error('the till did not open after its disk had been full', error);
      void this.openWithSpace();
    });
  }

  /** A server that was restored from a backup may have lost what earlier chains of this till had sent: they are on the disk yet. */
  private readonly hear = (incarnation: string): void => {
    if (incarnation === this.heard) return;
    this.heard = incarnation;
    this.recovering ??= this.recover();
  };

  /** Sends what earlier enrolments of this till have left, beside the trade. */
  private async recover(): Promise<void> {
    const { folder, server } = this.options;
    const { identity, log } = this;
    const { signal: stopped } = this.stopping;
    const tell = (account: RecoveryView): void => this.account.next(isNews(account) ? account : undefined);
    const heard = (): string | undefined => this.heard;
    do await recoverFormer({ folder, server, identity, log, stopped, tell, heard, hear: this.hear });
    while (!stopped.aborted && identity.former().some((former) => isDue(former, this.heard)));
    this.recovering = undefined;
  }

  private closedState(by: ClosedBy): TillState {
    this.closed = createClosedTill(by, this.options.version);
    return { replica: null, watches: { ...this.closed.watches, printer: this.printing.watch }, handlers: { ...this.closed.handlers, enrol: this.enrol } };
  }

  private readonly enrol: CommandHandlers['enrol'] = ({ code }) => this.inTurn(() => this.enrolNow(code));

  /** Enrols this till, for the first time or again: the server gives an epoch, and with it a chain begins. */
  private async enrolNow(code: string): Promise<{ terminal: string; store: string }> {
    const present = this.identity.current();
    // Asked again after an answer that never arrived.
    if (present !== null && this.open !== undefined && this.identity.cameFrom(code)) return named(present);
    // Its chain can go on once there is space; and a chain that begins would need some, too.
    if (this.isFull) throw new TillError('disk-full');
    await this.refuseWithUnsentEntries();
    const { publicKey } = this.identity.pendingKey();
    const earlier = earlierEnrolments(this.options.folder, this.identity);
    const answer = await enrolTill({ server: this.options.server, code, publicKey, earlier });
    if (!answer.ok) throw answer.code === 'unreachable' ? new TillError('server-unreachable') : new TillError('server-refused', { code: answer.code });
    const identity = answer.value;
    await this.open?.close();
    this.open = undefined;
    // The sentinel comes first: an enrolment without one would look like a replica that was taken away.
    const sentinel = openSentinel(chainFiles(this.options.folder, identity).sentinel, identity);
    if (sentinel.head === null) sentinel.begin();
    sentinel.close();
    const enrolled = this.identity.adopt(identity, code);
    this.log.info('enrolled', { terminal: identity.terminal, epoch: identity.epoch });
    await this.enter(enrolled);
    return named(enrolled);
  }

  /** A till that trades gives up its chain only when the server has all of it, or will never take the rest. */
  private async refuseWithUnsentEntries(): Promise<void> {
    if (this.open === undefined) return;
    const { waiting, lastError } = this.open.sync.view();
    if (waiting > 0 && !CLOSED_CHAIN.includes(lastError?.code ?? '')) throw new TillError('unsent-entries', { waiting });
  }

  private async enrolByItself(code: string): Promise<void> {
    for (let tries = 0; !this.stopping.signal.aborted && this.identity.current() === null; tries++) {
      try {
        await this.inTurn(() => this.enrolNow(code));
        return;
      } catch (error) {
        const fault = toTillError(error);
        this.closed?.sayTrouble(fault.code, (this.options.now ?? Date.now)());
        const refused = String(fault.detail?.['code'] ?? '');
        if (fault.code !== 'server-unreachable' && !PASSING.includes(refused)) {
          this.log.error('could not enrol', error, { refused });
          return;
        }
      }
      const pause = ENROL_AGAIN_MS[Math.min(tries, ENROL_AGAIN_MS.length - 1)];
      await wait(pause, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.turn.then(task);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** Notes what a command met, and stops trading on a damaged replica. */
  private explain(command: string, thrown: unknown): never {
    const error = toTillError(thrown);
    if (error.code === 'internal' || error.cause !== undefined) this.log.error('a command failed', error.cause ?? thrown, { command, fault: error.code });
    if (error.code !== 'replica-damaged' || this.open === undefined) throw error;
    const isFull = !hasSpace(this.options.folder);
    void this.inTurn(() => this.block(isFull ? 'disk-full' : 'replica-damaged'));
    throw isFull ? new TillError('disk-full', undefined, error) : error;
  }

  private async block(by: BlockingCode | 'disk-full'): Promise<void> {
    const { open } = this;
    const enrolled = this.identity.current();
    if (open === undefined || enrolled === null) return;
    this.open = undefined;
    this.log.info('the till is blocked', { by });
    this.states.next(this.closedState({ phase: 'blocked', blockedBy: by, terminal: enrolled.identity.terminal }));
    await open.close().catch((error: unknown) => this.log.error('the replica of a blocked till did not close', error));
    if (by !== 'disk-full') return;
    this.isFull = true;
    void this.openWithSpace();
  }
}

const LOOK_EVERY_MS = 50;
/** How often a till whose disk is full looks for space. */
const SPACE_AGAIN_MS = 2_000;

/** What a server says that may take the same request in a moment. */
const PASSING = ['busy', 'rate-limited', 'internal'];
/** Errors of the server that mean that it takes nothing more of this chain, or only from a till that was enrolled again. */
const CLOSED_CHAIN = ['epoch-frozen', 'terminal-revoked', 'not-enrolled'];

const named = ({ identity }: Enrolled): { terminal: string; store: string } => ({ terminal: identity.terminal, store: identity.store });

function prepareFolder(folder: string): void {
  try {
    makeFolder(folder);
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    throw new CoreFailure(`The till's folder ${folder} cannot be written; choose another.`);
  }
}
