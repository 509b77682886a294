import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteEarning } from '../../shared/domain/earn.ts';
import type { Entry, Reversal } from '../../shared/domain/entry.ts';
import { LARGEST_AMOUNT, minor, points } from '../../shared/domain/integers.ts';
import { memberDelta } from '../../shared/domain/balance.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { quote } from '../../shared/domain/quote.ts';
import { refundOf, voidOf } from '../../shared/domain/reversal.ts';
import { startReplay, worthOf, type ReplayParts, type WhatIf } from '../../shared/domain/whatif.ts';
import { fixedRule, programmeOf, ratioRule } from './rules.ts';

const DAY_MS = 86_400_000;
const HALF = programmeOf([ratioRule(100, 100, { multiple: points(100), maxShareBp: 5_000 })], { points: points(1), perMinor: minor(100), basis: 'net' });
const CONTEXT = { store: 'north', utcOffsetMinutes: 0, redeemedToday: points(0), earnedToday: points(0), hasVouchers: false, isFirst: false };

/** A till that sells by a programme and keeps every member's balance. */
class Shop {
  readonly entries: Entry[] = [];
  readonly balances = new Map<string, number>();
  private readonly programme: Programme;
  private ms = 10 * DAY_MS;

  constructor(programme: Programme, opening: Record<string, number>) {
    this.programme = programme;
    for (const [member, balance] of Object.entries(opening)) this.balances.set(member, balance);
  }

  /** Sells; `redeem` takes so many points, or the best there is. */
  sell(member: string | undefined, billMinor: number, redeem: 'best' | 'nothing' | number = 'nothing'): Entry {
    const balance = points(member === undefined ? 0 : (this.balances.get(member) ?? 0));
    const nowMs = this.tick();
    const quoted = quote({ programme: this.programme, billMinor, currency: 'USD', balance, cover: { leased: points(LARGEST_AMOUNT), atRiskAllowed: points(0), cap: 'policy' }, nowMs, context: CONTEXT });
    const best = quoted.ok && redeem !== 'nothing' && member !== undefined ? quoted.value.proposed : null;
    const used = best === null ? 0 : redeem === 'best' ? best.points : Math.min(redeem as number, best.points);
    const discountMinor = minor(used === best?.points ? best.discountMinor : used);
    const earned = quoteEarning(this.programme.earn, { billMinor: minor(billMinor), discountMinor, nowMs, context: CONTEXT }).points;
    return this.add({
      kind: 'sale', bill: { totalMinor: minor(billMinor), netMinor: minor(billMinor - discountMinor), currency: 'USD' },
      ...(member === undefined ? {} : { member, earn: { points: earned } }),
      ...(used === 0 ? {} : { redeem: { rule: 'r0', points: points(used), discountMinor, cover: { leases: [], atRisk: points(0) } } }),
    });
  }

  reverse(sale: Entry, reversal: Reversal): Entry {
    return this.add({ kind: 'reversal', reverses: sale.id, reversal, ...(sale.member === undefined ? {} : { member: sale.member }) });
  }

  add(part: Partial<Entry>): Entry {
    const ms = this.tick();
    const entry = {
      v: 1, id: `e${this.entries.length}`, store: 'north', terminal: 'T1', epoch: 1, seq: this.entries.length + 1, prevHash: '', programme: this.programme.version, staff: 'maya',
      occurredAt: { ms, n: 0 }, wallMs: ms, businessDate: new Date(ms).toISOString().slice(0, 10), ...part,
    } as Entry;
    this.entries.push(entry);
    if (entry.member !== undefined) this.balances.set(entry.member, (this.balances.get(entry.member) ?? 0) + memberDelta(entry));
    if (entry.transfer !== undefined) this.balances.set(entry.transfer.toMember, (this.balances.get(entry.transfer.toMember) ?? 0) + entry.transfer.points);
    return entry;
  }

