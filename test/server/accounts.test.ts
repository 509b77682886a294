import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putMembers } from '../../server/members/members.ts';
import type { AccountDoc, LeaseDoc } from '../../shared/contract/documents.ts';
import { EXPIRING_MOST } from '../../shared/domain/expiry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { ENGINES } from './engines.ts';
import type { TestTill } from './till.ts';
import { openWorld, type World } from './world.ts';

describe.each(ENGINES)('what a till is told of an account, on %s', (engine) => {
  let world: World;
  let till: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine);
    till = await world.till('T1');
  });
  afterAll(() => world.close());

  const account = async (member: string): Promise<AccountDoc | undefined> =>
    (await till.get<{ documents: AccountDoc[] }>('/v1/sync/pull/accounts?ownAfter=0')).body.documents.find((one) => one.id === member);
  const find = async (text: string): Promise<string[]> =>
    (await till.get<{ members: AccountDoc[] }>(`/v1/members/find?text=${text}`)).body.members.map((one) => one.id);
  const earning = (member: string, earned: number, expiresOn: string) =>
    till.entry({ member, bill: { totalMinor: minor(100), netMinor: minor(100), currency: 'USD' }, earn: { points: points(earned), expiresOn } });

  it('what of it ends first, day by day, without what lies in leases', async () => {
    expect((await account('A'))?.expiring).toBeUndefined();
    await till.push([earning('A', 30, '2099-03-31'), earning('A', 10, '2099-01-31'), earning('A', 5, '2099-03-31'), till.sale('A', 100), earning('B', 1, '2099-12-31')]);
    expect(await account('A')).toMatchObject({ free: 145, nextExpiry: '2099-01-31', expiring: [{ on: '2099-01-31', points: 10 }, { on: '2099-03-31', points: 35 }] });
    expect((await account('B'))?.expiring).toEqual([{ on: '2099-12-31', points: 1 }]);
    const { lease } = (await till.post<{ lease: LeaseDoc }>('/v1/leases', { member: 'A', points: 20 })).body;
    expect(await account('A')).toMatchObject({ free: 125, leased: 20, nextExpiry: '2099-03-31', expiring: [{ on: '2099-03-31', points: 25 }] });
    await till.push([till.entry({ kind: 'lease-close', member: 'A', lease: lease.id })]);
    expect((await account('A'))?.expiring).toHaveLength(2);
  });

  it('the birthday of who gave it, until it is taken back', async () => {
    const [row] = await world.store.db.selectFrom('members').selectAll().where('id', '=', 'B').execute();
    if (row === undefined) throw new Error('B is a member');
    const profile = { id: 'B', card: row.card, name: row.name, phone: row.phone, region: row.region, homeStore: row.home_store, joinedOn: row.joined_on };
    expect((await account('B'))?.birthday).toBeUndefined();
    const rev = (await account('B'))?.rev ?? 0;
    await putMembers(world.store, [{ ...profile, birthday: '02-29' }]);
    expect(await account('B')).toMatchObject({ birthday: '02-29' });
    expect((await account('B'))?.rev).toBeGreaterThan(rev);
    await putMembers(world.store, [profile]);
    expect((await account('B'))?.birthday).toBeUndefined();
  });

  it('no more days of it than the first few', async () => {
    await till.push(Array.from({ length: EXPIRING_MOST + 4 }, (_, day) => earning('B', 1, `2098-01-${String(28 - day)}`)));
    const expiring = (await account('B'))?.expiring ?? [];
    expect(expiring.map((one) => one.on)).toEqual(Array.from({ length: EXPIRING_MOST }, (_, day) => `2098-01-${String(17 + day)}`));
  });

  it('with whoever carries the points, when one is found who was merged', async () => {
    expect(await find('60000003')).toEqual(['Z']);
    await till.push([till.entry({ kind: 'transfer', member: 'Z', transfer: { toMember: 'A', points: points(0), merge: true }, approvedBy: 'lin' })]);
    expect(await find('60000003')).toEqual(['Z', 'A']);
    expect(await find('60000001')).toEqual(['A']);
    await till.push([till.entry({ kind: 'transfer', member: 'A', transfer: { toMember: 'B', points: points(0), merge: true }, approvedBy: 'lin' })]);
    expect(await find('60000003')).toEqual(['Z', 'A', 'B']);
    // All of a search's answers may carry each other's points; each stands there once.
    expect((await find('1234')).sort()).toEqual(['A', 'B']);
  });
});
