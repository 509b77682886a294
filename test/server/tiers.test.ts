import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountDoc } from '../../shared/contract/documents.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Programme, TierRules } from '../../shared/domain/programme.ts';
import { createLedger } from '../../server/ledger/ledger.ts';
import { findMembers } from '../../server/members/find.ts';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import { openStore } from '../../server/store/store.ts';
import { createTiers } from '../../server/tiers/tiers.ts';
import { enrolTill, openLedger, send, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';
import { testStore } from './world.ts';
import { putStore } from '../../server/directory/stores.ts';
import type { TestTill } from './till.ts';

const name = { en: 'Tier', 'zh-CN': '等级' };
const RULES: TierRules = {
  window: { kind: 'days', days: 30 }, grace: { unit: 'days', count: 5 }, downgrade: 'qualified',
  levels: [{ id: 'silver', name, reach: { points: points(100), visits: 3 } }, { id: 'gold', name, reach: { points: points(300) } }],
};
const programme = (version: number, tiers: TierRules | undefined, effectiveFromMs = 0): Programme => ({
  version, name, currency: 'USD', effectiveFromMs, earn: { points: points(1), perMinor: minor(100), basis: 'net' },
  redeem: [{ kind: 'ratio', id: 'points', name, stepPoints: points(1), stepMinor: minor(1) }], ...(tiers === undefined ? {} : { tiers }),
});
const MARCH_10 = Date.UTC(2026, 2, 10, 12);
const DAY_MS = 86_400_000;

const bought = (till: TestTill, member: string, earned: number, businessDate = '2026-03-10'): Envelope => till.entry({
  member, businessDate, bill: { totalMinor: minor(1_000), netMinor: minor(1_000), currency: 'USD' }, earn: { points: points(earned) },
});
const refunded = (till: TestTill, sale: Envelope, member: string, clawed: number, goods: number): Envelope => till.entry({
  kind: 'reversal', member, reverses: sale.id, businessDate: '2026-03-10',
  reversal: { scope: 'refund', returnPoints: points(0), clawBackPoints: points(clawed), refundMinor: minor(goods), goodsMinor: minor(goods) },
});

describe.each(ENGINES)('tiers on the server, on %s', (engine) => {
  let world: LedgerWorld;
  let atMs = MARCH_10;
  const now = (): number => atMs;
  beforeAll(async () => {
    world = await openLedger(engine, { now });
    await publishProgramme(world.store, programme(2, RULES));
  });
  afterAll(() => world.close());

  const account = async (card: string): Promise<AccountDoc> => {
    const [found] = await findMembers(world.store, card);
    if (found === undefined) throw new Error(`no member ${card}`);
    return found;
  };
  const [ANNA, BEA, ZOE] = ['60000001', '60000002', '60000003'];
  const tiers = () => createTiers(world.store, world.ledger, { now });

  it('come from what was posted, reach the account that tills pull, and a second run finds nothing to do', async () => {
    const till = await enrolTill(world.store, 'T1');
    await send(world.ledger, till, [bought(till, 'A', 60), bought(till, 'B', 10)]);
    const before = await account(ANNA);
    expect(before.tier).toBeUndefined();
    expect(await tiers().run()).toBe(2);
    const after = await account(ANNA);
    expect(after.tier).toEqual({ next: { id: 'silver', points: 40, visits: 2 } });
    expect(after.rev).toBeGreaterThan(before.rev);
    expect(after.position).toBe(before.position);
    expect(await tiers().run()).toBe(0);
    expect((await account(ANNA)).rev).toBe(after.rev);
    await send(world.ledger, till, [bought(till, 'A', 40)]);
    expect(await tiers().run()).toBe(1);
    expect((await account(ANNA)).tier).toEqual({ id: 'silver', until: '2026-04-13', next: { id: 'gold', points: 200 } });
  });

  it('lose what a refund took back, also one that came before its sale', async () => {
    const [till, other] = [await enrolTill(world.store, 'T2'), await enrolTill(world.store, 'T3')];
    const sale = bought(till, 'Z', 300);
    await send(world.ledger, other, [refunded(other, sale, 'Z', 150, 500)]);
    await tiers().run();
    expect((await account(ZOE)).tier).toBeUndefined();
    await send(world.ledger, till, [sale]);
    await tiers().run();
    expect((await account(ZOE)).tier).toMatchObject({ id: 'silver', next: { id: 'gold', points: 150 } });
    await send(world.ledger, till, [refunded(till, sale, 'Z', 150, 500)]);
    await tiers().run();
    expect((await account(ZOE)).tier).toBeUndefined();
  });

  it('follow a merge to whoever carries the account', async () => {
    const till = await enrolTill(world.store, 'T4');
    await send(world.ledger, till, [till.entry({ kind: 'transfer', member: 'B', approvedBy: 'lin', transfer: { toMember: 'A', points: points(0), merge: true } })]);
    await tiers().run();
    expect((await account(ANNA)).tier).toMatchObject({ id: 'silver', next: { id: 'gold', points: 190 } });
    expect((await account(BEA)).tier).toBeUndefined();
    // What an offline till still sells in the old name counts for the same person.
    await send(world.ledger, till, [bought(till, 'B', 190)]);
    await tiers().run();
    expect((await account(ANNA)).tier).toMatchObject({ id: 'gold' });
    expect((await account(BEA)).tier).toBeUndefined();
  });

  it('end by the day alone, with a run that is late as with one in time, and not before the day is over in every store', async () => {
    const start = (await account(ANNA)).tier;
    expect(start).toMatchObject({ id: 'gold', until: '2026-04-13' });
    await putStore(world.store, { ...testStore('west', 'R3'), utcOffsetMinutes: -600 });
    atMs = Date.UTC(2026, 3, 14, 9, 59);
    await tiers().run();
    expect((await account(ANNA)).tier).toMatchObject({ id: 'gold' });
    atMs = Date.UTC(2026, 3, 14, 10, 0);
    await tiers().run();
    expect((await account(ANNA)).tier).toBeUndefined();
    atMs += 400 * DAY_MS;
    expect(await tiers().run()).toBe(0);
  });

  it('are ranked anew when another version of the programme takes effect, and gone when it has none', async () => {
    const till = await enrolTill(world.store, 'T5');
    const today = new Date(atMs).toISOString().slice(0, 10);
    await send(world.ledger, till, [bought(till, 'A', 120, today)]);
    await tiers().run();
    expect((await account(ANNA)).tier).toMatchObject({ id: 'silver' });
    await publishProgramme(world.store, programme(3, { ...RULES, levels: [{ id: 'gold', name, reach: { points: points(120) } }] }, atMs + DAY_MS));
    expect(await tiers().run()).toBe(0);
    atMs += DAY_MS;
    expect(await tiers().run()).toBe(1);
    expect((await account(ANNA)).tier).toMatchObject({ id: 'gold' });
    await publishProgramme(world.store, programme(4, undefined, atMs));
    expect(await tiers().run()).toBe(1);
    expect((await account(ANNA)).tier).toBeUndefined();
    expect(await tiers().run()).toBe(0);
    await publishProgramme(world.store, programme(5, RULES, atMs));
    await tiers().run();
    expect((await account(ANNA)).tier).toMatchObject({ id: 'silver' });
  });

  it('come to the same with two servers at one moment, in pages, and from the beginning', async () => {
    const till = await enrolTill(world.store, 'T6');
    const day = new Date(atMs).toISOString().slice(0, 10);
    for (let part = 0; part < 2; part++) await send(world.ledger, till, Array.from({ length: 400 }, (_, index) => bought(till, `M${index % 130}`, 1 + (index % 40), day)));
    const store = await openStore(world.database.where);
    const ledger = createLedger(store, { now });
    await Promise.all([tiers().run(), createTiers(store, ledger, { now }).run()]);
    await ledger.close();
    await store.close();
    const read = async () => ({
      tiers: await world.store.db.selectFrom('member_tiers').select(['member', 'standing', 'changes_on']).where('standing', '<>', '').orderBy('member').execute(),
      purchases: await world.store.db.selectFrom('purchases').selectAll().orderBy('entry').execute(),
    });
    const kept = await read();
    expect(kept.tiers.length).toBeGreaterThanOrEqual(130);
    await world.store.db.deleteFrom('meta').where('key', '=', 'tiers').execute();
    await world.store.db.deleteFrom('purchases').execute();
    await world.store.db.deleteFrom('member_tiers').execute();
    await tiers().run();
    expect(await read()).toEqual(kept);
  });

  it('are reckoned soon after an entry, without waiting for the hour', async () => {
    const till = await enrolTill(world.store, 'T7');
    const keeping = createTiers(world.store, world.ledger, { now, soonMs: 1 });
    keeping.start((error) => {
      throw error;
    });
    await keeping.run();
    const told = new Promise<void>((resolve) => {
      const unfollow = world.ledger.onHead(() => void account(ZOE).then(({ tier }) => {
        if (tier?.id !== 'gold') return;
        unfollow();
        resolve();
      }));
    });
    await send(world.ledger, till, [bought(till, 'Z', 300, new Date(atMs).toISOString().slice(0, 10))]);
    await told;
    await keeping.stop();
  });

  it('begin no further run once they are stopped, whatever came during the last one', async () => {
    const till = await enrolTill(world.store, 'T8');
    const snapshots: string[] = [];
    let state = 'started';
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const inRun = Promise.withResolvers<void>();
    const store: typeof world.store = {
      ...world.store,
      async snapshot(read) {
        snapshots.push(state);
        if (snapshots.length > 1) {
          inRun.resolve();
          await held;
        }
        return world.store.snapshot(read);
      },
    };
    const keeping = createTiers(store, world.ledger, { now, soonMs: 1 });
    const failed = (error: unknown): void => {
      throw error;
    };
    keeping.start(failed);
    await keeping.run();
    const day = new Date(atMs).toISOString().slice(0, 10);
    await send(world.ledger, till, [bought(till, 'A', 1, day)]);
    await inRun.promise;
    await send(world.ledger, till, [bought(till, 'A', 1, day)]);
    const stopping = keeping.stop();
    release();
    await stopping;
    state = 'stopped';
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(snapshots).toEqual(['started', 'started']);
  });
});
