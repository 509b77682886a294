/** Timers and a clock that only moves forward; the host's own unless a test brings others. */
export interface Timers {
  /** Runs once after so many milliseconds; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Milliseconds since some moment; never goes back when the wall clock does. */
  steadyMs(): number;
}

/** The host's timers. */
export const HOST_TIMERS: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  steadyMs: () => performance.now(),
};

/** Every time the sync waits for, in milliseconds. */
export interface SyncTiming {
  /** Challenge, session, head and the opening of the stream: what decides whether the server answers. */
  connectMs: number;
  /** A pull, a lease, a search. */
  requestMs: number;
  /** A push: the server books up to 200 entries before it answers. */
  pushMs: number;
  /** A stream without a byte for so long is dead; the server sends a comment each 15 seconds. */
  silenceMs: number;
  /** How long a closed stream may take to be opened again before the till counts as offline. */
  graceMs: number;
  /** First and longest pause between attempts to reach a server that does not answer. */
  retryLeastMs: number;
  retryMostMs: number;
  /** Longest pause while the server answers but refuses: refused sessions are counted against the shop's address. */
  refusedMostMs: number;
  /** Everything is pulled again so often although no message came. */
  roundMs: number;
  /** Shortest time between two pulls of accounts and posted entries, of leases, and of what seldom changes. */
  ledgerSpacingMs: number;
  leaseSpacingMs: number;
  directorySpacingMs: number;
  /** When the latest signed checkpoint is looked at first, how often then, and the pause between two entries looked for in it. */
  checkpointFirstMs: number;
  checkpointMs: number;
  proofSpacingMs: number;
}

export const SYNC_TIMING: SyncTiming = {
  connectMs: 5_000,
  requestMs: 10_000,
  pushMs: 20_000,
  silenceMs: 40_000,
  graceMs: 1_500,
  retryLeastMs: 250,
  retryMostMs: 1_500,
  refusedMostMs: 30_000,
  roundMs: 60_000,
  ledgerSpacingMs: 150,
  leaseSpacingMs: 500,
  directorySpacingMs: 2_000,
  checkpointFirstMs: 60_000,
  checkpointMs: 3_600_000,
  proofSpacingMs: 20,
};

/** Waits that end early when somebody asks, or when the sync stops. */
export interface Pause {
  /** Resolves after `ms`, at the next {@link Pause.wake}, or at once when stopped. */
  wait(ms: number): Promise<void>;
  wake(): void;
}

/** Makes a pause. */
export function createPause(timers: Timers, stopped: AbortSignal): Pause {
  const sleepers = new Set<() => void>();
  const wake = (): void => {
    for (const end of sleepers) end();
  };
  stopped.addEventListener('abort', wake);
  return {
    wait(ms) {
      if (stopped.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const end = (): void => {
          cancel();
          sleepers.delete(end);
          resolve();
        };
        const cancel = timers.after(ms, end);
        sleepers.add(end);
      });
    },
    wake,
  };
}

/**
 * How long to wait after so many failures in a row: doubled each time up to `most`, and then drawn between half and all of
 * it, so that tills that lost a server together do not come back together. `random` gives one byte.
 */
export function backoffMs(failures: number, least: number, most: number, random: (bytes: number) => Uint8Array): number {
  const full = Math.min(most, least * 2 ** Math.min(20, Math.max(0, failures - 1)));
  const share = (random(1)[0] ?? 0) / 255;
  return Math.round(full * (0.5 + share / 2));
}
