import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MemberView } from '../../shared/contract/commands.ts';
import { minor } from '../../shared/domain/integers.ts';
import { queryDocuments } from '../../shared/replica/documents.ts';
import { LEASE_TERM_MS } from './support/sync.ts';
import { World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const closes = async (): Promise<(string | undefined)[]> =>
  (await queryDocuments(world.replica, 'own', { selector: { kind: 'lease-close' }, sort: [{ epoch: 'asc' }, { seq: 'asc' }] })).map((own) => own.entry.lease);
const twoMembers = (office: World['office']): void => ['M1', 'M2'].forEach((id) => office.addMember(id, 1_000));

describe('a member at the till', () => {
  it('is answered at once, while a lease is asked for behind', async () => {
    world = await World.open();
    world.sync.leaseDelayMs = 60;
    const seen: (MemberView | null)[] = [];
    const stop = world.till.watches.member({ member: 'M1' }, (view) => seen.push(view));
    expect(await world.till.handlers.attachMember({ member: 'M1' })).toMatchObject({ balance: 1_000, leased: 0, cover: 'asking' });
    await world.till.idle();
    stop();
    expect(seen.map((view) => view?.cover)).toEqual(['none', 'asking', 'held', ...seen.slice(3).map(() => 'held')]);
    expect(seen.every((view) => view?.balance === 1_000)).toBe(true);
    expect(seen.at(-1)).toMatchObject({ leased: 1_000 });
  });

  it('is not asked for twice, nor without points, nor offline', async () => {
    world = await World.open({ members: (office) => [['M1', 1_000], ['poor', 0]].forEach(([id, free]) => office.addMember(String(id), Number(free))) });
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.handlers.attachMember({ member: 'poor' });
    world.sync.goOffline();
    await world.till.handlers.attachMember({ member: 'M1' });
    expect(world.sync.leaseRequests).toEqual([{ member: 'M1', points: undefined }]);
  });

  it('gets cover as soon as the connection comes back', async () => {
    world = await World.open({ online: false });
    await world.till.handlers.attachMember({ member: 'M1' });
    expect(world.sync.leaseRequests).toEqual([]);
    world.sync.goOnline();
    await world.till.idle();
    expect(await world.till.handlers.attachMember({ member: 'M1' })).toMatchObject({ cover: 'held', leased: 1_000 });
  });

  it('who is unknown is an error of the caller', async () => {
    world = await World.open();
    await expect(world.till.handlers.attachMember({ member: 'nobody' })).rejects.toMatchObject({ code: 'invalid-input' });
  });
});

describe('a lease is given back', () => {
  it('when the member leaves without a sale, and is free again once that is delivered', async () => {
    world = await World.open();
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    expect(world.office.freeOf('M1')).toBe(0);
    await world.till.handlers.detachMember({ member: 'M1' });
    await world.till.idle();
    expect(await closes()).toEqual(['L1']);
    // No sale follows that would take it along.
    expect(world.sync.nudges).toBe(1);
    await world.sync.deliver();
    expect(world.office.freeOf('M1')).toBe(1_000);
  });

  it('when another member takes the place, but not that one\'s', async () => {
    world = await World.open({ members: twoMembers });
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    await world.till.handlers.attachMember({ member: 'M2' });
    await world.till.handlers.detachMember({ member: 'M1' });
    await world.till.idle();
    expect(await closes()).toEqual(['L1']);
    expect(await world.till.handlers.attachMember({ member: 'M2' })).toMatchObject({ cover: 'held' });
  });

  it('when it comes after its member has left', async () => {
    world = await World.open();
    world.sync.leaseDelayMs = 60;
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.handlers.detachMember({ member: 'M1' });
    await world.till.idle();
    expect(await closes()).toEqual(['L1']);
  });

  it('once, however often it is pulled', async () => {
    world = await World.open();
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    await world.till.handlers.detachMember({ member: 'M1' });
    await world.till.idle();
    await world.sync.pullLeases();
    await world.sync.deliver();
    await world.till.idle();
    expect(await closes()).toEqual(['L1']);
  });

  it('by the next run, but not that of the sale in the making, even offline', async () => {
    world = await World.open({ members: twoMembers });
    for (const member of ['M1', 'M2']) {
      const { terminal, epoch } = world.identity;
      const lease = world.office.grant({ terminal, epoch, spendByMs: world.nowMs + LEASE_TERM_MS }, member, undefined);
      if (lease === undefined) throw new Error('a lease expected');
      await world.till.stop();
      await world.replica.collections.leases.insert(lease);
    }
    await world.replica.collections.drafts.insert({ id: 'T1', billMinor: minor(7_680), member: 'M2', saleId: 'sale-1', updatedMs: 0 });
    await world.restart({ online: false });
    await world.till.idle();
    expect(await closes()).toEqual(['L1']);
    expect(await world.till.handlers.commitSale({ saleId: 'sale-1', billMinor: 7_680, currency: 'CNY', member: 'M2', redeem: { points: 1_000 } }))
      .toMatchObject({ ok: true, value: { atRisk: 0 } });
    await world.till.idle();
    expect(await closes()).toEqual(['L1', 'L2']);
  });

  it('again later, when the disk was full', async () => {
    world = await World.open();
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      world.crashAt = 'before-write';
      await world.till.handlers.detachMember({ member: 'M1' });
      await world.till.idle();
      expect(await closes()).toEqual([]);
      world.crashAt = undefined;
      await vi.advanceTimersByTimeAsync(5_000);
    } finally {
      vi.useRealTimers();
    }
    await world.till.idle();
    expect(await closes()).toEqual(['L1']);
  });

  it('never by a replica that may not trade', async () => {
    world = await World.open();
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    await world.restart({ blockedBy: 'replica-behind', signIn: false });
    await world.till.idle();
    expect(await closes()).toEqual([]);
  });
});
