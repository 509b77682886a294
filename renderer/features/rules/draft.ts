import type { ProgrammeDoc } from '../../../shared/contract/documents.ts';
import { currencyExponent } from '../../../shared/domain/currency.ts';
import { dayAt } from '../../../shared/domain/date.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import type { EarnMultiplier, FixedRule, LocalText, RatioRule, RedemptionRule } from '../../../shared/domain/programme.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import { formatMoney } from '../../i18n/format.ts';
import { createI18n, LANGUAGES, sayWith, type Language, type Say } from '../../i18n/words.ts';

const DAY_MS = 86_400_000;

/** When a draft shall begin, as it is chosen. */
export const STARTS = ['now', 'tomorrow', 'week', 'month'] as const;
export type Start = (typeof STARTS)[number];

/** How long a store's own rules shall hold, as it is chosen. */
export const ENDS = ['never', 'week', 'month'] as const;
export type End = (typeof ENDS)[number];

/** The moment of a start: undefined at once, else a midnight of the store. */
export function startMs(start: Start, nowMs: number, utcOffsetMinutes: number): number | undefined {
  const offsetMs = utcOffsetMinutes * 60_000;
  const midnight = Math.floor((nowMs + offsetMs) / DAY_MS) * DAY_MS - offsetMs;
  if (start === 'now') return undefined;
  if (start === 'tomorrow') return midnight + DAY_MS;
  if (start === 'week') return midnight + 7 * DAY_MS;
  const { year, month } = dayAt(nowMs, utcOffsetMinutes);
  return (month === 12 ? Date.UTC(year + 1, 0, 1) : Date.UTC(year, month, 1)) - offsetMs;
}

/** The moment of an end, counted from the beginning. */
export function endMs(end: End, fromMs: number): number | undefined {
  return end === 'never' ? undefined : fromMs + (end === 'week' ? 7 : 30) * DAY_MS;
}

/** A draft that says what a published version says, or a first one that gives back 1% and redeems it at the same rate. */
export function draftFrom(published: ProgrammeDoc | undefined, currency: string): ProgrammeDraft {
  if (published !== undefined) {
    const { id: _id, rev: _rev, version: _version, effectiveFromMs: _from, effectiveUntilMs: _until, published: _by, ...said } = published;
    return structuredClone(said);
  }
  const unit = 10 ** (currencyExponent(currency) ?? 2);
  const draft: ProgrammeDraft = {
    name: { en: 'Points', 'zh-CN': '积分' }, currency, earn: { points: points(1), perMinor: minor(unit), basis: 'net' }, redeem: [],
  };
  return addRule(draft, 'ratio');
}

/** An id that no rule has yet. */
function freeId(prefix: string, taken: readonly { id: string }[]): string {
  let number = taken.length + 1;
  while (taken.some(({ id }) => id === `${prefix}-${number}`)) number += 1;
  return `${prefix}-${number}`;
}

/** The draft with one more redemption rule, at a rate that is usual, to be changed. */
export function addRule(draft: ProgrammeDraft, kind: RedemptionRule['kind']): ProgrammeDraft {
  const unit = 10 ** (currencyExponent(draft.currency) ?? 2);
  const id = freeId(kind, draft.redeem);
  const rule: RatioRule | FixedRule = kind === 'ratio'
    ? { kind, id, name: { en: '', 'zh-CN': '' }, stepPoints: points(100), stepMinor: minor(unit), multiple: points(100) }
    : { kind, id, name: { en: '', 'zh-CN': '' }, points: points(1_000), discountMinor: minor(10 * unit) };
  return { ...draft, redeem: [...draft.redeem, { ...rule, name: usualName(rule, draft.currency) }] };
}

export function removeRule(draft: ProgrammeDraft, index: number): ProgrammeDraft {
  return { ...draft, redeem: draft.redeem.filter((_rule, at) => at !== index) };
}

/** The draft with one more campaign: double points, to be bound to days or to the birthday. */
export function addCampaign(draft: ProgrammeDraft): ProgrammeDraft {
  const all = draft.earn.multipliers ?? [];
  const one: EarnMultiplier = { id: freeId('campaign', all), name: inBoth((say) => say('rules.name.campaign')), factorBp: 20_000 };
  return { ...draft, earn: { ...draft.earn, multipliers: [...all, one] } };
}

export function removeCampaign(draft: ProgrammeDraft, index: number): ProgrammeDraft {
  const { multipliers = [], ...earn } = draft.earn;
  const left = multipliers.filter((_one, at) => at !== index);
  return { ...draft, earn: { ...earn, ...(left.length === 0 ? {} : { multipliers: left }) } };
}

const WORDS: Readonly<Record<Language, Say>> = { en: sayWith(createI18n('en')), 'zh-CN': sayWith(createI18n('zh-CN')) };

function inBoth(words: (say: Say, language: Language) => string): LocalText {
  const [en, chinese] = LANGUAGES.map((language) => words(WORDS[language], language));
  return { en: en ?? '', 'zh-CN': chinese ?? '' };
}

/** What a rule is called that nobody has named: its rate, in both languages. */
export function usualName(rule: RedemptionRule, currency: string): LocalText {
  return inBoth((say, language) => (rule.kind === 'ratio'
    ? say('rules.name.ratio', { points: rule.stepPoints, amount: formatMoney(rule.stepMinor, currency, language) })
    : say('rules.name.fixed', { points: rule.points, amount: formatMoney(rule.discountMinor, currency, language) })));
}

const isSame = (a: LocalText, b: LocalText): boolean => a.en === b.en && a['zh-CN'] === b['zh-CN'];

/** The draft after a change of one rule's numbers: a name that said the old rate says the new one. */
export function renamed(before: ProgrammeDraft, after: ProgrammeDraft): ProgrammeDraft {
  const redeem = after.redeem.map((rule) => {
    const old = before.redeem.find((one) => one.id === rule.id);
    // A name that was typed just now is not the usual one, whatever it says.
    const isUsual = old !== undefined && isSame(rule.name, old.name) && isSame(old.name, usualName(old, before.currency));
    return isUsual ? { ...rule, name: usualName(rule, after.currency) } : rule;
  });
  return { ...after, redeem };
}

/** A list of categories as typed: separated by commas of either language. */
export function parseCategories(text: string): string[] | undefined {
  const found = [...new Set(text.split(/[,，、]/).map((one) => one.trim().slice(0, 64)).filter((one) => one !== ''))];
  return found.length === 0 ? undefined : found.slice(0, 200);
}
