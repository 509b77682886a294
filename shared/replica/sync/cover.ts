import type { AccountDoc } from '../../contract/documents.ts';
import { points } from '../../domain/integers.ts';
import { readDocument, readDocuments } from '../documents.ts';
import type { AtomicWrite, Identity, LeaseAnswer, NamedLease, Replica, SyncPort, TillPorts } from '../ports.ts';
import { createQueue } from '../queue.ts';
import { leaseHolds } from './accept.ts';
import type { Board } from './board.ts';
import type { Connection } from './connection.ts';
import type { Pulls } from './pulls.ts';
import type { Divergence, Pusher } from './push.ts';
import type { ServerCalls } from './server.ts';
import { backoffMs, createPause, type SyncTiming, type Timers } from './timing.ts';

interface Parts {
  replica: Replica;
  identity: Identity;
  ports: Pick<TillPorts, 'random' | 'verify'>;
  calls: ServerCalls;
  board: Board;
  connection: Connection;
  pulls: Pulls;
  pusher: Pusher;
  timing: SyncTiming;
  timers: Timers;
  stopped: AbortSignal;
  onDiverged: (how: Divergence) => void;
}

/** A lease that so many pulls did not bring is not there: the server went back to a backup, or cannot be reached. */
const LEASE_PULLS = 8;

/**
 * Asks for leases. The lease itself comes by the pull, as every lease does: a local write beside RxDB's replication would
 * make it skip the server's own state of that document.
 */
export function createLeaseRequests({ replica, identity, ports, calls, board, connection, pulls, timing, timers, stopped, onDiverged }: Parts): SyncPort['requestLease'] {
  const asking = new Map<string, Promise<LeaseAnswer>>();
  const pause = createPause(timers, stopped);

  const request = async (member: string, wanted: number | undefined, named: NamedLease | undefined): Promise<LeaseAnswer> => {
    const answer = await calls.lease(member, wanted === undefined ? undefined : points(wanted), named);
    if (!answer.ok) {
      switch (answer.code) {
        case 'nothing-free':
          return 'nothing-free';
        case 'unreachable':
        case 'unreadable':
          connection.suspect();
          return 'unreachable';
        case 'epoch-frozen':
          // Two chains claim this enrolment; whichever this one is, it ends here (L8).
          onDiverged('chain-forked');
          return 'refused';
        case 'busy':
        case 'rate-limited':
        case 'internal':
          return 'unreachable';
        default:
          return 'refused';
      }
    }
    const { lease } = answer.value;
    const holds = lease.member === member && (named === undefined || lease.id === named.id) && leaseHolds(lease, identity, ports);
    board.fault('lease', holds ? null : 'lease-invalid');
    if (!holds) return 'refused';
    for (let pulled = 1; pulled <= LEASE_PULLS && !stopped.aborted && connection.isOnline(); pulled += 1) {
      await pulls.round('leases');
      if ((await readDocument(replica, 'leases', lease.id)) !== undefined) return 'granted';
      await pause.wait(backoffMs(pulled, timing.retryLeastMs, timing.retryMostMs, (bytes) => ports.random(bytes)));
    }
    return 'unreachable';
  };

  return async (member, wanted, waitMs, named) => {
    if (!connection.isOnline()) return 'unreachable';
    const key = named?.id ?? `${member} ${wanted ?? ''}`;
    const asked = asking.get(key) ?? request(member, wanted, named).catch((): LeaseAnswer => 'unreachable').finally(() => asking.delete(key));
    asking.set(key, asked);
    const late = Promise.withResolvers<LeaseAnswer>();
    const cancel = timers.after(waitMs, () => late.resolve('unreachable'));
    try {
      return await Promise.race([asked, late.promise]);
    } finally {
      cancel();
    }
  };
}

/** Looks for members at the server and keeps those that no pull brings. */
export function createMemberSearch({ replica, calls, connection, pulls, pusher }: Parts): SyncPort['findMembers'] {
  const queue = createQueue();

  const keep = async (found: readonly AccountDoc[], isOutdated: () => boolean): Promise<void> => {
    const pulled = new Set((await readDocuments(replica, 'accounts', found.map((one) => one.id))).map((one) => one.id));
    const visitors = found.filter((one) => !pulled.has(one.id));
    const before = new Map((await readDocuments(replica, 'visitors', visitors.map((one) => one.id))).map((one) => [one.id, one]));
    const rows: AtomicWrite['rows'] = [];
    for (const document of visitors) {
      const previous = before.get(document.id);
      // Two searches may be answered out of order.
      if (previous === undefined || previous.rev < document.rev) rows.push({ document, previous });
    }
    if (rows.length === 0 || isOutdated()) return;
    await replica.write([{ collection: 'visitors', rows }]);
    // The visitors are removed when the pulls begin again; these may have been written right after that.
    if (isOutdated()) await replica.collections.visitors.bulkRemove(rows.map(({ document }) => document.id));
  };

  const find: SyncPort['findMembers'] = async (text) => {
    const wanted = text.trim();
    if (wanted === '' || wanted.length > 80 || !connection.isOnline()) return [];
    const generation = pulls.generation();
    const isOutdated = (): boolean => generation !== pulls.generation();
    const answer = await calls.find(wanted);
    if (!answer.ok) {
      if (answer.code === 'unreachable' || answer.code === 'unreadable') connection.suspect();
      return [];
    }
    // N3: the balances may include own entries whose answer is still on its way; it is stored before they are.
    const learned = await pusher.learn();
    if (learned !== 'outdated' && !learned.ok) return [];
    if (!isOutdated()) await queue.run(() => keep(answer.value.members, isOutdated));
    // What was found is of a server that went back to a backup meanwhile; it is asked again as it is now.
    return isOutdated() ? find(text) : answer.value.members;
  };
  return find;
}
