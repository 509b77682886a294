import { afterEach, describe, expect, it } from 'vitest';
import type { CommandInput, ReceiptView } from '../../shared/contract/commands.ts';
import type { BillLine } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { EarnRule, RedemptionRule } from '../../shared/domain/programme.ts';
import type { Outcome } from '../../shared/domain/refusal.ts';
import { memoryTestStorage } from './support/storage.ts';
import { PROGRAMME, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const BILL = { billMinor: 7_680, currency: 'CNY' };

/** A till whose programme has one ratio rule with a limit more, or another way of earning. */
async function openWith(part: { rule?: Partial<RedemptionRule>; earn?: Partial<EarnRule> }): Promise<void> {
  world = await World.open({ storage: memoryTestStorage() });
  const [first] = PROGRAMME.redeem;
  if (first === undefined) throw new Error('the programme of the tests has a rule');
  await world.replica.collections.programmes.upsert({
    ...PROGRAMME, redeem: [{ ...first, ...part.rule } as RedemptionRule], earn: { ...PROGRAMME.earn, ...part.earn },
  });
  await world.till.handlers.attachMember({ member: 'M1' });
  await world.till.idle();
}

async function sell(saleId: string, redeemed: number | null, more: Partial<CommandInput<'commitSale'>> = {}): Promise<Outcome<ReceiptView>> {
  await world.till.handlers.attachMember({ member: 'M1' });
  await world.till.idle();
  return world.till.handlers.commitSale({ saleId, ...BILL, member: 'M1', redeem: redeemed === null ? null : { points: redeemed }, ...more });
}

const decide = (wanted: number, lines?: BillLine[]) => world.till.handlers.decide({ member: 'M1', ...BILL, points: wanted, ...(lines === undefined ? {} : { lines }) });

describe('rules at the till', () => {
  it('count what was redeemed today, and what a void gave back', async () => {
    await openWith({ rule: { maxPointsPerDay: points(500) } });
    expect(await sell('sale-1', 300)).toMatchObject({ ok: true });
    expect(await decide(300)).toMatchObject({ ok: false, refusal: { code: 'day-limit', limit: 500, usedToday: 300, needed: 300, allowed: 200 } });
    expect(await sell('sale-2', 300)).toMatchObject({ ok: false, refusal: { code: 'day-limit' } });
    expect(await world.till.handlers.voidSale({ voidId: 'void-1', entry: 'sale-1' })).toMatchObject({ ok: true });
    const quoted = await world.till.handlers.quote({ member: 'M1', ...BILL });
    const limit = quoted.ok ? quoted.value.rules[0]?.limits.find((effect) => effect.limit === 'day-limit') : undefined;
    expect(limit?.points).toBe(500);
  });

  it('know the goods when the bill has lines, in the quote as at the commit', async () => {
    await openWith({ rule: { excludedCategories: ['tobacco'] } });
    const lines: BillLine[] = [
      { item: 'bread', quantity: 1, totalMinor: minor(680) }, { item: 'cigars', quantity: 1, totalMinor: minor(7_000), category: 'tobacco' },
    ];
    expect(await decide(100)).toMatchObject({ ok: false, refusal: { code: 'lines-needed' } });
    expect(await decide(800, lines)).toMatchObject({ ok: false, refusal: { code: 'goods-limit', maxMinor: 680, allowed: 600 } });
    expect(await sell('sale-1', 800, { lines })).toMatchObject({ ok: false, refusal: { code: 'goods-limit' } });
    expect(await sell('sale-1', 600, { lines })).toMatchObject({ ok: true, value: { discountMinor: 600, rule: PROGRAMME.redeem[0]?.name } });
  });

  it('know the store and its hours', async () => {
    await openWith({ rule: { stores: ['elsewhere'] } });
    expect(await decide(100)).toMatchObject({ ok: false, refusal: { code: 'not-at-this-store' } });
  });

  it('post what the quote said that the sale earns: campaigns, the visit and the caps of the day', async () => {
    await openWith({ earn: { perVisit: points(5), maxPerDay: points(200), multipliers: [{ id: 'double', name: PROGRAMME.name, factorBp: 20_000 }] } });
    const quoted = await world.till.handlers.quote({ member: 'M1', ...BILL });
    const expected = 2 * 76 + 5;
    expect(quoted).toMatchObject({ ok: true, value: { earnWithoutRedeeming: expected } });
    expect(await sell('sale-1', null)).toMatchObject({ ok: true, value: { earned: expected } });
    expect(await sell('sale-2', null)).toMatchObject({ ok: true, value: { earned: 200 - expected } });
    // The receipt says how, and its reprint says the same.
    const steps = [
      { step: 'amount', basisMinor: 7_680, points: 76 }, { step: 'multiplier', id: 'double', name: PROGRAMME.name, factorBp: 20_000, points: 76 }, { step: 'visit', points: 5 },
    ];
    expect(await world.till.handlers.receipt({ entry: 'sale-1' })).toMatchObject({ ok: true, value: { earnSteps: steps } });
    expect(await world.till.handlers.receipt({ entry: 'sale-2' })).toMatchObject({ ok: true, value: { earnSteps: [...steps, { step: 'day-cap', cap: 200, earnedToday: expected, points: 200 - 2 * expected }] } });
    expect(await sell('sale-3', null)).toMatchObject({ ok: true, value: { earned: 0 } });
  });
});
