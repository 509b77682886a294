import { createPublicKey, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { CommandInput, ReceiptView } from '../../shared/contract/commands.ts';
import { canonicalEntry, signingText } from '../../shared/domain/canonical.ts';
import { GENESIS_HASH } from '../../shared/domain/entry.ts';
import { LARGEST_AMOUNT, minor, points } from '../../shared/domain/integers.ts';
import type { Outcome, Refusal } from '../../shared/domain/refusal.ts';
import { queryDocuments, readDocument } from '../../shared/replica/documents.ts';
import { STORAGES, type StorageKind } from './support/storage.ts';
import { NOON_MS, PROGRAMME, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

type Sale = CommandInput<'commitSale'>;
const SALE: Sale = { saleId: 'sale-1', billMinor: 7_680, currency: 'CNY', member: 'M1', redeem: { points: 1_000 } };

const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(`refused: ${JSON.stringify(outcome.refusal)}`);
  return outcome.value;
};
const refusal = (outcome: Outcome<unknown>): Refusal | undefined => (outcome.ok ? undefined : outcome.refusal);
const own = () => queryDocuments(world.replica, 'own', { selector: {}, sort: [{ epoch: 'asc' }, { seq: 'asc' }] });
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  for (const end = performance.now() + 5_000; !(await holds());) {
    if (performance.now() > end) throw new Error('it does not come to that');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
const attach = async (member = 'M1'): Promise<void> => {
  await world.till.handlers.attachMember({ member });
  await world.till.idle();
};
const sell = (change: Partial<Sale> = {}): Promise<Outcome<ReceiptView>> => world.till.handlers.commitSale({ ...SALE, ...change });

describe.each(Object.keys(STORAGES) as StorageKind[])('a sale on %s storage', (kind) => {
  it('is one signed entry of the chain, with its lease spent, the draft renewed and the sentinel moved', async () => {
    world = await World.open({ storage: STORAGES[kind]() });
    const { handlers } = world.till;
    const { saleId } = await handlers.saveDraft({ draft: { billMinor: minor(7_680), member: 'M1' } });
    await attach();
    const receipt = value(await sell({ saleId }));
    expect(receipt).toMatchObject({
      entry: saleId, number: 'T1-1-1', totalMinor: 7_680, discountMinor: 1_000, netMinor: 6_680, redeemed: 1_000, atRisk: 0, earned: 66,
      before: 1_000, after: 66, state: 'saved', staffName: 'Maya', memberName: 'M***', cardTail: 'd-M1', businessDate: '2026-03-14',
    });
    await world.till.idle();
    const [sale, close, ...more] = await own();
    if (sale === undefined || close === undefined) throw new Error('two entries expected');
    expect(more).toEqual([]);
    expect(sale.entry).toMatchObject({
      seq: 1, prevHash: GENESIS_HASH, programme: 1, staff: 'maya', earn: { points: 66, expiresOn: '2027-03-14' },
      redeem: { rule: 'ratio', points: 1_000, discountMinor: 1_000, cover: { leases: [{ lease: 'L1', points: 1_000 }], atRisk: 0 } },
    });
    expect(sale.hash).toBe(world.ports.sha256(canonicalEntry(sale.entry)));
    const key = createPublicKey({ key: Buffer.from(world.devicePublicKey, 'base64'), format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from(signingText(sale.hash)), key, Buffer.from(sale.signature, 'base64'))).toBe(true);
    expect(close.entry).toMatchObject({ kind: 'lease-close', seq: 2, prevHash: sale.hash, lease: 'L1', member: 'M1', occurredAt: { ms: NOON_MS, n: 1 } });
    expect(await readDocument(world.replica, 'leaseUse', 'L1')).toEqual({ id: 'L1', member: 'M1', spent: 1_000, closed: true });
    expect(await readDocument(world.replica, 'chain', 'T1.1')).toMatchObject({ seq: 2, hash: close.hash });
    expect(world.sentinels).toEqual([{ epoch: 1, seq: 1, hash: sale.hash }, { epoch: 1, seq: 2, hash: close.hash }]);
    expect((await readDocument(world.replica, 'drafts', 'T1'))?.saleId).not.toBe(saleId);
    await world.sync.deliver();
    expect(world.office.account('M1')).toMatchObject({ free: 66, leased: 0 });
  });

  it('is made once for one sale id: pressed twice, pressed again, and after a restart', async () => {
    world = await World.open({ storage: STORAGES[kind]() });
    await attach();
    const [first, second] = await Promise.all([sell(), sell()]);
    const third = await sell({ billMinor: 99_900, redeem: null });
    await world.restart({ online: false });
    const fourth = await sell();
    expect(value(first).number).toBe('T1-1-1');
    expect([second, third, fourth]).toEqual([first, first, first]);
    expect((await own()).filter((entry) => entry.kind === 'sale')).toHaveLength(1);
  });
});

describe('a sale without enough cover', () => {
  it('asks for what is missing, online, and commits with it', async () => {
    world = await World.open();
    expect(value(await sell())).toMatchObject({ redeemed: 1_000, atRisk: 0 });
    expect(world.sync.leaseRequests).toEqual([{ member: 'M1', points: 1_000 }]);
    await world.till.idle();
    expect((await own()).map((entry) => entry.kind)).toEqual(['sale', 'lease-close']);
  });

  it('asks no more than is missing beside the lease in hand', async () => {
    world = await World.open();
    world.sync.leaseCap = 400;
    await attach();
    world.sync.leaseCap = undefined;
    expect(value(await sell())).toMatchObject({ redeemed: 1_000, atRisk: 0 });
    expect(world.sync.leaseRequests).toEqual([{ member: 'M1', points: undefined }, { member: 'M1', points: 600 }]);
  });

  it('waits for a request that is on its way instead of asking twice', async () => {
    world = await World.open();
    world.sync.leaseDelayMs = 80;
    await world.till.handlers.attachMember({ member: 'M1' });
    expect(value(await sell())).toMatchObject({ redeemed: 1_000, atRisk: 0 });
    expect(world.sync.leaseRequests).toHaveLength(1);
  });

  it('waits 1.5 s at most for a silent server, then lets the at-risk rule decide', async () => {
    world = await World.open();
    world.sync.leaseAnswer = 'silent';
    const begin = performance.now();
    expect(value(await sell({ redeem: { points: 300 } }))).toMatchObject({ redeemed: 300, atRisk: 300, state: 'at-risk' });
    const tookMs = performance.now() - begin;
    expect(tookMs).toBeGreaterThan(1_400);
    expect(tookMs).toBeLessThan(2_500);
  });

  it('loses nothing to a lease that comes too late: it covers what was redeemed at risk, and the rest of it is given back', async () => {
    world = await World.open();
    world.sync.givesNumbers = false;
    world.sync.leaseDelayMs = 1_700;
    await world.till.handlers.attachMember({ member: 'M1' });
    expect(value(await sell({ redeem: { points: 300 } }))).toMatchObject({ redeemed: 300, atRisk: 300, state: 'at-risk' });
    await until(async () => (await own()).length === 2);
    await world.till.idle();
    const [sale, close] = await own();
    const lease = [...world.office.leases.keys()][0];
    expect(sale?.entry.redeem?.cover).toEqual({ leases: [{ lease, points: 300 }], atRisk: 300, policy: 1 });
    expect(close?.entry).toMatchObject({ kind: 'lease-close', lease });
    await world.sync.deliver();
    expect(world.office.entries.get('sale-1')).toMatchObject({ shortfall: 0, disposition: 'leased' });
    expect(world.office.account('M1')).toMatchObject({ free: 700 + 73, leased: 0 });
  });

  it('books no more of a late lease than it turned out to hold', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 600) });
    world.sync.givesNumbers = false;
    world.sync.leaseDelayMs = 1_700;
    world.sync.leaseCap = 100;
    await world.till.handlers.attachMember({ member: 'M1' });
    expect(value(await sell({ redeem: { points: 300 } }))).toMatchObject({ atRisk: 300 });
    world.sync.goOffline();
    await until(async () => (await own()).length === 2);
    await world.till.handlers.attachMember({ member: 'M1' });
    expect(await world.till.handlers.attachMember({ member: 'M1' })).toMatchObject({ leased: 0, cover: 'none' });
    world.sync.goOnline();
    await world.till.idle();
    await world.sync.deliver();
    expect(world.office.entries.get('sale-1')).toMatchObject({ shortfall: 0 });
  });

  it('asks again under the same name after a request without an answer, so that it is granted once', async () => {
    world = await World.open();
    world.sync.givesNumbers = false;
    world.sync.losesAnswers = true;
    await attach();
    expect(world.office.leases.size).toBe(1);
    world.sync.losesAnswers = false;
    await attach();
    expect(world.office.leases.size).toBe(1);
    expect(value(await sell())).toMatchObject({ redeemed: 1_000, atRisk: 0 });
  });

  it('asks before it redeems at risk, online, also when the lease in hand went while the sale waited its turn', async () => {
    world = await World.open();
    await attach();
    const [lease] = [...world.office.leases.values()];
    // The sale finds its cover at its first look at the clock; before its turn comes, the lease is past its time.
    world.ports.nowMs = () => {
      world.ports.nowMs = () => (lease?.document.spendByMs ?? 0) + 1;
      return NOON_MS;
    };
    expect(value(await sell({ redeem: { points: 300 } }))).toMatchObject({ redeemed: 300, atRisk: 300 });
    // All of the member's points are in the old lease, so there is nothing free: the server was asked and said so.
    expect(world.sync.leaseRequests).toHaveLength(2);
  });

  it('redeems at risk offline within the caps of sale, member and day, and outage, and says which one refuses', async () => {
    world = await World.open({ online: false, members: (office) => ['M1', 'M2', 'M3'].forEach((id) => office.addMember(id, 2_000)) });
    expect(refusal(await sell())).toEqual({ code: 'not-covered', covered: 0, atRiskAllowed: 300, needed: 1_000, allowed: 300, cap: 'sale' });
    expect(value(await sell({ redeem: { points: 300 } }))).toMatchObject({ atRisk: 300, state: 'at-risk', after: 2_000 - 300 + 73 });
    expect(refusal(await sell({ saleId: 's2', redeem: { points: 200 } }))).toMatchObject({ code: 'not-covered', allowed: 100, cap: 'member-day' });
    expect(value(await sell({ saleId: 's3', member: 'M2', redeem: { points: 300 } }))).toMatchObject({ atRisk: 300 });
    expect(refusal(await sell({ saleId: 's4', member: 'M3', redeem: { points: 100 } }))).toMatchObject({ code: 'not-covered', allowed: 0, cap: 'outage' });
    expect(world.sync.leaseRequests).toEqual([]);
    await world.restart();
    expect(refusal(await sell({ saleId: 's5', member: 'M3', redeem: { points: 100 } }))).toMatchObject({ code: 'not-covered', cap: 'outage' });
    world.sync.goOnline();
    await world.sync.deliver();
    world.sync.goOffline();
    expect(value(await sell({ saleId: 's6', member: 'M3', redeem: { points: 100 } }))).toMatchObject({ atRisk: 100 });
  });

  it('uses the lease in hand offline, and only the rest at risk', async () => {
    world = await World.open();
    world.sync.leaseCap = 800;
    await attach();
    world.sync.goOffline();
    expect(value(await sell({ redeem: { points: 900 } }))).toMatchObject({ redeemed: 900, atRisk: 100 });
    await world.till.idle();
    world.sync.goOnline();
    await world.sync.deliver();
    expect(world.office.entries.get('sale-1')).toMatchObject({ shortfall: 0, disposition: 'free' });
  });

  const STRICT = { atRisk: { name: 'strict', perSale: points(0), perMemberDay: points(0), perOutage: points(0) } } as const;

  it('does not spend a lease after its spend-by; it gives it back instead', async () => {
    world = await World.open({ store: STRICT });
    await attach();
    world.sync.goOffline();
    const lease = await readDocument(world.replica, 'leases', 'L1');
    world.nowMs = (lease?.spendByMs ?? 0) + 1;
    expect(refusal(await sell())).toEqual({ code: 'not-covered', covered: 0, atRiskAllowed: 0, needed: 1_000, allowed: 0, cap: 'policy' });
    await world.till.idle();
    expect((await own()).map(({ entry }) => [entry.kind, entry.lease])).toEqual([['lease-close', 'L1']]);
  });

  it('counts no lease that the server did not sign for this till', async () => {
    world = await World.open({ store: STRICT, members: (office) => ['M1', 'M2'].forEach((id) => office.addMember(id, 9_000)) });
    const { leases } = world.replica.collections;
    const genuine = world.office.grant({ terminal: 'T1', epoch: 1, spendByMs: NOON_MS + 1_000 }, 'M2', points(100));
    if (genuine === undefined) throw new Error('a lease expected');
    world.sync.goOffline();
    await attach();
    await leases.bulkInsert([
      { ...genuine, id: 'invented', member: 'M1', points: points(9_000) },
      { ...genuine, member: 'M1' },
    ]);
    const others = [{ terminal: 'T2', epoch: 1 }, { terminal: 'T1', epoch: 2 }]
      .map((at) => world.office.grant({ ...at, spendByMs: NOON_MS + 1_000 }, 'M1', points(100)));
    await leases.bulkInsert(others.flatMap((lease) => lease ?? []));
    expect(refusal(await sell({ redeem: { points: 100 } }))).toMatchObject({ code: 'not-covered', covered: 0, allowed: 0 });
    await attach('M2');
    await leases.upsert(genuine);
    expect(value(await sell({ member: 'M2', redeem: { points: 100 } }))).toMatchObject({ redeemed: 100, atRisk: 0 });
  });
});

