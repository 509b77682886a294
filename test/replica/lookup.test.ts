import { afterEach, describe, expect, it } from 'vitest';
import type { AccountDoc } from '../../shared/contract/documents.ts';
import { points } from '../../shared/domain/integers.ts';
import { createMemberIndex, FIND_MOST } from '../../shared/replica/lookup.ts';
import { World } from './support/world.ts';

const account = (id: string, change: Partial<AccountDoc>): AccountDoc => ({
  id, card: id, name: id, phone: '', region: 'R1', homeStore: 'S1', joinedOn: '2025-03-01', free: points(0), leased: points(0), position: 0, rev: 0, ...change,
});

const PEOPLE = [
  account('1', { card: 'TP-0001', name: 'José Álvarez', phone: '34600123456' }),
  account('2', { card: 'TP-0002', name: '王小明', phone: '8613800138000' }),
  account('3', { card: '3456', name: 'Søren Kjær', phone: '4520123456' }),
  account('4', { card: 'TP-0004', name: 'Anna  Maria Lopez', phone: '15550100' }),
  account('5', { card: 'TP-0005', name: 'Marianne Weiß', phone: '123' }),
  account('6', { card: 'TP-0006', name: '小明珠', phone: '8613911112222' }),
];

describe('a member index', () => {
  const index = createMemberIndex();
  for (const one of PEOPLE) index.set(one.id, one);
  const ids = (text: string): string[] => index.find(text).map(({ id }) => id);

  it.each([
    ['a card as printed', 'TP-0002', ['2']],
    ['a card from a scanner, in other letters', 'tp-0002 ', ['2']],
    ['a phone tail', '8000', ['2']],
    ['more of the phone', '138 0013-8000', ['2']],
    ['a tail that more than one has; the exact card comes first', '3456', ['3', '1']],
    ['a longer number that only one has', '0123456', ['1', '3']],
    ['a longer number still', '600123456', ['1']],
    ['three digits, which are no tail', '456', []],
    ['the wrong end of a phone', '3460', []],
    ['a name without its accents', 'jose alv', ['1']],
    ['a letter that has no accent to lose', 'soren kj', ['3']],
    ['the German ss', 'weiss', ['5']],
    ['a part of a name; those that begin with it first', 'maria', ['5', '4']],
    ['parts in another order', 'lopez anna', ['4']],
    ['Chinese characters, in the middle too', '小明', ['6', '2']],
    ['one character', '王', ['2']],
    ['nobody', 'zz', []],
    ['nothing', '   ', []],
    ['signs that a pattern would read', '%', []],
  ])('finds %s', (_what, text, expected) => {
    expect(ids(text)).toEqual(expected);
  });

  it('follows what changes', () => {
    const changing = createMemberIndex();
    changing.set('1', account('1', { card: 'A', name: 'Before', phone: '15550001111' }));
    changing.set('1', account('1', { card: 'B', name: 'After', phone: '15550002222' }));
    expect([changing.find('A'), changing.find('1111'), changing.find('before')].flat().filter(({ card }) => card !== 'B')).toEqual([]);
    expect(changing.find('1111')).toEqual([]);
    expect(changing.find('2222')).toHaveLength(1);
    changing.set('1', undefined);
    expect([...changing.find('B'), ...changing.find('2222'), ...changing.find('after')]).toEqual([]);
  });

  it(`answers at most ${FIND_MOST}`, () => {
    const many = createMemberIndex();
    for (let i = 0; i < 200; i++) many.set(`m${i}`, account(`m${i}`, { name: `Wang ${i}`, phone: `1555000${String(i).padStart(4, '0')}` }));
    expect(many.find('wang')).toHaveLength(FIND_MOST);
  });
});

describe('findMembers', () => {
  let world: World;
  afterEach(() => world.destroy());

  it('answers from the till, with the balance and no more of the phone than its end', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 1_000, { card: 'TP-1', name: '王小明', phone: '8613800138000' }) });
    expect(await world.till.handlers.findMembers({ text: '小明' })).toEqual([{ id: 'M1', name: '王小明', card: 'TP-1', phoneTail: '8000', balance: 1_000 }]);
    await world.restart({ signIn: false });
    await expect(world.till.handlers.findMembers({ text: '小明' })).rejects.toMatchObject({ code: 'not-signed-in' });
  });

  it('asks the server for one who is not on the till, when it can, and keeps who was found', async () => {
    world = await World.open();
    world.office.addMember('far', 700, { card: 'TP-9', name: 'From afar' });
    world.sync.goOffline();
    expect(await world.till.handlers.findMembers({ text: 'TP-9' })).toEqual([]);
    world.sync.goOnline();
    expect(await world.till.handlers.findMembers({ text: 'TP-9' })).toMatchObject([{ id: 'far', balance: 700 }]);
    world.sync.goOffline();
    expect(await world.till.handlers.findMembers({ text: 'afar' })).toMatchObject([{ id: 'far', balance: 700 }]);
    await world.restart();
    expect(await world.till.handlers.attachMember({ member: 'far' })).toMatchObject({ id: 'far', balance: 700 });
  });
});
