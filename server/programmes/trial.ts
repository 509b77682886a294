import { Compile } from 'typebox/schema';
import type { Static, TSchema } from 'typebox';
import { BillDocument, MemberDocument, ProgrammeDocument, type VoucherDocument } from '../../shared/contract/trial.ts';
import { allocate } from '../../shared/domain/allocation.ts';
import { PLAIN_SALE, type SaleContext } from '../../shared/domain/context.ts';
import { checkBillTotal } from '../../shared/domain/currency.ts';
import type { EarnQuote } from '../../shared/domain/earn.ts';
import type { BillLine } from '../../shared/domain/entry.ts';
import { minor, points, type Minor } from '../../shared/domain/integers.ts';
import { findProgrammeFaults } from '../../shared/domain/programme-faults.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import type { TierStanding } from '../../shared/domain/tiers.ts';
import type { PersonalOffer } from '../../shared/domain/offers.ts';
import { formFaults, type CompiledForm, type DocumentFault } from './form.ts';
import { offerOf, standingOf } from './history.ts';
import { decideRedemption, quote, type DecidedRedemption, type Quote, type QuoteInput, type RedemptionOption } from '../../shared/domain/quote.ts';
import type { Outcome } from '../../shared/domain/refusal.ts';
import type { PresentedVoucher } from '../../shared/domain/voucher.ts';
import { contextAfter, quoteSaleEarning } from '../../shared/domain/voucher-quote.ts';

const PROGRAMME = Compile(ProgrammeDocument);
const BILL = Compile(BillDocument);
const MEMBER = Compile(MemberDocument);

/** Reads a document against its schema, or says what is wrong and where. */
function read<T extends TSchema>(form: CompiledForm, value: unknown): { ok: true; value: Static<T> } | { ok: false; faults: DocumentFault[] } {
  const faults = formFaults(form, value);
  return faults.length === 0 ? { ok: true, value: value as Static<T> } : { ok: false, faults };
}

/** Reads a programme: first its form, then whether it makes sense. */
export function readProgramme(value: unknown): { ok: true; value: Programme } | { ok: false; faults: DocumentFault[] } {
  const form = read<typeof ProgrammeDocument>(PROGRAMME, value);
  if (!form.ok) return form;
  const programme: Programme = form.value;
  const faults = findProgrammeFaults(programme);
  return faults.length === 0 ? { ok: true, value: programme } : { ok: false, faults };
}

export const readBill = (value: unknown) => read<typeof BillDocument>(BILL, value);
export const readMember = (value: unknown) => read<typeof MemberDocument>(MEMBER, value);

/** What a programme says of a bill and a member, with everything that led to it. */
export interface Trial {
  quote: Outcome<Quote>;
  /** What the sale earns with the proposed redemption, and without one. */
  earning: { redeeming: EarnQuote | null; without: EarnQuote } | null;
  /** The proposed discount of points on each line of the bill, after vouchers; null without lines or proposal. */
  lineDiscountsMinor: Minor[] | null;
  /** The answer to a number of points that was asked for. */
  decision: Outcome<DecidedRedemption> | null;
  /** Where the member's purchases stand; null without tiers or purchases. */
  tier: TierStanding | null;
  /** The personal offer that is made, and why; null: none. */
  offer: PersonalOffer | null;
}

/** Tries a programme on a bill and a member at a moment; `wanted`: also decides so many points, under a rule when one is named. */
export function tryProgramme(
  programme: Programme,
  bill: BillDocument,
  member: MemberDocument,
  at: { nowMs: number; wanted?: { points: number; rule?: string | undefined } | undefined },
): Trial {
  const tier = standingOf(programme, bill, member, at.nowMs);
  const plain = inputOf(programme, bill, { ...member, ...tierOf(member, tier) }, at.nowMs);
  const offer = offerOf(programme, member, tier, { nowMs: at.nowMs, context: plain.context ?? PLAIN_SALE });
  const input: QuoteInput = offer === null ? plain : { ...plain, context: { ...PLAIN_SALE, ...plain.context, offer: offer.offer } };
  const decision = at.wanted === undefined ? null : decideRedemption(input, at.wanted.points, at.wanted.rule);
  const total = checkBillTotal(bill.totalMinor, bill.currency, bill.lines);
  const quoted = total.ok ? quote(input) : total;
  if (!quoted.ok) return { quote: quoted, earning: null, lineDiscountsMinor: null, decision, tier, offer };
  const { proposed, vouchers } = quoted.value;
  const context = input.context ?? PLAIN_SALE;
  const earns = (discountMinor: Minor): EarnQuote =>
    quoteSaleEarning(programme.earn, { billMinor: bill.totalMinor, discountMinor, nowMs: at.nowMs, context }, vouchers);
  const { lines } = vouchers === null ? context : contextAfter(context, vouchers);
  return {
    quote: quoted,
    earning: { redeeming: proposed === null ? null : earns(proposed.discountMinor), without: earns(minor(0)) },
    lineDiscountsMinor: proposed === null || lines === undefined ? null : lineDiscounts(programme, lines, proposed),
    decision,
    tier,
    offer,
  };
}

/** A tier that is named is what the till last knew, whatever the purchases say by now. */
function tierOf(member: MemberDocument, standing: TierStanding | null): Pick<MemberDocument, 'tier'> {
  if (member.tier !== undefined || standing === null || standing.tier === null) return {};
  return { tier: standing.tier };
}

function inputOf(programme: Programme, bill: BillDocument, member: MemberDocument, nowMs: number): QuoteInput {
  const context: SaleContext = {
    store: bill.store ?? '', utcOffsetMinutes: bill.utcOffsetMinutes ?? 0, hasVouchers: bill.hasVouchers ?? false,
    redeemedToday: member.redeemedToday ?? points(0), earnedToday: member.earnedToday ?? points(0), isFirst: member.isFirst ?? false,
    ...(member.tier === undefined ? {} : { tier: member.tier }), ...(member.birthday === undefined ? {} : { birthday: member.birthday }),
    ...(bill.lines === undefined ? {} : { lines: bill.lines }), ...(member.id === undefined ? {} : { member: member.id }),
  };
  return {
    programme, billMinor: bill.totalMinor, currency: bill.currency, balance: member.balance, nowMs, context,
    cover: { leased: member.leased ?? points(Math.max(0, member.balance)), atRiskAllowed: member.atRiskAllowed ?? points(0), cap: 'sale' },
    ...(bill.vouchers === undefined ? {} : { vouchers: bill.vouchers.map(shownOf) }),
  };
}

/** A voucher as a till would know it. */
function shownOf({ code, rule, member, store, used = 0, usedByMember = 0, usedToday = 0, held = true }: VoucherDocument): PresentedVoucher {
  return {
    voucher: code, rule, standing: held ? 'ready' : 'not-held', uses: { total: used, byMember: usedByMember, today: usedToday },
    ...(member === undefined ? {} : { member }), ...(store === undefined ? {} : { store }),
  };
}

/** The discount over the lines that points may pay, in proportion to their amounts. */
function lineDiscounts(programme: Programme, lines: readonly BillLine[], { rule, discountMinor }: RedemptionOption): Minor[] {
  const excluded = programme.redeem.find((one) => one.id === rule)?.excludedCategories ?? [];
  return allocate(discountMinor, lines.map((line) => (line.category !== undefined && excluded.includes(line.category) ? minor(0) : line.totalMinor)));
}
