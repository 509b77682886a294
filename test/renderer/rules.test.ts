import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgrammeDoc } from '../../shared/contract/documents.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { findProgrammeFaults } from '../../shared/domain/programme-faults.ts';
import { PUBLISH_FAULTS, type ProgrammeDraft } from '../../shared/domain/publish.ts';
import { draftFrom, endMs, parseList, startMs } from '../../renderer/features/rules/draft.ts';
import { publishFaultWords } from '../../renderer/features/rules/fault-words.ts';
import type { Field } from '../../renderer/features/rules/field.ts';
import { allFields, EARN_FIELDS, missingFields, SAMPLE_FIELDS } from '../../renderer/features/rules/fields.ts';
import { addCampaign, addRule, usualName } from '../../renderer/features/rules/parts.ts';
import { asVersion, previewOf, type PreviewAt } from '../../renderer/features/rules/preview.ts';
import { noSample, type Sample } from '../../renderer/features/rules/sample.ts';
import { campaignSentences, earnSentences, givesBackBp, joined, ruleSentences, type SentenceContext } from '../../renderer/features/rules/sentences.ts';
import { reduceRules, type RulesAct, type RulesState } from '../../renderer/features/rules/use-rules.ts';
import { readNumber, removeAt, writeAt } from '../../renderer/features/rules/values.ts';
import { createI18n, LANGUAGES, sayWith, type Language } from '../../renderer/i18n/words.ts';
import { PROGRAMME } from './support/world.ts';

const V3: ProgrammeDoc = { ...PROGRAMME, id: 'v3', rev: 3 };
const LIST = { programmes: [V3], inForce: 3, newest: 3, stores: [{ id: 'S1', name: { en: 'Harbour Street', 'zh-CN': '港湾街' } }, { id: 'S2', name: { en: 'Lakeside', 'zh-CN': '湖畔' } }] };
const HERE: PreviewAt = { store: 'S1', currency: 'CNY', utcOffsetMinutes: 480, nowMs: 0, stores: ['S1', 'S2'] };
const sampleOf = (part: Partial<Sample>): Sample => ({ ...noSample(), ...part });
const contextOf = (language: Language): SentenceContext => ({ say: sayWith(createI18n(language)), language, currency: 'CNY', nowMs: 0, utcOffsetMinutes: 480, named: (kind, id) => `${kind}:${id}` });
const begun = (...acts: RulesAct[]): RulesState => {
  const state = acts.reduce(reduceRules, reduceRules(null, { do: 'begin', list: LIST, currency: 'CNY', utcOffsetMinutes: 480 }));
  if (state === null) throw new Error('no state');
  return state;
};
const field = (at: string, draft: ProgrammeDraft = begun().draft): Field => {
  const found = [...allFields(draft), ...SAMPLE_FIELDS].find((one) => one.at === at);
  if (found === undefined) throw new Error(`no field ${at}`);
  return found;
};
const typing = (at: string, text: string): RulesAct[] => [{ do: 'choose', field: field(at) }, { do: 'type', text }];
const at = (state: RulesState, pointer: string): number | undefined => readNumber(state.draft, pointer);

