import { assert, minor, points, type Minor, type Points } from './integers.ts';
import { checkAmount } from './currency.ts';
import { PLAIN_SALE, type SaleContext } from './context.ts';
import { earnedPoints, type EarnQuote, type EarnStep } from './earn.ts';
import { checkConditions, discountFor, leastOf, limitEffects, refusalFor, roundDown, type LimitEffect, type RedemptionCase } from './limits.ts';
import { prepareRules } from './prepared.ts';
import type { LocalText, Programme, RatioRule, RedemptionRule } from './programme.ts';
import type { AtRiskCap, Outcome, Refusal } from './refusal.ts';
import type { PresentedVoucher } from './voucher.ts';
import { contextAfter, quoteSaleEarning, quoteVouchers, type VoucherQuote } from './voucher-quote.ts';

/** Points that cover a redemption here and now: leased to this till, and what may be redeemed at risk. */
export interface CoverInHand {
  leased: Points;
  atRiskAllowed: Points;
  /** Which cap set `atRiskAllowed`. */
  cap: AtRiskCap;
}

export interface QuoteInput {
  programme: Programme;
  billMinor: number;
  currency: string;
  balance: Points;
  cover: CoverInHand;
  nowMs: number;
  /** Absent: nothing but the amount is known. */
  context?: SaleContext;
  /** Vouchers shown, in the order shown; they are taken off before points. Absent: none. */
  vouchers?: readonly PresentedVoucher[];
}

/** A question as points see it, once vouchers are taken off; `before` is the sale without them, which a gross basis earns by. */
interface PointsInput extends QuoteInput {
  before?: { billMinor: Minor; context: SaleContext };
}

/** One possible redemption, after vouchers: what it consumes, what it is worth, how it would be covered, what the sale would earn. */
export interface RedemptionOption {
  rule: string;
  points: Points;
  discountMinor: Minor;
  netMinor: Minor;
  leasedPoints: Points;
  atRiskPoints: Points;
  earnPoints: Points;
}

/** A redemption that was decided for chosen points, with how what is earned beside it comes about. */
export interface DecidedRedemption extends RedemptionOption {
  earnSteps: EarnStep[];
}

/** What one rule says: its largest redemption, or why there is none, and what each limit did. */
export interface RuleQuote {
  rule: string;
  name: LocalText;
  kind: 'ratio' | 'fixed';
  best: RedemptionOption | null;
  refusal: Refusal | null;
  limits: LimitEffect[];
}

/** `proposed` is the largest discount over all rules, with the fewest points when equal; null when nothing is possible. */
export interface Quote {
  programme: number;
  /** The bill before vouchers and points. */
  billMinor: Minor;
  currency: string;
  balance: Points;
  proposed: RedemptionOption | null;
  rules: RuleQuote[];
  /** Why nothing is proposed, when nothing is. */
  refusal: Refusal | null;
  /** What the sale earns when nothing is redeemed. */
  earnWithoutRedeeming: Points;
  /** How what is earned comes about, step by step: with the proposal (null without one), and when nothing is redeemed. */
  earning: { proposed: EarnStep[] | null; without: EarnStep[] };
  /** What the vouchers shown take off before points; null: none were shown. */
  vouchers: VoucherQuote | null;
}

/** Decides what a member can redeem on a bill. The till quotes with it and the server decides again with it. */
export function quote(input: QuoteInput): Outcome<Quote> {
  const bill = checkBill(input);
  if (!bill.ok) return bill;
  const { asked, billMinor, vouchers } = afterVouchers(input, bill.value);
  const at = caseOf(asked, billMinor);
  const rules: RuleQuote[] = [];
  let proposed: RedemptionOption | null = null;
  for (const rule of prepareRules(input.programme)) {
    const ruled = quoteRule(rule, asked, at);
    rules.push(ruled);
    proposed = better(proposed, ruled.best);
  }
  const explain = (discountMinor: Minor): EarnStep[] => explainEarning(input, bill.value, discountMinor, vouchers).steps;
  const refusal = proposed === null ? (rules.find((rule) => rule.refusal !== null)?.refusal ?? null) : null;
  return {
    ok: true,
    value: {
      programme: input.programme.version,
      billMinor: bill.value,
      currency: input.currency,
      balance: input.balance,
      proposed,
      rules,
      refusal,
      earnWithoutRedeeming: earns(asked, billMinor, minor(0)),
      earning: { proposed: proposed === null ? null : explain(proposed.discountMinor), without: explain(minor(0)) },
      vouchers,
    },
  };
}

