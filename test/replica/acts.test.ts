import { afterEach, describe, expect, it } from 'vitest';
import type { ActName } from '../../shared/replica/acts.ts';
import type { ReceiptView } from '../../shared/contract/commands.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { points } from '../../shared/domain/integers.ts';
import type { Outcome } from '../../shared/domain/refusal.ts';
import { queryDocuments, readDocument } from '../../shared/replica/documents.ts';
import { PIN_TRIES } from '../../shared/replica/signin.ts';
import { PIN, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const approval = { staff: 'wei', pin: PIN };
const two = (office: World['office']): void => [['M1', 1_000], ['M2', 200]].forEach(([id, free]) => office.addMember(String(id), Number(free)));
const entryOf = async (id: string): Promise<Entry | undefined> => (await readDocument(world.replica, 'own', id))?.entry;
const own = () => queryDocuments(world.replica, 'own', { selector: {} });
const refusal = (outcome: Outcome<ReceiptView>) => (outcome.ok ? undefined : outcome.refusal);
const sell = (saleId: string, redeemed: number, billMinor = 7_680) =>
  world.till.handlers.commitSale({ saleId, billMinor, currency: 'CNY', member: 'M1', redeem: redeemed === 0 ? null : { points: redeemed } });

/** Every act once, each with an input that works after a sale s1 of 76.80 by M1. */
const INPUTS: { [N in ActName]: Parameters<World['till']['handlers'][N]>[0] } = {
  refundSale: { entryId: 'a1', approval, entry: 's1', goodsMinor: 3_840 },
  adjustPoints: { entryId: 'a2', approval, member: 'M1', points: -100, reason: ' counted twice ' },
  reclaimLease: { entryId: 'a3', approval, lease: 'L9', member: 'M1', reason: 'till stolen' },
  resolveShortfall: { entryId: 'a4', approval, entry: 's1', how: 'recover', reason: 'agreed with the member' },
  mergeMembers: { entryId: 'a5', approval, member: 'M1', toMember: 'M2' },
};
const call = (name: ActName, change: object = {}): Promise<Outcome<ReceiptView>> =>
  (world.till.handlers[name] as (input: unknown) => Promise<Outcome<ReceiptView>>)({ ...INPUTS[name], ...change });
const short = async (): Promise<void> => {
  const document = await world.replica.collections.own.findOne('s1').exec(true);
  await document.incrementalPatch({ position: 9, disposition: 'shortfall', shortfall: points(300) });
};

describe.each(Object.keys(INPUTS) as ActName[])('%s', (name) => {
  it('is done once, by whoever is signed in, with the manager who approved it', async () => {
    world = await World.open({ online: false, members: two });
    await sell('s1', 300);
    await short();
    const [first, second] = await Promise.all([call(name), call(name)]);
    expect(first).toMatchObject({ ok: true, value: { entry: INPUTS[name].entryId, staffName: 'Maya' } });
    expect(second).toEqual(first);
    // What the sale keeps here is given back before its refund.
    const entries = name === 'refundSale' ? 3 : 2;
    expect(await entryOf(INPUTS[name].entryId)).toMatchObject({ staff: 'maya', approvedBy: 'wei', seq: entries });
    expect(await own()).toHaveLength(entries);
    // An id that another entry has is a fault of the caller.
    await expect(call(name, { entryId: 's1' })).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('is not done with a wrong PIN, by a cashier\'s approval, without a sign-in, or on a replica that may not trade', async () => {
    world = await World.open({ online: false, members: two });
    await sell('s1', 300);
    await short();
    await expect(call(name, { approval: { ...approval, pin: '0000' } })).rejects.toMatchObject({ code: 'pin-wrong', detail: { left: PIN_TRIES - 1 } });
    await expect(call(name, { approval: { ...approval, staff: 'maya' } })).rejects.toMatchObject({ code: 'not-a-manager' });
    await expect(call(name, { approval: { ...approval, staff: 'elsewhere' } })).rejects.toMatchObject({ code: 'staff-unknown' });
    await world.restart({ signIn: false });
    await expect(call(name)).rejects.toMatchObject({ code: 'not-signed-in' });
    await world.restart({ blockedBy: 'replica-behind' });
    await expect(call(name)).rejects.toMatchObject({ code: 'replica-behind' });
    expect(await own()).toHaveLength(1);
  });
});

describe('an approval', () => {
  it('leaves who is signed in as it is, and counts wrong PINs like a sign-in', async () => {
    world = await World.open({ online: false, members: two });
    const seen: (string | undefined)[] = [];
    const stop = world.till.watches.till({}, (view) => seen.push(view.staff?.id));
    await call('adjustPoints');
    for (let n = 0; n < PIN_TRIES; n += 1) await call('adjustPoints', { approval: { ...approval, pin: '0000' } }).catch(() => undefined);
    await expect(call('adjustPoints')).rejects.toMatchObject({ code: 'pin-locked' });
    stop();
    expect(new Set(seen)).toEqual(new Set(['maya']));
  });
});

describe('adjusting points', () => {
  it('changes the balance at once, and takes away no more than there is', async () => {
    world = await World.open({ online: false });
    expect(await call('adjustPoints')).toMatchObject({ ok: true, value: { kind: 'adjustment', before: 1_000, after: 900 } });
    expect((await entryOf('a2'))?.adjust).toEqual({ points: -100, reason: 'counted twice' });
    expect(refusal(await call('adjustPoints', { entryId: 'b', points: -901 }))).toEqual({ code: 'points-not-enough', available: 900, needed: 901, allowed: 900 });
    expect(await call('adjustPoints', { entryId: 'b', points: 50 })).toMatchObject({ ok: true, value: { after: 950 } });
  });

  it.each([0, 0.5, Number.NaN, Infinity, 1e15, -1e15])('refuses %s points', async (change) => {
    world = await World.open({ online: false });
    expect(refusal(await call('adjustPoints', { points: change }))?.code).toBe('points-invalid');
    expect(refusal(await call('adjustPoints', { member: 'nobody' }))).toEqual({ code: 'member-unknown' });
    expect(await own()).toEqual([]);
  });
});

describe('refunding a part of a sale', () => {
  it('gives back its share, then the exact rest, then refuses; all under the version of the sale', async () => {
    world = await World.open({ online: false });
    await sell('s1', 300);
    const [sale] = await own();
    expect(sale?.entry).toMatchObject({ bill: { totalMinor: 7_680, netMinor: 7_380 }, earn: { points: 73 } });
    await call('refundSale');
    expect((await entryOf('a1'))?.reversal).toEqual({ scope: 'refund', returnPoints: 150, clawBackPoints: 37, refundMinor: 3_690, goodsMinor: 3_840 });
    expect(refusal(await call('refundSale', { entryId: 'b', goodsMinor: 3_841 }))).toEqual({ code: 'amount-too-large', maxMinor: 3_840 });
    await call('refundSale', { entryId: 'c' });
    expect((await entryOf('c'))?.reversal).toMatchObject({ returnPoints: 150, clawBackPoints: 36, refundMinor: 3_690 });
    expect(refusal(await call('refundSale', { entryId: 'd', goodsMinor: 1 }))).toEqual({ code: 'already-reversed', by: 'c' });
    expect((await entryOf('c'))?.programme).toBe(1);
  });

  it.each([[0, 'amount-zero'], [-1, 'amount-invalid'], [0.5, 'amount-invalid'], [Number.NaN, 'amount-invalid'], [1e15, 'amount-invalid']])('refuses goods of %s', async (goodsMinor, code) => {
    world = await World.open({ online: false });
    await sell('s1', 0);
    expect(refusal(await call('refundSale', { goodsMinor }))?.code).toBe(code);
    expect(refusal(await call('refundSale', { entry: 'nothing' }))?.code).toBe('entry-unknown');
    expect(await own()).toHaveLength(1);
  });
});

describe('the other acts', () => {
  it('name what they are about', async () => {
    world = await World.open({ online: false, members: two });
    await sell('s1', 300);
    await short();
    for (const name of ['reclaimLease', 'resolveShortfall', 'mergeMembers'] as const) await call(name);
    expect(await entryOf('a3')).toMatchObject({ kind: 'lease-close', lease: 'L9', member: 'M1', reason: 'till stolen' });
    expect(await entryOf('a4')).toMatchObject({ kind: 'adjustment', adjust: { points: 300, settles: { entry: 's1', how: 'recover' } } });
    expect(await entryOf('a5')).toMatchObject({ kind: 'transfer', transfer: { toMember: 'M2', merge: true } });
  });

  it('are refused where there is nothing to act on', async () => {
    world = await World.open({ online: false, members: two });
    await sell('s1', 0);
    expect(refusal(await call('resolveShortfall'))).toEqual({ code: 'shortfall-none' });
    expect(refusal(await call('resolveShortfall', { entry: 'nothing' }))).toEqual({ code: 'entry-unknown' });
    expect(refusal(await call('reclaimLease', { member: 'nobody' }))).toEqual({ code: 'member-unknown' });
    expect(refusal(await call('mergeMembers', { toMember: 'nobody' }))).toEqual({ code: 'member-unknown' });
    await expect(call('mergeMembers', { toMember: 'M1' })).rejects.toMatchObject({ code: 'invalid-input' });
    expect(await own()).toHaveLength(1);
  });
});
