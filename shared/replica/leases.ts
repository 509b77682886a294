import { Subject, type Observable, type Subscription } from 'rxjs';
import type { Points } from '../domain/integers.ts';
import { uuidV7 } from '../domain/uuid.ts';
import type { HeldLease } from './cover.ts';
import type { LeaseAnswer, NamedLease, SyncPort } from './ports.ts';
import { closeLease } from './kept.ts';
import { mayNeedCover, type LeaseKeeperParts } from './need.ts';
import { createStanding } from './standing.ts';

/** Asks for leases while a member is at the till, and gives back those that nobody needs any more (L4). */
export interface LeaseKeeper {
  /** A member is at the till: cover is asked for behind it. Replaces whoever was there. */
  attach(member: string): void;
  detach(member: string): void;
  /** Nobody is at the till any more: every lease is given back, standing ones too. */
  endShift(): void;
  /** Keeps a member's leases until the returned function is called, whoever is attached. */
  hold(member: string): () => void;
  isAsking(member: string): boolean;
  /** Id of the lease that was asked for a member and may have been granted although no answer came; undefined: there is none. */
  unanswered(member: string): string | undefined;
  /** Asks for what `lacking` still says is missing, after a request that is on its way. Waits at most `waitMs`. */
  ensure(member: string, lacking: () => Points, waitMs: number): Promise<void>;
  readonly changed$: Observable<void>;
  /** Resolves when no lease is being asked for or given back. */
  idle(): Promise<void>;
  /** Gives nothing back any more; resolves when what was being given back is. Leases left open are given back by the next run. */
  stop(): Promise<void>;
}

/** A request behind an attached member may take its time; the sale does not wait for it. */
const BACKGROUND_WAIT_MS = 10_000;
/** After a lease could not be given back (a full disk), it is tried again. */
const RETRY_MS = 5_000;

/** Makes the keeper; leases left open by an earlier run are given back at once, but for those of regulars. */
export function createLeaseKeeper(parts: LeaseKeeperParts): LeaseKeeper {
  const { cover, ports, sync } = parts;
  let attached = parts.attached;
  const holds = createHolds();
  const changed = new Subject<void>();
  const unanswered = createUnanswered(parts);
  const { asking, ask } = createAsker(parts, unanswered, changed, () => closer.sweep());
  const isHere = (member: string): boolean => member === attached || holds.has(member);
  const closer = createCloser(parts, { isHere, keeps: ({ lease, isPending }) => isPending === true || standing.keeps(lease.member), gaveBack: (member) => standing.drop(member) });
  const standing = createStanding(parts, {
    isFree: (member) => !isHere(member) && !asking.has(member),
    // Who is not here has no claim on what another till keeps.
    ask: (member, wanted) => ask(member, wanted, BACKGROUND_WAIT_MS, false),
    changed: () => closer.sweep(),
  });

  const askIfUncovered = (): void => {
    if (!parts.mayTrade || attached === '' || !sync.view().online || asking.has(attached)) return;
    const nowMs = ports.nowMs();
    if (cover.leased(attached, nowMs) > 0 || !mayNeedCover(parts, attached, nowMs)) return;
    void ask(attached, undefined, BACKGROUND_WAIT_MS, true);
  };
  const following = watchConnection(sync, askIfUncovered);
  following.add(cover.changed$.subscribe(() => closer.sweep()));
  // What an earlier run kept for a regular is looked at before anything is given back.
  for (const { lease } of cover.open()) if (!isHere(lease.member)) standing.consider(lease.member);
  closer.sweep();
  return {
    attach(member) {
      if (attached !== '' && attached !== member) standing.consider(attached);
      attached = member;
      askIfUncovered();
      closer.sweep();
    },
    detach(member) {
      if (attached === member) attached = '';
      standing.consider(member);
      closer.sweep();
    },
    endShift() {
      attached = '';
      standing.end();
      closer.sweep();
    },
    hold: (member) => holds.add(member, closer.sweep),
    isAsking: (member) => asking.has(member),
    unanswered: unanswered.of,
    async ensure(member, lacking, waitMs) {
      const work = async (): Promise<void> => {
        await asking.get(member);
        const missing = lacking();
        if (missing > 0) await ask(member, missing, waitMs, true);
      };
      await atMost(work(), waitMs);
    },
    changed$: changed.asObservable(),
    async idle() {
      await standing.idle();
      await Promise.all(asking.values());
      await closer.idle();
    },
    async stop() {
      following.unsubscribe();
      await standing.stop();
      await closer.stop();
    },
  };
}

