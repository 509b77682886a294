import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { earnedPoints } from '../../shared/domain/earn.ts';
import type { Entry, Reversal } from '../../shared/domain/entry.ts';
import { LARGEST_AMOUNT, minor, points } from '../../shared/domain/integers.ts';
import type { VoucherRule } from '../../shared/domain/programme.ts';
import { findProgrammeFaults } from '../../shared/domain/programme-faults.ts';
import { decideRedemption, quote, type Quote, type QuoteInput } from '../../shared/domain/quote.ts';
import { refundOf, voidOf, vouchersBack } from '../../shared/domain/reversal.ts';
import { voucherCode, type PresentedVoucher, type VoucherCase } from '../../shared/domain/voucher.ts';
import { contextAfter, quoteSaleEarning, quoteVouchers, type VoucherQuote } from '../../shared/domain/voucher-quote.ts';
import { findVoucherFaults } from '../../shared/domain/voucher-faults.ts';
import { anyInput, inputOf, programmeOf, ratioRule } from './rules.ts';
import { amountVoucher, anyLines, anyShown, anyVoucherRules, caseOf, freeItemVoucher, line, percentageVoucher, shown } from './vouchers.ts';

const RUNS = { numRuns: 2_000 };
const quoteOf = (vouchers: VoucherRule[], one: readonly PresentedVoucher[], at: VoucherCase): VoucherQuote => quoteVouchers({ vouchers }, one, at);
const whyNot = (rule: VoucherRule, at: VoucherCase, part: Partial<PresentedVoucher> = {}) => quoteOf([rule], [shown(rule.id, part)], at).refused[0]?.why;

describe('what a voucher takes off', () => {
  it.each<[string, VoucherRule, VoucherCase, number]>([
    ['an amount', amountVoucher(500), caseOf(2_000), 500],
    ['an amount, at most the bill', amountVoucher(500), caseOf(300), 300],
    ['a share, rounded down', percentageVoucher(1_500), caseOf(999), 149],
    ['a share, at most its cap', percentageVoucher(5_000, { maxDiscountMinor: minor(1_000) }), caseOf(9_999), 1_000],
    ['a share of some goods', percentageVoucher(5_000, { categories: ['drinks'] }), caseOf([line('tea', 400, { category: 'drinks' }), line('cake', 600)]), 200],
    ['an amount of some goods, at most what they cost', amountVoucher(500, { items: ['tea'] }), caseOf([line('tea', 400), line('cake', 600)]), 400],
    ['a piece of two', freeItemVoucher({ items: ['tea'] }), caseOf([line('tea', 400, { quantity: 2 }), line('cake', 600)]), 200],
    ['a piece of three, rounded down', freeItemVoucher({ items: ['tea'] }), caseOf([line('tea', 1_000, { quantity: 3 })]), 333],
    ['all there are when it is for more', freeItemVoucher({ items: ['tea'], pieces: 5 }), caseOf([line('tea', 1_000, { quantity: 3 })]), 1_000],
    ['the cheapest piece', freeItemVoucher({ categories: ['drinks'] }), caseOf([line('beer', 900, { quantity: 2, category: 'drinks' }), line('tea', 400, { category: 'drinks' })]), 400],
    ['pieces over several lines, the cheapest first', freeItemVoucher({ categories: ['drinks'], pieces: 2 }), caseOf([line('beer', 900, { quantity: 2, category: 'drinks' }), line('tea', 400, { category: 'drinks' })]), 850],
  ])('%s', (_, rule, at, discountMinor) => {
    const { applied, discountMinor: all, netMinor } = quoteOf([rule], [shown(rule.id)], at);
    expect(applied).toMatchObject([{ voucher: `V-${rule.id}`, rule: rule.id, discountMinor }]);
    expect([all, netMinor]).toEqual([discountMinor, at.billMinor - discountMinor]);
  });

  it('is split over its goods, summing exactly', () => {
    const at = caseOf([line('tea', 100), line('cake', 100), line('beer', 100)]);
    expect(quoteOf([amountVoucher(100)], [shown('amount')], at).applied[0]?.lineDiscountsMinor).toEqual([34, 33, 33]);
  });
});

