import { PLAIN_SALE, type SaleContext } from '../../../shared/domain/context.ts';
import { dayAt, formatDay } from '../../../shared/domain/date.ts';
import type { BillLine } from '../../../shared/domain/entry.ts';
import { minor } from '../../../shared/domain/integers.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import type { PresentedVoucher } from '../../../shared/domain/voucher.ts';

/** A bill and a member to look at a draft with. Empty words are none. */
export interface Sample {
  bill: number;
  balance: number;
  tier: string;
  /** The rule of the voucher that is shown. */
  voucher: string;
  /** The personal offer that is made. */
  offer: string;
  /** What half of the bill is, as {@link goodsOf} names it; without it only the amount is known. */
  goods: string;
  isBirthday: boolean;
  isFirst: boolean;
  /** As if every date, weekday and hour held. */
  isTimeless: boolean;
}

/** A plain sale to a member without anything. */
export const noSample = (): Sample => ({ bill: 10_000, balance: 5_000, tier: '', voucher: '', offer: '', goods: '', isBirthday: false, isFirst: false, isTimeless: false });

/** Goods that a draft speaks of, each once: `category:tea`, `item:A-17`. */
export function goodsOf({ redeem, earn, vouchers = [], offers = [] }: ProgrammeDraft): string[] {
  const categories = [
    ...redeem.flatMap((rule) => rule.excludedCategories ?? []), ...(earn.excludedCategories ?? []), ...vouchers.flatMap((rule) => rule.categories ?? []),
    ...(earn.items ?? []).flatMap(({ category }) => category ?? []), ...offers.flatMap(({ when }) => when.favourite ?? []),
  ];
  const items = [...vouchers.flatMap((rule) => rule.items ?? []), ...(earn.items ?? []).flatMap(({ item }) => item ?? [])];
  return [...new Set([...categories.map((one) => `category:${one}`), ...items.map((one) => `item:${one}`)])].filter((one) => !one.endsWith(':'));
}

/** The sample on which a part of the draft shows: its voucher, its tier, its offer, its goods. */
export function sampleFor(sample: Sample, { redeem, earn, vouchers, tiers, offers }: ProgrammeDraft, at: string): Sample {
  const [, list, , place] = /^\/(redeem|earn\/multipliers|vouchers|tiers\/levels|offers)(\/(\d+))$/.exec(at) ?? [];
  const index = Number(place);
  if (list === 'tiers/levels') return { ...sample, tier: tiers?.levels[index]?.id ?? sample.tier };
  if (list === 'offers') return { ...sample, offer: offers?.[index]?.id ?? sample.offer };
  if (list === 'vouchers') {
    const rule = vouchers?.[index];
    const [item, category] = [rule?.items?.[0], rule?.categories?.[0]];
    const goods = category !== undefined ? `category:${category}` : item !== undefined ? `item:${item}` : sample.goods;
    return { ...sample, voucher: rule?.id ?? sample.voucher, goods, tier: rule?.tiers?.[0] ?? sample.tier };
  }
  const rule = list === 'redeem' ? redeem[index] : list === undefined ? undefined : earn.multipliers?.[index];
  if (rule === undefined) return sample;
  const isBirthday = 'birthday' in rule && rule.birthday === true;
  return { ...sample, tier: rule.tiers?.[0] ?? sample.tier, offer: rule.offers?.[0] ?? sample.offer, isBirthday: isBirthday || sample.isBirthday };
}

/** The voucher that the sample shows, ready to be used for the first time; none when its rule is not in the draft. */
export function voucherOf({ vouchers = [] }: ProgrammeDraft, { voucher }: Sample): PresentedVoucher[] {
  if (!vouchers.some(({ id }) => id === voucher)) return [];
  return [{ voucher: 'SAMPLE', rule: voucher, standing: 'ready', uses: { total: 0, byMember: 0, today: 0 } }];
}

/** What a till would know of the sample in a store. */
export function contextOf(sample: Sample, at: { store: string; utcOffsetMinutes: number; nowMs: number }): SaleContext {
  const { tier, offer, isBirthday, isFirst } = sample;
  const lines = linesOf(sample);
  return {
    ...PLAIN_SALE, store: at.store, utcOffsetMinutes: at.utcOffsetMinutes, member: 'sample', isFirst,
    ...(tier === '' ? {} : { tier }), ...(offer === '' ? {} : { offer }), ...(lines === undefined ? {} : { lines }),
    ...(isBirthday ? { birthday: formatDay(dayAt(at.nowMs, at.utcOffsetMinutes)).slice(5) } : {}),
  };
}

/** Two lines, of which the first is half of the bill; undefined without goods, or when there is nothing to halve. */
function linesOf({ bill, goods }: Sample): BillLine[] | undefined {
  const named = goods.slice(goods.indexOf(':') + 1);
  const half = Math.floor(bill / 2);
  if (goods === '' || half === 0) return undefined;
  const first = goods.startsWith('item:') ? { item: named } : { item: 'sample', category: named };
  return [{ ...first, quantity: 1, totalMinor: minor(half) }, { item: 'other', quantity: 1, totalMinor: minor(bill - half) }];
}

/** The draft as if every date, weekday and hour held. */
export function timelessDraft(draft: ProgrammeDraft): ProgrammeDraft {
  const free = <T extends { validFromMs?: number; validUntilMs?: number; schedule?: unknown }>({ validFromMs: _from, validUntilMs: _until, schedule: _hours, ...rest }: T): T =>
    rest as unknown as T;
  const { redeem, earn, vouchers, offers } = draft;
  return {
    ...draft, redeem: redeem.map(free),
    earn: { ...earn, ...(earn.multipliers === undefined ? {} : { multipliers: earn.multipliers.map(free) }) },
    ...(vouchers === undefined ? {} : { vouchers: vouchers.map(free) }), ...(offers === undefined ? {} : { offers: offers.map(free) }),
  };
}

/** Whether anything of a draft holds only on dates, weekdays or hours. */
export function isTimed({ redeem, earn, vouchers = [] }: ProgrammeDraft): boolean {
  return [...redeem, ...(earn.multipliers ?? []), ...vouchers].some(({ schedule, validFromMs, validUntilMs }) => (schedule ?? validFromMs ?? validUntilMs) !== undefined);
}
