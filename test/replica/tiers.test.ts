import { afterEach, describe, expect, it } from 'vitest';
import type { ProgrammeDoc } from '../../shared/contract/documents.ts';
import type { MemberTier } from '../../shared/contract/tiers.ts';
import type { MemberView } from '../../shared/contract/views.ts';
import { points } from '../../shared/domain/integers.ts';
import { readDocument } from '../../shared/replica/documents.ts';
import { memoryTestStorage } from './support/storage.ts';
import { NOON_MS, PROGRAMME, STORE, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const DAY_MS = 86_400_000;
const BILL = { billMinor: 7_680, currency: 'CNY' };
const name = { en: 'Gold', 'zh-CN': '金卡' };
const back = { en: 'Welcome back, double points today', 'zh-CN': '欢迎回来，今日双倍积分' };
const RULES: Partial<ProgrammeDoc> = {
  tiers: { window: { kind: 'days', days: 365 }, downgrade: 'qualified', levels: [{ id: 'gold', name, reach: { points: points(500) } }] },
  offers: [
    { id: 'back', text: back, when: { awayBp: 15_000 } }, { id: 'near', text: back, when: { nearTierBp: 2_000 } }, { id: 'reward', text: back, when: { nearReward: points(100) } },
  ],
  earn: {
    ...PROGRAMME.earn,
    multipliers: [{ id: 'gold', name, factorBp: 15_000, tiers: ['gold'] }, { id: 'back', name: back, factorBp: 20_000, offers: ['back'] }],
  },
  redeem: PROGRAMME.redeem.map((rule) => (rule.kind === 'fixed' ? { ...rule, tiers: ['gold'] } : rule)),
};

/** A till of a programme with a tier and offers, and one member. */
async function open(options: { tier?: MemberTier; balance?: number; online?: boolean } = {}): Promise<void> {
  const { tier, balance = 1_000, online = true } = options;
  world = await World.open({ storage: memoryTestStorage(), online, members: (office) => office.addMember('M1', balance, tier === undefined ? {} : { tier }) });
  await world.replica.collections.programmes.upsert({ ...PROGRAMME, ...RULES });
}

const attach = (): Promise<MemberView> => world.till.handlers.attachMember({ member: 'M1' });
const rules = async (): Promise<(string | undefined)[]> => {
  const quoted = await world.till.handlers.quote({ member: 'M1', ...BILL });
  return quoted.ok ? quoted.value.rules.map((rule) => rule.refusal?.code) : [quoted.refusal.code];
};
let sales = 0;
async function sell(billMinor = BILL.billMinor): Promise<number> {
  await attach();
  await world.till.idle();
  const sold = await world.till.handlers.commitSale({ saleId: `sale-${++sales}`, billMinor, currency: 'CNY', member: 'M1', redeem: null });
  return sold.ok ? sold.value.earned : -1;
}

/** What the last sale's entry says that the till knew of the member. */
const knew = async () => (await readDocument(world.replica, 'own', `sale-${sales}`))?.entry.knew;

describe('the tier at the till', () => {
  it('is what the account says: it is shown, opens its rules and earns by its campaigns', async () => {
    await open({ tier: { id: 'gold', until: '2026-12-31' } });
    expect((await attach()).tier).toEqual({ id: 'gold', name, until: '2026-12-31' });
    await world.till.idle();
    expect(await rules()).toEqual([undefined, undefined]);
    expect(await sell()).toBe(76 * 1.5);
    expect(await knew()).toEqual({ tier: 'gold' });
  });

  it('is none for whoever has none, and for one that the programme does not name', async () => {
    await open({ tier: { next: { id: 'gold', points: points(400) } } });
    expect((await attach()).tier).toBeUndefined();
    await world.till.idle();
    expect(await rules()).toEqual([undefined, 'tier-needed']);
    expect(await sell()).toBe(76);
    const account = await world.replica.collections.accounts.findOne('M1').exec();
    await account?.incrementalPatch({ tier: { id: 'platinum' } });
    expect((await attach()).tier).toBeUndefined();
    expect(await sell()).toBe(76);
    expect(await knew()).toEqual({});
  });

  it('is the one that was known last while the till is offline, whatever its own sales add up to, and changes with the account', async () => {
    await open({ tier: { next: { id: 'gold', points: points(70) } }, online: false });
    expect(await sell(50_000)).toBe(500);
    expect(await sell(10_000)).toBe(100);
    const account = await world.replica.collections.accounts.findOne('M1').exec();
    await account?.incrementalPatch({ tier: { id: 'gold' } });
    expect((await attach()).tier?.id).toBe('gold');
    expect(await sell(10_000)).toBe(150);
  });
});

describe('personal offers at the till', () => {
  /** Sells at noon of days before the day of the test, and comes back to it. */
  async function visitsBefore(days: readonly number[]): Promise<void> {
    for (const ago of days) {
      world.nowMs = NOON_MS - ago * DAY_MS;
      await sell(10_000);
    }
    world.nowMs = NOON_MS;
  }

  it('are made by what was bought here, give through the campaign that names them, and end with the sale', async () => {
    await open();
    await visitsBefore([58, 44, 30]);
    expect((await attach()).offer).toEqual({ id: 'back', text: back, because: [{ code: 'away', days: 30, usualDays: 14 }] });
    const quoted = await world.till.handlers.quote({ member: 'M1', ...BILL });
    expect(quoted).toMatchObject({ ok: true, value: { earnWithoutRedeeming: 152 } });
    expect(await sell()).toBe(152);
    expect(await knew()).toEqual({ offer: 'back' });
    expect((await attach()).offer?.id).not.toBe('back');
    expect(await sell()).toBe(76);
  });

  it('are made on the birthday that the account tells, give what names them, and the entry says so', async () => {
    const today = new Date(NOON_MS + STORE.utcOffsetMinutes * 60_000).toISOString().slice(5, 10);
    world = await World.open({ storage: memoryTestStorage(), members: (office) => office.addMember('M1', 1_000, { birthday: today }) });
    const born = { id: 'birthday', text: back, when: { birthday: true as const } };
    const earn = { ...PROGRAMME.earn, multipliers: [{ id: 'birthday', name: back, factorBp: 30_000, birthday: true as const }, { id: 'line', name: back, factorBp: 20_000, offers: ['birthday'] }] };
    await world.replica.collections.programmes.upsert({ ...PROGRAMME, offers: [born], earn });
    expect((await attach()).offer).toEqual({ id: 'birthday', text: back, because: [{ code: 'birthday' }] });
    expect(await sell()).toBe(3 * 76);
    expect(await knew()).toEqual({ offer: 'birthday', birthday: true });
    world.nowMs += DAY_MS;
    expect(await sell()).toBe(76);
    expect(await knew()).toEqual({});
  });

  it('do not count a sale that was voided, nor one of somebody else', async () => {
    await open();
    await visitsBefore([58, 44, 30, 2]);
    expect((await attach()).offer).toBeUndefined();
    expect(await world.till.handlers.voidSale({ voidId: 'v', entry: `sale-${sales}` })).toMatchObject({ ok: true });
    expect((await attach()).offer?.id).toBe('back');
  });

  it('count what other tills of the store sold, once it is pulled', async () => {
    await open();
    await visitsBefore([58, 44, 30]);
    const own = (await world.replica.collections.own.findOne(`sale-${sales}`).exec())?.toMutableJSON();
    if (own === undefined) throw new Error('the sale is there');
    const { balanceBefore: _before, earnSteps: _steps, position: _position, disposition: _disposition, shortfall: _shortfall, quarantined: _aside, ...lifted } = own;
    await world.replica.collections.posted.insert({
      ...lifted, id: 'other', terminal: 'T2', occurredMs: NOON_MS - 3 * DAY_MS, position: 99, receivedAtMs: NOON_MS, disposition: 'free', shortfall: points(0),
    });
    expect((await attach()).offer).toBeUndefined();
  });

  it('say how near the next tier and the next reward are', async () => {
    await open({ tier: { next: { id: 'gold', points: points(90) } } });
    expect((await attach()).offer).toEqual({ id: 'near', text: back, because: [{ code: 'near-tier', tier: 'gold', by: 'points', missing: 90, name }] });
    await world.destroy();
    await open({ tier: { id: 'gold' }, balance: 730 });
    expect((await attach()).offer?.because).toEqual([{ code: 'near-reward', rule: 'fixed', missing: 70, name: { en: 'Ten off', 'zh-CN': '减十元' } }]);
  });
});
