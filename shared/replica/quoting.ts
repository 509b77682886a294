import type { CommandInput } from '../contract/commands.ts';
import type { SaleContext } from '../domain/context.ts';
import type { BillLine } from '../domain/entry.ts';
import { points, type Points } from '../domain/integers.ts';
import type { PersonalOffer } from '../domain/offers.ts';
import type { Programme } from '../domain/programme.ts';
import { decideRedemption, quote, type CoverInHand, type DecidedRedemption, type Quote, type QuoteInput, type RedemptionOption } from '../domain/quote.ts';
import type { Outcome } from '../domain/refusal.ts';
import type { Cover } from './cover.ts';
import type { Directory } from './directory.ts';
import type { Offers } from './offers.ts';
import type { TillPorts } from './ports.ts';
import type { Projection } from './projection.ts';
import type { ShiftIndex } from './shiftindex.ts';
import type { Vouchers } from './vouchers.ts';

/** A bill and the member whose points may pay a part of it. */
export interface QuoteCase {
  member: string;
  billMinor: number;
  currency: string;
  /** Lines of the bill; absent: only its amount is known. */
  lines?: BillLine[] | undefined;
  /** Codes of the vouchers shown; absent: none. */
  vouchers?: readonly string[] | undefined;
}

/** Gathers what the domain needs to decide, and remembers what it has shown. */
export interface Quoting {
  /** The domain's input at a moment. `cover` stands in for what is in hand. */
  input(at: QuoteCase, nowMs: number, cover?: CoverInHand): Outcome<QuoteInput & { programme: Programme }>;
  /** What rules may ask about a sale beside its amount. */
  context(at: Pick<QuoteCase, 'member' | 'lines'>, nowMs: number): SaleContext;
  /** The personal offer that is made to a member now; null: none. */
  offer(member: string, nowMs: number): PersonalOffer | null;
  quote(input: CommandInput<'quote'>): Outcome<Quote>;
  decide(input: CommandInput<'decide'>): Outcome<DecidedRedemption>;
  /** Whether a redemption is worth something else than this till last said it would be. */
  differsFromShown(at: QuoteCase, option: RedemptionOption): boolean;
}

export interface QuotingParts {
  cover: Cover;
  directory: Directory;
  offers: Offers;
  projection: Projection;
  ports: TillPorts;
  shifts: Pick<ShiftIndex, 'day'>;
  vouchers: Vouchers;
}

/** Makes the quoting of a till. */
export function createQuoting({ cover, directory, offers, projection, ports, shifts, vouchers }: QuotingParts): Quoting {
  const shown = createShown();
  const facts = ({ member, lines }: Pick<QuoteCase, 'member' | 'lines'>, nowMs: number): SaleContext => {
    const { id: store = '', utcOffsetMinutes = 0 } = directory.own() ?? {};
    const used = projection.usedOn(member, shifts.day(nowMs));
    // Offline it is the tier that was known last: the server reckons tiers, a till never does.
    const { tier, birthday } = projection.account(member) ?? {};
    return {
      ...(tier?.id === undefined ? {} : { tier: tier.id }), ...(birthday === undefined ? {} : { birthday }), ...(member === '' ? {} : { member }),
      store, utcOffsetMinutes, redeemedToday: used.redeemed, earnedToday: used.earned, hasVouchers: false, isFirst: projection.isFirst(member),
      ...(lines === undefined ? {} : { lines }),
    };
  };
  const offer = (member: string, nowMs: number): PersonalOffer | null => offers.made(member, nowMs, facts({ member }, nowMs));
  const context = (at: Pick<QuoteCase, 'member' | 'lines'>, nowMs: number): SaleContext => {
    const made = offer(at.member, nowMs);
    return { ...facts(at, nowMs), ...(made === null ? {} : { offer: made.offer }) };
  };
  const input = (at: QuoteCase, nowMs: number, inHand?: CoverInHand): Outcome<QuoteInput & { programme: Programme }> => {
    const programme = directory.programme(nowMs);
    if (programme === undefined) return { ok: false, refusal: { code: 'programme-missing' } };
    const balance = projection.redeemable(at.member, directory.today(nowMs));
    if (balance === undefined) return { ok: false, refusal: { code: 'member-unknown' } };
    const coverInHand = inHand ?? coverNow(cover, at.member, nowMs);
    const { billMinor, currency, member, vouchers: codes = [] } = at;
    const shownNow = codes.length === 0 ? {} : { vouchers: vouchers.presented(codes, { member, day: shifts.day(nowMs), nowMs, programme }) };
    return { ok: true, value: { programme, billMinor, currency, balance, cover: coverInHand, nowMs, context: context(at, nowMs), ...shownNow } };
  };
  return {
    input,
    context,
    offer,
    quote(at) {
      const known = input(at, ports.nowMs());
      if (!known.ok) return known;
      const outcome = quote(known.value);
      if (outcome.ok) for (const rule of outcome.value.rules) shown.add(at, rule.best);
      return outcome;
    },
    decide(at) {
      const known = input(at, ports.nowMs());
      if (!known.ok) return known;
      const outcome = decideRedemption(known.value, at.points, at.rule);
      if (outcome.ok) shown.add(at, outcome.value);
      return outcome;
    },
    differsFromShown: (at, option) => shown.differs(at, option),
  };
}

function coverNow(cover: Cover, member: string, nowMs: number): CoverInHand {
  const { allowed, cap } = cover.atRisk(member, nowMs);
  return { leased: cover.leased(member, nowMs), atRiskAllowed: allowed, cap };
}

/** Points that a redemption lacks cover for by lease, when nothing but cover could stand in its way; else 0. */
export function lackingCover(quoting: Quoting, cover: Cover, at: QuoteCase, wanted: { points: number; rule?: string | undefined }, nowMs: number): Points {
  const boundless: CoverInHand = { leased: points(Number.MAX_SAFE_INTEGER), atRiskAllowed: points(0), cap: 'policy' };
  const input = quoting.input(at, nowMs, boundless);
  if (!input.ok) return points(0);
  const decision = decideRedemption(input.value, wanted.points, wanted.rule);
  return decision.ok ? points(Math.max(0, decision.value.points - cover.leased(at.member, nowMs))) : points(0);
}

/** What was shown of the bill at hand: discounts by points and rule. Another bill or member begins anew. */
function createShown() {
  let of = '';
  const discounts = new Map<string, number>();
  const caseOf = (at: QuoteCase): string => JSON.stringify([at.member, at.billMinor, at.currency, at.vouchers ?? []]);
  const keyOf = (option: RedemptionOption): string => JSON.stringify([option.rule, option.points]);
  return {
    add(at: QuoteCase, option: RedemptionOption | null): void {
      if (option === null) return;
      if (of !== caseOf(at)) discounts.clear();
      of = caseOf(at);
      discounts.set(keyOf(option), option.discountMinor);
    },
    differs(at: QuoteCase, option: RedemptionOption): boolean {
      const discount = of === caseOf(at) ? discounts.get(keyOf(option)) : undefined;
      return discount !== undefined && discount !== option.discountMinor;
    },
  };
}
