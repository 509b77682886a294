import { describe, expect, it } from 'vitest';
import { rowsOf, unlistedWords } from '../../renderer/features/manager/queue.ts';
import { createI18n, sayWith } from '../../renderer/i18n/words.ts';

describe('what a queue does not list', () => {
  it('is a number where the server counts, and no number where it only says that there is more', () => {
    expect(rowsOf({ leases: [], total: 7 }).unlisted).toBe(7);
    expect(rowsOf({ leases: [], total: 0 }).unlisted).toBe(0);
    expect(rowsOf({ shortfalls: [] }).unlisted).toBe(0);
    expect(rowsOf({ shortfalls: [], next: '412' }).unlisted).toBe('some');
  });

  it('is said without a number that nobody knows', () => {
    const [say, shuo] = [sayWith(createI18n('en')), sayWith(createI18n('zh-CN'))];
    expect(unlistedWords(1, say)).toBe('1 more is not listed; settle these first.');
    expect(unlistedWords(7, shuo)).toContain('7');
    for (const words of [unlistedWords('some', say), unlistedWords('some', shuo)]) expect(words).not.toMatch(/\d/);
  });
});
