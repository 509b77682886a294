import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProgrammeDoc } from '../../shared/contract/documents.ts';
import { ProgrammeDraftSchema } from '../../shared/contract/programmes.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import { points } from '../../shared/domain/integers.ts';
import type { ProgrammeDraft } from '../../shared/domain/publish.ts';
import { draftFrom, termed, withTerm } from '../../renderer/features/rules/draft.ts';
import { faultReason, isBeside, partOf, publishFaultWords } from '../../renderer/features/rules/fault-words.ts';
import { allFields, missingFields } from '../../renderer/features/rules/fields.ts';
import { offerSentences, tierSentences, tiersSentences, voucherSentences } from '../../renderer/features/rules/member-sentences.ts';
import { addBonus, addCampaign, addOffer, addRule, addTier, addVoucher, idsOf } from '../../renderer/features/rules/parts.ts';
import { asVersion, previewOf, type PreviewAt } from '../../renderer/features/rules/preview.ts';
import { goodsOf, noSample, type Sample } from '../../renderer/features/rules/sample.ts';
import { campaignSentences, earnSentences, ruleSentences, shortened, type SentenceContext } from '../../renderer/features/rules/sentences.ts';
import { reduceRules, sectionOf, type RulesAct, type RulesState } from '../../renderer/features/rules/use-rules.ts';
import { dayOf, moveAt, readAt, readNumber, removeAt, typedDay, writeAt } from '../../renderer/features/rules/values.ts';
import { createI18n, LANGUAGES, sayWith, type Language } from '../../renderer/i18n/words.ts';
import { findPublishFaults } from '../../shared/domain/publish.ts';
import { richProgramme } from './support/stage/programmes.ts';
import { PROGRAMME } from './support/world.ts';

const RICH: ProgrammeDoc = { ...richProgramme(PROGRAMME), id: 'v3', rev: 3 };
const STORES = [{ id: 'S1', name: { en: 'Harbour Street', 'zh-CN': '港湾街' } }, { id: 'S2', name: { en: 'Lakeside', 'zh-CN': '湖畔' } }];
/** An hour at which the draft's own dates and hours hold: 2 December 2026, a Wednesday, 12:00 at UTC+8. */
const NOW = Date.UTC(2026, 11, 2, 4);
const HERE: PreviewAt = { store: 'S1', currency: 'CNY', utcOffsetMinutes: 480, nowMs: NOW, stores: ['S1', 'S2'] };
const isDraft = compileCheck(ProgrammeDraftSchema);
const sample = (part: Partial<Sample>): Sample => ({ ...noSample(), ...part });
const begun = (base: ProgrammeDoc, ...acts: RulesAct[]): RulesState => {
  const begin: RulesAct = { do: 'begin', list: { programmes: [base], inForce: 3, newest: 3, stores: STORES }, currency: 'CNY', utcOffsetMinutes: 480 };
  const state = [begin, ...acts].reduce(reduceRules, null);
  if (state === null) throw new Error('no state');
  return state;
};
const plain = (...acts: RulesAct[]): RulesState => begun({ ...PROGRAMME, id: 'v3', rev: 3 }, ...acts);
const after = (state: RulesState, ...acts: RulesAct[]): RulesState => acts.reduce<RulesState>((so, act) => reduceRules(so, act) ?? so, state);
const typing = (state: RulesState, at: string, text: string): RulesState => {
  const field = allFields(state.draft).find((one) => one.at === at);
  if (field === undefined) throw new Error(`no field ${at}`);
  return after(state, { do: 'choose', field }, { do: 'type', text });
};
const contextOf = (language: Language): SentenceContext => ({
  say: sayWith(createI18n(language)), language, currency: 'CNY', nowMs: NOW, utcOffsetMinutes: 480, named: (kind, id) => `${kind} ${id}`,
});

/** Everything that the editor says of a draft. */
function told(draft: ProgrammeDraft, language: Language): string[] {
  const context = contextOf(language);
  return [
    ...draft.redeem.flatMap((rule) => ruleSentences(rule, context)), ...earnSentences(draft, context),
    ...(draft.earn.items ?? []).map((one) => JSON.stringify(one)), `${draft.earn.combine} ${draft.store} ${draft.effectiveUntilMs}`,
    ...(draft.earn.multipliers ?? []).flatMap((one) => campaignSentences(one, context)), ...(draft.vouchers ?? []).flatMap((rule) => voucherSentences(rule, context)),
    ...(draft.tiers === undefined ? [] : tiersSentences(draft.tiers, context)), ...(draft.tiers?.levels ?? []).flatMap((tier) => tierSentences(tier, draft, context)),
    ...(draft.offers ?? []).flatMap((offer) => offerSentences(offer, draft, context)),
  ];
}

