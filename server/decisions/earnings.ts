import { PLAIN_SALE, type SaleContext } from '../../shared/domain/context.ts';
import { dayAt, formatDay } from '../../shared/domain/date.ts';
import { earnedPoints, type EarnCase } from '../../shared/domain/earn.ts';
import type { MemberFacts, UsedVoucher } from '../../shared/domain/entry.ts';
import { minor, points, type Minor, type Points } from '../../shared/domain/integers.ts';
import type { EarnRule, Programme, VoucherRule } from '../../shared/domain/programme.ts';
import { quoteSaleEarning, quoteVouchers, type VoucherQuote } from '../../shared/domain/voucher-quote.ts';
import type { PresentedVoucher } from '../../shared/domain/voucher.ts';

/** A sale that earns, as its entry tells it. */
export interface EarningFacts {
  /** Before vouchers and points. */
  billMinor: Minor;
  /** What points took off. */
  discountMinor: Minor;
  vouchers: readonly UsedVoucher[] | undefined;
  nowMs: number;
  store: string;
  lines: SaleContext['lines'];
  /** What the till knew of the member; undefined: the entry does not say, and any answer is right. */
  knew: MemberFacts | undefined;
  /** Offsets from UTC that the store may have had; empty: none is known. */
  offsets: readonly number[];
  /** What the entry says that it earned: once this is among the results, no further ones are sought. */
  found: Points;
}

/** What a sale may have earned, by every answer to what only the till knew; no values: nobody can say. */
export interface Earnings {
  values: ReadonlySet<number>;
  /** With a cap of the day also every number from this one up to the largest of the values. */
  downTo?: number;
}

/** Whether a sale may have earned so much. */
export function isPossible({ values, downTo }: Earnings, earned: Points): boolean {
  if (values.size === 0 || values.has(earned)) return true;
  return downTo !== undefined && earned >= downTo && earned <= Math.max(...values);
}

/**
 * Everything that a sale may have earned, by what the entry says that the till knew of the member. Of an entry that does not say it, every
 * answer is tried, those that most sales have first. How much of the day's cap was left no entry says.
 */
export function earningsOf(programme: Programme, at: EarningFacts): Earnings {
  const values = new Set<number>();
  const earnings: Earnings = programme.earn.maxPerDay === undefined ? { values } : { values, downTo: 0 };
  for (const context of contextsOf(programme.earn, at)) {
    values.add(earnedIn(programme, at, context));
    if (isPossible(earnings, at.found)) break;
  }
  return earnings;
}

function earnedIn(programme: Programme, { billMinor, discountMinor, vouchers, nowMs }: EarningFacts, context: SaleContext): Points {
  if (vouchers === undefined || vouchers.length === 0) return earnedPoints(programme.earn, billMinor, discountMinor, nowMs, context);
  const at: EarnCase = { billMinor, discountMinor, nowMs, context };
  return quoteSaleEarning(programme.earn, at, vouchersAsTold(programme, vouchers, at)).points;
}

/**
 * What the vouchers did to each line, as the rules split it, with what the entry says that they took off in all. Whether each
 * of them held is not asked here.
 */
function vouchersAsTold(programme: Programme, vouchers: readonly UsedVoucher[], { billMinor, nowMs, context }: EarnCase): VoucherQuote {
  const shown = vouchers.map(({ voucher, rule }): PresentedVoucher => ({ voucher, rule, standing: 'ready', uses: { total: 0, byMember: 0, today: 0 } }));
  const quoted = quoteVouchers({ vouchers: (programme.vouchers ?? []).map(withoutConditions) }, shown, { billMinor, nowMs, context });
  const discountMinor = minor(Math.min(billMinor, vouchers.reduce((sum, one) => sum + one.discountMinor, 0)));
  return { ...quoted, discountMinor, netMinor: minor(billMinor - discountMinor) };
}

function withoutConditions(rule: VoucherRule): VoucherRule {
  const { validFromMs: _from, validUntilMs: _until, schedule: _hours, stores: _stores, tiers: _tiers, minBillMinor: _bill, maxUsesPerMember: _uses, ...rest } = rule;
  return rest;
}

function* contextsOf(rule: EarnRule, at: EarningFacts): Generator<SaleContext> {
  const { multipliers = [], firstPurchase = 0 } = rule;
  const { knew } = at;
  const offsets = multipliers.some((one) => one.schedule !== undefined) ? at.offsets : [at.offsets[0] ?? 0];
  const hasBirthday = multipliers.some((one) => one.birthday === true);
  for (const isFirst of knew !== undefined ? [knew.first === true] : firstPurchase > 0 ? [false, true] : [false]) {
    for (const holder of knew !== undefined ? [holderOf(knew)] : holdersOf(rule)) {
      for (const utcOffsetMinutes of offsets) {
        const today = formatDay(dayAt(at.nowMs, utcOffsetMinutes)).slice(5);
        for (const birthday of knew !== undefined ? [knew.birthday === true ? today : undefined] : hasBirthday ? [undefined, today] : [undefined]) {
          yield {
            ...PLAIN_SALE, store: at.store, utcOffsetMinutes, isFirst, earnedToday: points(0), ...holder,
            ...(birthday === undefined ? {} : { birthday }), ...(at.lines === undefined ? {} : { lines: at.lines }),
          };
        }
      }
    }
  }
}

/** The member as the entry tells. */
function holderOf({ tier, offer }: MemberFacts): Pick<SaleContext, 'tier' | 'offer'> {
  return { ...(tier === undefined ? {} : { tier }), ...(offer === undefined ? {} : { offer }) };
}

/** Members as campaigns tell them apart: by tier and by personal offer, none of both first. */
function* holdersOf({ multipliers = [] }: EarnRule): Generator<Pick<SaleContext, 'tier' | 'offer'>> {
  for (const tier of groupsOf(multipliers.map((one) => one.tiers))) {
    for (const offer of groupsOf(multipliers.map((one) => one.offers))) {
      yield { ...(tier === undefined ? {} : { tier }), ...(offer === undefined ? {} : { offer }) };
    }
  }
}

/** None, and one id of each group that the same campaigns name: the others of a group earn alike. */
function groupsOf(lists: readonly (readonly string[] | undefined)[]): (string | undefined)[] {
  const groups = new Map<string, string>();
  for (const id of new Set(lists.flatMap((list) => list ?? []))) {
    const group = lists.map((list) => (list?.includes(id) === true ? 1 : 0)).join('');
    if (!groups.has(group)) groups.set(group, id);
  }
  return [undefined, ...groups.values()];
}
