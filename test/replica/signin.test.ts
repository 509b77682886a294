import { afterEach, describe, expect, it } from 'vitest';
import { PIN_TRIES, PIN_WAIT_MS } from '../../shared/replica/signin.ts';
import { PIN, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const enter = (pin: string, staff = 'maya') => world.till.handlers.signIn({ staff, pin });
const wrong = async (times: number): Promise<void> => {
  for (let i = 0; i < times; i++) await enter('0000').catch(() => undefined);
};

describe('sign-in', () => {
  it('offers who works here, takes the right PIN offline, and shows who it is', async () => {
    world = await World.open({ online: false, signIn: false });
    expect(await world.till.handlers.listStaff({})).toEqual([{ id: 'maya', name: 'Maya', role: 'cashier' }, { id: 'wei', name: '王伟', role: 'manager' }]);
    const shown: (string | undefined)[] = [];
    const stop = world.till.watches.till({}, (view) => shown.push(view.staff?.id));
    expect(await enter(PIN)).toEqual({ id: 'maya', name: 'Maya', role: 'cashier' });
    await world.till.handlers.signOut({});
    stop();
    expect(shown).toEqual([undefined, 'maya', undefined]);
  });

  it('refuses a wrong PIN, and who is unknown, gone or of another store', async () => {
    world = await World.open({ signIn: false });
    await expect(enter('0000')).rejects.toMatchObject({ code: 'pin-wrong' });
    for (const staff of ['nobody', 'gone', 'elsewhere']) await expect(enter(PIN, staff)).rejects.toMatchObject({ code: 'staff-unknown' });
    await expect(world.till.handlers.lastSale({})).rejects.toMatchObject({ code: 'not-signed-in' });
  });

  it(`locks a person out after ${PIN_TRIES} wrong PINs, longer each time, and nobody else`, async () => {
    world = await World.open({ signIn: false });
    await wrong(PIN_TRIES - 1);
    await expect(enter('0000')).rejects.toMatchObject({ code: 'pin-locked', detail: { waitMs: PIN_WAIT_MS } });
    const { pinsHashed } = world;
    await expect(enter(PIN)).rejects.toMatchObject({ code: 'pin-locked' });
    expect(world.pinsHashed).toBe(pinsHashed);
    expect(await enter(PIN, 'wei')).toMatchObject({ id: 'wei' });
    world.nowMs += PIN_WAIT_MS;
    await expect(enter('0000')).rejects.toMatchObject({ code: 'pin-locked', detail: { waitMs: 2 * PIN_WAIT_MS } });
    world.nowMs += PIN_WAIT_MS;
    await expect(enter(PIN)).rejects.toMatchObject({ code: 'pin-locked' });
    world.nowMs += PIN_WAIT_MS;
    expect(await enter(PIN)).toMatchObject({ id: 'maya' });
    await expect(enter('0000')).rejects.toMatchObject({ code: 'pin-wrong' });
  });

  it('counts guesses that are sent all at once', async () => {
    world = await World.open({ signIn: false });
    const codes = await Promise.all(['0001', '0002', '0003', '0004', '0005', '0006', PIN].map((pin) => enter(pin).then(() => 'in', (error: { code: string }) => error.code)));
    expect(codes).toEqual([...Array.from({ length: PIN_TRIES - 1 }, () => 'pin-wrong'), 'pin-locked', 'pin-locked', 'pin-locked']);
  });

  it('does not lock for years when the clock goes back', async () => {
    world = await World.open({ signIn: false });
    await wrong(PIN_TRIES);
    world.nowMs -= 10 * 365 * 86_400_000;
    await expect(enter(PIN)).rejects.toMatchObject({ code: 'pin-locked', detail: { waitMs: PIN_WAIT_MS } });
  });

  it('says nothing of a PIN in its errors', async () => {
    world = await World.open({ signIn: false });
    const error: unknown = await enter('7391').catch((thrown: unknown) => thrown);
    expect(`${String(error)} ${JSON.stringify(error)} ${(error as Error).stack}`).not.toContain('7391');
  });
});

describe('sign-out', () => {
  it('is refused while the server has not heard of every entry', async () => {
    world = await World.open({ online: false });
    await world.till.handlers.commitSale({ saleId: 'sale-1', billMinor: 500, currency: 'CNY', member: null, redeem: null });
    await expect(world.till.handlers.signOut({})).rejects.toMatchObject({ code: 'unsent-entries', detail: { entries: 1 } });
    world.sync.goOnline();
    await world.sync.deliver();
    expect(await world.till.handlers.signOut({})).toBeNull();
    await expect(world.till.handlers.lastSale({})).rejects.toMatchObject({ code: 'not-signed-in' });
  });
});