/** Pointers of everything in a document that is no list and no object. */
function leaves(node: unknown, at = ''): string[] {
  return typeof node === 'object' && node !== null ? Object.entries(node).flatMap(([name, part]) => leaves(part, `${at}/${name}`)) : [at];
}

const other = (value: unknown): unknown => (typeof value === 'number' ? value + 60 : typeof value === 'boolean' ? undefined : `${String(value)}x`);
/** Names stand for themselves on the screen, ids are kept as they are, and a kind is chosen when a part is added. */
const UNSAID = /\/(id|kind|version|rev|currency|effectiveFromMs)$|\/(name|text)\/|weekdays|\/downgrade$|\/grace\/unit$|\/stacking$|\/basis$/;

describe('a document with everything in it', () => {
  const { draft } = begun(RICH);

  it('may be published, and is the same after it was only looked at', () => {
    expect(findPublishFaults(asVersion(draft, NOW), HERE, NOW)).toEqual([]);
    expect(isDraft(draft)).toBe(true);
    const seen = after(begun(RICH), { do: 'open', at: '/vouchers/1' }, { do: 'fold', section: 'offers' }, { do: 'open', at: null });
    expect(seen.draft).toEqual(draftFrom(RICH, 'CNY'));
  });

  it.each(LANGUAGES)('is said: whatever of it is another changes a sentence, in %s', (language) => {
    const before = told(draft, language).join('\n');
    expect(before).not.toMatch(/[{}]rules\.|undefined\.|NaN/);
    const silent = leaves(draft).filter((at) => !UNSAID.test(at)).filter((at) => told(writeAt(draft, at, other(readAt(draft, at))), language).join('\n') === before);
    expect(silent).toEqual([]);
  });

  it('is editable: every number of it is a key, but for the order of vouchers and the days of the week, which are chosen', () => {
    const keys = new Set(allFields(draft).map(({ at }) => at));
    const numbers = leaves(draft).filter((at) => readNumber(draft, at) !== undefined && !keys.has(at));
    expect(numbers.filter((at) => !/\/order$|\/weekdays\/\d$/.test(at))).toEqual([]);
    expect(missingFields(draft)).toEqual([]);
  });

  it('is understandable while it is closed: at most three sentences a part', () => {
    const context = contextOf('en');
    const rule = draft.redeem[0]!;
    expect(ruleSentences(rule, context).length).toBeGreaterThan(3);
    expect(shortened(ruleSentences(rule, context), context)).toEqual(['Each 100 points are worth ¥1.00.', 'In steps of 100 points.', 'And 5 more conditions.']);
  });
});

