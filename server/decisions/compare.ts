import type { DIFFERENCES } from '../../shared/contract/alarms.ts';
import type { AtRiskPolicy } from '../../shared/domain/atrisk.ts';
import { PLAIN_SALE, type SaleContext } from '../../shared/domain/context.ts';
import { checkBillTotal, plainAmount } from '../../shared/domain/currency.ts';
import { expiryDay } from '../../shared/domain/earn.ts';
import type { Bill, Entry } from '../../shared/domain/entry.ts';
import { knowsTier, offerMade } from '../../shared/domain/knew.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { decideRedemption } from '../../shared/domain/quote.ts';
import type { RefusalCode } from '../../shared/domain/refusal.ts';
import { quoteVouchers, type VoucherQuote } from '../../shared/domain/voucher-quote.ts';
import type { PresentedVoucher } from '../../shared/domain/voucher.ts';
import { earningsOf, isPossible, type Earnings } from './earnings.ts';

/** What the rules give and what the entry says: whole points, amounts as plain decimals (76.80), days, or a version. */
export interface Difference {
  what: (typeof DIFFERENCES)[number];
  expected: string;
  found: string;
  /** Why the rules refuse it, when they do. */
  reason?: RefusalCode;
}

/** What this server knows when it decides a sale again. */
export interface Known {
  /** The version that the entry names; undefined: it is not known here. */
  programme: Programme | undefined;
  /** The store's time, minutes from UTC, as it is now; undefined: the store is not known. */
  utcOffsetMinutes: number | undefined;
  /** The store's at-risk policies by version; absent: none is known. */
  policies?: ReadonlyMap<number, AtRiskPolicy>;
}

/**
 * Decides a posted sale again with the functions that the till decides with and the programme version that the entry names, and
 * says in what the entry differs. Pure; empty for whatever is no sale.
 *
 * Compared are: the bill with its lines; what each voucher takes off; the redemption's points and discount with what its rule
 * gives for those points on that bill at the till's own time, within every limit that the entry can prove (bill, share, amount,
 * points a sale and a day, goods, multiple, dates, hours, store, vouchers); what is left to pay; what is earned, and its last day.
 *
 * By what the till knew of the member, as the entry names it (tier, personal offer, birthday, first purchase), it is decided exactly,
 * once these are found in the programme; of points at risk, that the policy version which the entry names allows so many in a sale.
 *
 * Not compared, because only the till knew it then: the balance and the smallest balance, cover, what the member had redeemed
 * or earned that day, uses of vouchers, and whether the member had that tier and those habits. Of an entry from before entries named what
 * was known of the member, every answer is tried, and any of the results is right; below a cap of what a day earns any number is. The
 * store's offset from UTC may have changed since by the hour of summer time: what the present offset gives is right, and what
 * one an hour before or after it gives.
 */
export function findDifferences(entry: Entry, { programme, utcOffsetMinutes, policies }: Known): Difference[] {
  const { bill, programme: version } = entry;
  if (entry.kind !== 'sale') return [];
  const ofVersion = (reason: RefusalCode): Difference[] => [{ what: 'programme', expected: '', found: String(version), reason }];
  if (programme === undefined) return ofVersion('programme-missing');
  if (programme.store !== undefined && programme.store !== entry.store) return ofVersion('not-at-this-store');
  const { effectiveFromMs, effectiveUntilMs = Infinity } = programme;
  if (entry.wallMs < effectiveFromMs || entry.wallMs >= effectiveUntilMs) return ofVersion('rule-not-valid-now');
  const ofBill = bill === undefined ? { what: 'bill' as const, expected: '', found: '' } : billDifference(bill, programme);
  if (bill === undefined || ofBill !== undefined) return ofBill === undefined ? [] : [ofBill];
  const offsets = utcOffsetMinutes === undefined ? [] : [utcOffsetMinutes, utcOffsetMinutes - SUMMER_MINUTES, utcOffsetMinutes + SUMMER_MINUTES];
  const sale: Sale = { entry, bill, programme, offsets, money: (amount) => plainAmount(minor(amount), bill.currency) };
  return [...factDifferences(sale), ...discountDifferences(sale), ...riskDifferences(entry, policies), ...netDifferences(sale), ...earningDifferences(sale)];
}

