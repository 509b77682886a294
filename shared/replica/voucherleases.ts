import { Subscription } from 'rxjs';
import { uuidV7 } from '../domain/uuid.ts';
import type { Chain } from './chain.ts';
import type { Directory } from './directory.ts';
import type { Drafts } from './drafts.ts';
import type { SyncPort, TillPorts } from './ports.ts';
import { SHOWN_MS, type Vouchers } from './vouchers.ts';
import type { VoucherUseIndex } from './voucheruses.ts';

/** Gives leases of vouchers back that no sale in the making names any more (L4), each by an entry of its own. */
export interface VoucherCloser {
  /** Resolves when nothing is being given back. */
  idle(): Promise<void>;
  /** Gives nothing back any more; what is still held is given back by the next run. */
  stop(): Promise<void>;
}

export interface VoucherCloserParts {
  chain: Chain;
  directory: Directory;
  drafts: Drafts;
  ports: TillPorts;
  sync: SyncPort;
  uses: VoucherUseIndex;
  vouchers: Vouchers;
  /** False when this replica may not trade; then nothing is written. */
  mayTrade: boolean;
  /** Who is signed in, or a name for nobody. */
  staff: () => string;
}

/** After a lease could not be given back (a full disk), it is tried again. */
const RETRY_MS = 5_000;

/** Makes the closer; leases that an earlier run left open are given back unless the draft still names them. */
export function createVoucherCloser({ chain, directory, drafts, ports, sync, uses, vouchers, mayTrade, staff }: VoucherCloserParts): VoucherCloser {
  let running: Promise<void> | undefined;
  let stopped = false;
  let later: ReturnType<typeof setTimeout> | undefined;
  const spare = (): { lease: string } | undefined => {
    const named = drafts.now().vouchers ?? [];
    return vouchers.held().find(({ voucher }) => !named.includes(voucher) && !vouchers.isFresh(voucher, ports.nowMs()));
  };
  const closeOne = (lease: string): Promise<void> => chain.run(async (append) => {
    // The sale may have come to name it while this waited its turn.
    if (stopped || spare()?.lease !== lease) return;
    const nowMs = ports.nowMs();
    const programme = directory.programme(nowMs)?.version ?? 0;
    const id = uuidV7(nowMs, ports.random(10));
    await append({ body: { id, kind: 'lease-close', programme, staff: staff(), lease }, nowMs, onWritten: () => uses.written([lease], id) });
    sync.nudge();
  });
  const work = async (): Promise<void> => {
    for (let one = spare(); one !== undefined && !stopped; one = spare()) await closeOne(one.lease);
  };
  const again = (waitMs: number): void => {
    clearTimeout(later);
    if (!stopped) later = setTimeout(sweep, waitMs);
  };
  const sweep = (): void => {
    if (!mayTrade || stopped || running !== undefined || directory.own() === undefined) return;
    if (spare() === undefined) {
      // What was just shown may stay without a sale that names it.
      if (vouchers.held().length > 0) again(SHOWN_MS);
      return;
    }
    running = work().then(
      () => {
        running = undefined;
        // What changed meanwhile, and what was shown too recently to be given back.
        sweep();
      },
      () => {
        running = undefined;
        again(RETRY_MS);
      },
    );
  };
  const following = new Subscription();
  following.add(vouchers.changed$.subscribe(sweep));
  following.add(drafts.draft$.subscribe(sweep));
  return {
    async idle() {
      while (running !== undefined) await running;
    },
    async stop() {
      stopped = true;
      following.unsubscribe();
      clearTimeout(later);
      await running;
    },
  };
}
