import type { PublishRequest } from '../../contract/programmes.ts';
import type { Identity, Replica, SyncPort, TillPorts } from '../ports.ts';
import { createBoard } from './board.ts';
import { createConnection, type Connection } from './connection.ts';
import { createLeaseRequests, createMemberSearch } from './cover.ts';
import { createVoucherRequests } from './vouchers.ts';
import { createHttp, type Answer } from './http.ts';
import { openOwnBook } from './own.ts';
import { createPulls, type Pulls } from './pulls.ts';
import { Pusher, type Divergence } from './push.ts';
import { createServerCalls, type ServerCalls } from './server.ts';
import { createSession } from './session.ts';
import { createPause, HOST_TIMERS, SYNC_TIMING, type Pause, type SyncTiming, type Timers } from './timing.ts';
import { createWitness, type LedgerAlarm } from './witness.ts';

export { enrolTill } from './enrol.ts';
export { askRemembered, sendFormerChain, type OfferedTo } from './former.ts';
export type { Divergence } from './push.ts';
export type { SyncTiming, Timers } from './timing.ts';
export type { LedgerAlarm } from './witness.ts';

/** What a till's sync is made of. */
export interface SyncOptions {
  replica: Replica;
  identity: Identity;
  ports: TillPorts;
  /** Address of the server: `https://points.example`. */
  server: string;
  fetch?: typeof fetch;
  timers?: Timers;
  timing?: Partial<SyncTiming>;
  /** Called when the server's head of this chain is not in it (L8): the till must write no more under this enrolment. */
  onDiverged?: (how: Divergence) => void;
  /** Called with the incarnation that an answer of the server names: another one may be of a backup, and know less of earlier chains. */
  onIncarnation?: (incarnation: string) => void;
  /** Called when a signed checkpoint does not hold what the server had acknowledged. */
  onAlarm?: (alarm: LedgerAlarm) => void;
}

/**
 * Starts the sync of an enrolled till and answers once it knows what is waiting; it connects by itself. The replica stays
 * open until {@link SyncPort.stop} has resolved.
 */
export async function createSync(options: SyncOptions): Promise<SyncPort> {
  const { replica, identity, ports, timers = HOST_TIMERS } = options;
  const timing = { ...SYNC_TIMING, ...options.timing };
  const onDiverged = (how: Divergence): void => options.onDiverged?.(how);
  const control = new AbortController();
  const stopped = control.signal;
  const board = createBoard(() => ports.nowMs());
  const http = createHttp({ server: options.server, fetch: options.fetch ?? fetch, timers, stopped, heard: board.heard });
  const session = createSession({ http, identity, ports, timers, timeoutMs: timing.connectMs });
  const calls = createServerCalls(http, session, timing, (incarnation) => options.onIncarnation?.(incarnation));
  const random = (bytes: number): Uint8Array => ports.random(bytes);
  const connection = createConnection({ calls, board, timing, timers, random, stopped });
  const book = await openOwnBook(replica, identity, board.setCounts);
  const pusher: Pusher = new Pusher({
    calls, book, board, identity, timing, timers, random, stopped, connection, onLost: () => pulls.restart(),
    onDiverged, generation: () => pulls.generation(),
  });
  const pulls: Pulls = createPulls({
    replica, identity, ports, calls, book, board, connection, timing, timers, stopped,
    async onResync(generation) {
      if (generation !== pulls.generation()) return;
      // A restored server may have lost own entries too, which makes every pull begin again; otherwise this does.
      await pusher.meet();
      if (generation === pulls.generation()) await pulls.restart();
    },
  });
  const heardMs = await pulls.started();
  if (heardMs !== null) board.setHeardBefore(heardMs);
  const everything = (): void => {
    pusher.nudge();
    pulls.askAll();
  };
  const kept = connection.keep({ meet: () => pusher.meet(), onOnline: everything, onHead: (head) => pulls.onHead(head) });
  const looking = lookAgain(everything, connection, createPause(timers, stopped), timing.roundMs, stopped);
  const witness = createWitness({
    calls, book, board, connection, identity, ports, timing, timers, stopped, meet: () => pusher.meet(), onAlarm: (alarm) => options.onAlarm?.(alarm),
  });
  const witnessing = witness.keep();
  const parts = { replica, identity, ports, calls, board, connection, pulls, pusher, timing, timers, stopped, onDiverged };

  return {
    view$: board.view$,
    view: board.view,
    nudge: () => pusher.nudge(),
    async syncNow() {
      await connection.tryNow();
      if (connection.isOnline()) await Promise.all([pusher.round(), pulls.roundAll()]);
    },
    requestLease: createLeaseRequests(parts),
    findMembers: createMemberSearch(parts),
    showVoucher: createVoucherRequests(parts),
    shortfalls: () => askWhenOnline(connection, () => calls.shortfalls()),
    openLeases: () => askWhenOnline(connection, () => calls.openLeases()),
    alarms: () => askWhenOnline(connection, () => calls.alarms()),
    publish: (request) => publishWhenOnline({ calls, connection, pulls }, request),
    async stop() {
      control.abort();
      await Promise.all([kept, looking, witnessing, pusher.idle(), pulls.stop()]);
      book.stop();
      board.close();
    },
  };
}

/** The server's answer, or undefined when there is none to be had now. */
async function askWhenOnline<T>(connection: Connection, ask: () => Promise<Answer<T>>): Promise<T | undefined> {
  if (!connection.isOnline()) return undefined;
  const answer = await ask();
  if (answer.ok) return answer.value;
  if (answer.code === 'unreachable' || answer.code === 'unreadable') connection.suspect();
  return undefined;
}

/** Publishes, and brings what then is the newest version onto this till, whoever published it. */
async function publishWhenOnline(
  { calls, connection, pulls }: { calls: ServerCalls; connection: Connection; pulls: Pulls }, request: PublishRequest,
): ReturnType<SyncPort['publish']> {
  if (!connection.isOnline()) return undefined;
  const answer = await calls.publish(request);
  if (answer.ok || answer.code === 'programme-changed') await pulls.round('programmes');
  if (answer.ok) return { ok: true, programme: answer.value.programme };
  if (answer.code !== 'unreachable' && answer.code !== 'unreadable') return { ok: false, code: answer.code };
  connection.suspect();
  return undefined;
}

/** Syncs now and then although nothing called for it: what could not be stored may fit by now. */
async function lookAgain(sync: () => void, connection: Connection, pause: Pause, everyMs: number, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    await pause.wait(everyMs);
    if (connection.isOnline()) sync();
  }
}
