import { afterEach, describe, expect, it } from 'vitest';
import { points } from '../../shared/domain/integers.ts';
import { queryDocuments } from '../../shared/replica/documents.ts';
import { LEASE_TERM_MS } from './support/sync.ts';
import { NOON_MS, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const DAY_MS = 86_400_000;
const sell = async (saleId: string, redeemed: number, member = 'M1', billMinor = 7_680): Promise<void> => {
  world.nowMs += DAY_MS;
  await world.till.handlers.attachMember({ member });
  await world.till.idle();
  // As the real way to the server says from the commit on; nothing is asked for before the server has it.
  world.sync.change({ waiting: 1 });
  const sale = { saleId, billMinor, currency: 'CNY', member, redeem: redeemed === 0 ? null : { points: redeemed } };
  const outcome = await world.till.handlers.commitSale(sale);
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  await world.till.handlers.detachMember({ member });
  await settle();
};
/** All that is asked for, given back and delivered, until nothing moves any more. */
const settle = async (): Promise<void> => {
  for (let round = 0; round < 4; round += 1) {
    await world.till.idle();
    await world.sync.deliver();
    // Everything has been sent: what stands may be asked for.
    world.sync.change({ waiting: round % 2 });
  }
  world.sync.change({ waiting: 0 });
  await world.till.idle();
};
const leased = async (member = 'M1'): Promise<number> => {
  let held = 0;
  world.till.watches.member({ member }, (view) => (held = view?.leased ?? 0))();
  return held;
};
/** The server asks for every open lease back; answers how many points were left in them. */
const callBack = async (): Promise<number> => {
  const held = await leased();
  for (const lease of world.office.leases.values()) {
    if (!lease.open) continue;
    lease.document = { ...lease.document, recalledMs: world.nowMs, rev: lease.document.rev + 1 };
    await world.replica.collections.leases.incrementalUpsert(lease.document);
  }
  return held;
};
const closes = async (): Promise<number> => (await queryDocuments(world.replica, 'own', { selector: { kind: 'lease-close' } })).length;

describe('standing leases', () => {
  it('stay for who comes only here, all that he has, so that the next visit is covered offline', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 300);
    expect(await leased()).toBe(0);
    world.nowMs += 5 * DAY_MS;
    await sell('s2', 300);
    expect(await leased()).toBe(world.office.account('M1').leased);
    expect(world.office.freeOf('M1')).toBe(0);
    world.sync.goOffline();
    world.nowMs += 60_000;
    const outcome = await world.till.handlers.commitSale({ saleId: 's3', billMinor: 7_680, currency: 'CNY', member: 'M1', redeem: { points: 300 } });
    expect(outcome).toMatchObject({ ok: true, value: { redeemed: 300, atRisk: 0 } });
  });

  it('are given back when they are called back, and not asked for again until the member has been here', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 300);
    await sell('s2', 300);
    const [asked, free] = [world.sync.leaseRequests.length, world.office.freeOf('M1')];
    const held = await callBack();
    await settle();
    expect([await leased(), world.office.account('M1').leased, world.office.freeOf('M1')]).toEqual([0, 0, free + held]);
    expect(world.sync.leaseRequests.length).toBe(asked);
    await sell('s3', 0);
    expect(await leased()).toBe(world.office.account('M1').leased);
    expect(await leased()).toBeGreaterThan(0);
  });

  it('are asked for again when the member has left the other till, too', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 300);
    await sell('s2', 300);
    await callBack();
    await settle();
    const elsewhere = world.office.grant({ terminal: 'T9', epoch: 1, spendByMs: world.nowMs + LEASE_TERM_MS }, 'M1', undefined);
    await world.sync.pullAccounts(['M1']);
    await settle();
    expect([await leased(), elsewhere?.points]).toEqual([0, expect.any(Number)]);
    world.office.close(elsewhere?.id ?? '');
    world.office.moveElsewhere('M1', elsewhere?.points ?? 0);
    await world.sync.pullAccounts(['M1']);
    await expect.poll(() => leased()).toBe(elsewhere?.points);
  });

  it('are asked for as soon as a regular has earned elsewhere what can be redeemed', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 0) });
    await sell('s1', 0);
    world.office.moveElsewhere('M1', -10_000);
    await world.sync.pullAccounts(['M1']);
    // What this purchase earns brings no rule of the programme into reach.
    await sell('s2', 0, 'M1', 4_900);
    expect(await leased()).toBe(0);
    world.office.moveElsewhere('M1', 700);
    await world.sync.pullAccounts(['M1']);
    await expect.poll(() => leased()).toBeGreaterThanOrEqual(700);
  });

  it('are held within reach of a redemption, and grow with what the member earns elsewhere', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 0) });
    await sell('s1', 0, 'M1', 3_000);
    await sell('s2', 0, 'M1', 3_000);
    // The least rule takes 100 points.
    expect(await leased()).toBe(60);
    world.office.moveElsewhere('M1', 30);
    await world.sync.pullAccounts(['M1']);
    await expect.poll(() => leased()).toBe(90);
  });

  it('stay while the member is here, whoever calls them back, and go when the member goes', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 300);
    await sell('s2', 300);
    await world.till.handlers.attachMember({ member: 'M1' });
    const held = await callBack();
    await settle();
    expect(await leased()).toBe(held);
    await world.till.handlers.detachMember({ member: 'M1' });
    await settle();
    expect(await leased()).toBe(0);
  });

  it('are not kept for who came once', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 300);
    expect([await leased(), world.office.account('M1').leased]).toEqual([0, 0]);
  });

  it('are given back at the end of the shift', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 300);
    await sell('s2', 300);
    const before = await closes();
    await world.till.handlers.signOut({});
    await settle();
    expect(await closes()).toBeGreaterThan(before);
    expect(world.office.account('M1').leased).toBe(0);
  });

  it('stay through a restart without a network', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 300);
    await sell('s2', 300);
    const held = await leased();
    await world.restart({ online: false });
    await world.till.idle();
    expect(held).toBeGreaterThan(0);
    expect(await leased()).toBe(held);
  });

  it('are asked for again when the server did not answer', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 0);
    const ask = world.sync.requestLease;
    world.sync.requestLease = () => Promise.resolve('unreachable');
    await sell('s2', 0);
    expect(await leased()).toBe(0);
    world.sync.requestLease = ask;
    await settle();
    expect(await leased()).toBeGreaterThan(0);
  });

  it('are not asked for without end where the server has less than was wanted', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 300);
    world.sync.leaseCap = 500;
    await sell('s2', 300);
    world.office.moveElsewhere('M1', -10_000);
    await settle();
    const asked = world.sync.leaseRequests.length;
    expect(await leased()).toBeGreaterThan(0);
    await settle();
    expect(world.sync.leaseRequests.length).toBe(asked);
  });

  it('are exchanged before their time is over', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 3_000) });
    await sell('s1', 300);
    await sell('s2', 300);
    const before = world.office.leases.size;
    world.nowMs += LEASE_TERM_MS * 0.8;
    // Any occasion: another member comes and goes.
    await world.replica.collections.leases.incrementalUpsert((await queryDocuments(world.replica, 'leases', { limit: 1 }))[0] as never);
    await settle();
    expect(world.office.leases.size).toBe(before + 1);
    expect(await leased()).toBe(world.office.account('M1').leased);
    expect(await leased()).toBeGreaterThan(300);
  });
});

