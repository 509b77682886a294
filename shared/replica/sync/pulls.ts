import { PULLED, type PulledName } from '../../contract/collections.ts';
import type { Replica } from '../ports.ts';
import type { Board } from './board.ts';
import { Pull, type PullOptions } from './pull.ts';
import type { Head } from './stream.ts';
import type { SyncTiming } from './timing.ts';

/** The pulls of every collection. */
export interface Pulls {
  /** Waits until all are under way; answers when anything was stored last. */
  started(): Promise<number | null>;
  /** The ledger moved: pulls what that may have changed. */
  onHead(head: Head): void;
  askAll(): void;
  /** Pulls everything at once; resolves when that has ended, well or not. */
  roundAll(): Promise<void>;
  round(name: PulledName): Promise<void>;
  /** How often {@link Pulls.restart} has run. */
  generation(): number;
  /** Everything pulled from a server that was since restored is thrown away and pulled again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes the pulls; `onResync` decides what a cursor that the server does not know means. */
export function createPulls(
  options: Omit<PullOptions, 'name' | 'spacingMs' | 'turn' | 'pulled' | 'generation'> & { replica: Replica; board: Board },
): Pulls {
  const { board, replica, timing } = options;
  let generation = 0;
  let pulled = 0;
  let seen: Head | undefined;
  const pulls = new Map<PulledName, Pull>();

  const showLoad = (): void => board.setFirstLoad([...pulls.values()].every((pull) => pull.loaded) ? null : pulled);
  let turn: Promise<unknown> = Promise.resolve();
  for (const name of PULLED) {
    const pull = new Pull({
      ...options, name, turn, spacingMs: spacingOf(name, timing), generation: () => generation,
      pulled: (count) => {
        pulled += count;
        showLoad();
      },
    });
    pulls.set(name, pull);
    turn = pull.tried;
  }
  const all = [...pulls.values()];

  return {
    async started() {
      const starts = await Promise.all(all.map((pull) => pull.started()));
      showLoad();
      return starts.reduce<number | null>((latest, { storedMs }) => (storedMs === null ? latest : Math.max(latest ?? 0, storedMs)), null);
    },
    onHead(head) {
      for (const pull of all) {
        const moved = pull.name === 'posted' ? head.position !== seen?.position : head.rev !== seen?.rev;
        if (moved) pull.ask();
      }
      seen = head;
    },
    askAll: () => all.forEach((pull) => pull.ask()),
    async roundAll() {
      await Promise.all(all.map((pull) => pull.round()));
    },
    round: async (name) => pulls.get(name)?.round(),
    generation: () => generation,
    async restart() {
      generation += 1;
      await Promise.all(all.map((pull) => pull.restart()));
      // Members of other regions came from the same server; their balances include what it has lost.
      const visitors = await replica.collections.visitors.find().exec();
      const { error } = await replica.collections.visitors.bulkRemove(visitors.map((visitor) => visitor.id));
      if (error.length > 0) throw new Error('assertion failed: a visitor could not be removed');
    },
    async stop() {
      await Promise.all(all.map((pull) => pull.stop()));
    },
  };
}

function spacingOf(name: PulledName, timing: SyncTiming): number {
  switch (name) {
    case 'accounts':
    case 'posted':
      return timing.ledgerSpacingMs;
    case 'leases':
      return timing.leaseSpacingMs;
    case 'stores':
    case 'staff':
    case 'programmes':
    case 'vouchers':
      return timing.directorySpacingMs;
  }
}
