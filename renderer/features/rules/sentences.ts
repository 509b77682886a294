import type { EarnMultiplier, EarnRule, Place, RedemptionRule } from '../../../shared/domain/programme.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import type { EarnStep } from '../../../shared/domain/earn.ts';
import { formatDate, formatFactor, formatMoment, formatMoney, formatShare } from '../../i18n/format.ts';
import { scheduleWords, type ReasonContext } from '../../i18n/reasons.ts';
import type { Language } from '../../i18n/words.ts';
import { dayOf } from './values.ts';

/** What sentences are written with: the words, the draft's currency, the store's time, and what ids are called. */
export interface SentenceContext extends ReasonContext {
  nowMs: number;
  utcOffsetMinutes: number;
  /** What stores, tiers and offers are called; an id that nothing has stands for itself. */
  named: (kind: 'stores' | 'tiers' | 'offers', id: string) => string;
}

/** Sentences after each other: Chinese ones follow without a space. */
export function joined(sentences: readonly string[], language: Language): string {
  return sentences.filter((one) => one !== '').join(language === 'zh-CN' ? '' : ' ');
}

/** A redemption rule in plain sentences: what it gives, then every limit. */
export function ruleSentences(rule: RedemptionRule, context: SentenceContext): string[] {
  const { say, currency, language } = context;
  const money = (amount: number): string => formatMoney(amount, currency, language);
  const said = [rule.kind === 'ratio'
    ? say('rules.say.ratio', { points: rule.stepPoints, amount: money(rule.stepMinor) })
    : say('rules.say.fixed', { points: rule.points, amount: money(rule.discountMinor) })];
  if (rule.multiple !== undefined) said.push(say('rules.say.multiple', { points: rule.multiple }));
  if (rule.maxShareBp !== undefined) said.push(say('rules.say.share', { share: formatShare(rule.maxShareBp, language) }));
  if (rule.minBillMinor !== undefined) said.push(say('rules.say.minBill', { amount: money(rule.minBillMinor) }));
  if (rule.minBalance !== undefined) said.push(say('rules.say.minBalance', { points: rule.minBalance }));
  if (rule.maxPointsPerSale !== undefined) said.push(say('rules.say.perSale', { points: rule.maxPointsPerSale }));
  if (rule.maxPointsPerDay !== undefined) said.push(say('rules.say.perDay', { points: rule.maxPointsPerDay }));
  if (rule.maxDiscountMinor !== undefined) said.push(say('rules.say.maxDiscount', { amount: money(rule.maxDiscountMinor) }));
  if (rule.excludedCategories !== undefined) said.push(say('rules.say.excluded', { goods: listed(rule.excludedCategories, language) }));
  if (rule.withVouchers === false) said.push(say('rules.say.noVouchers'));
  return [...said, ...placeSentences(rule, context), ...onlyOffers(rule, context)];
}

/** A campaign in plain sentences. */
export function campaignSentences(one: EarnMultiplier, context: SentenceContext): string[] {
  const { say, language } = context;
  const said = [say('rules.say.campaign', { factor: formatFactor(one.factorBp, language) })];
  if (one.birthday === true) said.push(say('rules.say.birthday'));
  return [...said, ...placeSentences(one, context), ...onlyOffers(one, context)];
}

/** What a sale earns, in plain sentences; with what that gives back, at the best rate of the draft. */
export function earnSentences({ earn, redeem }: ProgrammeDraft, context: SentenceContext): string[] {
  const { say, currency, language } = context;
  const said = [earn.points === 0
    ? say('rules.say.earnNothing')
    : say('rules.say.earn', { amount: formatMoney(earn.perMinor, currency, language), basis: earn.basis, points: earn.points })];
  const back = givesBackBp(earn, redeem);
  if (back > 0) said.push(say('rules.say.back', { share: formatShare(back, language) }));
  if (earn.perVisit !== undefined) said.push(say('rules.say.visit', { points: earn.perVisit }));
  if (earn.firstPurchase !== undefined) said.push(say('rules.say.first', { points: earn.firstPurchase }));
  if (earn.items !== undefined) said.push(say('rules.say.items', { count: earn.items.length }));
  if (earn.excludedCategories !== undefined) said.push(say('rules.say.excluded', { goods: listed(earn.excludedCategories, language) }));
  if (earn.maxPerSale !== undefined) said.push(say('rules.say.earnPerSale', { points: earn.maxPerSale }));
  if (earn.maxPerDay !== undefined) said.push(say('rules.say.earnPerDay', { points: earn.maxPerDay }));
  said.push(earn.expiresAfterMonths === undefined ? say('rules.say.keeps') : say('rules.say.expires', { months: earn.expiresAfterMonths }));
  return said;
}