describe('a number that is typed', () => {
  it.each([
    ['/redeem/0/stepPoints', '250', 250], ['/redeem/0/stepMinor', '150', 150], ['/redeem/0/maxShareBp', '30', 3_000], ['/redeem/0/minBillMinor', '2000', 2_000],
    ['/redeem/0/schedule/fromMinute', '18', 1_080], ['/redeem/0/schedule/untilMinute', '24', 1_440], ['/redeem/0/schedule/fromMinute', '0930', 570], ['/redeem/0/schedule/untilMinute', '1745', 1_065],
    ['/redeem/0/validFromMs', '20261224', Date.UTC(2026, 11, 23, 16)], ['/redeem/0/validUntilMs', '20261231', Date.UTC(2026, 11, 31, 16)], ['/earn/expiresAfterMonths', '12', 12], ['/earn/points', '0', 0],
  ] as const)('%s takes %s as %i, filled from the right in place of what stood there', (pointer, text, value) => {
    expect(at(begun(...typing(pointer, text)), pointer)).toBe(value);
  });

  it('keeps what was typed before when one digit more would pass the most there can be', () => {
    expect(at(begun(...typing('/redeem/0/maxShareBp', '1000')), '/redeem/0/maxShareBp')).toBe(10_000);
    expect(at(begun(...typing('/redeem/0/schedule/fromMinute', '24')), '/redeem/0/schedule/fromMinute')).toBe(120);
    expect(at(begun(...typing('/redeem/0/maxPointsPerSale', '9'.repeat(20))), '/redeem/0/maxPointsPerSale')).toBe(999_999_999_999);
    expect(at(begun({ do: 'choose', field: field('/redeem/0/stepPoints') }, { do: 'type', text: 'a.-' }), '/redeem/0/stepPoints')).toBe(100);
  });

  it('is no limit when it is erased, cleared, or 0, and a schedule without a part is none', () => {
    const erased = begun({ do: 'choose', field: field('/redeem/0/maxShareBp') }, { do: 'erase' }, { do: 'erase' });
    expect(erased.draft.redeem[0]).not.toHaveProperty('maxShareBp');
    expect(begun({ do: 'choose', field: field('/redeem/0/minBalance') }, { do: 'clear' }).draft.redeem[0]).not.toHaveProperty('minBalance');
    const hours = begun(...typing('/redeem/0/schedule/fromMinute', '18'), { do: 'clear' });
    expect(hours.draft.redeem[0]).not.toHaveProperty('schedule');
  });

  it('goes to the sample without touching the draft', () => {
    const state = begun(...typing('/sample/bill', '7680'));
    expect([state.sample.bill, state.draft]).toEqual([7_680, begun().draft]);
  });

  it('that has to be there and is not keeps the draft from being published, and nothing divides by it', () => {
    const state = begun(...typing('/redeem/0/stepPoints', '0'));
    expect(missingFields(state.draft).map((one) => one.at)).toEqual(['/redeem/0/stepPoints']);
    expect(previewOf(state.draft, state.sample, HERE)).toEqual({ faults: [{ at: '/redeem/0/stepPoints', code: 'missing' }], quote: null, earning: null });
  });

  it('never makes a draft that cannot be looked at, whatever is typed where', () => {
    const acts = fc.array(fc.tuple(fc.nat(60), fc.stringMatching(/^[0-9]{1,6}$/)), { maxLength: 12 });
    fc.assert(fc.property(acts, (typed) => {
      let state = begun({ do: 'draft', draft: addCampaign(addRule(begun().draft, 'fixed')) });
      for (const [which, text] of typed) {
        const fields = [...allFields(state.draft), ...SAMPLE_FIELDS];
        const chosen = fields[which % fields.length];
        if (chosen === undefined) continue;
        state = [{ do: 'choose', field: chosen } as const, { do: 'type', text } as const].reduce<RulesState>((so, act) => reduceRules(so, act) ?? so, state);
        const seen = previewOf(state.draft, state.sample, HERE);
        expect(seen.faults.some(({ code }) => code === 'missing' || code === 'too-small') || seen.quote !== null).toBe(true);
        for (const one of state.draft.redeem) expect(ruleSentences(one, contextOf('en')).every((words) => words.length > 3)).toBe(true);
      }
    }), { numRuns: 60 });
  });
});

