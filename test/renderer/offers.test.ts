import { describe, expect, it } from 'vitest';
import type { OfferReasonView } from '../../shared/contract/views.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { offerReason } from '../../renderer/i18n/offers.ts';
import { createI18n, sayWith } from '../../renderer/i18n/words.ts';

const name = { en: 'Gold', 'zh-CN': '金卡' };
/** Every reason, so that one without words does not compile. */
const WORDS: { [C in OfferReasonView['code']]: [Extract<OfferReasonView, { code: C }>, string, string][] } = {
  away: [
    [{ code: 'away', days: 28, usualDays: 14 }, 'Last here 28 days ago; usually every 14 days.', '上次来是 28 天前；平时每 14 天来一次。'],
    [{ code: 'away', days: 2, usualDays: 1 }, 'Last here 2 days ago; usually every 1 day.', '上次来是 2 天前；平时每 1 天来一次。'],
  ],
  'usual-time': [[{ code: 'usual-time', weekday: 5, fromMinute: 630, untilMinute: 810 }, 'Usually here on Fri between 10:30 and 13:30.', '平时周五 10:30 至 13:30 来店。']],
  favourite: [[{ code: 'favourite', category: 'tea', visits: 3, of: 4 }, 'Had tea on 3 of the last 4 bills.', '最近 4 单中有 3 单买了tea。']],
  'usual-spend': [[{ code: 'usual-spend', spendMinor: minor(3_000) }, 'Usual bill ¥30.00.', '平时每单约 ¥30.00。']],
  'near-tier': [
    [{ code: 'near-tier', tier: 'gold', by: 'points', missing: 1_200, name }, '1,200 points to Gold.', '再得 1,200 分即升金卡。'],
    [{ code: 'near-tier', tier: 'gold', by: 'spendMinor', missing: 1_250, name }, '¥12.50 to Gold.', '再消费 ¥12.50 即升金卡。'],
    [{ code: 'near-tier', tier: 'gold', by: 'visits', missing: 1, name }, '1 visit to Gold.', '再来 1 次即升金卡。'],
  ],
  'near-reward': [[{ code: 'near-reward', rule: 'tea', missing: points(70), name: { en: 'A pot of tea', 'zh-CN': '一壶茶' } }, '70 points to: A pot of tea.', '再得 70 分可兑：一壶茶。']],
  birthday: [[{ code: 'birthday' }, 'Birthday today.', '今天生日。']],
};

describe('the reasons of a personal offer', () => {
  it.each(Object.values(WORDS).flat())('%j', (reason, english, chinese) => {
    expect(offerReason(reason, { say: sayWith(createI18n('en')), language: 'en', currency: 'CNY' })).toBe(english);
    expect(offerReason(reason, { say: sayWith(createI18n('zh-CN')), language: 'zh-CN', currency: 'CNY' })).toBe(chinese);
  });
});