/** A sale whose form is right, with what is needed to decide it again. */
interface Sale {
  entry: Entry;
  bill: Bill;
  programme: Programme;
  /** Offsets from UTC that the store may have had, the present one first; empty: none is known. */
  offsets: readonly number[];
  money(amountMinor: number): string;
}

const SUMMER_MINUTES = 60;

function billDifference({ totalMinor, currency, lines }: Bill, programme: Programme): Difference | undefined {
  const found = plainAmount(totalMinor, currency);
  if (currency !== programme.currency) return { what: 'bill', expected: programme.currency, found: currency, reason: 'currency-mismatch' };
  const total = checkBillTotal(totalMinor, currency, lines);
  if (total.ok) return undefined;
  const { refusal } = total;
  return { what: 'bill', expected: refusal.code === 'lines-mismatch' ? plainAmount(refusal.linesMinor, currency) : '', found, reason: refusal.code };
}

/** What the entry says of the member and the programme does not know, or that did not hold then and there. */
function factDifferences({ entry, programme, offsets }: Sale): Difference[] {
  const { knew, store, wallMs } = entry;
  const unknown = (what: 'tier' | 'offer', found: string): Difference => ({ what, expected: '', found });
  return [
    ...(knew?.tier === undefined || knowsTier(programme, knew.tier) ? [] : [unknown('tier', knew.tier)]),
    ...(knew?.offer === undefined || offerMade(programme, knew, wallMs, { store, offsets }) !== undefined ? [] : [unknown('offer', knew.offer)]),
  ];
}

/** Points at risk by the policy version that the entry names. One from before the first that is known here cannot be told. */
function riskDifferences({ redeem }: Entry, policies: Known['policies'] = new Map()): Difference[] {
  const { policy: version, atRisk = 0 } = redeem?.cover ?? {};
  if (version === undefined || policies.size === 0 || version < Math.min(...policies.keys())) return [];
  const policy = policies.get(version);
  if (policy === undefined) return [{ what: 'policy', expected: '', found: String(version) }];
  return atRisk > policy.perSale ? [{ what: 'at-risk', expected: String(policy.perSale), found: String(atRisk) }] : [];
}

/** What is taken off by vouchers and by points, in any circumstances that the till may have seen. */
function discountDifferences(sale: Sale): Difference[] {
  if (sale.entry.redeem === undefined && sale.entry.vouchers === undefined) return [];
  let first: Difference[] | undefined;
  for (const context of circumstancesOf(sale)) {
    const differences = differencesIn(sale, context);
    if (differences.length === 0) return differences;
    first ??= differences;
  }
  // Without the store's time nobody can say whether a rule with hours held.
  return first ?? [];
}

/** What rules may ask of the sale beside its amount, for every tier and offset that one of its rules asks for. */
function* circumstancesOf({ entry, bill, programme, offsets }: Sale): Generator<SaleContext> {
  const rule = programme.redeem.find((one) => one.id === entry.redeem?.rule);
  const offer = entry.knew === undefined ? rule?.offers?.[0] : entry.knew.offer;
  const used = [
    ...(rule === undefined ? [] : [rule]),
    ...(programme.vouchers ?? []).filter((one) => entry.vouchers?.some((voucher) => voucher.rule === one.id)),
  ];
  const named = new Set(used.flatMap((one) => one.tiers ?? []));
  const tiers = entry.knew !== undefined ? [entry.knew.tier] : named.size === 0 ? [undefined] : named;
  for (const utcOffsetMinutes of used.some((one) => one.schedule !== undefined) ? offsets : [offsets[0] ?? 0]) {
    for (const tier of tiers) {
      yield {
        ...PLAIN_SALE, store: entry.store, utcOffsetMinutes, ...(entry.member === undefined ? {} : { member: entry.member }),
        ...(tier === undefined ? {} : { tier }), ...(offer === undefined ? {} : { offer }), ...(bill.lines === undefined ? {} : { lines: bill.lines }),
      };
    }
  }
}

