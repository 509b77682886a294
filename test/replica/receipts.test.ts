import { afterEach, describe, expect, it } from 'vitest';
import type { CommandInput, ReceiptView } from '../../shared/contract/commands.ts';
import type { PostedEntryDoc } from '../../shared/contract/documents.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Outcome } from '../../shared/domain/refusal.ts';
import { queryDocuments, readDocument } from '../../shared/replica/documents.ts';
import { World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

type Sale = CommandInput<'commitSale'>;
const sell = async (change: Partial<Sale> = {}): Promise<ReceiptView> =>
  value(await world.till.handlers.commitSale({ saleId: 'sale-1', billMinor: 7_680, currency: 'CNY', member: 'M1', redeem: { points: 1_000 }, ...change }));
const receipt = (entry: string) => world.till.handlers.receipt({ entry });
const voidSale = (voidId: string, entry: string) => world.till.handlers.voidSale({ voidId, entry });
const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.value;
};

/** A sale of the store's other till, as pulled. */
async function postElsewhere(change: Partial<PostedEntryDoc['entry']> = {}, posted: Partial<PostedEntryDoc> = {}): Promise<PostedEntryDoc> {
  await sell({ saleId: 'model', redeem: null });
  const model = await readDocument(world.replica, 'own', 'model');
  if (model === undefined) throw new Error('an entry expected');
  const { balanceBefore: _shown, earnSteps: _steps, ...lifted } = model;
  const entry = { ...model.entry, id: 'other-1', terminal: 'T2', seq: 9, staff: 'wei', ...change };
  const document: PostedEntryDoc = {
    ...lifted, id: entry.id, terminal: 'T2', seq: 9, kind: entry.kind, member: entry.member ?? '', reverses: entry.reverses ?? '', store: entry.store, entry,
    position: 900, receivedAtMs: 0, disposition: 'free', shortfall: points(0), ...posted,
  };
  await world.replica.collections.posted.insert(document);
  return document;
}

describe('a receipt', () => {
  it('says the same again, after other sales and after a restart', async () => {
    world = await World.open();
    const first = await sell();
    await sell({ saleId: 'sale-2', redeem: null });
    expect(await receipt('sale-1')).toEqual({ ok: true, value: first });
    await world.restart({ online: false });
    expect(await receipt('sale-1')).toEqual({ ok: true, value: first });
    expect(await receipt('sale-9')).toEqual({ ok: false, refusal: { code: 'entry-unknown' } });
  });

  it('follows what the server answers: saved, confirmed, at risk, shortfall, set aside', async () => {
    world = await World.open({ online: false });
    const state = async (entry: string): Promise<[string, number]> => {
      const { state: now, shortfall } = value(await receipt(entry));
      return [now, shortfall];
    };
    await sell({ redeem: null });
    await sell({ saleId: 'risky', redeem: { points: 300 } });
    expect([await state('sale-1'), await state('risky')]).toEqual([['saved', 0], ['at-risk', 0]]);
    world.office.moveElsewhere('M1', -1_000);
    world.sync.goOnline();
    await world.sync.deliver();
    expect([await state('sale-1'), await state('risky')]).toEqual([['confirmed', 0], ['shortfall', 224]]);
    await world.till.idle();
    await sell({ saleId: 'bad', redeem: null });
    await (await world.replica.collections.own.findOne('bad').exec(true)).incrementalPatch({ quarantined: 'hash-mismatch' });
    expect(await state('bad')).toEqual(['quarantined', 0]);
    // What the offline sales kept is closed by entries of their own, which wait, too.
    const waiting = (await world.till.handlers.listWaiting({})).filter(({ kind }) => kind !== 'lease-close');
    expect(waiting).toMatchObject([{ entry: 'bad', quarantined: 'hash-mismatch' }]);
  });

  it('of another till of the store is shown, of another store is not', async () => {
    world = await World.open({ online: false });
    await postElsewhere();
    expect(value(await receipt('other-1'))).toMatchObject({ number: 'T2-1-9', staffName: '王伟', before: null, after: null, state: 'confirmed', earned: 76 });
    await postElsewhere({ id: 'far-1', store: 'S2' });
    expect(await receipt('far-1')).toMatchObject({ ok: false });
  });
});

