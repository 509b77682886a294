import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDecisionAudit } from '../../server/decisions/audit.ts';
import { putStore } from '../../server/directory/stores.ts';
import { createLedger, type Ledger } from '../../server/ledger/ledger.ts';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import { canonicalEntry } from '../../shared/domain/canonical.ts';
import type { BillLine } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { queryDocuments } from '../../shared/replica/documents.ts';
import { memoryTestStorage } from '../replica/support/storage.ts';
import { NOON_MS, PIN, PROGRAMME, STORE, World } from '../replica/support/world.ts';
import { seededRandom } from '../support/random.ts';
import { amend, enrolTill, openLedger, redeeming, send, verdicts, type LedgerWorld } from './chains.ts';
import { createDatabase, ENGINES, type TestDatabase } from './engines.ts';
import type { TestTill } from './till.ts';

async function settled(store: Store): Promise<void> {
  const audit = startDecisionAudit(store);
  await audit.settle();
  expect(audit.owed()).toBe(0);
  await audit.stop();
}

const alarmsOf = (store: Store) => store.db.selectFrom('alarms').select(['id', 'kind', 'terminal', 'epoch', 'seq']).orderBy('terminal').orderBy('seq').execute();
const differencesOf = (store: Store) => store.db.selectFrom('differences').selectAll().orderBy('entry').orderBy('what').execute();

describe.each(ENGINES)('the second decision behind the posting, on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(() => world.close());

  it('raises one alarm for each sale that differs by a point or a cent, and leaves the entry as it is', async () => {
    const till = await enrolTill(world.store, 'D1');
    const bill = (netMinor: number) => ({ totalMinor: minor(5_000), netMinor: minor(netMinor), currency: 'USD' });
    const right = till.entry({ member: 'A', bill: bill(5_000), earn: { points: points(50) } });
    const point = till.entry({ member: 'A', bill: bill(5_000), earn: { points: points(51) } });
    const cent = till.entry({ member: 'A', bill: bill(4_999), earn: { points: points(50) } });
    const both = amend(till, redeeming(till, 'A', 300), (entry) => ({
      ...entry, earn: { points: points(47) }, bill: { ...entry.bill, netMinor: 4_699 }, redeem: { ...entry.redeem, discountMinor: 301 },
    }));
    till.prevHash = both.hash;
    const between = redeeming(till, 'A', 150);
    const guest = till.entry({ bill: bill(5_000) });
    const sent = [right, point, cent, both, between, guest];
    expect(new Set(verdicts(await send(world.ledger, till, sent)))).toEqual(new Set(['posted']));
    await settled(world.store);
    const alarm = (envelope: Envelope) => ({ id: `decision:${envelope.id}`, kind: 'decision', terminal: 'D1', epoch: 1, seq: envelope.seq });
    expect(await alarmsOf(world.store)).toEqual([point, cent, both, between].map(alarm));
    const told = (await differencesOf(world.store)).map(({ entry, ...rest }) => ({ seq: sent.find((one) => one.id === entry)?.seq, ...rest }));
    expect(told.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0))).toEqual([
      { seq: 2, what: 'earn', expected: '50', found: '51', reason: null },
      { seq: 3, what: 'net', expected: '50.00', found: '49.99', reason: null },
      { seq: 4, what: 'discount', expected: '3.00', found: '3.01', reason: null },
      { seq: 4, what: 'earn', expected: '46', found: '47', reason: null },
      { seq: 5, what: 'earn', expected: '48', found: '0', reason: null },
      { seq: 5, what: 'redeem', expected: '100', found: '150', reason: 'not-a-multiple' },
    ]);
    const { alarms } = await verifyDatabase(world.database.where);
    expect(alarms).toMatchObject({ counts: { decision: 4 }, decided: 6 });
    expect(alarms.newest.map(({ number }) => number).sort()).toEqual(['D1-1-2', 'D1-1-3', 'D1-1-4', 'D1-1-5']);
    expect(alarms.newest.find(({ number }) => number === 'D1-1-5')?.differences).toEqual([
      'earn: the rules give 48, the entry says 0', 'redeem: the rules give 100 (not-a-multiple), the entry says 150',
    ]);
    const rows = await world.store.db.selectFrom('entries').select('bytes').where('terminal', '=', 'D1').orderBy('position').execute();
    expect(rows.map((row) => row.bytes)).toEqual(sent.map((one) => one.bytes));
  });

  it('looks at a void beside its sale, which another till may have made, also one that came before it', async () => {
    const [one, two, three] = [await enrolTill(world.store, 'D3'), await enrolTill(world.store, 'D4'), await enrolTill(world.store, 'D5')];
    const sale = one.entry({ member: 'A', bill: { totalMinor: minor(5_000), netMinor: minor(5_000), currency: 'USD' }, earn: { points: points(50) } });
    const back = (till: TestTill, clawed: number) => till.entry({
      kind: 'reversal', member: 'A', reverses: sale.id,
      reversal: { scope: 'void', returnPoints: points(0), clawBackPoints: points(clawed), refundMinor: minor(5_000) },
    });
    const [right, wrong] = [back(two, 50), back(three, 49)];
    const told = async () => (await differencesOf(world.store)).filter(({ entry }) => entry === right.id || entry === wrong.id);
    await send(world.ledger, three, [wrong]);
    await settled(world.store);
    expect(await told()).toEqual([]);
    await send(world.ledger, one, [sale]);
    await settled(world.store);
    expect(await told()).toEqual([{ entry: wrong.id, what: 'clawed-back', expected: '50', found: '49', reason: null }]);
    await send(world.ledger, two, [right]);
    await settled(world.store);
    expect(await told()).toEqual([{ entry: wrong.id, what: 'clawed-back', expected: '50', found: '49', reason: null }]);
  });

  it('looks at refunds of a part together, and takes an alarm back that an earlier one explains which came later', async () => {
    const [one, two] = [await enrolTill(world.store, 'D6'), await enrolTill(world.store, 'D7')];
    const sale = one.entry({ member: 'A', bill: { totalMinor: minor(1_000), netMinor: minor(1_000), currency: 'USD' }, earn: { points: points(10) } });
    const part = (till: TestTill, goods: number, clawed: number) => till.entry({
      kind: 'reversal', member: 'A', reverses: sale.id,
      reversal: { scope: 'refund', returnPoints: points(0), clawBackPoints: points(clawed), refundMinor: minor(goods), goodsMinor: minor(goods) },
    });
    // 3.33 claw back 4 of the 10 points; the next 3.33 are right with 3, but only for who knows of the first.
    const [first, second] = [part(one, 333, 4), part(two, 333, 3)];
    await send(world.ledger, one, [sale]);
    await send(world.ledger, two, [second]);
    await settled(world.store);
    const told = async () => (await differencesOf(world.store)).filter(({ entry }) => entry === first.id || entry === second.id);
    expect(await told()).toMatchObject([{ entry: second.id, what: 'clawed-back', expected: '4', found: '3' }]);
    await send(world.ledger, one, [first]);
    await settled(world.store);
    expect(await told()).toEqual([]);
    expect((await alarmsOf(world.store)).filter(({ terminal }) => terminal === 'D6' || terminal === 'D7')).toEqual([]);
  });

  it('goes on from its mark after a restart, tells nothing twice, and knows a version that came meanwhile', async () => {
    const till = await enrolTill(world.store, 'D2');
    const before = await alarmsOf(world.store);
    await send(world.ledger, till, [till.entry({ programme: 2, member: 'B', bill: { totalMinor: minor(900), netMinor: minor(900), currency: 'USD' }, earn: { points: points(9) } })]);
    const audit = startDecisionAudit(world.store, { isBusy: () => true });
    await audit.settle();
    const unknown = (await alarmsOf(world.store)).filter(({ terminal }) => terminal === 'D2');
    expect(unknown.map(({ seq }) => seq)).toEqual([1]);
    const [first] = await world.store.db.selectFrom('programmes').select('document').where('version', '=', 1).execute();
    await publishProgramme(world.store, { ...(JSON.parse(first?.document ?? '') as Programme), version: 2, earn: { points: points(2), perMinor: minor(100), basis: 'net' } });
    const doubled = (earned: number) => till.entry({ programme: 2, member: 'B', bill: { totalMinor: minor(900), netMinor: minor(900), currency: 'USD' }, earn: { points: points(earned) } });
    await send(world.ledger, till, [doubled(18), doubled(9)]);
    // What is not known is asked for again, but not for every entry.
    await expect.poll(async () => {
      await audit.settle();
      return (await world.store.db.selectFrom('meta').select('value').where('key', '=', 'decisions').executeTakeFirst())?.value;
    }).toBe('15');
    await audit.stop();
    await settled(world.store);
    const now = await alarmsOf(world.store);
    expect(now.length).toBeGreaterThan(before.length);
    expect(now.filter(({ terminal }) => terminal !== 'D2')).toEqual(before);
    expect(now.filter(({ terminal }) => terminal === 'D2').map(({ seq }) => seq).at(-1)).toBe(3);
  });
});

