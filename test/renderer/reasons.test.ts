import { describe, expect, it } from 'vitest';
import { SERVER_ERRORS, SYNC_FAULTS, TILL_ERRORS } from '../../shared/contract/errors.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Refusal, RefusalCode, VoucherRefusal, VoucherRefusalCode } from '../../shared/domain/refusal.ts';
import { formatChange, formatMoment, formatMoney, formatPoints, formatShare, formatTime } from '../../renderer/i18n/format.ts';
import { faultWords, refusalWithOffer, refusalWords, voucherWords } from '../../renderer/i18n/reasons.ts';
import { createI18n, LANGUAGES, sayWith } from '../../renderer/i18n/words.ts';

/** One refusal of every code: a new code does not compile until it has an example, and its words are then checked. */
const EXAMPLES: { [C in RefusalCode]: { refusal: Extract<Refusal, { code: C }>; numbers: string[] } } = {
  'amount-invalid': { refusal: { code: 'amount-invalid', decimals: 2 }, numbers: ['2'] },
  'amount-zero': { refusal: { code: 'amount-zero' }, numbers: ['0'] },
  'amount-too-large': { refusal: { code: 'amount-too-large', maxMinor: minor(1_000_000) }, numbers: ['10,000.00'] },
  'lines-mismatch': { refusal: { code: 'lines-mismatch', linesMinor: minor(500) }, numbers: ['5.00'] },
  'currency-unknown': { refusal: { code: 'currency-unknown', currency: 'XYZ' }, numbers: ['XYZ'] },
  'currency-mismatch': { refusal: { code: 'currency-mismatch', currency: 'USD', expected: 'CNY' }, numbers: ['USD', 'CNY'] },
  'programme-missing': { refusal: { code: 'programme-missing' }, numbers: [] },
  'rule-unknown': { refusal: { code: 'rule-unknown', rule: 'r' }, numbers: [] },
  'rule-not-valid-now': { refusal: { code: 'rule-not-valid-now' }, numbers: [] },
  'not-at-this-hour': { refusal: { code: 'not-at-this-hour', schedule: { weekdays: [1, 5], fromMinute: 600, untilMinute: 1_440 } }, numbers: ['10:00', '24:00'] },
  'not-at-this-store': { refusal: { code: 'not-at-this-store' }, numbers: [] },
  'tier-needed': { refusal: { code: 'tier-needed', tiers: ['gold', 'black'] }, numbers: ['gold', 'black'] },
  'offer-needed': { refusal: { code: 'offer-needed' }, numbers: [] },
  'not-with-vouchers': { refusal: { code: 'not-with-vouchers' }, numbers: [] },
  'lines-needed': { refusal: { code: 'lines-needed' }, numbers: [] },
  'day-limit': { refusal: { code: 'day-limit', limit: points(1_000), usedToday: points(600), needed: points(500), allowed: points(400) }, numbers: ['1,000', '600', '500'] },
  'goods-limit': { refusal: { code: 'goods-limit', maxMinor: minor(1_550), needed: points(2_000), allowed: points(1_500) }, numbers: ['15.50', '2,000'] },
  'points-invalid': { refusal: { code: 'points-invalid' }, numbers: [] },
  'member-unknown': { refusal: { code: 'member-unknown' }, numbers: [] },
  'bill-below-minimum': { refusal: { code: 'bill-below-minimum', minimumMinor: minor(3_000), billMinor: minor(2_000) }, numbers: ['30.00', '20.00'] },
  'balance-below-minimum': { refusal: { code: 'balance-below-minimum', minimum: points(500), balance: points(300) }, numbers: ['500', '300'] },
  'points-not-enough': { refusal: { code: 'points-not-enough', available: points(820), needed: points(1_000), allowed: points(820) }, numbers: ['820', '1,000'] },
  'sale-limit': { refusal: { code: 'sale-limit', limit: points(2_000), needed: points(3_000), allowed: points(2_000) }, numbers: ['2,000', '3,000'] },
  'share-limit': { refusal: { code: 'share-limit', shareBp: 5_000, maxMinor: minor(3_840), needed: points(5_000), allowed: points(3_800) }, numbers: ['50%', '38.40', '5,000'] },
  'amount-limit': { refusal: { code: 'amount-limit', maxMinor: minor(2_000), needed: points(5_000), allowed: points(2_000) }, numbers: ['20.00', '5,000'] },
  'not-a-multiple': { refusal: { code: 'not-a-multiple', multiple: points(100), needed: points(250), allowed: points(200), next: points(300) }, numbers: ['100', '250', '300'] },
  'fixed-points': { refusal: { code: 'fixed-points', points: points(1_000), needed: points(900), allowed: points(1_000) }, numbers: ['1,000', '900'] },
  'bill-exceeded': { refusal: { code: 'bill-exceeded', billMinor: minor(5_000), needed: points(9_000), allowed: points(5_000) }, numbers: ['50.00', '9,000'] },
  'not-covered': { refusal: { code: 'not-covered', covered: points(100), atRiskAllowed: points(50), needed: points(500), allowed: points(100), cap: 'member-day' }, numbers: ['100', '500', '50'] },
  'entry-unknown': { refusal: { code: 'entry-unknown' }, numbers: [] },
  'not-reversible': { refusal: { code: 'not-reversible', kind: 'shift' }, numbers: [] },
  'already-reversed': { refusal: { code: 'already-reversed', by: 'e2' }, numbers: [] },
  'shift-open': { refusal: { code: 'shift-open' }, numbers: [] },
  'shift-none': { refusal: { code: 'shift-none' }, numbers: [] },
  'shift-uncounted': { refusal: { code: 'shift-uncounted' }, numbers: [] },
  'shortfall-none': { refusal: { code: 'shortfall-none' }, numbers: [] },
  'voucher-refused': { refusal: { code: 'voucher-refused', voucher: 'AB12', why: { code: 'limit-day', most: 7 } }, numbers: ['AB12', '7'] },
};