describe('new parts', () => {
  it.each(['CNY', 'JPY', 'KWD'])('start from examples that may be published at once, in %s', (currency) => {
    let draft = draftFrom(undefined, currency);
    for (const kind of ['amount', 'percentage'] as const) draft = addVoucher(draft, kind);
    draft = addOffer(addTier(addTier(addTier(addRule(draft, 'fixed')))));
    draft = addCampaign(addCampaign(draft, [], { tiers: [draft.tiers!.levels[0]!.id] }), [], { offers: [draft.offers![0]!.id] });
    expect(findPublishFaults(asVersion(draft, NOW), { ...HERE, currency }, NOW)).toEqual([]);
    expect(isDraft(draft)).toBe(true);
    expect(draft.tiers?.levels.map(({ name }) => name.en)).toEqual(['Silver', 'Gold', 'Platinum']);
  });

  it('ask for the goods that only the merchant knows', () => {
    const free = addVoucher(plain().draft, 'free-item');
    expect(previewOf(free, noSample(), HERE).faults).toMatchObject([{ at: '/vouchers/0', code: 'needs-one' }]);
    expect(previewOf(writeAt(free, '/vouchers/0/categories', ['tea']), noSample(), HERE).faults).toEqual([]);
    const bonus = addBonus(plain().draft, 'item');
    expect(previewOf(bonus, noSample(), HERE)).toMatchObject({ faults: [{ at: '/earn/items/0/item', code: 'word-missing' }], quote: null });
    expect(isDraft(writeAt(bonus, '/earn/items/0/item', 'A-17'))).toBe(true);
  });

  it('never take an id that a version before has given: vouchers and members still name it', () => {
    const old = removeAt(draftFrom(RICH, 'CNY'), '/tiers/levels/3');
    const state = begun({ ...RICH, vouchers: [{ ...RICH.vouchers![0]!, id: 'voucher-1' }], tiers: { ...RICH.tiers!, levels: [{ ...RICH.tiers!.levels[0]!, id: 'tier-1' }] } });
    const emptied = removeAt(removeAt(state.draft, '/vouchers/0'), '/tiers/levels/0');
    expect([emptied.vouchers, emptied.tiers]).toEqual([undefined, undefined]);
    expect(addVoucher(emptied, 'amount', state.taken).vouchers?.[0]?.id).toBe('voucher-2');
    expect(addTier(emptied, state.taken).tiers?.levels[0]?.id).toBe('tier-2');
    const all = idsOf(addOffer(addTier(addVoucher(old, 'amount'))));
    expect(new Set(all).size).toBe(all.length);
  });

  it('follow their worth by name until somebody has named them', () => {
    const state = plain({ do: 'draft', draft: addVoucher(plain().draft, 'amount') });
    expect(typing(state, '/vouchers/0/discountMinor', '1500').draft.vouchers?.[0]?.name).toEqual({ en: '¥15.00 off', 'zh-CN': '减 ¥15.00' });
    const named = after(state, { do: 'draft', draft: writeAt(state.draft, '/vouchers/0/name/en', 'Spring') });
    expect(typing(named, '/vouchers/0/discountMinor', '1500').draft.vouchers?.[0]?.name.en).toBe('Spring');
  });
});

describe('lists', () => {
  it('move a part by a place, never out of the list', () => {
    const { draft } = begun(RICH);
    expect(moveAt(draft, '/offers/1', -1).offers?.map(({ id }) => id)).toEqual(['near', 'back', 'tea']);
    expect(moveAt(draft, '/offers/0', -1)).toEqual(draft);
    expect(moveAt(draft, '/tiers/levels/3', 1)).toEqual(draft);
  });

  it('say beside a rule that its tier was removed, instead of letting everybody have it', () => {
    const { draft } = begun(RICH);
    const gone = removeAt(draft, '/tiers/levels/1');
    const { faults } = previewOf(gone, noSample(), HERE);
    expect(faults.filter(({ code }) => code === 'tier-unknown').map(({ at }) => at)).toContain('/earn/multipliers/0/tiers/0');
    expect(isBeside('/earn/multipliers/0/tiers/0', gone)).toBe(true);
  });
});

describe('undo', () => {
  it('takes back one change after the other, what was typed into one number as one', () => {
    const first = plain({ do: 'draft', draft: addVoucher(plain().draft, 'amount') }, { do: 'open', at: '/vouchers/0' });
    const typed = typing(first, '/vouchers/0/discountMinor', '1500');
    expect(typed.past).toHaveLength(2);
    const once = after(typed, { do: 'undo' });
    expect(once.draft).toEqual(first.draft);
    expect(once).toMatchObject({ open: '/vouchers/0', active: { at: '/vouchers/0/discountMinor' }, fresh: true });
    const twice = after(once, { do: 'undo' });
    expect(twice).toMatchObject({ open: null, active: null, past: [], draft: plain().draft });
    expect(after(twice, { do: 'undo' })).toBe(twice);
  });

  it('brings back a part that was removed, and a term', () => {
    const state = begun(RICH, { do: 'when', start: 'date', nowMs: NOW });
    const removed = after(state, { do: 'draft', draft: removeAt(state.draft, '/tiers/levels/0') });
    expect(after(removed, { do: 'undo' })).toMatchObject({ draft: state.draft, start: 'date' });
    expect(after(removed, { do: 'undo' }, { do: 'undo' })).toMatchObject({ draft: draftFrom(RICH, 'CNY'), start: 'now' });
  });

  it('takes a name that was typed back as one', () => {
    const state = plain();
    const typed = ['A', 'Ab'].reduce((so, text) => after(so, { do: 'draft', draft: writeAt(so.draft, '/name/en', text), of: '/name/en' }), state);
    expect(after(typed, { do: 'undo' }).draft).toEqual(state.draft);
  });
});

