import { readDocument } from '../documents.ts';
import type { Replica, SyncPort, TillPorts } from '../ports.ts';
import type { Connection } from './connection.ts';
import type { Pulls } from './pulls.ts';
import type { Divergence } from './push.ts';
import type { ServerCalls } from './server.ts';
import { backoffMs, createPause, type SyncTiming, type Timers } from './timing.ts';

interface Parts {
  replica: Replica;
  ports: Pick<TillPorts, 'random'>;
  calls: ServerCalls;
  connection: Connection;
  pulls: Pulls;
  timing: SyncTiming;
  timers: Timers;
  stopped: AbortSignal;
  onDiverged: (how: Divergence) => void;
}

/** A lease that so many pulls did not bring is not there. */
const LEASE_PULLS = 8;

type VoucherAnswer = Awaited<ReturnType<SyncPort['showVoucher']>>;

/** Says to the server which voucher was shown. A lease of it comes by the pull, as every lease does (cover.ts says why). */
export function createVoucherRequests({ replica, ports, calls, connection, pulls, timing, timers, stopped, onDiverged }: Parts): SyncPort['showVoucher'] {
  const pause = createPause(timers, stopped);

  const request = async (code: string, member: string | null, lease: { id: string; seq: number }): Promise<VoucherAnswer> => {
    const answer = await calls.showVoucher(code, member, lease);
    if (!answer.ok) {
      if (answer.code === 'not-found') return 'unknown';
      if (answer.code === 'unreachable' || answer.code === 'unreadable') connection.suspect();
      // Two chains claim this enrolment; whichever this one is, it ends here (L8).
      if (answer.code === 'epoch-frozen') onDiverged('chain-forked');
      return undefined;
    }
    const { voucher } = answer.value;
    if (voucher.lease?.id !== lease.id) return answer.value;
    for (let pulled = 1; pulled <= LEASE_PULLS && !stopped.aborted && connection.isOnline(); pulled += 1) {
      await pulls.round('vouchers');
      if ((await readDocument(replica, 'vouchers', code))?.lease?.id === lease.id) return answer.value;
      await pause.wait(backoffMs(pulled, timing.retryLeastMs, timing.retryMostMs, (bytes) => ports.random(bytes)));
    }
    return undefined;
  };

  return async (code, member, lease, waitMs) => {
    if (!connection.isOnline()) return undefined;
    const late = Promise.withResolvers<VoucherAnswer>();
    const cancel = timers.after(waitMs, () => late.resolve(undefined));
    try {
      return await Promise.race([request(code, member, lease).catch(() => undefined), late.promise]);
    } finally {
      cancel();
    }
  };
}
