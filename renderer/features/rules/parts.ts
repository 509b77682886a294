import { currencyExponent } from '../../../shared/domain/currency.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import type { EarnMultiplier, FixedRule, LocalText, OfferTemplate, RatioRule, RedemptionRule, Tier, TierReach, TierRules, VoucherRule } from '../../../shared/domain/programme.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import type { MessageId } from '../../i18n/en.ts';
import { formatMoney, formatShare } from '../../i18n/format.ts';
import { createI18n, LANGUAGES, sayWith, type Language, type Say } from '../../i18n/words.ts';

const WORDS: Readonly<Record<Language, Say>> = { en: sayWith(createI18n('en')), 'zh-CN': sayWith(createI18n('zh-CN')) };

function inBoth(words: (say: Say, language: Language) => string): LocalText {
  const [en, chinese] = LANGUAGES.map((language) => words(WORDS[language], language));
  return { en: en ?? '', 'zh-CN': chinese ?? '' };
}

/** Every id that a draft or a version gives to something. */
export function idsOf({ redeem, earn, vouchers = [], tiers, offers = [] }: Pick<ProgrammeDraft, 'redeem' | 'earn' | 'vouchers' | 'tiers' | 'offers'>): string[] {
  return [...redeem, ...(earn.multipliers ?? []), ...vouchers, ...(tiers?.levels ?? []), ...offers].map(({ id }) => id);
}

/** An id that nothing has, and nothing had in a version before: a voucher that was issued names its rule, and a member's tier its level, by it. */
function freeId(prefix: string, draft: ProgrammeDraft, taken: readonly string[]): string {
  const used = new Set([...idsOf(draft), ...taken]);
  let number = 1;
  while (used.has(`${prefix}-${number}`)) number += 1;
  return `${prefix}-${number}`;
}

const unitOf = (currency: string): number => 10 ** (currencyExponent(currency) ?? 2);
const UNNAMED: LocalText = { en: '', 'zh-CN': '' };

/** The draft with one more redemption rule, at a rate that is usual, to be changed. `taken`: ids of versions before. */
export function addRule(draft: ProgrammeDraft, kind: RedemptionRule['kind'], taken: readonly string[] = []): ProgrammeDraft {
  const unit = unitOf(draft.currency);
  const id = freeId(kind, draft, taken);
  const rule: RatioRule | FixedRule = kind === 'ratio'
    ? { kind, id, name: UNNAMED, stepPoints: points(100), stepMinor: minor(unit), multiple: points(100) }
    : { kind, id, name: UNNAMED, points: points(1_000), discountMinor: minor(10 * unit) };
  return { ...draft, redeem: [...draft.redeem, { ...rule, name: usualName(rule, draft.currency) }] };
}

/** The draft with one more campaign: double points, to be bound to days, to the birthday, or, as `only` says, to a tier or an offer. */
export function addCampaign(draft: ProgrammeDraft, taken: readonly string[] = [], only: Pick<EarnMultiplier, 'tiers' | 'offers'> = {}): ProgrammeDraft {
  const all = draft.earn.multipliers ?? [];
  const one: EarnMultiplier = { id: freeId('campaign', draft, taken), name: inBoth((say) => say('rules.name.campaign')), factorBp: 20_000, ...only };
  return { ...draft, earn: { ...draft.earn, multipliers: [...all, one] } };
}

/** The draft with one more bonus for goods: ten points for each piece of something that has to be named. */
export function addBonus(draft: ProgrammeDraft, by: 'item' | 'category'): ProgrammeDraft {
  return { ...draft, earn: { ...draft.earn, items: [...(draft.earn.items ?? []), { [by]: '', points: points(10) }] } };
}

/** The draft with one more voucher rule: ten off, a tenth off, or a piece of goods that have to be named. */
export function addVoucher(draft: ProgrammeDraft, kind: VoucherRule['kind'], taken: readonly string[] = []): ProgrammeDraft {
  const unit = unitOf(draft.currency);
  const common = { id: freeId('voucher', draft, taken), name: UNNAMED, maxUses: 1 };
  const rules: Readonly<Record<VoucherRule['kind'], VoucherRule>> = {
    'amount': { kind: 'amount', ...common, discountMinor: minor(10 * unit), minBillMinor: minor(50 * unit) },
    'percentage': { kind: 'percentage', ...common, shareBp: 1_000, maxDiscountMinor: minor(20 * unit) },
    'free-item': { kind: 'free-item', ...common, pieces: 1 },
  };
  return { ...draft, vouchers: [...(draft.vouchers ?? []), { ...rules[kind], name: usualVoucherName(rules[kind], draft.currency) }] };
}