  tryOn(draft: Programme, part: Partial<ReplayParts> = {}): WhatIf {
    const replay = startReplay({
      draft, versions: [this.programme], present: this.programme, store: { id: 'north', utcOffsetMinutes: 0 }, balanceNow: (member) => this.balances.get(member),
      isNew: () => false, tierOf: () => undefined, ...part,
    });
    for (const entry of this.entries) replay.note(entry);
    for (const entry of this.entries) replay.play(entry);
    return replay.result();
  }

  private tick(): number {
    this.ms += 60_000;
    return this.ms;
  }
}

const voided = (sale: Entry): Reversal => {
  const outcome = voidOf(sale, undefined);
  if (!outcome.ok) throw new Error('not voided');
  return outcome.value;
};

describe('a draft tried on what was sold', () => {
  it('that says the same makes no difference', () => {
    const shop = new Shop(HALF, { A: 5_000, B: 300 });
    shop.sell('A', 7_680, 'best');
    shop.sell('B', 2_000);
    shop.sell(undefined, 1_000);
    const same = shop.tryOn(HALF);
    expect(same).toMatchObject({ sales: 3, memberSales: 2, billedMinor: 10_680, affected: 0, mostAffected: [] });
    expect(same.draft).toEqual(same.actual);
    expect(same.actual).toMatchObject({ redemptions: 1, redeemed: 3_800, discountMinor: 3_800, earned: 38 + 20, outstanding: 5_000 - 3_800 + 38 + 320, liabilityMinor: 1_558 });
  });

  it('lets who took the best take the draft\'s best, and who took less no more points', () => {
    const shop = new Shop(HALF, { A: 5_000, B: 5_000, C: 5_000 });
    shop.sell('A', 8_000, 'best');
    shop.sell('B', 8_000, 1_000);
    shop.sell('C', 8_000);
    const all = programmeOf([ratioRule(100, 100, { multiple: points(100) })]);
    const { draft, mostAffected } = shop.tryOn(all);
    expect(draft).toMatchObject({ redemptions: 2, redeemed: 6_000, discountMinor: 6_000 });
    expect(mostAffected.map((one) => [one.member, one.draft.redeemed])).toEqual([['A', 5_000]]);
    const quarter = programmeOf([ratioRule(100, 100, { multiple: points(100), maxShareBp: 1_000 })]);
    expect(shop.tryOn(quarter).mostAffected.map((one) => [one.member, one.draft.discountMinor])).toEqual([['A', 800], ['B', 800]]);
  });

  it('counts what members would have owned from sale to sale, and what that is worth', () => {
    const shop = new Shop(HALF, { A: 0 });
    shop.sell('A', 50_000);
    shop.sell('A', 10_000, 'best');
    expect(shop.tryOn(HALF).actual).toMatchObject({ redemptions: 1, redeemed: 500, earned: 500 + 95, outstanding: 95 });
    const double: Programme = { ...HALF, earn: { ...HALF.earn, points: points(2) } };
    // 1,000 points instead of 500 stood there at the second sale.
    expect(shop.tryOn(double).draft).toMatchObject({ redeemed: 1_000, discountMinor: 1_000, earned: 1_000 + 180, outstanding: 180, liabilityMinor: 180 });
    const nothing = programmeOf([], { points: points(0), perMinor: minor(1), basis: 'net' });
    expect(shop.tryOn(nothing)).toMatchObject({ draft: { redemptions: 0, redeemed: 0, earned: 0, outstanding: 0, liabilityMinor: 0 }, affected: 1 });
  });

  it('gives back of the draft\'s sale what was given back of the real one', () => {
    const shop = new Shop(HALF, { A: 5_000 });
    const first = shop.sell('A', 8_000, 'best');
    shop.reverse(first, voided(first));
    const second = shop.sell('A', 8_000, 'best');
    const half = refundOf(second, minor(4_000), []);
    if (half.ok) shop.reverse(second, half.value);
    const double: Programme = { ...HALF, earn: { ...HALF.earn, points: points(2) } };
    const { actual, draft } = shop.tryOn(double);
    expect(actual).toMatchObject({ redeemed: 2_000, discountMinor: 2_000, earned: 20, outstanding: 3_020 });
    expect(draft).toMatchObject({ redeemed: 2_000, discountMinor: 2_000, earned: 40, outstanding: 3_040 });
  });

  it('moves balances by what is no sale, and by reversals of what was sold before', () => {
    const shop = new Shop(HALF, { A: 1_000, B: 0 });
    shop.add({ kind: 'reversal', member: 'A', reverses: 'older', reversal: { scope: 'void', returnPoints: points(500), clawBackPoints: points(100), refundMinor: minor(10) } });
    shop.add({ kind: 'transfer', member: 'A', transfer: { toMember: 'B', points: points(400) } });
    shop.add({ kind: 'adjustment', member: 'B', adjust: { points: points(-100), reason: 'x' } });
    shop.sell('B', 10_000, 'best');
    const { actual, draft } = shop.tryOn(HALF);
    expect(actual).toMatchObject({ redeemed: 300, outstanding: 97 });
    expect(draft).toEqual(actual);
  });

  it('tries offers of a time on all of the days, and a draft that begins later as if it had begun', () => {
    const shop = new Shop(HALF, { A: 5_000 });
    shop.sell('A', 8_000, 'best');
    const later: Programme = { ...programmeOf([ratioRule(100, 200, { multiple: points(100), maxShareBp: 5_000, validFromMs: 99 * DAY_MS })]), effectiveFromMs: 99 * DAY_MS };
    expect(shop.tryOn(later).draft).toMatchObject({ redeemed: 2_000, discountMinor: 4_000 });
  });

  it('gives a first purchase its points when the member joined within the days', () => {
    const shop = new Shop(HALF, { A: 0 });
    shop.sell('A', 1_000);
    shop.sell('A', 1_000);
    const welcome: Programme = { ...HALF, earn: { ...HALF.earn, firstPurchase: points(50) } };
    expect(shop.tryOn(welcome, { isNew: () => true }).draft.earned).toBe(70);
    expect(shop.tryOn(welcome).draft.earned).toBe(20);
  });

  it('lets rules for a tier hold for who has it now', () => {
    const shop = new Shop(HALF, { A: 0, B: 0 });
    shop.sell('A', 1_000);
    shop.sell('B', 1_000);
    const gold: Programme = { ...HALF, earn: { ...HALF.earn, multipliers: [{ id: 'g', name: { en: 'Gold', 'zh-CN': '金卡' }, factorBp: 30_000, tiers: ['gold'] }] } };
    expect(shop.tryOn(gold, { tierOf: (member) => (member === 'A' ? 'gold' : undefined) }).draft.earned).toBe(40);
  });

  it('takes points of which nothing is known here as points from another store', () => {
    const shop = new Shop(HALF, { A: 5_000 });
    shop.sell('A', 8_000, 'best');
    const { actual, draft } = shop.tryOn(HALF, { balanceNow: () => undefined });
    expect(actual).toMatchObject({ redeemed: 4_000, outstanding: 40 });
    expect(draft).toEqual(actual);
  });

  it('leaves what vouchers took off as it was, and lets points pay of what was left', () => {
    const shop = new Shop(HALF, { A: 5_000 });
    const sold = shop.sell('A', 8_000, 'best');
    shop.entries[0] = { ...sold, bill: { totalMinor: minor(10_000), netMinor: minor(4_000), currency: 'USD' }, vouchers: [{ voucher: 'v', rule: 'five', discountMinor: minor(2_000) }] } as Entry;
    expect(shop.tryOn(HALF).draft).toMatchObject({ redeemed: 4_000, discountMinor: 4_000, earned: 40 });
    const gross: Programme = { ...HALF, earn: { ...HALF.earn, basis: 'gross' } };
    expect(shop.tryOn(gross).draft).toMatchObject({ redeemed: 4_000, earned: 100 });
    const alone: Programme = { ...HALF, redeem: HALF.redeem.map((rule) => ({ ...rule, withVouchers: false })) };
    expect(shop.tryOn(alone).draft).toMatchObject({ redeemed: 0, earned: 80 });
  });

  it('redeems and earns nothing under a draft of another currency', () => {
    const shop = new Shop(HALF, { A: 5_000 });
    shop.sell('A', 8_000, 'best');
    expect(shop.tryOn({ ...HALF, currency: 'EUR' }).draft).toMatchObject({ redemptions: 0, redeemed: 0, earned: 0 });
  });
});

