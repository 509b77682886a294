import { afterEach, describe, expect, it } from 'vitest';
import type { AccountDoc } from '../../shared/contract/documents.ts';
import { points } from '../../shared/domain/integers.ts';
import { NOON_MS, World } from './support/world.ts';

const DAY_MS = 86_400_000;
/** A balance of 1,000: 400 end on 20 March, 100 on 2 May, the rest never. The till's clock stands at 14 March. */
const ACCOUNT: Partial<AccountDoc> = { nextExpiry: '2026-03-20', expiring: [{ on: '2026-03-20', points: points(400) }, { on: '2026-05-02', points: points(100) }] };
const GENEROUS = { atRisk: { name: 'generous' as const, perSale: points(9_000), perMemberDay: points(9_000), perOutage: points(9_000) } };
const BILL = { member: 'M1', billMinor: 40_000, currency: 'CNY' };

let world: World;
afterEach(() => world.destroy());
const open = (free: number, profile: Partial<AccountDoc>, online = false): Promise<World> =>
  World.open({ online, store: GENEROUS, members: (office) => office.addMember('M1', free, profile) });
/** The most points that the ratio rule takes. */
const most = async (): Promise<number> => {
  const quoted = await world.till.handlers.quote(BILL);
  return quoted.ok ? (quoted.value.rules.find(({ kind }) => kind === 'ratio')?.best?.points ?? 0) : 0;
};

describe('points that expire while the till is offline', () => {
  it('are said beforehand, and offered up to the end of their last day', async () => {
    world = await open(1_000, ACCOUNT);
    expect(await world.till.handlers.attachMember({ member: 'M1' })).toMatchObject({ balance: 1_000, expiry: { on: '2026-03-20', points: 400, isPast: false } });
    expect(await most()).toBe(1_000);
    // The last minute of 20 March in the store.
    world.nowMs = Date.UTC(2026, 2, 20, 15, 59);
    expect(await most()).toBe(1_000);
    world.nowMs += 60_000;
    expect(await most()).toBe(600);
  });

  it('are then redeemed by nobody; the balance is as it was heard, and marked', async () => {
    world = await open(1_000, ACCOUNT);
    world.nowMs = NOON_MS + 10 * DAY_MS;
    expect(await world.till.handlers.attachMember({ member: 'M1' })).toMatchObject({ balance: 1_000, expiry: { on: '2026-03-20', points: 400, isPast: true } });
    expect(await world.till.handlers.decide({ ...BILL, points: 700 })).toMatchObject({ ok: false, refusal: { code: 'points-not-enough', available: 600, needed: 700, allowed: 600 } });
    expect(await world.till.handlers.commitSale({ ...BILL, saleId: 's1', redeem: { points: 700 } })).toMatchObject({ ok: false, refusal: { code: 'points-not-enough' } });
    expect(await world.till.handlers.commitSale({ ...BILL, saleId: 's1', redeem: { points: 600 } })).toMatchObject({ ok: true, value: { redeemed: 600 } });
    expect(await most()).toBe(300);
  });

  it('are not said when they are far off, nor guessed when only the day was told', async () => {
    world = await open(1_000, { nextExpiry: '2026-05-02', expiring: [{ on: '2026-05-02', points: points(100) }] });
    expect((await world.till.handlers.attachMember({ member: 'M1' })).expiry).toBeUndefined();
    await world.replica.collections.accounts.upsert({ ...world.office.account('M1'), nextExpiry: '2026-03-13', expiring: [] });
    await expect.poll(async () => (await world.till.handlers.attachMember({ member: 'M1' })).expiry).toEqual({ on: '2026-03-13', points: 0, isPast: true });
    expect(await most()).toBe(1_000);
  });

  it('cease to be marked once the server has told the new balance', async () => {
    world = await open(1_000, ACCOUNT);
    world.nowMs = NOON_MS + 10 * DAY_MS;
    world.office.moveElsewhere('M1', -400);
    await world.replica.collections.accounts.upsert({ ...world.office.account('M1'), nextExpiry: '2026-05-02', expiring: [{ on: '2026-05-02', points: points(100) }] });
    await expect.poll(async () => (await world.till.handlers.attachMember({ member: 'M1' })).expiry).toBeUndefined();
    expect(await world.till.handlers.attachMember({ member: 'M1' })).toMatchObject({ balance: 600 });
    expect(await most()).toBe(600);
  });

  it('have no lease asked for when nothing that can be redeemed is left beside them', async () => {
    world = await open(450, ACCOUNT, true);
    world.nowMs = NOON_MS + 10 * DAY_MS;
    expect(await world.till.handlers.attachMember({ member: 'M1' })).toMatchObject({ cover: 'none' });
    await world.till.idle();
    expect(world.office.leases.size).toBe(0);
    await world.till.handlers.detachMember({ member: 'M1' });
    world.nowMs = NOON_MS;
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    expect(world.office.leases.size).toBe(1);
  });
});
