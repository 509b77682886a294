import { afterEach, describe, expect, it } from 'vitest';
import { queryDocuments } from '../../shared/replica/documents.ts';
import { World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const M1 = { members: (office: World['office']) => office.addMember('M1', 0) };
const sell = async (saleId: string, billMinor: number, redeemed = 0) => {
  world.nowMs += 60_000;
  await world.till.handlers.attachMember({ member: 'M1' });
  const outcome = await world.till.handlers.commitSale({ saleId, billMinor, currency: 'CNY', member: 'M1', redeem: redeemed === 0 ? null : { points: redeemed } });
  await world.till.handlers.detachMember({ member: 'M1' });
  await world.till.idle();
  return outcome;
};
const settle = async (): Promise<void> => {
  for (let round = 0; round < 4; round += 1) {
    await world.till.idle();
    await world.sync.deliver();
  }
};
const entryOf = async (id: string) => (await queryDocuments(world.replica, 'own', { selector: { id } }))[0]?.entry;
const closes = async (): Promise<string[]> => (await queryDocuments(world.replica, 'own', { selector: { kind: 'lease-close' } })).flatMap(({ entry }) => entry.lease ?? []);

describe('points that a sale earns offline', () => {
  it('cover what is redeemed at the same till in the same outage, and the server finds them covered', async () => {
    world = await World.open({ ...M1, online: false, store: { atRisk: { name: 'strict', perSale: 0, perMemberDay: 0, perOutage: 0 } as never } });
    await sell('s1', 15_000);
    expect((await entryOf('s1'))?.earn).toMatchObject({ points: 150, keep: 150 });
    expect(await sell('s2', 20_000, 100)).toMatchObject({ ok: true, value: { redeemed: 100, atRisk: 0 } });
    expect((await entryOf('s2'))?.redeem?.cover).toEqual({ leases: [{ lease: 's1', points: 100 }], atRisk: 0 });
    expect(await closes()).toEqual([]);
    world.sync.goOnline();
    await settle();
    expect(world.office.entries.get('s2')).toMatchObject({ disposition: 'leased', shortfall: 0 });
    // Nobody's habit keeps them here: once the server has them they are given back.
    expect((await closes()).sort()).toEqual(['s1', 's2']);
    expect([world.office.account('M1').leased, world.office.freeOf('M1')]).toEqual([0, 150 - 100 + 199]);
  });

  it('outlive a restart', async () => {
    world = await World.open({ ...M1, online: false });
    await sell('s1', 15_000);
    await world.restart({ online: false });
    expect(await sell('s2', 20_000, 100)).toMatchObject({ ok: true, value: { redeemed: 100, atRisk: 0 } });
    expect(await closes()).toEqual([]);
  });

  it('are given back before the sale is voided, so that what is clawed back is not owed', async () => {
    world = await World.open({ ...M1, online: false });
    await sell('s1', 15_000);
    expect(await world.till.handlers.voidSale({ voidId: 'v1', entry: 's1' })).toMatchObject({ ok: true });
    const kinds = (await queryDocuments(world.replica, 'own', { selector: { member: 'M1' } })).sort((a, b) => a.seq - b.seq).map(({ kind, entry }) => `${kind} ${entry.lease ?? ''}`);
    expect(kinds).toEqual(['sale ', 'lease-close s1', 'reversal ']);
    world.sync.goOnline();
    await settle();
    expect([world.office.account('M1').leased, world.office.freeOf('M1')]).toEqual([0, 0]);
  });

  it('are not kept online, nor where they bring no redemption into reach', async () => {
    world = await World.open(M1);
    await sell('s1', 15_000);
    world.sync.goOffline();
    world.office.moveElsewhere('M1', -10_000);
    await settle();
    expect((await entryOf('s1'))?.earn?.keep).toBeUndefined();
    await world.destroy();
    world = await World.open({ ...M1, online: false });
    await sell('s1', 4_900);
    expect((await entryOf('s1'))?.earn).toMatchObject({ points: 49 });
    expect((await entryOf('s1'))?.earn?.keep).toBeUndefined();
  });
});