describe('any shop', () => {
  const sale = fc.record({ member: fc.constantFrom('A', 'B', 'C', undefined), bill: fc.integer({ min: 1, max: 30_000 }), redeems: fc.boolean(), back: fc.constantFrom('no', 'no', 'void', 'part') });
  const programmes = fc.record({ step: fc.integer({ min: 1, max: 300 }), worth: fc.integer({ min: 1, max: 300 }), share: fc.integer({ min: 1, max: 10_000 }), earn: fc.integer({ min: 0, max: 20 }) })
    .map(({ step, worth, share, earn }) => programmeOf([ratioRule(step, worth, { multiple: points(step), maxShareBp: share }), fixedRule(700, 900)], { points: points(earn), perMinor: minor(100), basis: 'net' }));
  const shopOf = (programme: Programme, sales: readonly { member: string | undefined; bill: number; redeems: boolean; back: string }[]): Shop => {
    const shop = new Shop(programme, { A: 4_000, B: 900, C: 0 });
    for (const one of sales) {
      const sold = shop.sell(one.member, one.bill, one.redeems ? 'best' : 'nothing');
      if (one.back === 'void') shop.reverse(sold, voided(sold));
      const part = one.back === 'part' ? refundOf(sold, minor(Math.ceil(one.bill / 3)), []) : undefined;
      if (part?.ok === true) shop.reverse(sold, part.value);
    }
    return shop;
  };

  it('is the same under the programme that it had', () => {
    fc.assert(fc.property(programmes, fc.array(sale, { maxLength: 30 }), (programme, sales) => {
      const result = shopOf(programme, sales).tryOn(programme);
      expect(result.draft).toEqual(result.actual);
      expect(result.affected).toBe(0);
    }));
  });

  it('adds up under any other: nobody owns less than nothing, and what is owned is what came in less what went out', () => {
    fc.assert(fc.property(programmes, programmes, fc.array(sale, { maxLength: 30 }), (programme, other, sales) => {
      const shop = shopOf(programme, sales);
      const { actual, draft, mostAffected } = shop.tryOn(other);
      const buyers = new Set<string | undefined>(sales.map((one) => one.member));
      const opening = [['A', 4_000], ['B', 900], ['C', 0]].reduce((sum, [member, balance]) => sum + (buyers.has(String(member)) ? Number(balance) : 0), 0);
      // A clawback may leave a member below zero; those points are owed, and nothing is outstanding of them.
      for (const side of [actual, draft]) expect(side.outstanding).toBeGreaterThanOrEqual(opening + side.earned - side.redeemed);
      expect(draft.discountMinor).toBeGreaterThanOrEqual(0);
      expect(draft.discountMinor).toBeLessThanOrEqual(sales.reduce((sum, one) => sum + one.bill, 0));
      expect(mostAffected.map((one) => Math.abs(one.gainMinor))).toEqual(mostAffected.map((one) => Math.abs(one.gainMinor)).sort((a, b) => b - a));
    }));
  });
});

describe('what points are worth', () => {
  it('is the best rate of the programme, whatever its limits, and never more than can be reckoned with', () => {
    expect(worthOf(1_000, programmeOf([ratioRule(100, 100), fixedRule(500, 600)]))).toBe(1_200);
    expect(worthOf(-5, HALF)).toBe(0);
    expect(worthOf(1_000, undefined)).toBe(0);
    expect(Number.isSafeInteger(worthOf(LARGEST_AMOUNT, programmeOf([ratioRule(1, LARGEST_AMOUNT)])))).toBe(true);
  });
});
