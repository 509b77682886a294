import type { Store } from '../store/store.ts';

/** What the server knows of a terminal when it serves one of its requests. */
export interface TerminalState {
  store: string;
  region: string;
  status: string;
  /** The epoch of its last enrolment. */
  epoch: number;
}

/** How long what was read of a terminal is used again: a revocation takes effect everywhere within this time. */
export const TERMINAL_CACHE_MS = 1_000;

/** Reads terminals, remembering each for a second so that a till which pushes without pause costs no query a push. */
export interface Terminals {
  find(terminal: string): Promise<TerminalState | undefined>;
  /** Forgets what was read of a terminal, after it changed on this server. */
  forget(terminal: string): void;
}

/** Makes the reader of terminals. */
export function createTerminals(store: Store, now: () => number): Terminals {
  const known = new Map<string, { state: TerminalState; readMs: number }>();
  return {
    async find(terminal) {
      const seen = known.get(terminal);
      if (seen !== undefined && Math.abs(now() - seen.readMs) < TERMINAL_CACHE_MS) return seen.state;
      const readMs = now();
      const state = await store.db
        .selectFrom('terminals')
        .innerJoin('stores', 'stores.id', 'terminals.store')
        .select(['terminals.store', 'stores.region', 'terminals.status', 'terminals.epoch'])
        .where('terminals.id', '=', terminal)
        .executeTakeFirst();
      if (state === undefined) known.delete(terminal);
      else known.set(terminal, { state, readMs });
      return state;
    },
    forget: (terminal) => void known.delete(terminal),
  };
}

/** Ends a terminal's right to open sessions; its entries stay. Enrolling it again with a new code restores it. */
export async function revokeTerminal(store: Store, terminal: string): Promise<void> {
  await store.db.updateTable('terminals').set({ status: 'revoked' }).where('id', '=', terminal).execute();
}
