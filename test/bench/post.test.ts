import { expect, it } from 'vitest';
import { benchPost } from './post.ts';

it('the bench of posting measures a real server, and says what a ratio is made of', { timeout: 120_000 }, async () => {
  const figures = await benchPost({ seconds: 1, batch: 20, engine: 'sqlite', tills: 1 });
  expect(Object.keys(figures)).toEqual(['sqlite']);
  const { entriesPerSecond, bareInsertPerSecond, ratio, p99Ms, uncheckedAtEnd, drainSeconds } = figures.sqlite?.['1'] ?? {};
  expect(entriesPerSecond).toBeGreaterThan(10);
  expect(bareInsertPerSecond).toBeGreaterThan(10);
  expect(ratio).toBeCloseTo((entriesPerSecond ?? 0) / (bareInsertPerSecond ?? 1), 1);
  expect(p99Ms).toBeGreaterThan(0);
  // A second of pushes is far less than the server looks at before it writes down how far it is.
  expect(uncheckedAtEnd).toBeGreaterThan(0);
  expect(drainSeconds).toBeGreaterThan(0);
});
