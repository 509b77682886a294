import type { SaleContext } from './context.ts';
import { isBirthday } from './earn.ts';
import type { MemberFacts } from './entry.ts';
import { holdsHere } from './place.ts';
import type { OfferTemplate, Programme } from './programme.ts';

/**
 * What a sale's entry says of the member: as much of what the till knew as the programme asks for anywhere, so that it can be decided
 * again exactly, and no more.
 */
export function memberFacts(programme: Programme, context: SaleContext, nowMs: number): MemberFacts {
  const { tier, offer, birthday, utcOffsetMinutes, isFirst } = context;
  const template = programme.offers?.find(({ id }) => id === offer);
  const asksForBirthday = template?.when.birthday === true || programme.earn.multipliers?.some((one) => one.birthday === true) === true;
  return {
    ...(tier !== undefined && knowsTier(programme, tier) ? { tier } : {}),
    ...(offer === undefined ? {} : { offer }),
    ...(asksForBirthday && isBirthday(birthday, nowMs, utcOffsetMinutes) ? { birthday: true as const } : {}),
    ...(isFirst && (programme.earn.firstPurchase ?? 0) > 0 ? { first: true as const } : {}),
  };
}

/** Whether a programme has a tier, or says anything about one: a member may still hold one of an earlier version. */
export function knowsTier({ tiers, redeem, earn, vouchers = [], offers = [] }: Programme, tier: string): boolean {
  if (tiers?.levels.some(({ id }) => id === tier) === true) return true;
  return [...redeem, ...(earn.multipliers ?? []), ...vouchers, ...offers].some((one) => one.tiers?.includes(tier) === true);
}

/** The offer of a programme that an entry says was made; undefined when the programme has none, or it did not hold for these facts. */
export function offerMade({ offers = [] }: Programme, { offer, tier, birthday }: MemberFacts, nowMs: number, at: { store: string; offsets: readonly number[] }): OfferTemplate | undefined {
  const template = offers.find(({ id }) => id === offer);
  if (template === undefined || (template.when.birthday === true && birthday !== true)) return undefined;
  // Without the store's time nobody can say whether its hours held.
  const { schedule: _hours, ...always } = template;
  const place = at.offsets.length === 0 ? always : template;
  const context = { store: at.store, ...(tier === undefined ? {} : { tier }) };
  return [...at.offsets, ...(at.offsets.length === 0 ? [0] : [])].some((utcOffsetMinutes) => holdsHere(place, nowMs, { ...context, utcOffsetMinutes })) ? template : undefined;
}
