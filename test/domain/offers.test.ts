import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_SALE } from '../../shared/domain/context.ts';
import { quoteEarning } from '../../shared/domain/earn.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { habitsOf, personalOffer, type OfferCase, type PastPurchase } from '../../shared/domain/offers.ts';
import type { OfferTemplate, Programme } from '../../shared/domain/programme.ts';
import { decideRedemption } from '../../shared/domain/quote.ts';
import { fixedRule, inputOf, programmeOf, ratioRule } from './rules.ts';

const DAY_MS = 86_400_000;
/** Friday 13 March 2026, 12:00 UTC. */
const NOW = Date.UTC(2026, 2, 13, 12);
const text = { en: 'Welcome back', 'zh-CN': '欢迎回来' };
const offer = (id: string, when: OfferTemplate['when'], part: Partial<OfferTemplate> = {}): OfferTemplate => ({ id, text, when, ...part });
const past = (daysAgo: number, totalMinor = 1_000, categories: string[] = [], minutes = 0): PastPurchase => ({ atMs: NOW - daysAgo * DAY_MS + minutes * 60_000, totalMinor: minor(totalMinor), categories });
const offering = (...offers: OfferTemplate[]): Programme => ({
  ...programmeOf([ratioRule(1, 1), fixedRule(500, 600), fixedRule(2_000, 3_000)]), offers,
  tiers: { window: { kind: 'days', days: 365 }, downgrade: 'qualified', levels: [{ id: 'gold', name: text, reach: { points: points(1_000), visits: 10 } }] },
});
const at = (part: Partial<OfferCase> = {}): OfferCase => ({ nowMs: NOW, context: PLAIN_SALE, balance: points(0), habits: {}, ...part });

