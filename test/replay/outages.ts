import { seededRandom } from '../support/random.ts';

/** Mean length of an outage, in days of the file, where the share allows it: outages last hours, and a day is the file's finest grain. */
const MEAN_DAYS = 1;

/**
 * Which days a till is cut off: outages of some days each with time online between them, so that over the years the till is
 * cut off `share` of the time. The same seed and till give the same outages.
 */
export function planOutages(days: number, share: number, seed: number, till: number): boolean[] {
  const random = seededRandom(seed + (till + 1) * 0x9e3779b1);
  // A two-state chain rests in `cut` for share of its days when start / (start + end) = share.
  const length = share < 1 ? Math.max(MEAN_DAYS, share / (1 - share)) : Infinity;
  const end = 1 / length;
  const start = share < 1 ? (share / (1 - share)) * end : 1;
  let cut = random() < share;
  return Array.from({ length: days }, () => {
    const today = cut;
    cut = cut ? random() >= end : random() < start;
    return today;
  });
}