describe('a void', () => {
  it('gives back what was redeemed, takes back what was earned, and pays back the net', async () => {
    world = await World.open();
    await sell();
    await world.till.idle();
    const voided = value(await voidSale('void-1', 'sale-1'));
    expect(voided).toMatchObject({
      kind: 'reversal', reverses: 'sale-1', reversedBy: '', returned: 1_000, clawedBack: 66, totalMinor: 7_680, discountMinor: 1_000, netMinor: 6_680,
      currency: 'CNY', before: 66, after: 1_000, state: 'saved',
    });
    expect(await receipt('void-1')).toEqual({ ok: true, value: voided });
    expect(value(await receipt('sale-1'))).toMatchObject({ reversedBy: 'void-1', before: 1_000, after: 66 });
    const entry = await readDocument(world.replica, 'own', 'void-1');
    expect(entry?.entry).toMatchObject({ programme: 1, staff: 'maya', member: 'M1', reversal: { scope: 'void', refundMinor: 6_680 } });
    await world.sync.deliver();
    expect(world.office.account('M1')).toMatchObject({ free: 1_000, leased: 0 });
  });

  it('pressed twice voids once; by another hand it is already reversed', async () => {
    world = await World.open({ online: false });
    await sell({ redeem: null });
    const [first, second] = await Promise.all([voidSale('void-1', 'sale-1'), voidSale('void-1', 'sale-1')]);
    expect(second).toEqual(first);
    expect(await voidSale('void-2', 'sale-1')).toEqual({ ok: false, refusal: { code: 'already-reversed', by: 'void-1' } });
    await world.restart();
    expect(await voidSale('void-1', 'sale-1')).toEqual(first);
    expect(await queryDocuments(world.replica, 'own', { selector: { kind: 'reversal' } })).toHaveLength(1);
  });

  it('of a sale of the store\'s other till, once', async () => {
    world = await World.open({ online: false });
    await postElsewhere();
    expect(value(await voidSale('void-1', 'other-1'))).toMatchObject({ returned: 0, clawedBack: 76, reverses: 'other-1', netMinor: 7_680 });
    expect(await voidSale('void-2', 'other-1')).toMatchObject({ refusal: { code: 'already-reversed', by: 'void-1' } });
  });

  it('that another till made is seen', async () => {
    world = await World.open({ online: false });
    await sell({ redeem: null });
    const reversal = { scope: 'void', returnPoints: points(0), clawBackPoints: points(76), refundMinor: minor(7_680) } as const;
    await postElsewhere({ id: 'their-void', kind: 'reversal', reverses: 'sale-1', reversal });
    expect(await voidSale('void-1', 'sale-1')).toEqual({ ok: false, refusal: { code: 'already-reversed', by: 'their-void' } });
  });

  it('of what is unknown, is no sale, or under a used id is refused', async () => {
    world = await World.open({ online: false });
    await sell({ redeem: null });
    expect(await voidSale('void-1', 'nothing')).toEqual({ ok: false, refusal: { code: 'entry-unknown' } });
    value(await voidSale('void-1', 'sale-1'));
    expect(await voidSale('void-2', 'void-1')).toEqual({ ok: false, refusal: { code: 'not-reversible', kind: 'reversal' } });
    await sell({ saleId: 'sale-2', redeem: null });
    await expect(voidSale('void-1', 'sale-2')).rejects.toMatchObject({ code: 'invalid-input' });
    await expect(voidSale('sale-2', 'sale-2')).rejects.toMatchObject({ code: 'invalid-input' });
    // The void closed what the sale had kept.
    expect((await queryDocuments(world.replica, 'own', {})).map(({ kind }) => kind).sort()).toEqual(['lease-close', 'reversal', 'sale', 'sale']);
  });

  it('offers the last sale that can be voided, going back past those that were', async () => {
    world = await World.open({ online: false });
    const last = async (): Promise<string | undefined> => (await world.till.handlers.lastSale({}))?.entry;
    expect(await last()).toBeUndefined();
    await sell({ redeem: null });
    await sell({ saleId: 'sale-2', redeem: null });
    expect(await last()).toBe('sale-2');
    await voidSale('void-2', 'sale-2');
    expect(await last()).toBe('sale-1');
    await voidSale('void-1', 'sale-1');
    expect(await last()).toBeUndefined();
  });
});