describe('several vouchers', () => {
  const RULES = [freeItemVoucher({ items: ['tea'] }), amountVoucher(500), percentageVoucher(1_000)];
  const AT = caseOf([line('tea', 300), line('cake', 1_700)]);

  it('are taken off pieces first, then amounts, then shares of the rest', () => {
    const { applied, netMinor } = quoteOf(RULES, [shown('percentage'), shown('amount'), shown('free')], AT);
    expect(applied.map((one) => [one.rule, one.discountMinor])).toEqual([['free', 300], ['amount', 500], ['percentage', 120]]);
    expect(netMinor).toBe(1_080);
  });

  it('are taken off in the order that their rules say', () => {
    const first = RULES.map((rule) => (rule.kind === 'percentage' ? { ...rule, order: -1 } : rule));
    expect(quoteOf(first, [shown('amount'), shown('percentage')], AT).applied.map((one) => [one.rule, one.discountMinor])).toEqual([['percentage', 200], ['amount', 500]]);
  });

  it('of which one stands alone keep the one shown first', () => {
    const rules = [amountVoucher(500, { stacking: 'alone' }), percentageVoucher(1_000)];
    expect(quoteOf(rules, [shown('amount'), shown('percentage')], AT).refused).toEqual([{ voucher: 'V-percentage', why: { code: 'alone', with: 'V-amount' } }]);
    expect(quoteOf(rules, [shown('percentage'), shown('amount')], AT).refused).toEqual([{ voucher: 'V-amount', why: { code: 'alone', with: 'V-percentage' } }]);
  });

  it('of one rule go together unless it says once', () => {
    const two = [shown('amount', { voucher: 'A' }), shown('amount', { voucher: 'B' })];
    expect(quoteOf([amountVoucher(500)], two, AT).discountMinor).toBe(1_000);
    expect(quoteOf([amountVoucher(500, { stacking: 'once' })], two, AT)).toMatchObject({ discountMinor: 500, refused: [{ voucher: 'B', why: { code: 'once', with: 'A' } }] });
  });

  it('that were given the same piece take another one, or nothing', () => {
    const two = [shown('free', { voucher: 'A' }), shown('free', { voucher: 'B' })];
    expect(quoteOf([freeItemVoucher({ items: ['tea'] })], two, caseOf([line('tea', 601, { quantity: 2 })])).applied.map((one) => one.discountMinor)).toEqual([300, 301]);
    expect(quoteOf([freeItemVoucher({ items: ['tea'] })], two, AT)).toMatchObject({ discountMinor: 300, refused: [{ voucher: 'B', why: { code: 'worth-nothing' } }] });
    // One that takes nothing off (half of a cent) leaves its piece to the others, as if it had not been shown.
    const cent = caseOf([line('tea', 1, { quantity: 2 }), line('cake', 600)]);
    expect(quoteOf([freeItemVoucher({ items: ['tea'] })], two, cent)).toMatchObject({ applied: [], discountMinor: 0 });
  });
});