describe('a draft', () => {
  it('says what the newest version says, without what publishing gives', () => {
    const { id: _id, rev: _rev, version: _version, effectiveFromMs: _from, ...said } = V3;
    expect(draftFrom({ ...V3, published: { atMs: 1, store: 'S1', staff: 'a', approvedBy: 'b' }, effectiveUntilMs: 9 }, 'CNY')).toEqual(said);
    expect(begun()).toMatchObject({ after: 3, base: 3, step: 'edit' });
  });

  it.each(['CNY', 'JPY', 'KWD'])('begins from nothing as one that may be published, in %s', (currency) => {
    const draft = draftFrom(undefined, currency);
    expect(findProgrammeFaults(asVersion(draft, 5))).toEqual([]);
    expect(findProgrammeFaults(asVersion(addRule(addCampaign(draft), 'fixed'), 5))).toEqual([]);
    expect(givesBackBp(draft.earn, draft.redeem)).toBe(100);
  });

  it('adds and removes rules and campaigns, each under an id of its own', () => {
    const three = ['ratio', 'fixed', 'ratio'].reduce((draft, kind) => addRule(draft, kind as 'ratio'), begun().draft);
    const two = removeAt(three, '/redeem/2');
    const again = addRule(two, 'ratio');
    expect(new Set(again.redeem.map(({ id }) => id)).size).toBe(again.redeem.length);
    const campaigns = addCampaign(addCampaign(begun().draft));
    expect(campaigns.earn.multipliers?.map(({ id }) => id)).toEqual(['campaign-1', 'campaign-2']);
    expect(removeAt(removeAt(campaigns, '/earn/multipliers/0'), '/earn/multipliers/0')).toEqual(begun().draft);
  });

  it('renames a rule with its rate until somebody has named it', () => {
    const added = begun({ do: 'draft', draft: addRule(begun().draft, 'fixed') });
    const cost = field('/redeem/2/points', added.draft);
    const changed = [{ do: 'choose', field: cost } as const, { do: 'type', text: '500' } as const].reduce<RulesState>((so, act) => reduceRules(so, act) ?? so, added);
    expect(changed.draft.redeem[2]?.name).toEqual({ en: '¥10.00 for 500 points', 'zh-CN': '500 积分减 ¥10.00' });
    const named = reduceRules(changed, { do: 'draft', draft: writeAt(changed.draft, '/redeem/2/name/en', 'Birthday treat') });
    const later = [{ do: 'choose', field: cost } as const, { do: 'type', text: '7' } as const].reduce<RulesState | null>(reduceRules, named);
    expect(later?.draft.redeem[2]?.name.en).toBe('Birthday treat');
    expect(usualName(PROGRAMME.redeem[0]!, 'CNY')).toEqual({ en: '100 points = ¥1.00', 'zh-CN': '100 积分抵 ¥1.00' });
  });

  it('begins at a midnight of the store, or at once', () => {
    const evening = Date.UTC(2026, 11, 31, 17);
    const starts = ['now', 'tomorrow', 'week', 'month'] as const;
    expect(starts.map((one) => startMs(one, evening, 480))).toEqual([undefined, Date.UTC(2027, 0, 1, 16), Date.UTC(2027, 0, 7, 16), Date.UTC(2027, 0, 31, 16)]);
    expect(startMs('month', Date.UTC(2026, 11, 31, 12), 0)).toBe(Date.UTC(2027, 0, 1));
    for (const start of starts.slice(1)) expect(startMs(start, evening, 480)).toBeGreaterThan(evening);
    expect((['never', 'week', 'month'] as const).map((one) => endMs(one, 1_000))).toEqual([undefined, 1_000 + 7 * 86_400_000, 1_000 + 30 * 86_400_000]);
  });

  it('reads categories as people write them', () => {
    expect(parseList(' tobacco, books，酒、 tobacco ,, ')).toEqual(['tobacco', 'books', '酒']);
    expect(parseList(' , ')).toBeUndefined();
  });
});

