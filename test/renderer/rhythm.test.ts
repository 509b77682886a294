import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addKey, endBurst, NO_BURST, SCAN_GAP_MS, SCAN_MIN_LENGTH } from '../../renderer/ui/keys/rhythm.ts';

/** Plays keys with the pauses before them, then Enter; answers what was typed and what was scanned. */
function play(keys: { key: string; pauseMs: number }[], enterPauseMs: number): { typed: string; scan: string | null } {
  let burst = NO_BURST;
  let typed = '';
  let atMs = 1_000;
  for (const { key, pauseMs } of keys) {
    atMs += pauseMs;
    const next = addKey(burst, key, atMs);
    typed += next.typed;
    burst = next.burst;
  }
  const end = endBurst(burst, atMs + enterPauseMs);
  return 'scan' in end ? { typed, scan: end.scan } : { typed: typed + end.typed, scan: null };
}

const quick = (text: string, pauseMs = 8) => Array.from(text, (key) => ({ key, pauseMs }));

describe('a scan is told from typing by its rhythm', () => {
  it('knows a scanner', () => {
    expect(play(quick('8800000001'), 8)).toEqual({ typed: '', scan: '8800000001' });
    expect(play(quick('T1-1-42', 30), 30)).toEqual({ typed: '', scan: 'T1-1-42' });
  });

  it('takes a hand for typing', () => {
    expect(play(quick('8800000001', 90), 90)).toEqual({ typed: '8800000001', scan: null });
    expect(play(quick('1234', 5), 5)).toEqual({ typed: '1234', scan: null });
    expect(play(quick('8800000001'), 400)).toEqual({ typed: '8800000001', scan: null });
  });

  it('keeps what was typed just before a scan apart from it', () => {
    const keys = [{ key: '7', pauseMs: 0 }, { key: '6', pauseMs: 120 }, { key: '8', pauseMs: 200 }, ...quick('800000001')];
    expect(play(keys, 8)).toEqual({ typed: '76', scan: '8800000001' });
  });

  it('loses and invents no key, whatever the rhythm', () => {
    const key = fc.record({ key: fc.constantFrom(...'0123456789AZ-'), pauseMs: fc.integer({ min: 0, max: 3 * SCAN_GAP_MS }) });
    fc.assert(fc.property(fc.array(key, { maxLength: 30 }), fc.integer({ min: 0, max: 200 }), (keys, enter) => {
      const { typed, scan } = play(keys, enter);
      expect(typed + (scan ?? '')).toBe(keys.map((one) => one.key).join(''));
      if (scan !== null) expect(scan.length).toBeGreaterThanOrEqual(SCAN_MIN_LENGTH);
    }));
  });
});