/**
 * Decides one chosen number of points under one rule (`rule` absent: the first rule that takes them). The refusal carries
 * a number of points that would work (see {@link Refusal}); of several rules, the one whose number is nearest.
 */
export function decideRedemption(input: QuoteInput, wanted: number, ruleId?: string): Outcome<DecidedRedemption> {
  const bill = checkBill(input);
  if (!bill.ok) return bill;
  if (!Number.isSafeInteger(wanted) || wanted <= 0) return refuse({ code: 'points-invalid' });
  const all = prepareRules(input.programme);
  const rules = ruleId === undefined ? all : all.filter((rule) => rule.id === ruleId);
  if (rules.length === 0) return refuse({ code: 'rule-unknown', rule: ruleId ?? '' });
  const { asked, billMinor, vouchers } = afterVouchers(input, bill.value);
  let refusal: Refusal | undefined;
  let nearest = Infinity;
  for (const rule of rules) {
    const outcome = decideRule(rule, asked, billMinor, points(wanted));
    if (outcome.ok) {
      const { steps } = explainEarning(input, bill.value, outcome.value.discountMinor, vouchers);
      return { ok: true, value: { ...outcome.value, earnSteps: steps } };
    }
    const distance = distanceOf(outcome.refusal, wanted);
    if (refusal === undefined || distance < nearest) [refusal, nearest] = [outcome.refusal, distance];
  }
  return refuse(refusal ?? { code: 'points-invalid' });
}

/** How far the points that a refusal offers lie from those wanted; infinite when it offers none. */
function distanceOf(refusal: Refusal, wanted: number): number {
  const offered = [
    'allowed' in refusal ? refusal.allowed : 0,
    'next' in refusal ? refusal.next : 0,
  ].filter((works) => works > 0);
  return Math.min(...offered.map((works) => Math.abs(works - wanted)));
}

function checkBill(input: QuoteInput): Outcome<Minor> {
  const bill = checkAmount(input.billMinor, input.currency);
  if (!bill.ok) return bill;
  if (input.currency !== input.programme.currency) {
    return refuse({ code: 'currency-mismatch', currency: input.currency, expected: input.programme.currency });
  }
  return bill;
}

/** Takes the vouchers off: what points see is the rest of the bill and of its lines. */
function afterVouchers(input: QuoteInput, billMinor: Minor): { asked: PointsInput; billMinor: Minor; vouchers: VoucherQuote | null } {
  const { vouchers: shown, programme, nowMs, context = PLAIN_SALE } = input;
  if (shown === undefined || shown.length === 0) return { asked: input, billMinor, vouchers: null };
  const vouchers = quoteVouchers(programme, shown, { billMinor, nowMs, context });
  const asked = { ...input, context: contextAfter(context, vouchers), before: { billMinor, context } };
  return { asked, billMinor: vouchers.netMinor, vouchers };
}

function quoteRule(rule: RedemptionRule, input: PointsInput, at: RedemptionCase): RuleQuote {
  const condition = checkConditions(rule, at);
  if (condition !== undefined) return { rule: rule.id, name: rule.name, kind: rule.kind, best: null, refusal: condition, limits: [] };
  const limits = limitEffects(rule, at);
  const ruled = largest(rule, limits);
  const covered = roundDown(rule, points(Math.min(ruled, coverTotal(input))));
  if (covered > 0) {
    return { rule: rule.id, name: rule.name, kind: rule.kind, best: option(rule, input, at.billMinor, covered), refusal: null, limits };
  }
  return { rule: rule.id, name: rule.name, kind: rule.kind, best: null, refusal: nothingWorks(rule, input, limits, at, leastOf(rule)), limits };
}

/** The refusal when no number of points works under a rule. */
function nothingWorks(rule: RedemptionRule, input: QuoteInput, limits: LimitEffect[], at: RedemptionCase, needed: Points): Refusal {
  if (largest(rule, limits) > 0) return notCovered(input, needed, points(0));
  return refusalFor(rule, tightest(limits), needed, points(0), at);
}