/** The same for vouchers. */
const VOUCHERS: { [C in VoucherRefusalCode]: { why: Extract<VoucherRefusal, { code: C }>; numbers: string[] } } = {
  unknown: { why: { code: 'unknown' }, numbers: [] },
  'not-in-programme': { why: { code: 'not-in-programme' }, numbers: [] },
  twice: { why: { code: 'twice' }, numbers: [] },
  used: { why: { code: 'used' }, numbers: [] },
  'other-store': { why: { code: 'other-store' }, numbers: [] },
  'not-held': { why: { code: 'not-held' }, numbers: [] },
  'held-elsewhere': { why: { code: 'held-elsewhere' }, numbers: [] },
  'member-needed': { why: { code: 'member-needed' }, numbers: [] },
  'other-member': { why: { code: 'other-member' }, numbers: [] },
  'tier-needed': { why: { code: 'tier-needed', tiers: ['gold', 'black'] }, numbers: ['gold', 'black'] },
  'not-yet': { why: { code: 'not-yet', fromMs: Date.UTC(2026, 2, 14) }, numbers: ['2026', '14'] },
  over: { why: { code: 'over', untilMs: Date.UTC(2026, 2, 15) }, numbers: ['2026', '14'] },
  'not-at-this-hour': { why: { code: 'not-at-this-hour', schedule: { fromMinute: 600 } }, numbers: ['10:00'] },
  'not-at-this-store': { why: { code: 'not-at-this-store' }, numbers: [] },
  'bill-below-minimum': { why: { code: 'bill-below-minimum', minimumMinor: minor(3_000), billMinor: minor(2_000) }, numbers: ['30.00', '20.00'] },
  'limit-total': { why: { code: 'limit-total', most: 100 }, numbers: ['100'] },
  'limit-member': { why: { code: 'limit-member', most: 3 }, numbers: ['3'] },
  'limit-day': { why: { code: 'limit-day', most: 7 }, numbers: ['7'] },
  alone: { why: { code: 'alone', with: 'AB12' }, numbers: ['AB12'] },
  once: { why: { code: 'once', with: 'AB12' }, numbers: ['AB12'] },
  'lines-needed': { why: { code: 'lines-needed' }, numbers: [] },
  'goods-missing': { why: { code: 'goods-missing' }, numbers: [] },
  'worth-nothing': { why: { code: 'worth-nothing' }, numbers: [] },
};

describe.each(LANGUAGES)('refusals in %s', (language) => {
  const context = { say: sayWith(createI18n(language)), language, currency: 'CNY' };

  it.each(Object.entries(EXAMPLES))('%s says its numbers', (code, { refusal, numbers }) => {
    const words = refusalWords(refusal, context);
    expect(words).not.toContain('refusal.');
    expect(words).not.toMatch(/[{}]|undefined|NaN/);
    for (const number of numbers) expect(words, code).toContain(number);
  });

  it('says why a voucher takes nothing off, each in words of its own', () => {
    const sentences = Object.values(VOUCHERS).map(({ why, numbers }) => {
      const words = voucherWords(why, context);
      expect(words).not.toMatch(/[{}]|undefined|NaN|voucher\.why/);
      for (const number of numbers) expect(words, why.code).toContain(number);
      return words;
    });
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('says the dates of a voucher in the time of the store', () => {
    const words = voucherWords({ code: 'over', untilMs: Date.UTC(2026, 2, 14, 17) }, { ...context, utcOffsetMinutes: 480 });
    expect(words).toContain('15');
  });

  it('says days and hours as people do', () => {
    const when = (schedule: { weekdays?: number[]; fromMinute?: number; untilMinute?: number }): string => refusalWords({ code: 'not-at-this-hour', schedule }, context);
    if (language === 'en') {
      expect(when({ weekdays: [7, 1] })).toBe('This offer holds only on Mon and Sun.');
      expect(when({ fromMinute: 1_320, untilMinute: 120 })).toBe('This offer holds only from 22:00 to 02:00.');
      expect(when({ weekdays: [2], untilMinute: 615 })).toBe('This offer holds only on Tue from 00:00 to 10:15.');
    } else {
      expect(when({ weekdays: [7, 1] })).toBe('此项抵扣仅限在周一和周日使用。');
      expect(when({ fromMinute: 1_320, untilMinute: 120 })).toBe('此项抵扣仅限在 22:00 至 02:00 之间使用。');
    }
  });

  it('offers the number that works, and none when nothing works', () => {
    const offer = refusalWithOffer(EXAMPLES['points-not-enough'].refusal, context);
    expect(offer).toBe(language === 'en' ? 'Not enough points: 820 available, 1,000 needed. Redeem 820?' : '积分不足：可用 820，需 1,000。改兑 820？');
    expect(refusalWithOffer({ ...EXAMPLES['points-not-enough'].refusal, allowed: points(0) }, context)).not.toMatch(/[?？]/);
  });

  it('puts every error of the till into words of its own', () => {
    const sentences = TILL_ERRORS.map((code) => faultWords(code, context.say));
    expect(new Set(sentences).size).toBe(TILL_ERRORS.length);
    // Only a mistake of the program itself is called one.
    const general = [...SERVER_ERRORS, ...SYNC_FAULTS].filter((code) => faultWords(code, context.say) === faultWords('internal', context.say));
    expect(general).toEqual(['internal']);
  });
});

describe('numbers', () => {
  it('show money exactly, at any size, in the currency\'s decimals', () => {
    expect(formatMoney(7_680, 'CNY', 'zh-CN')).toBe('¥76.80');
    expect(formatMoney(7_680, 'JPY', 'en')).toBe('¥7,680');
    expect(formatMoney(1_234, 'KWD', 'en')).toContain('1.234');
    expect(formatMoney(999_999_999_999, 'CNY', 'en')).toBe('¥9,999,999,999.99');
    expect(formatMoney(-1_200, 'CNY', 'en')).toBe('\u2212¥12.00');
    expect(formatMoney(-0, 'CNY', 'en')).toBe('¥0.00');
  });

  it('show points, changes and shares', () => {
    expect(formatPoints(12_400, 'en')).toBe('12,400');
    expect(formatChange(64, 'en')).toBe('+64');
    expect(formatChange(-1_200, 'zh-CN')).toBe('\u22121,200');
    expect(formatChange(-0, 'en')).toBe('0');
    expect(formatShare(5_000, 'en')).toBe('50%');
    expect(formatShare(3_333, 'zh-CN')).toBe('33.33%');
  });

  it('show times of the store, not of the machine, with the day when it is another', () => {
    const ms = Date.UTC(2026, 2, 14, 5, 40);
    expect(formatTime(ms, 480)).toBe('13:40');
    expect(formatTime(ms, -480)).toBe('21:40');
    expect(formatMoment(ms, ms + 60_000, 480, 'en')).toBe('13:40');
    expect(formatMoment(ms, ms + 86_400_000, 480, 'en')).toBe('Mar 14, 2026 13:40');
  });
});