describe('why a voucher does not apply', () => {
  const AT = caseOf(2_000);
  it.each<[string, VoucherRule, VoucherCase, Partial<PresentedVoucher>, object]>([
    ['unknown', amountVoucher(1), AT, { standing: 'unknown' }, { code: 'unknown' }],
    ['not in the programme', amountVoucher(1), AT, { rule: 'other' }, { code: 'not-in-programme' }],
    ['used', amountVoucher(1, { maxUses: 1 }), AT, { uses: { total: 1, byMember: 0, today: 0 } }, { code: 'used' }],
    ['bound to another store', amountVoucher(1), AT, { store: 'far' }, { code: 'other-store' }],
    ['not held by this till', amountVoucher(1, { maxUses: 1 }), AT, { standing: 'not-held' }, { code: 'not-held' }],
    ['held by another till', amountVoucher(1, { maxUses: 1 }), AT, { standing: 'held-elsewhere' }, { code: 'held-elsewhere' }],
    ['given to a member, and none is here', amountVoucher(1), AT, { member: 'm1' }, { code: 'member-needed' }],
    ['given to another member', amountVoucher(1), caseOf(2_000, { member: 'm2' }), { member: 'm1' }, { code: 'other-member' }],
    ['counted by member, and none is here', amountVoucher(1, { maxUsesPerMember: 1 }), AT, {}, { code: 'member-needed' }],
    ['for another tier', amountVoucher(1, { tiers: ['gold'] }), caseOf(2_000, { tier: 'silver' }), {}, { code: 'tier-needed', tiers: ['gold'] }],
    ['not yet valid', amountVoucher(1, { validFromMs: 1_001 }), AT, {}, { code: 'not-yet', fromMs: 1_001 }],
    ['over', amountVoucher(1, { validUntilMs: 1_000 }), AT, {}, { code: 'over', untilMs: 1_000 }],
    ['at another hour', amountVoucher(1, { schedule: { fromMinute: 600 } }), AT, {}, { code: 'not-at-this-hour', schedule: { fromMinute: 600 } }],
    ['in another store', amountVoucher(1, { stores: ['far'] }), AT, {}, { code: 'not-at-this-store' }],
    ['a bill too small', amountVoucher(1, { minBillMinor: minor(2_001) }), AT, {}, { code: 'bill-below-minimum', minimumMinor: 2_001, billMinor: 2_000 }],
    ['all uses gone', amountVoucher(1, { maxUses: 9 }), AT, { uses: { total: 9, byMember: 0, today: 0 } }, { code: 'limit-total', most: 9 }],
    ['the member\'s uses gone', amountVoucher(1, { maxUsesPerMember: 2 }), caseOf(2_000, { member: 'm1' }), { uses: { total: 9, byMember: 2, today: 0 } }, { code: 'limit-member', most: 2 }],
    ['the day\'s uses gone', amountVoucher(1, { maxUsesPerDay: 3 }), AT, { uses: { total: 9, byMember: 0, today: 3 } }, { code: 'limit-day', most: 3 }],
    ['goods that are not known', amountVoucher(1, { items: ['tea'] }), AT, {}, { code: 'lines-needed' }],
    ['goods that are not there', amountVoucher(1, { items: ['tea'] }), caseOf([line('cake', 100)]), {}, { code: 'goods-missing' }],
    ['a share that comes to nothing', percentageVoucher(1_000), caseOf(9), {}, { code: 'worth-nothing' }],
  ])('%s', (_, rule, at, part, why) => {
    expect(whyNot(rule, at, part)).toEqual(why);
  });

  it('shown twice counts once', () => {
    expect(quoteOf([amountVoucher(100)], [shown('amount'), shown('amount')], AT)).toMatchObject({ discountMinor: 100, refused: [{ why: { code: 'twice' } }] });
  });

  it('lets through what is exactly at every limit', () => {
    const rule = amountVoucher(100, {
      minBillMinor: minor(2_000), validFromMs: 1_000, validUntilMs: 1_001, tiers: ['gold'], stores: ['here'], maxUses: 9, maxUsesPerMember: 2, maxUsesPerDay: 3,
    });
    const at = caseOf(2_000, { member: 'm1', tier: 'gold', store: 'here' });
    expect(quoteOf([rule], [shown('amount', { member: 'm1', store: 'here', uses: { total: 8, byMember: 1, today: 2 } })], at).discountMinor).toBe(100);
  });
});

