import { describe, expect, it } from 'vitest';
import { alarmKind, rowsOf, unlistedWords } from '../../renderer/features/manager/queue.ts';
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

describe('the alarms of a queue', () => {
  const alarm = (kind: string) => ({ id: `${kind}:e1`, kind, number: 'T1-1-1', terminal: 'T1', raisedMs: 0, differences: [] });

  it('are listed with how many entries are still to be decided again', () => {
    expect(rowsOf({ alarms: [alarm('decision')], total: 3, decided: 7, position: 9 })).toMatchObject({ shortfalls: [], leases: [], undecided: 2, unlisted: 2 });
    expect(rowsOf({ alarms: [], total: 0, decided: 9, position: 9 })).toMatchObject({ alarms: [], undecided: 0, unlisted: 0 });
  });

  it('have words for every kind, and for one of a later server', () => {
    expect(['decision', 'fork', 'signature', 'voucher', 'toString'].map((kind) => alarmKind(alarm(kind)))).toEqual(['decision', 'fork', 'signature', 'voucher', 'other']);
  });
});
