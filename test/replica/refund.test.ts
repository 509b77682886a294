import { afterEach, describe, expect, it } from 'vitest';
import type { ReceiptView } from '../../shared/contract/commands.ts';
import type { RefundPreview } from '../../shared/contract/refund.ts';
import { minor } from '../../shared/domain/integers.ts';
import type { Outcome } from '../../shared/domain/refusal.ts';
import { readDocument } from '../../shared/replica/documents.ts';
import { PIN, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.value;
};
const sell = async (saleId: string, redeemed = 300): Promise<ReceiptView> => value(await world.till.handlers.commitSale({
  saleId, billMinor: 7_680, currency: 'CNY', member: 'M1', redeem: redeemed === 0 ? null : { points: redeemed },
  lines: [{ item: 'noodles', quantity: 2, totalMinor: minor(5_680) }, { item: 'tea', quantity: 1, totalMinor: minor(2_000) }],
}));
const preview = (entry: string, goodsMinor: number | null) => world.till.handlers.previewRefund({ entry, goodsMinor });
const refund = (entryId: string, goodsMinor: number) =>
  world.till.handlers.refundSale({ entryId, approval: { staff: 'wei', pin: PIN }, entry: 's1', goodsMinor });
const receipt = async (entry: string): Promise<ReceiptView> => value(await world.till.handlers.receipt({ entry }));

describe('the preview of a refund, offline', () => {
  it('says what the refund then gives back, and of a second one what is left', async () => {
    world = await World.open({ online: false });
    const sale = await sell('s1');
    const first = value(await preview('s1', 3_840));
    expect(first).toEqual({
      currency: 'CNY', totalMinor: 7_680, leftMinor: 7_680, lines: (await readDocument(world.replica, 'own', 's1'))?.entry.bill?.lines, goodsMinor: 3_840, leftAfterMinor: 3_840,
      refundMinor: 3_690, returned: 150, clawedBack: 37, earnedUntil: '2027-03-14', vouchers: [],
      member: { name: 'Member M1', before: sale.after, after: (sale.after ?? 0) + 150 - 37, owes: 0 }, earlier: [],
    } satisfies Record<keyof RefundPreview, unknown>);
    const done = value(await refund('r1', 3_840));
    expect(done).toMatchObject({
      kind: 'reversal', scope: 'refund', reverses: 's1', totalMinor: 3_840, netMinor: first.refundMinor, discountMinor: 150, returned: 150, clawedBack: 37, after: first.member?.after,
    });
    expect(await receipt('s1')).toMatchObject({ reversedBy: 'r1', back: { scope: 'refund', leftMinor: 3_840 } });
    const rest = value(await preview('s1', null));
    expect(rest).toMatchObject({
      leftMinor: 3_840, goodsMinor: 3_840, leftAfterMinor: 0, refundMinor: 3_690, returned: 150, clawedBack: 36,
      earlier: [{ entry: 'r1', number: done.number, scope: 'refund', goodsMinor: 3_840, refundMinor: 3_690, returned: 150, clawedBack: 37 }],
    });
    await refund('r2', rest.goodsMinor);
    expect(await receipt('s1')).toMatchObject({ reversedBy: 'r2', back: { scope: 'refund', leftMinor: 0 } });
    expect(await preview('s1', null)).toEqual({ ok: false, refusal: { code: 'already-reversed', by: 'r2' } });
    // What the sale kept goes back before the first refund.
    expect((await world.till.handlers.listWaiting({})).map(({ kind }) => kind)).toEqual(['sale', 'lease-close', 'reversal', 'reversal']);
  });

  it('says what the member will owe who has spent what the sale earned', async () => {
    world = await World.open({ online: false, members: (office) => office.addMember('M1', 0) });
    await sell('s1', 0);
    await world.till.handlers.adjustPoints({ entryId: 'a', approval: { staff: 'wei', pin: PIN }, member: 'M1', points: -50, reason: 'spent elsewhere' });
    expect(value(await preview('s1', null))).toMatchObject({ clawedBack: 76, member: { before: 26, after: 0, owes: 50 } });
  });

  it('knows no member of a sale without one, and refuses as the refund does', async () => {
    world = await World.open({ online: false });
    value(await world.till.handlers.commitSale({ saleId: 's1', billMinor: 7_680, currency: 'CNY', member: null, redeem: null }));
    expect(value(await preview('s1', 100))).toMatchObject({ refundMinor: 100, returned: 0, clawedBack: 0, member: null, lines: [] });
    for (const goods of [0, -1, 0.5, 7_681]) expect(await preview('s1', goods)).toEqual(await refund('r', goods));
    expect(await preview('nothing', null)).toEqual({ ok: false, refusal: { code: 'entry-unknown' } });
    value(await refund('r', 7_680));
    expect(await preview('r', null)).toEqual({ ok: false, refusal: { code: 'not-reversible', kind: 'reversal' } });
    await world.restart({ signIn: false });
    await expect(preview('s1', null)).rejects.toMatchObject({ code: 'not-signed-in' });
  });

  it('tells a voided sale from a refunded one', async () => {
    world = await World.open({ online: false });
    await sell('s1');
    value(await world.till.handlers.voidSale({ voidId: 'v1', entry: 's1' }));
    expect(await receipt('v1')).toMatchObject({ scope: 'void', totalMinor: 7_680 });
    expect(await receipt('s1')).toMatchObject({ back: { scope: 'void', leftMinor: 0 } });
  });
});