describe('any vouchers on any bill', () => {
  const anyCase = fc.tuple(anyVoucherRules, anyShown, anyLines, fc.boolean()).map(([rules, vouchers, lines, known]) => (
    { rules, vouchers, at: known ? caseOf(lines) : caseOf(lines.reduce((sum, one) => sum + one.totalMinor, 0)) }));

  it('take off no more than the bill, and no more of a line than the line; the parts sum', () => {
    fc.assert(fc.property(anyCase, ({ rules, vouchers, at }) => {
      const { applied, refused, discountMinor, netMinor, lineDiscountsMinor } = quoteOf(rules, vouchers, at);
      expect(discountMinor).toBe(applied.reduce((sum, one) => sum + one.discountMinor, 0));
      expect(netMinor).toBe(at.billMinor - discountMinor);
      expect(netMinor).toBeGreaterThanOrEqual(0);
      for (const { lineDiscountsMinor: parts, discountMinor: whole } of applied) {
        expect(whole).toBeGreaterThan(0);
        if (parts !== null) expect(parts.reduce((sum, part) => sum + part, 0)).toBe(whole);
      }
      at.context.lines?.forEach((one, index) => {
        const part = lineDiscountsMinor?.[index] ?? NaN;
        expect(part >= 0 && part <= one.totalMinor).toBe(true);
      });
      // Each voucher shown is answered exactly once.
      expect([...applied, ...refused].map((one) => one.voucher).sort()).toEqual(vouchers.map((one) => one.voucher).sort());
    }), RUNS);
  });

  it('take off only goods of their rule, and what the rule says at most', () => {
    fc.assert(fc.property(anyCase, ({ rules, vouchers, at }) => {
      for (const { rule: id, discountMinor, lineDiscountsMinor } of quoteOf(rules, vouchers, at).applied) {
        const rule = rules.find((one) => one.id === id);
        if (rule?.kind === 'amount') expect(discountMinor).toBeLessThanOrEqual(rule.discountMinor);
        if (rule?.kind === 'percentage') {
          expect(BigInt(discountMinor) * 10_000n <= BigInt(at.billMinor) * BigInt(rule.shareBp)).toBe(true);
          expect(discountMinor).toBeLessThanOrEqual(rule.maxDiscountMinor ?? Infinity);
        }
        const named = [...(rule?.items ?? []), ...(rule?.categories ?? [])];
        if (named.length === 0) continue;
        at.context.lines?.forEach((one, index) => {
          if (!named.includes(one.item) && !named.includes(one.category ?? '')) expect(lineDiscountsMinor?.[index]).toBe(0);
        });
      }
    }), RUNS);
  });

  it('come to the same whatever the order shown, when they go together', () => {
    fc.assert(fc.property(anyVoucherRules, anyLines, fc.infiniteStream(fc.nat()), (rules, lines, places) => {
      const together = rules.map(({ stacking: _stacking, ...rule }) => rule as VoucherRule);
      const vouchers = together.map((rule) => shown(rule.id));
      const order = new Map(vouchers.map((one) => [one, places.next().value]));
      const mixed = [...vouchers].sort((a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
      expect(quoteOf(together, mixed, caseOf(lines)).applied).toEqual(quoteOf(together, vouchers, caseOf(lines)).applied);
    }), RUNS);
  });

  it('use nothing beyond their limits', () => {
    fc.assert(fc.property(anyCase, ({ rules, vouchers, at }) => {
      for (const { voucher, rule: id } of quoteOf(rules, vouchers, at).applied) {
        const [rule, one] = [rules.find((other) => other.id === id), vouchers.find((other) => other.voucher === voucher)];
        expect(one?.standing).toBe('ready');
        expect(one?.uses.total ?? 0).toBeLessThan(rule?.maxUses ?? Infinity);
        expect(one?.uses.today ?? 0).toBeLessThan(rule?.maxUsesPerDay ?? Infinity);
        expect(at.billMinor).toBeGreaterThanOrEqual(rule?.minBillMinor ?? 0);
      }
    }), RUNS);
  });
});

describe('vouchers and points', () => {
  const EARN = { points: points(1), perMinor: minor(100), basis: 'net' as const };
  const RATIO = ratioRule(1, 1, { maxShareBp: 5_000 });
  const ask = (vouchers: VoucherRule[], part: Partial<Omit<QuoteInput, 'balance'>> & { balance?: number } = {}): QuoteInput => (
    { ...inputOf([RATIO], { balance: 100_000, ...part }), programme: { ...programmeOf(part.programme?.redeem ?? [RATIO], part.programme?.earn ?? EARN), vouchers } });
  const valueOf = (input: QuoteInput): Quote => {
    const outcome = quote(input);
    if (!outcome.ok) throw new Error(outcome.refusal.code);
    return outcome.value;
  };

  it('points see the bill after vouchers', () => {
    const answer = valueOf(ask([amountVoucher(2_000)], { vouchers: [shown('amount')] }));
    expect(answer).toMatchObject({ billMinor: 10_000, proposed: { points: 4_000, discountMinor: 4_000, netMinor: 4_000, earnPoints: 40 }, earnWithoutRedeeming: 80 });
    expect(answer.vouchers).toMatchObject({ discountMinor: 2_000, netMinor: 8_000, refused: [] });
  });

  it('a gross basis earns by the bill before them', () => {
    const gross = { ...EARN, basis: 'gross' as const };
    expect(valueOf(ask([amountVoucher(2_000)], { vouchers: [shown('amount')], programme: programmeOf([RATIO], gross) })).earnWithoutRedeeming).toBe(100);
  });

  it('a rule without vouchers is refused beside one that applies, and only then', () => {
    const programme = programmeOf([{ ...RATIO, withVouchers: false }]);
    const rule = amountVoucher(2_000, { minBillMinor: minor(10_000) });
    const refusal = { code: 'not-with-vouchers' };
    expect(valueOf(ask([rule], { vouchers: [shown('amount')], programme }))).toMatchObject({ proposed: null, refusal });
    expect(decideRedemption(ask([rule], { vouchers: [shown('amount')], programme }), 10)).toEqual({ ok: false, refusal });
    expect(valueOf(ask([rule], { vouchers: [shown('amount')], programme, billMinor: 9_999 })).proposed).not.toBeNull();
  });

  it('a voucher without points bars every rule', () => {
    const rule = amountVoucher(2_000, { withPoints: false });
    expect(valueOf(ask([rule], { vouchers: [shown('amount')] }))).toMatchObject({ proposed: null, refusal: { code: 'not-with-vouchers' }, earnWithoutRedeeming: 80 });
  });

  it('a bill that vouchers pay whole leaves nothing for points', () => {
    expect(valueOf(ask([amountVoucher(10_000)], { vouchers: [shown('amount')] }))).toMatchObject({ proposed: null, refusal: { code: 'bill-exceeded', billMinor: 0 }, earnWithoutRedeeming: 0 });
  });

  it('points never pay goods that are left out, nor what vouchers have paid of the others', () => {
    const lines = [line('beer', 6_000, { category: 'drinks' }), line('cake', 4_000)];
    const programme = programmeOf([ratioRule(1, 1, { excludedCategories: ['drinks'] })]);
    const answer = valueOf(ask([amountVoucher(1_000, { items: ['cake'] })], { vouchers: [shown('amount')], programme, context: caseOf(lines).context }));
    expect(answer.proposed?.discountMinor).toBe(3_000);
  });

  it('together take off no more than the bill, and decide alike when asked again', () => {
    fc.assert(fc.property(anyInput, anyVoucherRules, anyShown, anyLines, (input, vouchers, present, lines) => {
      const at = caseOf(lines);
      const asked: QuoteInput = { ...input, billMinor: at.billMinor, context: at.context, programme: { ...input.programme, vouchers }, vouchers: present };
      const answer = valueOf(asked);
      const off = answer.vouchers?.discountMinor ?? 0;
      for (const { best } of answer.rules) {
        if (best === null) continue;
        expect(best.netMinor).toBe(at.billMinor - off - best.discountMinor);
        expect(best.netMinor).toBeGreaterThanOrEqual(0);
        expect(decideRedemption(asked, best.points, best.rule)).toMatchObject({ ok: true, value: best });
        const earned = quoteSaleEarning(asked.programme.earn, { billMinor: at.billMinor, discountMinor: best.discountMinor, nowMs: asked.nowMs, context: at.context }, answer.vouchers);
        expect(best.earnPoints).toBe(earned.points);
      }
      if (answer.vouchers?.withPoints === false) expect(answer.proposed).toBeNull();
    }), { numRuns: 1_000 });
  });

  it('are as without vouchers when none is shown', () => {
    fc.assert(fc.property(anyInput, (input) => {
      expect(quote({ ...input, vouchers: [] })).toEqual(quote(input));
      expect(valueOf(input).vouchers).toBeNull();
    }), { numRuns: 300 });
  });

  it('earn by the lines as vouchers left them', () => {
    const lines = [line('beer', 6_000, { category: 'drinks' }), line('cake', 4_000)];
    const at = caseOf(lines);
    const vouchers = quoteVouchers({ vouchers: [amountVoucher(1_000, { items: ['cake'] })] }, [shown('amount')], at);
    const rule = { ...EARN, excludedCategories: ['drinks'] };
    expect(quoteSaleEarning(rule, { ...at, discountMinor: minor(0) }, vouchers).points).toBe(30);
    expect(earnedPoints(rule, vouchers.netMinor, minor(0), at.nowMs, contextAfter(at.context, vouchers))).toBe(30);
  });
});

describe('a reversal', () => {
  const sale = {
    kind: 'sale', bill: { totalMinor: minor(10_000), netMinor: minor(7_000), currency: 'USD' }, vouchers: [{ voucher: 'A', rule: 'amount', discountMinor: minor(3_000) }],
  } as Entry;

  it('of the whole gives the vouchers back, and the money that was paid', () => {
    const outcome = voidOf(sale, undefined);
    expect(outcome).toMatchObject({ ok: true, value: { refundMinor: 7_000 } });
    if (outcome.ok) expect(vouchersBack(sale, outcome.value, [])).toEqual(sale.vouchers);
  });

  it('of parts gives them back with the last part, whatever the parts', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 9_999 }), { minLength: 1, maxLength: 6 }), (cuts) => {
      const ends = [...new Set(cuts)].sort((a, b) => a - b);
      const earlier: Reversal[] = [];
      let before = 0;
      for (const end of [...ends, 10_000]) {
        const part = refundOf(sale, minor(end - before), earlier);
        if (!part.ok) throw new Error(part.refusal.code);
        expect(vouchersBack(sale, part.value, earlier)).toEqual(end === 10_000 ? sale.vouchers : []);
        earlier.push(part.value);
        before = end;
      }
      expect(earlier.reduce((sum, one) => sum + one.refundMinor, 0)).toBe(7_000);
    }), { numRuns: 300 });
  });

  it('of a sale without vouchers gives none back', () => {
    const { vouchers: _vouchers, ...plain } = sale;
    expect(vouchersBack(plain, { scope: 'void', returnPoints: points(0), clawBackPoints: points(0), refundMinor: minor(7_000) }, [])).toEqual([]);
  });
});