describe('sentences', () => {
  const rich: ProgrammeDraft = {
    ...begun().draft,
    redeem: [{
      ...PROGRAMME.redeem[0]!, minBillMinor: minor(2_000), maxPointsPerSale: points(900), maxPointsPerDay: points(1_000), maxDiscountMinor: minor(800), excludedCategories: ['tobacco', 'books'],
      withVouchers: false, schedule: { weekdays: [6, 7], fromMinute: 1_080 }, stores: ['S1', 'S2'], tiers: ['gold'], validFromMs: 0, validUntilMs: 86_400_000,
    } as ProgrammeDraft['redeem'][number]],
    earn: {
      ...PROGRAMME.earn, perVisit: points(5), firstPurchase: points(100), maxPerSale: points(500), maxPerDay: points(900), expiresAfterMonths: 12, excludedCategories: ['tobacco'],
      items: [{ item: 'tea', points: points(1) }], multipliers: [{ id: 'a', name: { en: 'Double', 'zh-CN': '双倍' }, factorBp: 15_000, birthday: true, schedule: { weekdays: [3] }, validFromMs: 0 }],
    },
  };

  it.each(LANGUAGES)('say every limit and every condition once, in %s', (language) => {
    const context = contextOf(language);
    const rule = ruleSentences(rich.redeem[0]!, context);
    expect(rule).toHaveLength(14);
    expect(joined(rule, language)).toContain(language === 'en' ? 'Each 100 points are worth ¥1.00. In steps of 100 points. At most 50% of the bill.' : '每 100 积分抵 ¥1.00。按 100 分的倍数。最多抵消费的 50%。');
    expect(earnSentences(rich, context)).toHaveLength(9);
    expect(campaignSentences(rich.earn.multipliers![0]!, context)).toHaveLength(4);
    for (const words of [...rule, ...earnSentences(rich, context)]) expect(words).not.toMatch(/[{}]|undefined|NaN/);
  });

  it('say in whole numbers what comes back of what is paid', () => {
    expect(givesBackBp({ points: points(5), perMinor: minor(100), basis: 'net' }, PROGRAMME.redeem)).toBe(600);
    expect(givesBackBp({ points: points(1), perMinor: minor(300), basis: 'net' }, [PROGRAMME.redeem[0]!])).toBe(33);
    expect(givesBackBp({ points: points(1), perMinor: minor(100), basis: 'net' }, [])).toBe(0);
  });

  it.each(LANGUAGES)('name the place and the reason of every fault, in %s', (language) => {
    const context = contextOf(language);
    for (const code of PUBLISH_FAULTS) {
      const words = publishFaultWords({ at: '/redeem/0/maxShareBp', code }, rich, context);
      expect(words).toContain(rich.redeem[0]!.name[language]);
      expect(words.length).toBeGreaterThan(10);
    }
    const places = ['/earn/points', '/earn/multipliers/0/factorBp', '/currency', '/redeem/9'].map((place) => publishFaultWords({ at: place, code: 'contradiction' }, rich, context));
    expect(new Set(places).size).toBe(3);
    expect(places[1]).toContain(rich.earn.multipliers![0]!.name[language]);
  });

  it('have a label for every number', () => {
    const say = sayWith(createI18n('en'));
    for (const one of [...allFields(rich), ...SAMPLE_FIELDS]) expect(say(one.label)).not.toBe(one.label);
    expect(EARN_FIELDS.every((one) => one.at.startsWith('/earn/'))).toBe(true);
  });
});

describe('the preview', () => {
  it('is the quote that a till makes, with what the sale earns after the best redemption', () => {
    const seen = previewOf(begun().draft, sampleOf({ bill: 7_680 }), HERE);
    expect(seen).toMatchObject({ faults: [], quote: { ok: true, value: { proposed: { rule: 'ratio-100', points: 3_800, discountMinor: 3_800 } } }, earning: { points: 38 } });
    const gold: ProgrammeDraft = {
      ...begun().draft, redeem: [{ ...PROGRAMME.redeem[0]!, tiers: ['gold'] }],
      tiers: { window: { kind: 'days', days: 365 }, downgrade: 'qualified', levels: [{ id: 'gold', name: { en: 'Gold', 'zh-CN': '金卡' }, reach: { visits: 3 } }] },
    };
    expect(previewOf(gold, sampleOf({ bill: 7_680 }), HERE).quote).toMatchObject({ ok: true, value: { proposed: null, rules: [{ refusal: { code: 'tier-needed' } }] } });
    const opened = reduceRules(begun({ do: 'draft', draft: gold }), { do: 'open', at: '/tiers/levels/0' });
    expect(opened?.unfolded).toContain('tiers');
    expect(previewOf(gold, { ...opened!.sample, bill: 7_680 }, HERE).quote).toMatchObject({ ok: true, value: { proposed: { points: 3_800 } } });
    expect(reduceRules(opened, { do: 'sample', change: { tier: '' } })?.sample).toEqual(noSample());
    const foreign = previewOf(writeAt(begun().draft, '/currency', 'EUR'), sampleOf({ bill: 7_680 }), HERE);
    expect(foreign.faults.map(({ code }) => code)).toEqual(['currency-differs']);
  });
});

describe('the editor', () => {
  it('keeps the draft through a conflict, and follows the newer version when told to', () => {
    const state = begun({ do: 'step', step: 'publish' }, { do: 'after', version: 4 }, { do: 'published', version: 5 });
    expect(state).toMatchObject({ after: 4, step: 'done', published: 5, draft: begun().draft });
    expect(reduceRules(null, { do: 'erase' })).toBeNull();
  });
});
