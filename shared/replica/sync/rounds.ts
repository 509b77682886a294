/** Counts rounds of work that begin and end, so that a caller can wait for one that began after the call. */
export interface Rounds {
  /** Resolves at the end of the first round that begins after this call. */
  next(): Promise<void>;
  begin(): void;
  /** The round that began last has ended; without one, nothing happens. */
  end(): void;
  endAll(): void;
}

/** Makes the counter. */
export function createRounds(): Rounds {
  let begun = 0;
  const waiting = new Set<{ from: number; resolve: () => void }>();
  const endUpTo = (round: number): void => {
    for (const one of waiting) {
      if (one.from > round) continue;
      waiting.delete(one);
      one.resolve();
    }
  };
  return {
    next: () => new Promise((resolve) => waiting.add({ from: begun + 1, resolve })),
    begin: () => void (begun += 1),
    end: () => endUpTo(begun),
    endAll: () => endUpTo(Number.MAX_SAFE_INTEGER),
  };
}
