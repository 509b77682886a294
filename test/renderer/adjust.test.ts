import { describe, expect, it } from 'vitest';
import { ADJUST_REASONS, adjusting, DETAIL_MOST, hindranceOf, NOTHING_YET, reasonText, type AdjustAct } from '../../renderer/features/manager/adjust.ts';
import { CATALOGUES, LANGUAGES } from '../../renderer/i18n/words.ts';
import { LARGEST_AMOUNT } from '../../shared/domain/integers.ts';

const after = (...acts: AdjustAct[]) => acts.reduce(adjusting, NOTHING_YET);

describe('an adjustment', () => {
  it('takes digits alone, and no more than an entry can hold', () => {
    expect(after({ do: 'type', text: '12' }, { do: 'type', text: 'x' }, { do: 'type', text: '00' }).points).toBe(1_200);
    expect(after({ do: 'type', text: '12' }, { do: 'erase' }).points).toBe(1);
    expect(after({ do: 'type', text: String(LARGEST_AMOUNT) }, { do: 'type', text: '0' }).points).toBe(LARGEST_AMOUNT);
  });

  it('waits for points, no more than there are, a reason, and words for another reason', () => {
    const fewer = after({ do: 'sign', sign: -1 }, { do: 'type', text: '501' });
    expect(hindranceOf(NOTHING_YET, 500)).toBe('points');
    expect(hindranceOf(fewer, 500)).toBe('too-many');
    expect(hindranceOf({ ...fewer, sign: 1 }, 500)).toBe('reason');
    const other = adjusting(fewer, { do: 'reason', reason: 'other' });
    expect(hindranceOf(other, 501)).toBe('detail');
    expect(hindranceOf(adjusting(other, { do: 'detail', text: 'lost card' }), 501)).toBeNull();
  });

  it('keeps the usual words and what was typed, within what an entry holds', () => {
    const said = after({ do: 'reason', reason: 'goodwill' }, { do: 'detail', text: ` long wait ${'x'.repeat(300)}` });
    expect(reasonText('Goodwill', { ...said, detail: ' long wait ' })).toBe('Goodwill: long wait');
    expect(reasonText('Goodwill', { ...said, detail: ' ' })).toBe('Goodwill');
    expect(reasonText('Other', { ...said, reason: 'other', detail: 'lost card' })).toBe('lost card');
    for (const language of LANGUAGES) for (const reason of ADJUST_REASONS) expect(reasonText(CATALOGUES[language][`adjust.reason.${reason}`], said).length).toBeLessThanOrEqual(200);
    expect(said.detail.length).toBe(DETAIL_MOST);
  });
});
