import { describe, expect, it } from 'vitest';
import { minor, points } from '../../shared/domain/integers.ts';
import type { EarnMultiplier, EarnRule, OfferTemplate, Programme, TierRules } from '../../shared/domain/programme.ts';
import { findProgrammeFaults, PROGRAMME_FAULTS } from '../../shared/domain/programme-faults.ts';
import { fixedRule, programmeOf, ratioRule } from './rules.ts';

const name = { en: 'Rule', 'zh-CN': '规则' };
const EARN: EarnRule = { points: points(1), perMinor: minor(100), basis: 'net' };
const times = (id: string, factorBp: number, part: Partial<EarnMultiplier> = {}): EarnMultiplier => ({ id, name, factorBp, ...part });
const withEarn = (part: Partial<EarnRule>): Programme => programmeOf([ratioRule(1, 1)], { ...EARN, ...part });
const hundred = (part: Parameters<typeof ratioRule>[2]): Programme => programmeOf([ratioRule(100, 100, { multiple: points(100), ...part })]);
const tier = (id: string, reach: TierRules['levels'][number]['reach']) => ({ id, name, reach });
const GOLD: TierRules = { window: { kind: 'days', days: 365 }, downgrade: 'qualified', levels: [tier('gold', { points: points(1_000) })] };
const withTiers = (part: Partial<TierRules>): Programme => ({ ...programmeOf([ratioRule(1, 1)]), tiers: { ...GOLD, ...part } });
const offer = (when: OfferTemplate['when'], part: Partial<OfferTemplate> = {}): OfferTemplate => ({ id: 'back', text: name, when, ...part });
const withOffers = (...offers: OfferTemplate[]): Programme => ({ ...programmeOf([ratioRule(1, 1)]), offers });

const CASES: [string, Programme, string, string][] = [
  ['an unknown currency', { ...programmeOf([ratioRule(1, 1)]), currency: 'ZZZ' }, '/currency', 'currency-unknown'],
  ['a name in one language', { ...programmeOf([ratioRule(1, 1)]), name: { en: 'A', 'zh-CN': ' ' } }, '/name/zh-CN', 'name-missing'],
  ['an end before the start', hundred({ validFromMs: 9, validUntilMs: 9 }), '/redeem/0/validUntilMs', 'dates-out-of-order'],
  ['a rule that is over when the version begins', { ...hundred({ validUntilMs: 5 }), effectiveFromMs: 5 }, '/redeem/0/validUntilMs', 'over-before-it-begins'],
  ['a sale limit below the first step', hundred({ maxPointsPerSale: points(99) }), '/redeem/0/maxPointsPerSale', 'never-reached'],
  ['a day limit below the first step', hundred({ maxPointsPerDay: points(99) }), '/redeem/0/maxPointsPerDay', 'never-reached'],
  ['a money limit below the first step', hundred({ maxDiscountMinor: minor(99) }), '/redeem/0/maxDiscountMinor', 'never-reached'],
  ['a share of nothing', hundred({ maxShareBp: 0 }), '/redeem/0/maxShareBp', 'no-discount'],
  ['a reward between two steps', programmeOf([fixedRule(150, 100, { multiple: points(100) })]), '/redeem/0/multiple', 'contradiction'],
  ['hours that end when they begin', hundred({ schedule: { fromMinute: 60, untilMinute: 60 } }), '/redeem/0/schedule/untilMinute', 'contradiction'],
  ['an empty schedule', hundred({ schedule: {} }), '/redeem/0/schedule', 'no-effect'],
  ['two campaigns of one id', withEarn({ multipliers: [times('a', 20_000), times('a', 20_000)] }), '/earn/multipliers/1/id', 'id-taken'],
  ['a campaign that multiplies by one', withEarn({ multipliers: [times('a', 10_000)] }), '/earn/multipliers/0/factorBp', 'no-effect'],
  ['a campaign that a larger one always hides', withEarn({ multipliers: [times('a', 15_000, { birthday: true }), times('b', 20_000)] }), '/earn/multipliers/0', 'never-reached'],
  ['campaigns on an amount that earns nothing', withEarn({ points: points(0), multipliers: [times('a', 20_000)] }), '/earn/multipliers', 'no-effect'],
  ['a bonus for nothing', withEarn({ items: [{ points: points(1) }] }), '/earn/items/0', 'needs-one'],
  ['a bonus for an item and a category', withEarn({ items: [{ item: 'a', category: 'b', points: points(1) }] }), '/earn/items/0', 'needs-one'],
  ['two tiers of one id', withTiers({ levels: [tier('gold', { visits: 1 }), tier('gold', { visits: 2 })] }), '/tiers/levels/1/id', 'id-taken'],
  ['a tier that asks for nothing', withTiers({ levels: [tier('gold', {})] }), '/tiers/levels/0/reach', 'needs-one'],
  ['a tier that asks for no more than a lower one', withTiers({ levels: [tier('silver', { visits: 9 }), tier('gold', { points: points(5), visits: 9 })] }), '/tiers/levels/1/reach/visits', 'contradiction'],
  ['steps down that take no time', withTiers({ downgrade: 'step' }), '/tiers/downgrade', 'contradiction'],
  ['a rule for a tier that nobody has', hundred({ tiers: ['gold'] }), '/redeem/0/tiers/0', 'tier-unknown'],
  ['a campaign for a tier that nobody has', { ...withEarn({ multipliers: [times('a', 20_000, { tiers: ['gold', 'black'] })] }), tiers: GOLD }, '/earn/multipliers/0/tiers/1', 'tier-unknown'],
  ['two offers of one id', withOffers(offer({ birthday: true }), offer({ usualTime: true })), '/offers/1/id', 'id-taken'],
  ['an offer in one language', withOffers(offer({ birthday: true }, { text: { en: '', 'zh-CN': '生日快乐' } })), '/offers/0/text/en', 'name-missing'],
  ['an offer without a reason', withOffers(offer({})), '/offers/0/when', 'needs-one'],
  ['an offer that is over when the version begins', { ...withOffers(offer({ birthday: true }, { validUntilMs: 5 })), effectiveFromMs: 5 }, '/offers/0/validUntilMs', 'over-before-it-begins'],
  ['an offer for those near a tier that there is not', withOffers(offer({ nearTierBp: 500 })), '/offers/0/when/nearTierBp', 'never-reached'],
  ['an offer for those near a reward that there is not', withOffers(offer({ nearReward: points(5) })), '/offers/0/when/nearReward', 'never-reached'],
  ['an offer for a tier that nobody has', withOffers(offer({ birthday: true }, { tiers: ['gold'] })), '/offers/0/tiers/0', 'tier-unknown'],
  ['a rule for an offer that there is not', hundred({ offers: ['back'] }), '/redeem/0/offers/0', 'offer-unknown'],
  ['a campaign for an offer that there is not', withEarn({ multipliers: [times('a', 20_000, { offers: ['back'] })] }), '/earn/multipliers/0/offers/0', 'offer-unknown'],
  ['a rate of a thousand million points', hundred({ stepPoints: points(1_000_000_000), multiple: points(1_000_000_000) }), '/redeem/0/stepPoints', 'too-large'],
  ['a sale that earns a thousand million points', withEarn({ points: points(1_000_000_000) }), '/earn/points', 'too-large'],
  ['an item that earns as much', withEarn({ items: [{ item: 'a', points: points(1_000_000_000) }] }), '/earn/items/0/points', 'too-large'],
  ['an end of what has none', { ...hundred({}), effectiveUntilMs: 5 }, '/effectiveUntilMs', 'contradiction'],
  ['a sale that may earn more than its day', withEarn({ maxPerSale: points(100), maxPerDay: points(50) }), '/earn/maxPerSale', 'never-reached'],
];