const LADDER: readonly MessageId[] = ['rules.name.tier.silver', 'rules.name.tier.gold', 'rules.name.tier.platinum', 'rules.name.tier.diamond'];

/** The draft with one more tier on top, which asks for three times what the one below it asks for; the first for a thousand spent in a year. */
export function addTier(draft: ProgrammeDraft, taken: readonly string[] = []): ProgrammeDraft {
  const rules: TierRules = draft.tiers ?? { window: { kind: 'days', days: 365 }, grace: { unit: 'months', count: 3 }, downgrade: 'qualified', levels: [] };
  const words = LADDER[rules.levels.length];
  const level: Tier = {
    id: freeId('tier', draft, taken),
    name: inBoth((say) => (words === undefined ? say('rules.name.tier.next', { number: rules.levels.length + 1 }) : say(words))),
    reach: reachAbove(rules.levels.at(-1)?.reach, draft.currency),
  };
  return { ...draft, tiers: { ...rules, levels: [...rules.levels, level] } };
}

function reachAbove(below: TierReach | undefined, currency: string): TierReach {
  if (below === undefined) return { spendMinor: minor(1_000 * unitOf(currency)) };
  const { spendMinor, points: earned, visits } = below;
  return {
    ...(spendMinor === undefined ? {} : { spendMinor: minor(spendMinor * 3) }), ...(earned === undefined ? {} : { points: points(earned * 3) }),
    ...(visits === undefined ? {} : { visits: visits * 3 }),
  };
}

/** The draft with one more personal offer, to whoever was away for half as long again as usual. */
export function addOffer(draft: ProgrammeDraft, taken: readonly string[] = []): ProgrammeDraft {
  const offer: OfferTemplate = { id: freeId('offer', draft, taken), text: inBoth((say) => say('rules.name.offer')), when: { awayBp: 15_000 } };
  return { ...draft, offers: [...(draft.offers ?? []), offer] };
}

/** What a rule is called that nobody has named: its rate, in both languages. */
export function usualName(rule: RedemptionRule, currency: string): LocalText {
  return inBoth((say, language) => (rule.kind === 'ratio'
    ? say('rules.name.ratio', { points: rule.stepPoints, amount: formatMoney(rule.stepMinor, currency, language) })
    : say('rules.name.fixed', { points: rule.points, amount: formatMoney(rule.discountMinor, currency, language) })));
}

/** What a voucher is called that nobody has named: what it is worth, in both languages. */
export function usualVoucherName(rule: VoucherRule, currency: string): LocalText {
  return inBoth((say, language) => {
    if (rule.kind === 'amount') return say('rules.name.voucher.amount', { amount: formatMoney(rule.discountMinor, currency, language) });
    return rule.kind === 'percentage'
      ? say('rules.name.voucher.percentage', { share: formatShare(rule.shareBp, language) })
      : say('rules.name.voucher.free-item', { pieces: rule.pieces ?? 1 });
  });
}

const isSame = (a: LocalText, b: LocalText): boolean => a.en === b.en && a['zh-CN'] === b['zh-CN'];

/** The draft after a change of one rule's numbers: a name that said the old worth says the new one. */
export function renamed(before: ProgrammeDraft, after: ProgrammeDraft): ProgrammeDraft {
  const follow = <T extends { id: string; name: LocalText }>(olds: readonly T[], rules: readonly T[], usual: (rule: T, currency: string) => LocalText): T[] =>
    rules.map((rule) => {
      const old = olds.find((one) => one.id === rule.id);
      // A name that was typed just now is not the usual one, whatever it says.
      const isUsual = old !== undefined && isSame(rule.name, old.name) && isSame(old.name, usual(old, before.currency));
      return isUsual ? { ...rule, name: usual(rule, after.currency) } : rule;
    });
  return {
    ...after, redeem: follow(before.redeem, after.redeem, usualName),
    ...(after.vouchers === undefined ? {} : { vouchers: follow(before.vouchers ?? [], after.vouchers, usualVoucherName) }),
  };
}
