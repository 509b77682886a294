import { describe, expect, it } from 'vitest';
import { csvHead, csvLines, textCell } from '../../renderer/features/history/csv.ts';
import { EVERYTHING, filterOf, isDay } from '../../renderer/features/history/filter.ts';
import { storyWords } from '../../renderer/features/history/story-words.ts';
import { drawnRows, ROW, scrollTo } from '../../renderer/features/history/window.ts';
import { createI18n, sayWith } from '../../renderer/i18n/words.ts';
import type { EntryRow } from '../../shared/contract/history.ts';
import type { EntryStory } from '../../shared/contract/story.ts';
import { minor, points } from '../../shared/domain/integers.ts';

const say = sayWith(createI18n('en'));
const shuo = sayWith(createI18n('zh-CN'));
/** 14 March 2026, 00:20 in Shanghai, which is still the 13th at UTC. */
const NIGHT = Date.UTC(2026, 2, 13, 16, 20);

describe('rows that are drawn', () => {
  it('are those that are seen and some beyond, however long the list is', () => {
    expect(drawnRows(100_000, 50_000 * ROW, 5 * ROW)).toEqual({ first: 49_988, last: 50_017 });
    expect(drawnRows(100_000, 0, 5 * ROW)).toEqual({ first: 0, last: 17 });
    expect(drawnRows(100_000, 99_995 * ROW, 5 * ROW)).toEqual({ first: 99_983, last: 99_999 });
    expect(drawnRows(3, 90_000, 5 * ROW)).toEqual({ first: 0, last: 2 });
    expect(drawnRows(0, 0, 400)).toEqual({ first: 0, last: -1 });
  });

  it('are scrolled to only as far as needed', () => {
    expect(scrollTo(10, 0, 5 * ROW)).toBe(6 * ROW);
    expect(scrollTo(2, 6 * ROW, 5 * ROW)).toBe(2 * ROW);
    expect(scrollTo(7, 6 * ROW, 5 * ROW)).toBe(6 * ROW);
  });
});

describe('a filter', () => {
  const days = (day: (typeof EVERYTHING)['day']) => {
    const { fromDay, untilDay } = filterOf({ ...EVERYTHING, day }, '', NIGHT, 480);
    return [fromDay, untilDay];
  };

  it('counts days by the store\'s calendar', () => {
    expect(days('any')).toEqual([undefined, undefined]);
    expect(days('today')).toEqual(['2026-03-14', '2026-03-14']);
    expect(days('yesterday')).toEqual(['2026-03-13', '2026-03-13']);
    expect(days('week')).toEqual(['2026-03-08', '2026-03-14']);
    expect(days('month')).toEqual(['2026-02-13', '2026-03-14']);
    expect(days({ on: '2026-01-02' })).toEqual(['2026-01-02', '2026-01-02']);
    expect([isDay('2026-03-14'), isDay('0002-03-14'), isDay('')]).toEqual([true, false, false]);
  });
});

const ROW_OF: EntryRow = {
  entry: 'e1', occurredMs: NIGHT, number: 'T1-1-7', kind: 'sale', terminal: 'T1', wallMs: NIGHT, businessDate: '2026-03-14', staffName: 'Maya', memberName: '张伟', card: '8800000017', currency: 'CNY',
  totalMinor: minor(7_680), netMinor: minor(7_380), redeemed: points(300), earned: points(73), returned: points(0), clawedBack: points(0), change: points(-227), state: 'at-risk', shortfall: points(0), back: 'part', reversesNumber: '',
};

describe('the file', () => {
  it('begins with UTF-8\'s mark and its columns, and says every number plainly', () => {
    expect(csvHead(say)).toBe('\uFEFFNumber,Kind,State,Business date,Time,Till,Made by,Member,Card,Currency,Total,Paid,Points redeemed,Points earned,Points returned,Points taken back,Points change,Points short,Given back,Reverses\r\n');
    expect(csvLines([ROW_OF], shuo, 480)).toBe('T1-1-7,销售,离线核准,2026-03-14,00:20,T1,Maya,张伟,8800000017,CNY,76.80,73.80,300,73,0,0,-227,0,部分,\r\n');
    const refund = { ...ROW_OF, kind: 'reversal', scope: 'refund', totalMinor: minor(1_000), netMinor: minor(990), reversesNumber: 'T1-1-7' } as const;
    expect(csvLines([refund], say, 480)).toContain(',CNY,-10.00,-9.90,');
    expect(csvLines([{ ...ROW_OF, kind: 'adjustment', currency: '', totalMinor: minor(0), netMinor: minor(0) }], say, 480)).toContain(',8800000017,,,,300,');
  });

  it.each([
    ['plain 张伟', 'plain 张伟'], ['a,b', '"a,b"'], ['say "hi"', '"say ""hi"""'], ['two\r\nlines', '"two\r\nlines"'], [' padded', '" padded"'],
    ['=1+1', "'=1+1"], ['+86 138', "'+86 138"], ['-2', "'-2"], ['@SUM(A1)', "'@SUM(A1)"], ['\t=1', `"'\t=1"`], ['  =1', "'  =1"], ['＝1', "'＝1"], ['=HYPERLINK("http://x","y")', `"'=HYPERLINK(""http://x"",""y"")"`],
  ])('takes %j as the cell %j', (text, cell) => {
    expect(textCell(text)).toBe(cell);
  });
});

