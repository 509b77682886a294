import type { OfferTemplate, OfferWhen, Tier, TierRules, VoucherRule } from '../../../shared/domain/programme.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import { formatFactor, formatMoney, formatShare } from '../../i18n/format.ts';
import { listed, placeSentences, type SentenceContext } from './sentences.ts';
import { firstOf, titleFor } from './titles.ts';

/** A voucher rule in plain sentences: what its vouchers take off, of what, beside what, how often, and when. */
export function voucherSentences(rule: VoucherRule, context: SentenceContext): string[] {
  const { say, currency, language } = context;
  const money = (amount: number): string => formatMoney(amount, currency, language);
  const said = [worthSentence(rule, context)];
  const goods = [...(rule.categories ?? []), ...(rule.items ?? [])];
  if (goods.length > 0) said.push(say(rule.kind === 'free-item' ? 'rules.say.ofGoods' : 'rules.say.onlyGoods', { goods: listed(goods, language, 'disjunction') }));
  if (rule.minBillMinor !== undefined) said.push(say('rules.say.minBill', { amount: money(rule.minBillMinor) }));
  said.push(rule.maxUses === undefined ? say('rules.say.usesAny') : say('rules.say.uses', { count: rule.maxUses }));
  if (rule.maxUsesPerMember !== undefined) said.push(say('rules.say.usesMember', { count: rule.maxUsesPerMember }));
  if (rule.maxUsesPerDay !== undefined) said.push(say('rules.say.usesDay', { count: rule.maxUsesPerDay }));
  if (rule.stacking !== undefined) said.push(say(`rules.say.stacking.${rule.stacking}`));
  if (rule.withPoints === false) said.push(say('rules.say.noPoints'));
  if (rule.order !== undefined && rule.order !== 0) said.push(say(rule.order < 0 ? 'rules.say.order.before' : 'rules.say.order.after', { order: rule.order }));
  return [...said, ...placeSentences(rule, context)];
}

function worthSentence(rule: VoucherRule, { say, currency, language }: SentenceContext): string {
  if (rule.kind === 'amount') return say('rules.say.voucher.amount', { amount: formatMoney(rule.discountMinor, currency, language) });
  if (rule.kind === 'free-item') return say('rules.say.voucher.free-item', { pieces: rule.pieces ?? 1 });
  const share = formatShare(rule.shareBp, language);
  return rule.maxDiscountMinor === undefined
    ? say('rules.say.voucher.percentage', { share }) : say('rules.say.voucher.percentageCapped', { share, amount: formatMoney(rule.maxDiscountMinor, currency, language) });
}

/** What counts for tiers, and how long one stays. */
export function tiersSentences({ window, grace, downgrade }: TierRules, { say }: Pick<SentenceContext, 'say'>): string[] {
  return [
    window.kind === 'days' ? say('rules.say.window.days', { days: window.days }) : say('rules.say.window.calendar-year'),
    grace === undefined ? say('rules.say.grace.none') : say(`rules.say.grace.${grace.unit}`, { count: grace.count }),
    say(`rules.say.downgrade.${downgrade}`),
  ];
}

/** What one tier asks for, and what names it. */
export function tierSentences({ id, reach }: Tier, draft: ProgrammeDraft, context: SentenceContext): string[] {
  const { say, currency, language } = context;
  const ways = [
    ...(reach.spendMinor === undefined ? [] : [say('rules.say.reach.spendMinor', { amount: formatMoney(reach.spendMinor, currency, language) })]),
    ...(reach.points === undefined ? [] : [say('rules.say.reach.points', { points: reach.points })]),
    ...(reach.visits === undefined ? [] : [say('rules.say.reach.visits', { visits: reach.visits })]),
  ];
  const reached = ways.length === 0 ? say('rules.say.reach.nothing') : say('rules.say.reach', { ways: listed(ways, language, 'disjunction') });
  const named = namedBy(draft, ({ tiers }) => tiers?.includes(id) === true, context);
  return [reached, named.length === 0 ? say('rules.say.tierGivesNothing') : say('rules.say.givenTo', { names: listed(named, language) })];
}

/** To whom an offer is made, and what names it. */
export function offerSentences(offer: OfferTemplate, draft: ProgrammeDraft, context: SentenceContext): string[] {
  const { say, language } = context;
  const whens = whenWords(offer.when, context);
  const made = whens.length === 0 ? say('rules.say.offerToNobody') : say('rules.say.offerTo', { whens: listed(whens, language) });
  const named = namedBy(draft, ({ offers }) => offers?.includes(offer.id) === true, context);
  return [made, ...placeSentences(offer, context), named.length === 0 ? say('rules.say.offerGivesNothing') : say('rules.say.givenTo', { names: listed(named, language) })];
}

function whenWords(when: OfferWhen, { say, currency, language }: SentenceContext): string[] {
  const said: string[] = [];
  if (when.awayBp !== undefined) said.push(say('rules.say.when.awayBp', { factor: formatFactor(when.awayBp, language) }));
  if (when.usualTime === true) said.push(say('rules.say.when.usualTime'));
  if (when.favourite !== undefined) said.push(say('rules.say.when.favourite', { goods: listed(when.favourite, language, 'disjunction') }));
  if (when.usualSpendMinor !== undefined) said.push(say('rules.say.when.usualSpendMinor', { amount: formatMoney(when.usualSpendMinor, currency, language) }));
  if (when.nearTierBp !== undefined) said.push(say('rules.say.when.nearTierBp', { share: formatShare(when.nearTierBp, language) }));
  if (when.nearReward !== undefined) said.push(say('rules.say.when.nearReward', { points: when.nearReward }));
  if (when.birthday === true) said.push(say('rules.say.when.birthday'));
  return said;
}

/** Parts that are named before the others are only counted. */
const MOST_NAMED = 4;

/** What of a draft is only for a tier or an offer. */
function namedBy(draft: ProgrammeDraft, isNamed: (part: { tiers?: string[]; offers?: string[] }) => boolean, { say, language }: SentenceContext): string[] {
  const { redeem, earn, vouchers = [], offers = [] } = draft;
  const parts: readonly (Parameters<typeof isNamed>[0] & Parameters<typeof titleFor>[0])[] = [...redeem, ...(earn.multipliers ?? []), ...vouchers, ...offers];
  const { named, more } = firstOf(parts.filter(isNamed).map((one) => `“${titleFor(one, language)}”`), MOST_NAMED);
  return more === 0 ? [...named] : [...named, say('rules.section.more', { count: more })];
}