/** Asks for leases, and knows for whom it is asking. `then` runs after each request: whoever it was for may have left meanwhile. */
function createAsker({ sync }: LeaseKeeperParts, unanswered: ReturnType<typeof createUnanswered>, changed: Subject<void>, then: () => void) {
  const asking = new Map<string, Promise<unknown>>();
  return {
    asking,
    ask(member: string, wanted: Points | undefined, waitMs: number, recall: boolean): Promise<LeaseAnswer> {
      const lease: NamedLease = { ...unanswered.choose(member), recall };
      let said: LeaseAnswer = 'unreachable';
      const answer = sync.requestLease(member, wanted, waitMs, lease).then((answered) => {
        said = answered;
        if (answered !== 'unreachable') unanswered.end(member, lease.id);
      });
      const request = atMost(answer, waitMs).catch(() => undefined).then(() => {
        if (asking.get(member) === request) asking.delete(member);
        changed.next();
        then();
        return said;
      });
      asking.set(member, request);
      changed.next();
      return request;
    },
  };
}

/** Members whose leases are held by work under way, each as often as there is such work. */
function createHolds() {
  const counts = new Map<string, number>();
  return {
    has: (member: string): boolean => counts.has(member),
    /** Answers how to let go; `then` is called after that. */
    add(member: string, then: () => void): () => void {
      counts.set(member, (counts.get(member) ?? 0) + 1);
      return () => {
        const left = (counts.get(member) ?? 1) - 1;
        if (left > 0) counts.set(member, left);
        else counts.delete(member);
        then();
      };
    },
  };
}

/** Leases that were asked for without an answer, one a member: the next request asks for the same one again. */
function createUnanswered({ chain, cover, ports }: Pick<LeaseKeeperParts, 'chain' | 'cover' | 'ports'>) {
  const leases = new Map<string, { id: string; seq: number }>();
  const end = (member: string, id: string): void => {
    if (leases.get(member)?.id === id) leases.delete(member);
  };
  const find = (member: string): { id: string; seq: number } | undefined => {
    const lease = leases.get(member);
    // The lease itself is an answer, too, by whichever way it came.
    if (lease !== undefined && cover.has(lease.id)) end(member, lease.id);
    return leases.get(member);
  };
  return {
    end,
    of: (member: string): string | undefined => find(member)?.id,
    /** The lease to ask for: the one without an answer, or a new one that no entry up to now can have named. */
    choose(member: string): { id: string; seq: number } {
      const lease = find(member) ?? { id: uuidV7(ports.nowMs(), ports.random(10)), seq: chain.head().seq };
      leases.set(member, lease);
      return lease;
    },
  };
}

/** Calls back whenever the connection comes back. */
function watchConnection(sync: SyncPort, onOnline: () => void): Subscription {
  let online = sync.view().online;
  return sync.view$.subscribe((view) => {
    const came = view.online && !online;
    online = view.online;
    if (came) onOnline();
  });
}

/** Resolves with the work or after the time, whichever is first; the work goes on. */
async function atMost(work: Promise<unknown>, waitMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whose leases are not given back. */
interface Holding {
  /** Whether the member is at this till, or a sale of the member's is under way. */
  isHere(member: string): boolean;
  /**
   * Whether a lease stays for the member's next visit, as long as nobody else asks for it. What a sale kept stays until the server has
   * heard of it: before that its end would be of use to nobody.
   */
  keeps(use: HeldLease): boolean;
  /** A lease that was called back is given back: the member has gone elsewhere. */
  gaveBack(member: string): void;
}

/** Gives back open leases that nobody holds, or that may not be spent any more, each by an entry of its own. */
function createCloser({ chain, cover, directory, mayTrade, ports, staff, sync }: LeaseKeeperParts, host: Holding) {
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  let retry: ReturnType<typeof setTimeout> | undefined;
  const closable = (): string | undefined => {
    const nowMs = ports.nowMs();
    return cover.open().find((use) => isSpare(use, nowMs))?.lease.id;
  };
  const isSpare = (use: HeldLease, nowMs: number): boolean => {
    const { lease } = use;
    if (cover.isOver(lease, nowMs)) return true;
    return !host.isHere(lease.member) && (lease.recalledMs !== undefined || !host.keeps(use));
  };
  const closeOne = (id: string): Promise<void> => chain.run(async (append) => {
    // A sale may have taken hold of it while this waited its turn.
    const use = cover.open().find(({ lease }) => lease.id === id);
    if (use === undefined || stopped || !isSpare(use, ports.nowMs())) return;
    if (use.lease.recalledMs !== undefined) host.gaveBack(use.lease.member);
    await closeLease({ cover, directory, ports }, append, use.lease, staff());
    // The points are of use to other tills only once the server has heard of it.
    sync.nudge();
  });
  const work = async (): Promise<void> => {
    do {
      again = false;
      for (let id = closable(); id !== undefined && !stopped; id = closable()) await closeOne(id);
    } while (again && !stopped);
  };
  const sweep = (): void => {
    again = true;
    if (!mayTrade || stopped || running !== undefined || directory.own() === undefined || closable() === undefined) return;
    running = work().catch(() => {
      clearTimeout(retry);
      if (!stopped) retry = setTimeout(sweep, RETRY_MS);
    }).finally(() => {
      running = undefined;
    });
  };
  return {
    sweep,
    async idle() {
      while (running !== undefined) await running;
    },
    async stop() {
      stopped = true;
      clearTimeout(retry);
      await running;
    },
  };
}
