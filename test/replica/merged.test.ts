import { afterEach, describe, expect, it } from 'vitest';
import { points } from '../../shared/domain/integers.ts';
import { createCarriers } from '../../shared/replica/carriers.ts';
import { queryDocuments } from '../../shared/replica/documents.ts';
import { World } from './support/world.ts';

describe('who carries a member\'s points', () => {
  const known = new Set(['A', 'B', 'C', 'D']);
  const carriers = (merges: Record<string, string>) => {
    const made = createCarriers((member) => known.has(member));
    for (const [member, into] of Object.entries(merges)) made.note(member, into);
    return made;
  };

  it('is followed to the last that is known, and back to everybody whose points they are', () => {
    const made = carriers({ A: 'B', B: 'C', D: 'C', C: 'elsewhere' });
    expect(['A', 'B', 'C', 'D', 'nobody'].map(made.of)).toEqual(['C', 'C', 'C', 'C', 'nobody']);
    expect(made.carriedBy('C').sort()).toEqual(['A', 'B', 'C', 'D']);
    expect(made.carriedBy('A')).toEqual(['A']);
  });

  it('changes with what the accounts say, and ends also in a circle', () => {
    const made = carriers({ A: 'B' });
    made.note('A', 'C');
    expect([made.of('A'), made.carriedBy('B'), made.carriedBy('C')]).toEqual(['C', ['B'], ['C', 'A']]);
    made.note('A', undefined);
    expect(made.of('A')).toBe('A');
    const circle = carriers({ A: 'B', B: 'A' });
    expect(known.has(circle.of('A'))).toBe(true);
    expect(circle.carriedBy('A').sort()).toEqual(['A', 'B']);
  });
});

describe('a member who was merged into another', () => {
  let world: World;
  afterEach(() => world.destroy());
  const own = () => queryDocuments(world.replica, 'own', { selector: {}, sort: [{ epoch: 'asc' }, { seq: 'asc' }] });
  const SALE = { saleId: 's1', billMinor: 5_000, currency: 'CNY', member: 'M1' };

  it('is found by either card as the successor, listed once, and attached as that one', async () => {
    world = await World.open({
      online: false,
      members(office) {
        office.addMember('M1', 0, { mergedInto: 'M2' });
        office.addMember('M2', 500);
      },
    });
    const { handlers } = world.till;
    expect(await handlers.findMembers({ text: 'card-M1' })).toEqual([{ id: 'M2', name: 'Member M2', card: 'card-M2', phoneTail: '', balance: 500, formerCard: 'card-M1' }]);
    expect((await handlers.findMembers({ text: 'card-M2' }))[0]).toEqual({ id: 'M2', name: 'Member M2', card: 'card-M2', phoneTail: '', balance: 500 });
    expect((await handlers.findMembers({ text: 'Member' })).map(({ id }) => id)).toEqual(['M2']);
    expect(await handlers.attachMember({ member: 'M1' })).toMatchObject({ id: 'M2', balance: 500 });
  });

  it('buys and redeems as the successor, also when a draft or a window still has the old name', async () => {
    world = await World.open({
      members(office) {
        office.addMember('M1', 0, { mergedInto: 'M2' });
        office.addMember('M2', 500);
      },
    });
    const { handlers } = world.till;
    await handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    expect([...world.office.leases.values()].map(({ document }) => document.member)).toEqual(['M2']);
    expect(await handlers.quote(SALE)).toMatchObject({ ok: true, value: { balance: 500, proposed: { points: 500 } } });
    expect(await handlers.commitSale({ ...SALE, redeem: { points: 500 } })).toMatchObject({ ok: true, value: { before: 500, redeemed: 500, atRisk: 0 } });
    expect(await handlers.commitSale({ ...SALE, redeem: { points: 500 } })).toMatchObject({ ok: true, value: { number: 'T1-1-1' } });
    await world.till.idle();
    const entries = await own();
    expect(entries.map(({ kind, member }) => [kind, member])).toEqual([['sale', 'M2'], ['lease-close', 'M2']]);
  });

  it('brings along what this till sold in the old name and the server has not heard of', async () => {
    world = await World.open({
      online: false,
      members(office) {
        office.addMember('M1', 0);
        office.addMember('M2', 500);
      },
    });
    const { handlers } = world.till;
    expect(await handlers.commitSale({ ...SALE, redeem: null })).toMatchObject({ ok: true, value: { earned: 50 } });
    const views: (number | undefined)[] = [];
    const stop = world.till.watches.member({ member: 'M1' }, (view) => views.push(view?.balance));
    await world.replica.collections.accounts.upsert({ ...world.office.account('M1'), mergedInto: 'M2' });
    await expect.poll(() => views.at(-1)).toBe(550);
    expect(await handlers.attachMember({ member: 'M2' })).toMatchObject({ balance: 550 });
    // The watch in the old name goes on with the successor.
    await world.replica.collections.accounts.upsert({ ...world.office.account('M2'), free: points(700) });
    await expect.poll(() => views.at(-1)).toBe(750);
    stop();
  });

  it('is said to be away when this till does not know the successor; the sale is recorded all the same', async () => {
    world = await World.open({ online: false, members: (office) => office.addMember('M1', 0, { mergedInto: 'far' }) });
    const { handlers } = world.till;
    expect(await handlers.attachMember({ member: 'M1' })).toMatchObject({ id: 'M1', mergedAway: true });
    expect(await handlers.commitSale({ ...SALE, redeem: null })).toMatchObject({ ok: true, value: { earned: 50 } });
    expect((await own())[0]?.member).toBe('M1');
  });
});
