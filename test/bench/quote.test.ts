import { describe, expect, it } from 'vitest';
import { benchQuote } from './quote.ts';

describe('the bench of quotes', () => {
  it('first sees both sides decide alike, then says how many each makes in a second', async () => {
    const figures = await benchQuote({ seconds: 0.1 });
    expect(figures).toMatchObject({ rules: 50, lines: 20, agreed: 400 });
    expect(figures.quotesPerSecond).toBeGreaterThan(figures.peerPerSecond);
    expect(figures.ratio).toBeCloseTo(figures.quotesPerSecond / figures.peerPerSecond, 0);
  });
});
