import { describe, expect, it } from 'vitest';
import { benchHistory } from './history.ts';

describe('the measurement of the history', () => {
  it('reads every entry of a replica on a disk, the newest first, and answers every question', async () => {
    const figures = await benchHistory({ entries: 1_200 });
    expect(figures.entries).toBe(1_200);
    expect(figures.firstRowsMs).toBeLessThanOrEqual(figures.wholeMs);
    expect(Object.values(figures.medianMs).every((ms) => Number.isFinite(ms) && ms >= 0)).toBe(true);
  });
});
