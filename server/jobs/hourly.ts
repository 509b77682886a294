const HOUR_MS = 3_600_000;

/** Work that a server does at its start and every hour from then on. */
export interface Hourly<T> {
  /** Does it now; who asks while it is being done waits for the same run. */
  run(): Promise<T>;
  /** Does it now and every hour. A failed run is tried again with the next. */
  start(failed: (error: unknown) => void): void;
  /** Waits for a run, and runs no more. */
  stop(): Promise<void>;
}

/** Makes hourly work; `everyMs` is an hour unless a test says otherwise. */
export function createHourly<T>(work: () => Promise<T>, everyMs = HOUR_MS): Hourly<T> {
  let running: Promise<T> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const run = (): Promise<T> => {
    running ??= work().finally(() => (running = undefined));
    return running;
  };
  return {
    run,
    start(failed) {
      const again = (): void => void run().catch(failed);
      again();
      timer = setInterval(again, everyMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await running?.catch(() => undefined);
    },
  };
}