describe('a sale that is refused', () => {
  const unchanged = async (): Promise<void> => {
    expect(await own()).toEqual([]);
    expect(world.sentinels).toEqual([]);
  };

  it.each<[string, Partial<Sale>, Partial<Refusal>]>([
    ['an amount of 0', { billMinor: 0 }, { code: 'amount-zero' }],
    ['an amount of 0.001', { billMinor: 0.001 }, { code: 'amount-invalid', decimals: 2 }],
    ['an amount below 0', { billMinor: -100 }, { code: 'amount-invalid' }],
    ['an amount that is no number', { billMinor: Number.NaN }, { code: 'amount-invalid' }],
    ['an amount of 10^15', { billMinor: 1e15 }, { code: 'amount-too-large', maxMinor: minor(LARGEST_AMOUNT) }],
    ['an unknown currency', { currency: 'ZZZ' }, { code: 'currency-unknown', currency: 'ZZZ' }],
    ['another currency', { currency: 'USD' }, { code: 'currency-mismatch', currency: 'USD', expected: 'CNY' }],
    ['another currency without points', { currency: 'USD', redeem: null }, { code: 'currency-mismatch' }],
    ['lines that do not add up', { lines: [{ item: 'tea', quantity: 1, totalMinor: minor(100) }] }, { code: 'lines-mismatch', linesMinor: minor(100) }],
    ['an unknown member', { member: 'nobody' }, { code: 'member-unknown' }],
    ['an unknown member who only earns', { member: 'nobody', redeem: null }, { code: 'member-unknown' }],
    ['points without a member', { member: null }, { code: 'member-unknown' }],
    ['more points than there are', { redeem: { points: 1_100 } }, { code: 'points-not-enough', available: points(1_000), needed: points(1_100), allowed: points(1_000) }],
    ['more points than the bill allows', { billMinor: 1_000 }, { code: 'share-limit', needed: points(1_000), allowed: points(500) }],
    ['0 points', { redeem: { points: 0 } }, { code: 'points-invalid' }],
    ['half a point', { redeem: { points: 0.5 } }, { code: 'points-invalid' }],
    ['an unknown rule', { redeem: { points: 100, rule: 'gold' } }, { code: 'rule-unknown', rule: 'gold' }],
    ['a number between two steps', { redeem: { points: 150, rule: 'ratio' } }, { code: 'not-a-multiple', allowed: points(100), next: points(200) }],
  ])('%s', async (_name, change, expected) => {
    world = await World.open();
    await attach();
    expect(refusal(await sell(change))).toMatchObject(expected);
    await unchanged();
    // The same sale, put right, still goes through under the same id.
    expect(value(await sell()).redeemed).toBe(1_000);
  });

  it('without a programme', async () => {
    world = await World.open();
    await world.replica.collections.programmes.find().remove();
    expect(refusal(await sell())).toEqual({ code: 'programme-missing' });
    expect(refusal(await world.till.handlers.quote({ member: 'M1', billMinor: 100, currency: 'CNY' }))).toEqual({ code: 'programme-missing' });
    await unchanged();
  });

  it('with nobody signed in, and on a replica that may not trade', async () => {
    world = await World.open({ signIn: false });
    await expect(sell()).rejects.toMatchObject({ code: 'not-signed-in' });
    await world.restart({ blockedBy: 'replica-behind' });
    await expect(sell()).rejects.toMatchObject({ code: 'replica-behind' });
    await expect(world.till.handlers.voidSale({ voidId: 'v', entry: 'e' })).rejects.toMatchObject({ code: 'replica-behind' });
    await unchanged();
  });

  it('when its id is that of an entry that is no sale', async () => {
    world = await World.open();
    await sell({ redeem: null });
    value(await world.till.handlers.voidSale({ voidId: 'void-1', entry: 'sale-1' }));
    await expect(sell({ saleId: 'void-1' })).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it('when a new programme version made the shown discount another one', async () => {
    world = await World.open();
    await attach();
    const bill = { member: 'M1', billMinor: 7_680, currency: 'CNY' };
    expect(value(await world.till.handlers.decide({ ...bill, points: 500 })).discountMinor).toBe(500);
    const [ratio] = PROGRAMME.redeem;
    if (ratio?.kind !== 'ratio') throw new Error('a ratio rule expected');
    await world.replica.collections.programmes.insert({ ...PROGRAMME, id: 'v2', version: 2, redeem: [{ ...ratio, stepMinor: minor(80) }] });
    await expect(sell({ redeem: { points: 500 } })).rejects.toMatchObject({ code: 'quote-changed' });
    await unchanged();
    expect(value(await world.till.handlers.decide({ ...bill, points: 500 })).discountMinor).toBe(400);
    expect(value(await sell({ redeem: { points: 500 } }))).toMatchObject({ discountMinor: 400, netMinor: 7_280 });
  });
});

describe('a sale that redeems nothing', () => {
  it('earns for a member, and is only a bill without one', async () => {
    world = await World.open({ online: false });
    expect(value(await sell({ redeem: null }))).toMatchObject({ redeemed: 0, earned: 76, before: 1_000, after: 1_076 });
    expect(value(await sell({ saleId: 's2', redeem: null, member: null, reference: 'table 7' }))).toMatchObject({ earned: 0, before: null, after: null, memberName: '' });
    const [, guest] = await own();
    expect(guest?.entry).toMatchObject({ bill: { reference: 'table 7', netMinor: 7_680 } });
    expect(guest?.entry).not.toHaveProperty('member');
    expect(guest?.entry).not.toHaveProperty('earn');
  });

  it('records goods given free', async () => {
    world = await World.open({ online: false });
    const lines = [{ item: 'tea', quantity: 1, totalMinor: minor(0) }];
    expect(value(await sell({ billMinor: 0, lines, redeem: null }))).toMatchObject({ netMinor: 0, earned: 0 });
  });

  it('is stamped in order though the wall clock goes back', async () => {
    world = await World.open({ online: false });
    await sell({ redeem: null });
    world.nowMs -= 3_600_000;
    await sell({ saleId: 's2', redeem: null });
    const [first, second] = await own();
    expect(second?.entry.wallMs).toBe(NOON_MS - 3_600_000);
    expect(second?.entry.occurredAt).toEqual({ ms: NOON_MS, n: (first?.entry.occurredAt.n ?? 0) + 1 });
  });
});
