import type { Checkpoint } from '../../shared/contract/http.ts';

/** Reads `12` or `12,7` as a vector; absent is the beginning. */
export function readCheckpoint(text: string | undefined): Checkpoint {
  return text === undefined ? [0] : text.split(',').map(Number);
}

/**
 * Where to read on from, or undefined when this server never gave out such a checkpoint (it was restored from a backup,
 * or counts in another number of shards): the till drops what it pulled and starts again.
 */
export function resumeFrom(checkpoint: Checkpoint, head: number): number | undefined {
  const [at, ...others] = checkpoint;
  return at === undefined || others.length > 0 || at > head ? undefined : at;
}