function decideRule(rule: RedemptionRule, input: PointsInput, billMinor: Minor, wanted: Points): Outcome<RedemptionOption> {
  const at = caseOf(input, billMinor);
  const condition = checkConditions(rule, at);
  if (condition !== undefined) return refuse(condition);
  const limits = limitEffects(rule, at);
  const allowed = roundDown(rule, points(Math.min(largest(rule, limits), coverTotal(input))));
  if (allowed === 0) return refuse(nothingWorks(rule, input, limits, at, points(Math.max(wanted, leastOf(rule)))));
  if (rule.kind === 'fixed' && wanted !== rule.points) {
    return refuse({ code: 'fixed-points', points: rule.points, needed: wanted, allowed });
  }
  const decisive = tightest(limits);
  if (wanted > decisive.points) return refuse(refusalFor(rule, decisive, wanted, allowed, at));
  if (rule.kind === 'ratio') {
    const between = betweenSteps(rule, wanted, allowed);
    if (between !== undefined) return refuse(between);
  }
  if (wanted > coverTotal(input)) return refuse(notCovered(input, wanted, allowed));
  return { ok: true, value: option(rule, input, billMinor, roundDown(rule, wanted)) };
}

/** The refusal of a number that is no multiple or buys nothing; both numbers in it work, or are 0. */
function betweenSteps(rule: RatioRule, wanted: Points, allowed: Points): Refusal | undefined {
  const multiple = rule.multiple ?? 1;
  if (wanted % multiple === 0 && discountFor(rule, wanted) > 0) return undefined;
  const below = points(wanted - (wanted % multiple));
  const next = points(Math.max(below + multiple, leastOf(rule)));
  return {
    code: 'not-a-multiple',
    // When a multiple may buy nothing, the first one that does is the step that a person has to know.
    multiple: points(wanted < leastOf(rule) ? leastOf(rule) : multiple),
    needed: wanted,
    allowed: roundDown(rule, points(Math.min(below, allowed))),
    next: next <= allowed ? next : points(0),
  };
}

function option(rule: RedemptionRule, input: PointsInput, billMinor: Minor, used: Points): RedemptionOption {
  const discountMinor = discountFor(rule, used);
  const leasedPoints = points(Math.min(used, input.cover.leased));
  return {
    rule: rule.id,
    points: used,
    discountMinor,
    netMinor: minor(billMinor - discountMinor),
    leasedPoints,
    atRiskPoints: points(used - leasedPoints),
    earnPoints: earns(input, billMinor, discountMinor),
  };
}

function caseOf({ balance, nowMs, context = PLAIN_SALE }: QuoteInput, billMinor: Minor): RedemptionCase {
  return { billMinor, balance, nowMs, context };
}

function earns({ programme, nowMs, context = PLAIN_SALE, before }: PointsInput, billMinor: Minor, discountMinor: Minor): Points {
  if (before !== undefined && programme.earn.basis === 'gross') return earnedPoints(programme.earn, before.billMinor, discountMinor, nowMs, before.context);
  return earnedPoints(programme.earn, billMinor, discountMinor, nowMs, context);
}

/** What the sale earns, with its steps; `billMinor` is the bill before vouchers. */
function explainEarning({ programme, nowMs, context = PLAIN_SALE }: QuoteInput, billMinor: Minor, discountMinor: Minor, vouchers: VoucherQuote | null): EarnQuote {
  return quoteSaleEarning(programme.earn, { billMinor, discountMinor, nowMs, context }, vouchers);
}

const coverTotal = (input: QuoteInput): number => input.cover.leased + input.cover.atRiskAllowed;

function largest(rule: RedemptionRule, limits: LimitEffect[]): Points {
  return roundDown(rule, tightest(limits).points);
}

function tightest(limits: LimitEffect[]): LimitEffect {
  let [least] = limits;
  for (const effect of limits) if (least === undefined || effect.points < least.points) least = effect;
  assert(least !== undefined, 'every rule has the limits of balance and bill');
  return least;
}

function better(a: RedemptionOption | null, b: RedemptionOption | null): RedemptionOption | null {
  if (a === null || b === null) return a ?? b;
  if (a.discountMinor !== b.discountMinor) return b.discountMinor > a.discountMinor ? b : a;
  return b.points < a.points ? b : a;
}

function notCovered(input: QuoteInput, needed: Points, allowed: Points): Refusal {
  const { leased, atRiskAllowed, cap } = input.cover;
  return { code: 'not-covered', covered: leased, atRiskAllowed, needed, allowed, cap };
}

const refuse = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });
