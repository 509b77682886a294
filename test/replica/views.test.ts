import { afterEach, describe, expect, it } from 'vitest';
import type { Draft, MemberView, TillView } from '../../shared/contract/commands.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { NOON_MS, PROGRAMME, STORE, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const SALE = { saleId: 'sale-1', billMinor: 7_680, currency: 'CNY', member: 'M1', redeem: null };

describe('the till as the window sees it', () => {
  it('is loading until its store is there and the first load has ended', async () => {
    world = await World.open({ signIn: false });
    const seen: TillView[] = [];
    const stop = world.till.watches.till({}, (view) => seen.push(view));
    world.sync.change({ firstLoad: 500 });
    world.sync.change({ firstLoad: null });
    await world.replica.collections.stores.find().remove();
    await world.replica.collections.stores.insert({ ...STORE, address: '2 Lake Road' });
    stop();
    world.sync.goOffline();
    expect(seen.map(({ phase, store }) => [phase, store?.address])).toEqual([
      ['ready', '1 Lake Road'], ['loading', '1 Lake Road'], ['ready', '1 Lake Road'], ['loading', undefined], ['ready', '2 Lake Road'],
    ]);
    expect(seen[0]).toMatchObject({ terminal: 'T1', blockedBy: null, staff: null, version: 'test', store: { id: 'S1', currency: 'CNY', demo: true } });
  });

  it('says why it is blocked', async () => {
    world = await World.open();
    await world.restart({ blockedBy: 'replica-behind', signIn: false });
    const seen: TillView[] = [];
    world.till.watches.till({}, (view) => seen.push(view))();
    expect(seen).toMatchObject([{ phase: 'blocked', blockedBy: 'replica-behind' }]);
    expect(world.sentinels).toEqual([]);
  });
});

describe('a member as the window sees one', () => {
  it('is live: a sale here, one elsewhere, an outage', async () => {
    world = await World.open({ members: (office) => ['M1', 'M2'].forEach((id) => office.addMember(id, 1_000, { phone: '8613800138000' })) });
    const seen: (MemberView | null)[] = [];
    const stop = world.till.watches.member({ member: 'M1' }, (view) => seen.push(view));
    expect(seen).toEqual([{
      id: 'M1', name: 'Member M1', card: 'card-M1', phoneTail: '8000', joinedOn: '2025-03-01', balance: 1_000, leased: 0, atRiskAllowed: 300, asOfMs: null, cover: 'none',
    }]);
    world.sync.goOffline();
    expect(seen.at(-1)).toMatchObject({ asOfMs: NOON_MS });
    await world.till.handlers.commitSale(SALE);
    expect(seen.at(-1)).toMatchObject({ balance: 1_076 });
    const before = seen.length;
    await world.till.handlers.commitSale({ ...SALE, saleId: 'sale-2', member: 'M2' });
    expect(seen).toHaveLength(before);
    world.sync.goOnline();
    world.office.moveElsewhere('M1', 50);
    await world.sync.pullAccounts(['M1']);
    expect(seen.at(-1)).toMatchObject({ balance: 1_126, asOfMs: null });
    await world.sync.deliver();
    expect(seen.at(-1)).toMatchObject({ balance: 1_126 });
    stop();
    await world.till.handlers.commitSale({ ...SALE, saleId: 'sale-3' });
    expect(seen.at(-1)).toMatchObject({ balance: 1_126 });
  });

  it('is null while unknown, and appears', async () => {
    world = await World.open();
    const seen: (string | undefined)[] = [];
    const stop = world.till.watches.member({ member: 'M9' }, (view) => seen.push(view?.id));
    world.office.addMember('M9', 5);
    await world.sync.pullAccounts(['M9']);
    stop();
    expect(seen).toEqual([undefined, 'M9']);
  });
});