/** Share of what is paid that comes back as points at the best rate, in basis points rounded down; without campaigns. */
export function givesBackBp(earn: EarnRule, redeem: readonly RedemptionRule[]): number {
  const rates = redeem.map((rule) => (rule.kind === 'ratio' ? [rule.stepMinor, rule.stepPoints] as const : [rule.discountMinor, rule.points] as const));
  const shares = rates.filter(([, cost]) => cost > 0 && earn.perMinor > 0)
    .map(([worth, cost]) => Number((BigInt(earn.points) * BigInt(worth) * 10_000n) / (BigInt(cost) * BigInt(earn.perMinor))));
  return Math.max(0, ...shares);
}

/** When, where and for whom something holds. */
export function placeSentences({ schedule, stores, tiers, validFromMs, validUntilMs }: Place, context: SentenceContext): string[] {
  const { say, language, named, nowMs, utcOffsetMinutes } = context;
  const moment = (ms: number, unit: 'first-day' | 'last-day'): string => {
    const day = dayOf({ unit }, ms, utcOffsetMinutes);
    return day === undefined ? formatMoment(ms, nowMs, utcOffsetMinutes, language) : formatDate(day, language);
  };
  const said: string[] = [];
  if (schedule !== undefined) said.push(say('rules.say.when', { when: scheduleWords(schedule, context) }));
  if (stores !== undefined) said.push(say('rules.say.stores', { stores: listed(stores.map((id) => named('stores', id)), language) }));
  if (tiers !== undefined) said.push(say('rules.say.tiers', { tiers: listed(tiers.map((id) => named('tiers', id)), language) }));
  if (validFromMs !== undefined && validUntilMs !== undefined) said.push(say('rules.say.dated', { from: moment(validFromMs, 'first-day'), until: moment(validUntilMs, 'last-day') }));
  else if (validFromMs !== undefined) said.push(say('rules.say.from', { from: moment(validFromMs, 'first-day') }));
  else if (validUntilMs !== undefined) said.push(say('rules.say.until', { until: moment(validUntilMs, 'last-day') }));
  return said;
}

/** For whom it is, when it is bound to personal offers. */
export function onlyOffers({ offers }: { offers?: string[] }, { say, language, named }: SentenceContext): string[] {
  return offers === undefined ? [] : [say('rules.say.offers', { offers: listed(offers.map((id) => `“${named('offers', id)}”`), language, 'disjunction') })];
}

/** Words in a row, as a language says them. */
export function listed(words: readonly string[], language: Language, type: 'conjunction' | 'disjunction' = 'conjunction'): string {
  return new Intl.ListFormat(language, { type }).format(words);
}

/** The first sentences of many, and how many are left: what a part says while it is closed. */
export function shortened(sentences: readonly string[], { say }: Pick<SentenceContext, 'say'>): string[] {
  return sentences.length <= 3 ? [...sentences] : [...sentences.slice(0, 2), say('rules.say.more', { count: sentences.length - 2 })];
}

/** One step of what the sample earns. */
export function stepWords(step: EarnStep, { say, currency, language }: ReasonContext): string {
  if (step.step === 'amount') return say('rules.step.amount', { amount: formatMoney(step.basisMinor, currency, language) });
  if (step.step === 'multiplier') return say('rules.step.multiplier', { factor: formatFactor(step.factorBp, language) });
  return say(`rules.step.${step.step}`);
}