describe('a clock that jumps', () => {
  it('back by years revives no lease whose time has passed', async () => {
    world = await World.open({ store: { atRisk: { name: 'strict', perSale: points(0), perMemberDay: points(0), perOutage: points(0) } } });
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    world.sync.goOffline();
    world.nowMs = NOON_MS + LEASE_TERM_MS + 1;
    // An entry stands in the chain, at a moment past the lease's time.
    await world.till.handlers.commitSale({ saleId: 's0', billMinor: 100, currency: 'CNY', member: null, redeem: null });
    world.nowMs = NOON_MS - 3 * 365 * DAY_MS;
    const sale = { saleId: 's1', billMinor: 7_680, currency: 'CNY', member: 'M1', redeem: { points: 300 } };
    expect(await world.till.handlers.commitSale(sale)).toMatchObject({ ok: false, refusal: { code: 'not-covered', covered: 0 } });
    await world.restart({ online: false });
    expect(await world.till.handlers.commitSale(sale)).toMatchObject({ ok: false, refusal: { code: 'not-covered', covered: 0 } });
  });

  it('forward by years does not make leases useless that come later', async () => {
    world = await World.open();
    world.nowMs = NOON_MS + 10 * 365 * DAY_MS;
    await world.till.handlers.commitSale({ saleId: 's0', billMinor: 100, currency: 'CNY', member: null, redeem: null });
    world.nowMs = NOON_MS;
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    expect(await leased()).toBe(1_000);
  });
});