function differencesIn(sale: Sale, context: SaleContext): Difference[] {
  const { entry: { redeem, vouchers = [], wallMs: nowMs }, bill, programme, money } = sale;
  const shown = vouchers.map(({ voucher, rule }): PresentedVoucher => ({ voucher, rule, standing: 'ready', uses: { total: 0, byMember: 0, today: 0 } }));
  const differences: Difference[] = [];
  if (shown.length > 0) {
    const quoted = quoteVouchers(programme, shown, { billMinor: bill.totalMinor, nowMs, context });
    const expected = vouchers.map(({ voucher }) => money(discountOf(quoted, voucher))).join(' + ');
    const found = vouchers.map(({ discountMinor }) => money(discountMinor)).join(' + ');
    if (expected !== found) differences.push(told('voucher', expected, found));
  }
  if (redeem === undefined) return differences;
  const endless = points(Number.MAX_SAFE_INTEGER);
  const decided = decideRedemption(
    {
      programme, billMinor: bill.totalMinor, currency: bill.currency, nowMs, context, balance: endless,
      cover: { leased: endless, atRiskAllowed: points(0), cap: 'policy' }, ...(shown.length === 0 ? {} : { vouchers: shown }),
    },
    redeem.points, redeem.rule,
  );
  if (!decided.ok) {
    const { refusal } = decided;
    return [...differences, { what: 'redeem', expected: String('allowed' in refusal ? refusal.allowed : 0), found: String(redeem.points), reason: refusal.code }];
  }
  const { points: taken, discountMinor } = decided.value;
  if (taken !== redeem.points) differences.push({ what: 'redeem', expected: String(taken), found: String(redeem.points) });
  if (discountMinor !== redeem.discountMinor) differences.push({ what: 'discount', expected: money(discountMinor), found: money(redeem.discountMinor) });
  return differences;
}

/** Longest text of a difference. */
const TOLD_MOST = 80;

/** A difference with texts as long as one may be. */
export function told(what: Difference['what'], expected: string, found: string): Difference {
  return { what, expected: expected.slice(0, TOLD_MOST), found: found.slice(0, TOLD_MOST) };
}

function discountOf({ applied }: VoucherQuote, voucher: string): number {
  return applied.find((one) => one.voucher === voucher)?.discountMinor ?? 0;
}

/** What vouchers took off by the entry's own word. */
function vouchersOf({ vouchers = [] }: Entry): number {
  return vouchers.reduce((sum, voucher) => sum + voucher.discountMinor, 0);
}

/** What is left to pay, by the discounts that the entry names: a false discount is told once, as what it is. */
function netDifferences({ entry, bill, money }: Sale): Difference[] {
  const left = bill.totalMinor - vouchersOf(entry) - (entry.redeem?.discountMinor ?? 0);
  return bill.netMinor === left ? [] : [{ what: 'net', expected: money(left), found: money(bill.netMinor) }];
}

function earningDifferences({ entry, bill, programme, offsets }: Sale): Difference[] {
  const { earn } = programme;
  const found = entry.earn?.points ?? points(0);
  if (entry.member === undefined) return found === 0 ? [] : [{ what: 'earn', expected: '0', found: String(found) }];
  const differences: Difference[] = [];
  const earnings = earningsOf(programme, {
    billMinor: bill.totalMinor, discountMinor: entry.redeem?.discountMinor ?? minor(0), vouchers: entry.vouchers, nowMs: entry.wallMs, store: entry.store,
    lines: bill.lines, offsets, found, knew: entry.knew,
  });
  if (!isPossible(earnings, found)) differences.push({ what: 'earn', expected: wordsOf(earnings), found: String(found) });
  if (found > 0 && offsets.length > 0) {
    const days = offsets.map((offset) => expiryDay(earn, entry.wallMs, offset) ?? '');
    const day = entry.earn?.expiresOn ?? '';
    if (!days.includes(day)) differences.push({ what: 'expiry', expected: days[0] ?? '', found: day });
  }
  return differences;
}

/** Results that are shown at most; of more the first and the last say enough. */
const SHOWN_MOST = 4;

function wordsOf({ values, downTo }: Earnings): string {
  const sorted = [...values].sort((a, b) => a - b);
  const last = sorted.at(-1) ?? 0;
  if (downTo !== undefined) return `${downTo}–${last}`;
  return sorted.length > SHOWN_MOST ? `${sorted[0]}…${last}` : sorted.join(' / ');
}
