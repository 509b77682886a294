/**
 * Longest pause between two keys of one scan, milliseconds. Keyboard scanners send a key every 2 to 30 ms; six keys of
 * even a fast typist are never all within 80 ms, so 60 separates them with room on both sides.
 */
export const SCAN_GAP_MS = 60;
/** Fewest characters of a scan: short enough for a receipt number, longer than any run of keys a hand rolls. */
export const SCAN_MIN_LENGTH = 6;

/** Keys that came close together and may yet turn out to be a scan. */
export interface Burst {
  text: string;
  lastMs: number;
}

export const NO_BURST: Burst = { text: '', lastMs: Number.NEGATIVE_INFINITY };

/** Adds a printable key. `typed` is what can no longer be part of a scan and is therefore typing. */
export function addKey(burst: Burst, key: string, atMs: number): { burst: Burst; typed: string } {
  if (burst.text !== '' && atMs - burst.lastMs <= SCAN_GAP_MS) {
    return { burst: { text: burst.text + key, lastMs: atMs }, typed: '' };
  }
  return { burst: { text: key, lastMs: atMs }, typed: burst.text };
}

/** Ends a burst at Enter or Tab, the suffix of a scanner: either a scan, or typing. */
export function endBurst(burst: Burst, atMs: number): { scan: string } | { typed: string } {
  const quick = atMs - burst.lastMs <= SCAN_GAP_MS;
  return quick && burst.text.length >= SCAN_MIN_LENGTH ? { scan: burst.text } : { typed: burst.text };
}