describe('a story', () => {
  const STORY: EntryStory = {
    entry: 'e1', number: 'T1-1-7', kind: 'sale', terminal: 'T1', wallMs: NIGHT, businessDate: '2026-03-14', currency: 'CNY', netMinor: minor(7_380), staffName: 'Maya', member: { name: '张伟', card: '88' },
    programme: { version: 3, name: { en: 'Harbour points', 'zh-CN': '港湾积分' } },
    redeemed: { points: points(300), discountMinor: minor(300), rule: { en: '100 = 1.00', 'zh-CN': '100 抵 1 元' }, leases: [{ lease: 'L7', points: points(200) }], atRisk: points(100) },
    earned: { points: points(73), expiresOn: '2027-03-14' }, state: 'shortfall', posted: { position: 1_381, receivedMs: NIGHT + 60_000, disposition: 'shortfall', shortfall: points(40) },
    reversals: [{ entry: 'r1', number: 'T1-1-9', scope: 'refund', wallMs: NIGHT + 120_000, staffName: 'Maya', approvedBy: '王伟', goodsMinor: minor(1_000), refundMinor: minor(961), returned: points(39), clawedBack: points(10), state: 'saved' }],
  };
  const tell = (story: EntryStory, language: 'en' | 'zh-CN' = 'en') =>
    storyWords(story, { say: language === 'en' ? say : shuo, language, nowMs: NIGHT, utcOffsetMinutes: 480 }).map(({ id, when, sentences }) => [id, when, ...sentences]);

  it('says who, by which rule, how covered, where booked and what came back, in order', () => {
    expect(tell(STORY)).toEqual([
      ['made', '00:20', 'Maya took ¥73.80 from 张伟 at till T1.'],
      ['decided', '', 'By version 3 of “Harbour points”.', '300 points redeemed for ¥3.00, by “100 = 1.00”.', '73 points earned, good until Mar 14, 2027.'],
      ['covered', '', '200 points were held for this till (lease L7).', '100 points were approved at risk, within the store’s policy.'],
      ['posted', '00:21', 'It has position 1,381 in the ledger.', '40 points short. Manager decision needed.'],
      ['reversed-r1', '00:22', 'Maya refunded goods of ¥10.00 by T1-1-9.', 'Approved by 王伟.', '¥9.61 paid back.', '39 points returned to the member, each with the last day it had.', '10 earned points taken back.', 'The server has not confirmed that yet.'],
    ]);
    expect(tell(STORY, 'zh-CN')[0]).toEqual(['made', '00:20', 'Maya 在 T1 向 张伟 收款 ¥73.80。']);
  });

  it('says of one that has not arrived that it is safe, and of one that was set aside why', () => {
    const { posted: _posted, ...waiting } = { ...STORY, reversals: [] };
    expect(tell({ ...waiting, state: 'at-risk' }).at(-1)).toEqual(['waiting', '', say('story.waiting.risk')]);
    expect(tell({ ...waiting, state: 'quarantined', quarantined: 'signature-invalid' }).at(-1)).toEqual(['aside', '', say('story.aside'), 'Its signature is not that of this till.']);
    expect(tell({ ...waiting, state: 'quarantined', quarantined: 'of-a-later-server' }).at(-1)).toContain('The server’s reason: of-a-later-server.');
  });

  it('says of corrections what they did, to whom and why', () => {
    const { redeemed: _redeemed, earned: _earned, programme: _programme, ...bare } = STORY;
    const first = (change: Partial<EntryStory>) => tell({ ...bare, ...change })[0]?.slice(2);
    expect(first({ kind: 'adjustment', adjusted: { points: points(-50) }, reason: 'Goodwill', approvedBy: '王伟' })).toEqual(['Maya adjusted the points of 张伟 by −50 at till T1.', 'Approved by 王伟.', 'Reason: Goodwill']);
    expect(first({ kind: 'adjustment', adjusted: { points: points(40), settles: { how: 'absorb', number: 'T1-1-3' } } })).toEqual(['Maya let the store bear 40 points that T1-1-3 was short of, at till T1.']);
    expect(first({ kind: 'transfer', toMember: { name: 'Amelia', card: '', isMerge: true } })).toEqual(['Maya merged 张伟 into Amelia at till T1.']);
    expect(first({ kind: 'expiry', expired: points(1), member: { name: '', card: '' } })).toEqual(['1 point of a member that this till does not know expired.']);
    expect(first({ kind: 'reversal', scope: 'void', reverses: { entry: 'x', number: 'T1-1-3' } })).toEqual(['Maya voided T1-1-3 at till T1.']);
  });
});