describe('the policy of a store', () => {
  const STRICT = { name: 'strict', perSale: points(0), perMemberDay: points(0), perOutage: points(0) } as const;
  const BALANCED = { name: 'balanced', perSale: points(300), perMemberDay: points(400), perOutage: points(600) } as const;
  const GENEROUS = { name: 'generous', perSale: points(2_000), perMemberDay: points(2_000), perOutage: points(9_000) } as const;
  const allowed = async (redeemed: number, saleId = `s-${redeemed}`): Promise<unknown> => {
    const outcome = await world.till.handlers.commitSale({ saleId, billMinor: 5_000, currency: 'CNY', member: 'M1', redeem: { points: redeemed } });
    return outcome.ok ? outcome.value.atRisk : outcome.refusal;
  };

  it.each([
    [STRICT, 100, { code: 'not-covered', allowed: 0, cap: 'policy' }],
    [BALANCED, 300, 300],
    [BALANCED, 400, { code: 'not-covered', allowed: 300, cap: 'sale' }],
    [GENEROUS, 2_000, 2_000],
    [GENEROUS, 2_100, { code: 'not-covered', allowed: 2_000, cap: 'sale' }],
  ])('%o decides about %i points offline', async (atRisk, wanted, expected) => {
    world = await World.open({ online: false, store: { atRisk }, members: (office) => office.addMember('M1', 5_000) });
    const got = await allowed(wanted);
    if (typeof expected === 'number') expect(got).toBe(expected);
    else expect(got).toMatchObject(expected);
  });

  it('that was changed counts from the moment its version arrives, also in the middle of an outage, with what was used before', async () => {
    world = await World.open({ online: false, store: { atRisk: GENEROUS }, members: (office) => office.addMember('M1', 5_000) });
    expect(await allowed(500)).toBe(500);
    const store = await world.replica.collections.stores.findOne('S1').exec(true);
    await store.incrementalPatch({ atRisk: BALANCED, rev: 2 });
    expect(await allowed(100)).toMatchObject({ code: 'not-covered', allowed: 0, cap: 'member-day' });
    await (await world.replica.collections.stores.findOne('S1').exec(true)).incrementalPatch({ atRisk: STRICT, rev: 3 });
    expect(await allowed(100)).toMatchObject({ code: 'not-covered', allowed: 0, cap: 'policy' });
    await (await world.replica.collections.stores.findOne('S1').exec(true)).incrementalPatch({ atRisk: GENEROUS, rev: 4 });
    // What the first sale earned is kept here, and covers its part.
    expect(await allowed(1_500)).toBe(1_500 - 45);
    expect(await allowed(100)).toMatchObject({ code: 'not-covered', allowed: 0, cap: 'member-day' });
  });
});