describe('voucher rules that make no sense', () => {
  it.each<[string, VoucherRule, string, string]>([
    ['a free item of nothing', freeItemVoucher(), '/0', 'needs-one'],
    ['a share that is always cut', percentageVoucher(5_000, { minBillMinor: minor(10_000), maxDiscountMinor: minor(4_999) }), '/0/shareBp', 'no-effect'],
    ['as many uses by one member as in all', amountVoucher(1, { maxUses: 2, maxUsesPerMember: 2 }), '/0/maxUsesPerMember', 'never-reached'],
    ['as many uses on a day as in all', amountVoucher(1, { maxUses: 2, maxUsesPerDay: 5 }), '/0/maxUsesPerDay', 'never-reached'],
  ])('%s is told with its place', (_, rule, at, code) => {
    expect(findVoucherFaults([rule]).map((fault) => [fault.at, fault.code])).toEqual([[at, code]]);
  });

  it('two of one id are told, and one that makes sense is not', () => {
    expect(findVoucherFaults([amountVoucher(1), amountVoucher(2)]).map((fault) => [fault.at, fault.code])).toEqual([['/1/id', 'id-taken']]);
    expect(findVoucherFaults([percentageVoucher(5_000, { minBillMinor: minor(10_000), maxDiscountMinor: minor(5_000), maxUses: 10, maxUsesPerDay: 9 })])).toEqual([]);
  });
});