describe('dates', () => {
  it('count once they are whole, and no other day than the one that was typed', () => {
    const half = typing(plain(), '/redeem/0/validFromMs', '2026122');
    expect([readNumber(half.draft, '/redeem/0/validFromMs'), typedDay(half.typed)]).toEqual([undefined, '2026-12-2_']);
    const whole = after(half, { do: 'type', text: '4' });
    expect(dayOf({ unit: 'first-day' }, readNumber(whole.draft, '/redeem/0/validFromMs') ?? 0, 480)).toBe('2026-12-24');
    expect(typing(plain(), '/redeem/0/validFromMs', '20260431').draft).toEqual(plain().draft);
    expect(typing(plain(), '/redeem/0/validFromMs', '20270229').draft).toEqual(plain().draft);
    expect(after(whole, { do: 'erase' }, { do: 'erase' }, { do: 'type', text: '31' }).draft.redeem[0]?.validFromMs).toBe(Date.UTC(2026, 11, 30, 16));
    expect(after(whole, { do: 'clear' }).draft.redeem[0]).not.toHaveProperty('validFromMs');
  });

  it('of a version stand in the draft, and only a store\'s own has an end', () => {
    const from = Date.UTC(2026, 11, 2, 16);
    const own: ProgrammeDraft = { ...plain().draft, store: 'S1' };
    const dated = termed({ draft: own, start: 'now', end: 'never' }, { start: 'date', end: 'date' }, NOW, 480);
    expect(withTerm(dated, NOW, 480)).toMatchObject({ effectiveFromMs: from, effectiveUntilMs: from + 30 * 86_400_000 });
    const { store: _store, ...chain } = dated.draft;
    expect(withTerm({ ...dated, draft: chain }, NOW, 480)).not.toHaveProperty('effectiveUntilMs');
    expect(termed(dated, { start: 'week', end: 'never' }, NOW, 480).draft).toEqual(own);
    const state = plain({ do: 'when', start: 'date', nowMs: NOW });
    const past = typing(state, '/effectiveFromMs', '20261201');
    expect(previewOf(withTerm(past, NOW, 480), noSample(), HERE).faults).toMatchObject([{ at: '/effectiveFromMs', code: 'in-the-past' }]);
    // A day that a version needs is not erased.
    expect(after(past, { do: 'erase' }, ...Array.from({ length: 9 }, (): RulesAct => ({ do: 'erase' }))).draft).toEqual(past.draft);
  });
});

describe('faults', () => {
  it('lead to the part that opens for them, in its section', () => {
    expect(['/vouchers/2/maxUses', '/tiers/levels/1/reach/visits', '/offers/0/when', '/earn/points', '/earn/items/0/item', '/tiers/downgrade', '/effectiveFromMs', '/currency'].map((at) => [partOf(at), sectionOf(partOf(at))]))
      .toEqual([['/vouchers/2', 'vouchers'], ['/tiers/levels/1', 'tiers'], ['/offers/0', 'offers'], ['/earn', 'earn'], ['/earn/items', 'earn'], ['/tiers', 'tiers'], ['/term', 'term'], ['/term', 'term']]);
  });

  it.each(LANGUAGES)('are said beside the number that caused them, by name at the head, in %s', (language) => {
    const say = sayWith(createI18n(language));
    const few = typing(begun(RICH), '/offers/0/when/awayBp', '5');
    const { faults } = previewOf(few.draft, noSample(), HERE);
    expect(faults).toEqual([{ at: '/offers/0/when/awayBp', code: 'too-small' }]);
    expect(isBeside('/offers/0/when/awayBp', few.draft)).toBe(true);
    expect(faultReason(faults[0]!, { say })).toBe(language === 'en' ? 'The number is too small.' : '数字太小。');
    expect(publishFaultWords(faults[0]!, few.draft, { say, language })).toContain(RICH.offers![0]!.text[language]);
    expect(isBeside('/vouchers/0', few.draft)).toBe(false);
    const empty = writeAt(writeAt(begun(RICH).draft, '/offers/0/when', {}), '/tiers/levels/2/reach', {});
    const reasons = previewOf(empty, noSample(), HERE).faults.map((fault) => [fault.at, faultReason(fault, { say })]);
    expect(reasons).toEqual(language === 'en'
      ? [['/tiers/levels/2/reach', 'It asks for nothing: name what is paid, points or visits.'], ['/offers/0/when', 'It names no reason: choose at least one.']]
      : [['/tiers/levels/2/reach', '尚无条件：请设定实付金额、积分或到店天数。'], ['/offers/0/when', '尚无条件：请至少设定一项。']]);
  });
});

