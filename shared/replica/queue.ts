/** Runs tasks one after the other; a task that fails does not stop those behind it. */
export interface Queue {
  run<T>(task: () => Promise<T>): Promise<T>;
  /** Resolves when everything that was queued until now has ended. */
  idle(): Promise<void>;
}

/** Makes a queue. A task never waits for another task of its own queue: that would never end. */
export function createQueue(): Queue {
  let tail: Promise<unknown> = Promise.resolve();
  return {
    run<T>(task: () => Promise<T>): Promise<T> {
      const result = tail.then(task);
      tail = result.catch(() => undefined);
      return result;
    },
    async idle() {
      await tail;
    },
  };
}