describe('voucher rules in a programme', () => {
  it.each<[string, Partial<VoucherRule>, string, string]>([
    ['without a name in both languages', { name: { en: 'Off', 'zh-CN': ' ' } }, '/vouchers/0/name/zh-CN', 'name-missing'],
    ['that end before they begin', { validFromMs: 9, validUntilMs: 9 }, '/vouchers/0/validUntilMs', 'dates-out-of-order'],
    ['that hold in another store than the programme', { stores: ['far'] }, '/vouchers/0/stores', 'never-reached'],
    ['with hours that are none', { schedule: {} }, '/vouchers/0/schedule', 'no-effect'],
    ['for a tier that there is not', { tiers: ['gold'] }, '/vouchers/0/tiers/0', 'tier-unknown'],
    ['that contradict themselves', { maxUses: 1, maxUsesPerDay: 1 }, '/vouchers/0/maxUsesPerDay', 'never-reached'],
  ])('%s are told with their place', (_, part, at, code) => {
    const programme = { ...programmeOf([]), store: 'here', vouchers: [{ ...amountVoucher(1), ...part } as VoucherRule] };
    expect(findProgrammeFaults(programme).map((fault) => [fault.at, fault.code])).toEqual([[at, code]]);
  });
});

describe('the code of a voucher', () => {
  it.each([[' ab-12 ', 'AB-12'], ['ＡB１', 'AB1'], ['x y\tz', 'XYZ']])('%j is %j', (typed, code) => {
    expect(voucherCode(typed)).toBe(code);
  });

  it('is the same when it is read again', () => {
    fc.assert(fc.property(fc.string(), (typed) => {
      expect(voucherCode(voucherCode(typed))).toBe(voucherCode(typed));
    }));
  });

  it('neither overflows nor throws at the largest amounts', () => {
    const at = caseOf([line('tea', LARGEST_AMOUNT, { quantity: 1_000_000 })]);
    for (const rule of [amountVoucher(LARGEST_AMOUNT), percentageVoucher(9_999), freeItemVoucher({ items: ['tea'], pieces: 1_000 })]) {
      expect(quoteOf([rule], [shown(rule.id)], at).discountMinor).toBeGreaterThan(0);
    }
  });
});