describe('the sample', () => {
  const { draft } = begun(RICH);

  it('can be looked at, and the draft said, whatever is typed where and taken back', () => {
    const acts = fc.array(fc.tuple(fc.nat(400), fc.stringMatching(/^[0-9]{1,14}$/), fc.nat(3)), { maxLength: 10 });
    fc.assert(fc.property(acts, fc.constantFrom('ten', 'tenth', 'free-tea', 'late'), (typed, voucher) => {
      let state = begun(RICH, { do: 'sample', change: { voucher, goods: 'item:A-17', tier: 'gold', offer: 'back', isTimeless: true } });
      for (const [which, text, how] of typed) {
        const fields = allFields(state.draft);
        state = typing(state, fields[which % fields.length]!.at, text);
        if (how < 2) state = after(state, { do: how === 0 ? 'undo' : 'erase' });
        const { faults, quote } = previewOf(withTerm(state, NOW, 480), state.sample, HERE);
        expect(quote !== null || faults.length > 0).toBe(true);
        expect(faults.length > 0 || isDraft(withTerm(state, NOW, 480))).toBe(true);
        expect(told(state.draft, 'en').join(' ')).not.toMatch(/NaN|Infinity/);
      }
    }), { numRuns: 40 });
  });

  it('follows the part that is opened', () => {
    expect(begun(RICH, { do: 'open', at: '/vouchers/1' }).sample).toMatchObject({ voucher: 'tenth', goods: 'category:tea' });
    expect(begun(RICH, { do: 'open', at: '/vouchers/3' }).sample).toMatchObject({ voucher: 'gold-fifty', tier: 'gold' });
    expect(begun(RICH, { do: 'open', at: '/offers/0' }).sample).toMatchObject({ offer: 'back' });
    expect(begun(RICH, { do: 'open', at: '/earn/multipliers/1' }).sample).toMatchObject({ isBirthday: true });
    expect(begun(RICH, { do: 'open', at: '/earn' }).sample).toEqual(noSample());
    expect(goodsOf(draft)).toEqual(['category:tobacco', 'category:books', 'category:tea', 'item:A-17', 'item:A-18']);
  });

  it('shows what a voucher takes off its goods, or why it does not', () => {
    const off = (part: Partial<Sample>) => {
      const { quote } = previewOf(draft, sample(part), HERE);
      return quote?.ok === true ? quote.value.vouchers : null;
    };
    expect(off({ voucher: 'tenth', goods: 'category:tea' })).toMatchObject({ discountMinor: 500, refused: [] });
    expect(off({ voucher: 'tenth', goods: 'category:books' })).toMatchObject({ discountMinor: 0, refused: [{ why: { code: 'goods-missing' } }] });
    expect(off({ voucher: 'gold-fifty', tier: 'silver' })).toMatchObject({ refused: [{ why: { code: 'tier-needed' } }] });
    expect(off({ voucher: 'late' })).toMatchObject({ refused: [{ why: { code: 'not-at-this-hour' } }] });
    expect(off({ voucher: 'late', isTimeless: true })).toMatchObject({ discountMinor: 2_000 });
    expect(off({ voucher: 'removed' })).toBeNull();
  });

  it('earns by tier, offer and birthday what a till would give', () => {
    const earned = (part: Partial<Sample>) => previewOf({ ...draft, earn: { ...draft.earn, maxPerSale: points(5_000), maxPerDay: points(5_000) } }, sample({ balance: 0, bill: 10_000, ...part }), HERE).earning?.points;
    expect([earned({}), earned({ tier: 'gold' }), earned({ offer: 'back' }), earned({ isBirthday: true }), earned({ tier: 'gold', isBirthday: true })]).toEqual([105, 205, 155, 305, 605]);
    expect(earned({ isFirst: true })).toBe(205);
  });
});