describe('habits', () => {
  it('are the middle interval, bill, weekday and hour, and the category on most bills', () => {
    const weekly = [7, 14, 21, 28].map((days, index) => past(days, 1_000 * (index + 1), index === 0 ? ['tea', 'cake'] : ['tea'], index * 10));
    expect(habitsOf(weekly, NOW, 0)).toEqual({
      daysAway: 7, usualDays: 7, usualSpendMinor: 2_000, usualTime: { weekday: 5, fromMinute: 730 - 90, untilMinute: 730 + 90 }, favourite: { category: 'tea', visits: 4, of: 4 },
    });
  });

  it('need three days of visits, and four for a time', () => {
    expect(habitsOf([], NOW, 0)).toEqual({});
    expect(habitsOf([past(3), past(3), past(9)], NOW, 0)).toEqual({ daysAway: 3 });
    expect(habitsOf([past(7), past(14), past(21)], NOW, 0)).toEqual({ daysAway: 7, usualDays: 7, usualSpendMinor: 1_000 });
  });

  it('see neither what has not happened nor what is more than a year ago, and count days in the time of the store', () => {
    expect(habitsOf([past(-1), past(366), past(2)], NOW, 0)).toEqual({ daysAway: 2 });
    // 23:30 on Thursday in London is Friday in Shanghai.
    const late: PastPurchase = { ...past(1), atMs: Date.UTC(2026, 2, 12, 23, 30) };
    expect([habitsOf([late], NOW, 0).daysAway, habitsOf([late], NOW, 480).daysAway]).toEqual([1, 0]);
  });

  it('do not depend on the order of purchases', () => {
    const purchase = fc.record({ atMs: fc.integer({ min: NOW - 400 * DAY_MS, max: NOW + DAY_MS }), totalMinor: fc.integer({ min: 0, max: 99 }).map(minor), categories: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')) });
    fc.assert(fc.property(fc.uniqueArray(purchase, { selector: ({ atMs }) => atMs, maxLength: 60 }), fc.integer({ min: -720, max: 720 }), (all, offset) => {
      expect(habitsOf([...all].reverse(), NOW, offset)).toEqual(habitsOf(all, NOW, offset));
    }));
  });
});

describe('a personal offer', () => {
  const regular = { daysAway: 22, usualDays: 14, usualSpendMinor: minor(2_000), favourite: { category: 'tea', visits: 3, of: 4 }, usualTime: { weekday: 5, fromMinute: 630, untilMinute: 810 } };

  it.each<[string, OfferTemplate['when'], Partial<OfferCase>, object]>([
    ['away longer than usual', { awayBp: 15_000 }, { habits: regular }, { code: 'away', days: 22, usualDays: 14 }],
    ['at the usual time', { usualTime: true }, { habits: regular }, { code: 'usual-time', weekday: 5, fromMinute: 630, untilMinute: 810 }],
    ['favourite goods', { favourite: ['coffee', 'tea'] }, { habits: regular }, { code: 'favourite', category: 'tea', visits: 3, of: 4 }],
    ['usual bill', { usualSpendMinor: minor(2_000) }, { habits: regular }, { code: 'usual-spend', spendMinor: 2_000 }],
    ['near the next tier by the nearer way', { nearTierBp: 2_000 }, { next: { tier: 'gold', missing: { points: points(200), visits: 1 } } }, { code: 'near-tier', tier: 'gold', by: 'visits', missing: 1 }],
    ['near the nearest reward', { nearReward: points(100) }, { balance: points(400) }, { code: 'near-reward', rule: 'r1', missing: 100 }],
    ['birthday', { birthday: true }, { context: { ...PLAIN_SALE, birthday: '03-13' } }, { code: 'birthday' }],
  ])('is made for who is %s, and says the numbers', (_, when, part, reason) => {
    expect(personalOffer(offering(offer('one', when)), at(part))).toEqual({ offer: 'one', text, because: [reason] });
  });

  it.each<[string, OfferTemplate['when'], Partial<OfferCase>]>([
    ['away exactly as long as usual', { awayBp: 10_000 }, { habits: { daysAway: 14, usualDays: 14 } }],
    ['of unknown habits', { awayBp: 10_000 }, { habits: { daysAway: 300 } }],
    ['at the end of the usual time', { usualTime: true }, { habits: { usualTime: { weekday: 5, fromMinute: 600, untilMinute: 720 } } }],
    ['here on another weekday', { usualTime: true }, { habits: { usualTime: { weekday: 4, fromMinute: 600, untilMinute: 780 } } }],
    ['fond of other goods', { favourite: ['coffee'] }, { habits: regular }],
    ['a cent below the usual bill', { usualSpendMinor: minor(2_001) }, { habits: regular }],
    ['a point too far from the next tier', { nearTierBp: 1_999 }, { next: { tier: 'gold', missing: { points: points(200), visits: 5 } } }],
    ['at the top', { nearTierBp: 10_000 }, {}],
    ['a point too far from a reward', { nearReward: points(99) }, { balance: points(400) }],
    ['not of this birthday', { birthday: true }, { context: { ...PLAIN_SALE, birthday: '03-14' } }],
    ['only one of two', { usualTime: true, favourite: ['coffee'] }, { habits: regular }],
  ])('is not made for who is %s', (_, when, part) => {
    expect(personalOffer(offering(offer('one', when)), at(part))).toBeNull();
  });

  it('is the first that fits and holds here, and one alone', () => {
    const first = offer('first', { birthday: true });
    const second = offer('second', { usualSpendMinor: minor(1) }, { stores: ['elsewhere'] });
    const third = offer('third', { usualSpendMinor: minor(1), awayBp: 10_000 });
    const made = personalOffer(offering(first, second, third), at({ habits: regular }));
    expect([made?.offer, made?.because.map(({ code }) => code)]).toEqual(['third', ['away', 'usual-spend']]);
    expect(personalOffer(offering(first, second, third), at({ habits: regular, context: { ...PLAIN_SALE, store: 'elsewhere' } }))?.offer).toBe('second');
  });

  it('gives through the rules and campaigns that name it, and through nothing else', () => {
    const programme = offering(offer('back', { awayBp: 10_000 }));
    const earn = { ...programme.earn, multipliers: [{ id: 'double', name: text, factorBp: 20_000, offers: ['back'] }] };
    const earned = (context: typeof PLAIN_SALE & { offer?: string }) => quoteEarning(earn, { billMinor: minor(5_000), discountMinor: minor(0), nowMs: NOW, context }).points;
    expect([earned(PLAIN_SALE), earned({ ...PLAIN_SALE, offer: 'other' }), earned({ ...PLAIN_SALE, offer: 'back' })]).toEqual([50, 50, 100]);
    const rules = [ratioRule(1, 1, { offers: ['back'] })];
    const decide = (offered?: string) => decideRedemption(inputOf(rules, { context: { ...PLAIN_SALE, ...(offered === undefined ? {} : { offer: offered }) } }), 10);
    expect(decide()).toEqual({ ok: false, refusal: { code: 'offer-needed' } });
    expect(decide('other')).toMatchObject({ ok: false });
    expect(decide('back')).toMatchObject({ ok: true });
  });
});