describe.each(ENGINES)('what the production till sells, on %s', (engine) => {
  let database: TestDatabase;
  let store: Store;
  let ledger: Ledger;
  beforeAll(async () => {
    database = await createDatabase(engine);
    store = await openStore(database.where);
    ledger = createLedger(store);
  });
  afterAll(async () => {
    await ledger.close();
    await store.close();
    await database.remove();
  });

  it('never differs: random programmes, bills, goods, hours, offline and online', async () => {
    const random = seededRandom(23);
    const { rev: _rev, ...document } = STORE;
    await putStore(store, document);
    const till = await World.open({ storage: memoryTestStorage(), members: (office) => office.addMember('M1', 1_000_000_000), store: { leaseCap: points(1_000_000_000) } });
    await store.db.insertInto('terminal_keys').values({ terminal: 'T1', epoch: 1, public_key: till.devicePublicKey, enrolled_at: 0 }).execute();
    try {
      for (let version = 2; version <= 26; version++) {
        till.nowMs = NOON_MS + version * 3_600_000 * 7;
        const programme = randomProgramme(random, version, till.nowMs);
        await publishProgramme(store, programme);
        await till.replica.collections.programmes.insert({ ...programme, id: `v${version}`, rev: version });
        await sellSome(till, random, version % 5 === 0);
      }
      await till.till.idle();
      const own = await queryDocuments(till.replica, 'own', { selector: {}, sort: [{ epoch: 'asc' }, { seq: 'asc' }] });
      const sales = own.filter((one) => one.kind === 'sale');
      expect(sales.filter((one) => one.entry.redeem !== undefined).length).toBeGreaterThan(10);
      expect(new Set(sales.map((one) => one.entry.programme)).size).toBe(25);
      expect(own.filter((one) => one.entry.reversal?.scope === 'refund')).toHaveLength(10);
      expect(own.filter((one) => one.entry.reversal?.scope === 'void')).toHaveLength(25);
      const envelopes = own.map(({ id, seq, hash, signature, entry }): Envelope => ({ id, seq, hash, signature, bytes: canonicalEntry(entry) }));
      const outcome = await ledger.push({ terminal: 'T1', epoch: 1 }, envelopes);
      expect(outcome.ok && new Set(verdicts(outcome.response))).toEqual(new Set(['posted']));
      await settled(store);
      expect(await differencesOf(store)).toEqual([]);
      expect(await alarmsOf(store)).toEqual([]);
    } finally {
      await till.destroy();
    }
  });
});