describe('the sale in the making', () => {
  it('comes back after a restart under the same sale id; a sale or a new start gives another', async () => {
    world = await World.open({ online: false });
    const seen: Draft[] = [];
    const stop = world.till.watches.draft({}, (draft) => seen.push(draft));
    const saved = await world.till.handlers.saveDraft({ draft: { billMinor: minor(7_680), member: 'M1', points: points(500), rule: 'ratio' } });
    stop();
    expect(saved).toEqual({ id: 'T1', billMinor: 7_680, member: 'M1', points: 500, rule: 'ratio', saleId: seen[0]?.saleId, updatedMs: NOON_MS });
    expect(saved.saleId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(seen.at(-1)).toEqual(saved);
    await world.restart();
    const now = (): Draft => {
      const drafts: Draft[] = [];
      world.till.watches.draft({}, (draft) => drafts.push(draft))();
      return drafts[0] as Draft;
    };
    expect(now()).toEqual(saved);
    await world.till.handlers.commitSale({ ...SALE, saleId: 'another' });
    expect(now()).toEqual(saved);
    await world.till.handlers.commitSale({ ...SALE, saleId: saved.saleId });
    const next = now();
    expect(next).toMatchObject({ billMinor: 0, member: '' });
    expect(next.saleId).not.toBe(saved.saleId);
    expect((await world.till.handlers.saveDraft({ draft: { billMinor: minor(1), member: '' } })).saleId).toBe(next.saleId);
    expect((await world.till.handlers.saveDraft({ draft: null })).saleId).not.toBe(next.saleId);
  });

  it('is kept in order, however fast it is typed', async () => {
    world = await World.open({ online: false });
    const typed = await Promise.all([7, 76, 768, 7_680].map((billMinor) => world.till.handlers.saveDraft({ draft: { billMinor: minor(billMinor), member: '' } })));
    expect(typed.map((draft) => draft.billMinor)).toEqual([7, 76, 768, 7_680]);
    expect(new Set(typed.map((draft) => draft.saleId)).size).toBe(1);
  });
});

describe('quotes', () => {
  it('count the lease in hand and what may be redeemed at risk, and follow the programme', async () => {
    world = await World.open({ online: false });
    const bill = { member: 'M1', billMinor: 7_680, currency: 'CNY' };
    expect(await world.till.handlers.quote(bill)).toMatchObject({ ok: true, value: { programme: 1, balance: 1_000, proposed: { points: 300, atRiskPoints: 300, netMinor: 7_380 } } });
    world.sync.goOnline();
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    expect(await world.till.handlers.quote(bill)).toMatchObject({ ok: true, value: { proposed: { rule: 'fixed', points: 800, leasedPoints: 800, atRiskPoints: 0 } } });
    expect(await world.till.handlers.decide({ ...bill, points: 1_100 })).toMatchObject({ ok: false, refusal: { code: 'points-not-enough', allowed: 1_000 } });
    expect(await world.till.handlers.quote({ ...bill, member: 'nobody' })).toEqual({ ok: false, refusal: { code: 'member-unknown' } });
    await world.replica.collections.programmes.insert({ ...PROGRAMME, id: 'v2', version: 2, redeem: [] });
    expect(await world.till.handlers.quote(bill)).toMatchObject({ ok: true, value: { programme: 2, proposed: null } });
  });
});

describe('what waits', () => {
  it('is listed oldest first, and syncNow says whether the server was reached', async () => {
    world = await World.open({ online: false });
    await world.till.handlers.commitSale({ ...SALE, redeem: { points: 100 } });
    await world.till.handlers.commitSale({ ...SALE, saleId: 'sale-2' });
    expect(await world.till.handlers.listWaiting({})).toEqual([
      { entry: 'sale-1', number: 'T1-1-1', kind: 'sale', wallMs: NOON_MS, points: 100, quarantined: null },
      { entry: 'sale-2', number: 'T1-1-2', kind: 'sale', wallMs: NOON_MS, points: 0, quarantined: null },
    ]);
    expect(world.sync.nudges).toBeGreaterThanOrEqual(2);
    await expect(world.till.handlers.syncNow({})).rejects.toMatchObject({ code: 'server-unreachable' });
    world.sync.goOnline();
    expect(await world.till.handlers.syncNow({})).toBeNull();
    // What the sales kept while offline is given back by entries that follow.
    await world.till.idle();
    expect((await world.till.handlers.listWaiting({})).filter(({ kind }) => kind !== 'lease-close')).toEqual([]);
    expect(await world.till.handlers.syncNow({})).toBeNull();
    expect(await world.till.handlers.listWaiting({})).toEqual([]);
  });
});