describe('a programme that makes no sense', () => {
  it.each(CASES)('%s is told with its place', (_, programme, at, code) => {
    const faults = findProgrammeFaults(programme);
    expect(faults.map((fault) => [fault.at, fault.code])).toContainEqual([at, code]);
    for (const { message } of faults) expect(message).toMatch(/^[A-Z].*\.$/);
  });

  it('has an example of every fault', () => {
    const twice = programmeOf([ratioRule(1, 1), ratioRule(1, 1)]);
    const ids: Programme = { ...twice, redeem: twice.redeem.map((rule) => ({ ...rule, id: 'same' })) };
    expect(findProgrammeFaults(ids).map((fault) => fault.code)).toEqual(['id-taken']);
    expect(new Set(CASES.map(([, , , code]) => code))).toEqual(new Set(PROGRAMME_FAULTS));
  });

  it('tells nothing of one that does', () => {
    expect(findProgrammeFaults({ ...withEarn({ combine: 'product', multipliers: [times('a', 15_000), times('b', 20_000, { tiers: ['gold'] })], items: [{ item: 'a', points: points(1) }] }), tiers: GOLD })).toEqual([]);
    expect(findProgrammeFaults(withTiers({ downgrade: 'step', grace: { unit: 'months', count: 1 }, levels: [tier('silver', { points: points(5), visits: 3 }), tier('gold', { points: points(9) })] }))).toEqual([]);
    // A campaign for an offer is not always there, so that it hides no other.
    expect(findProgrammeFaults({ ...withEarn({ multipliers: [times('a', 15_000), times('b', 30_000, { offers: ['back'] })] }), offers: [offer({ awayBp: 15_000 })] })).toEqual([]);
    expect(findProgrammeFaults(hundred({ schedule: { weekdays: [5], fromMinute: 1_320, untilMinute: 120 }, maxPointsPerDay: points(500) }))).toEqual([]);
  });
});