/** A programme of a ratio and a fixed rule with some limits, and some ways of earning. */
function randomProgramme(random: () => number, version: number, nowMs: number): Programme {
  const upTo = (most: number): number => 1 + Math.floor(random() * most);
  const maybe = <T extends object>(part: T): T | object => (random() < 0.4 ? part : {});
  const schedule = { fromMinute: upTo(1_000), untilMinute: 1_000 + upTo(440) };
  const name = { en: 'x', 'zh-CN': '某' };
  const { id: _id, rev: _rev, ...base } = PROGRAMME;
  return {
    ...base, version, effectiveFromMs: nowMs - 1,
    redeem: [
      {
        kind: 'ratio', id: 'ratio', name, stepPoints: points(upTo(200)), stepMinor: minor(upTo(150)), ...maybe({ multiple: points(upTo(20)) }),
        ...maybe({ maxShareBp: 1_000 + upTo(9_000) }), ...maybe({ maxPointsPerDay: points(5_000 + upTo(50_000)) }), ...maybe({ excludedCategories: ['tobacco'] }),
      },
      { kind: 'fixed', id: 'fixed', name, points: points(upTo(900)), discountMinor: minor(upTo(1_500)), ...maybe({ schedule }), ...maybe({ minBillMinor: minor(upTo(5_000)) }) },
    ],
    earn: {
      points: points(upTo(5)), perMinor: minor(upTo(300)), basis: random() < 0.5 ? 'net' : 'gross', ...maybe({ expiresAfterMonths: upTo(24) }), ...maybe({ perVisit: points(upTo(9)) }),
      ...maybe({ firstPurchase: points(50) }), ...maybe({ maxPerDay: points(upTo(300)) }), ...maybe({ excludedCategories: ['tobacco'] }),
      ...maybe({ items: [{ category: 'cake', points: points(upTo(9)) }] }), ...maybe({ multipliers: [{ id: 'm', name, factorBp: 10_000 + upTo(20_000), schedule }] }),
    },
  };
}

/** One sale that redeems the proposal, one that redeems what the cashier types, one that only earns and is voided, one without a member. */
async function sellSome({ till, nowMs, sync }: World, random: () => number, refunds: boolean): Promise<void> {
  const { handlers } = till;
  const goods = (): BillLine[] => Array.from({ length: 1 + Math.floor(random() * 4) }, (): BillLine => ({
    item: `i${Math.floor(random() * 5)}`, quantity: 1 + Math.floor(random() * 3), totalMinor: minor(100 + Math.floor(random() * 4_000)),
    category: ['food', 'tobacco', 'cake'][Math.floor(random() * 3)] ?? 'food',
  }));
  if (random() < 0.7) sync.goOnline();
  else sync.goOffline();
  for (const wish of ['proposed', 'typed', 'none', 'guest'] as const) {
    const lines = goods();
    const sale = { billMinor: lines.reduce((sum, line) => sum + line.totalMinor, 0), currency: 'CNY', lines };
    const member = wish === 'guest' ? null : 'M1';
    if (member !== null) await handlers.attachMember({ member });
    await till.idle();
    const quoted = member === null || wish === 'none' ? undefined : await handlers.quote({ member, ...sale });
    const most = quoted?.ok === true ? quoted.value.proposed : null;
    const wanted = most === null ? undefined : wish === 'proposed' ? { points: most.points, rule: most.rule } : { points: Math.ceil(most.points / 2), rule: most.rule };
    const saleId = `sale-${nowMs}-${wish}`;
    const first = await handlers.commitSale({ saleId, ...sale, member, redeem: wanted ?? null });
    // A number between two steps is refused; the sale goes on without points.
    if (!first.ok) expect(await handlers.commitSale({ saleId, ...sale, member, redeem: null })).toMatchObject({ ok: true });
    if (wish === 'none') expect(await handlers.voidSale({ voidId: `${saleId}-void`, entry: saleId })).toMatchObject({ ok: true });
    if (wish === 'typed' && refunds) await refundParts(handlers, saleId);
    // Leases go back once their close has arrived; then the next sale is covered again.
    await till.idle();
    await sync.syncNow();
  }
}

/** Refunds two parts of a sale, of which the second knows of the first. */
async function refundParts({ refundSale }: World['till']['handlers'], entry: string): Promise<void> {
  for (const goodsMinor of [37, 61]) {
    expect(await refundSale({ entryId: `${entry}-${goodsMinor}`, entry, goodsMinor, approval: { staff: 'wei', pin: PIN } })).toMatchObject({ ok: true });
  }
}
