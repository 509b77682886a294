import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../shared/contract/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { issueCode } from '../../server/auth/codes.ts';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { createExpiry } from '../../server/jobs/expiry.ts';
import { createLedger } from '../../server/ledger/ledger.ts';
import { findFault } from '../../server/ledger/check.ts';
import { createLeases, type Leases } from '../../server/leases/leases.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { openStore } from '../../server/store/store.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import { dump, enrolTill, openLedger, redeeming, send, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';
import type { TestTill } from './till.ts';

const HOLD = { I1: true, I2: true, I3: true };
const DAY_MS = 86_400_000;
/** Noon of 10 March 2026, UTC: the stores of the tests are all at one offset, so their day is this one. */
const MARCH_10 = Date.UTC(2026, 2, 10, 12);

/** A sale that earns points which end with a day. */
const earning = (till: TestTill, member: string, earned: number, expiresOn?: string): Envelope => till.entry({
  member, bill: { totalMinor: minor(1_000), netMinor: minor(1_000), currency: 'USD' },
  earn: { points: points(earned), ...(expiresOn === undefined ? {} : { expiresOn }) },
});
const backOf = (till: TestTill, sale: Envelope, member: string, returned: number, clawed: number): Envelope => till.entry({
  kind: 'reversal', member, reverses: sale.id,
  reversal: { scope: 'refund', returnPoints: points(returned), clawBackPoints: points(clawed), refundMinor: minor(0) },
});

describe.each(ENGINES)('points that end, on %s', (engine) => {
  let world: LedgerWorld;
  let leases: Leases;
  let atMs = MARCH_10;
  const now = (): number => atMs;
  beforeAll(async () => {
    world = await openLedger(engine, { now });
    leases = createLeases(world.store, world.ledger, await loadServerKeys(world.store), { now });
  });
  afterAll(() => world.close());

  const balance = async (id: string): Promise<number> =>
    (await world.store.db.selectFrom('accounts').select('balance').where('id', '=', id).executeTakeFirst())?.balance ?? 0;
  const nextExpiry = async (member: string) =>
    (await world.store.db.selectFrom('accounts').select('next_expiry').where('id', '=', `member:${member}`).executeTakeFirst())?.next_expiry;
  const lots = async (account: string): Promise<[string, number][]> =>
    (await world.store.db.selectFrom('lots').selectAll().where('account', '=', account).orderBy('expires_on').execute()).map((row) => [row.expires_on, row.points]);
  const expiries = async () =>
    (await world.store.db.selectFrom('entries').select(['member', 'bytes', 'store']).where('kind', '=', 'expiry').orderBy('position').execute())
      .map((row) => ({ member: row.member, store: row.store, ...(JSON.parse(row.bytes) as { expired: number; lot: string }) }))
      .map(({ member, store, expired, lot }) => [member, store, expired, lot]);

  it('are spent in the order in which they end, and expire by an entry of the server, once', async () => {
    const till = await enrolTill(world.store, 'E1');
    await send(world.ledger, till, [
      earning(till, 'A', 100), earning(till, 'A', 50, '2026-04-30'), earning(till, 'A', 70, '2026-03-31'), earning(till, 'A', 30, '2026-03-31'),
    ]);
    expect(await lots('member:A')).toEqual([['2026-03-31', 100], ['2026-04-30', 50]]);
    expect(await nextExpiry('A')).toBe('2026-03-31');
    await send(world.ledger, till, [redeeming(till, 'A', 60)]);
    expect(await lots('member:A')).toEqual([['2026-03-31', 40], ['2026-04-30', 50]]);
    const expiry = createExpiry(world.store, world.ledger, { now });
    expect(await expiry.run()).toBe(0);
    atMs = Date.UTC(2026, 2, 31, 23, 59);
    expect(await expiry.run()).toBe(0);
    atMs = Date.UTC(2026, 3, 1, 0, 1);
    expect(await expiry.run()).toBe(1);
    expect(await balance('member:A')).toBe(150);
    expect(await expiries()).toEqual([['A', 'north', 40, '2026-03-31']]);
    expect(await nextExpiry('A')).toBe('2026-04-30');
    const once = await dump(world.store);
    expect(await expiry.run()).toBe(0);
    expect(await createExpiry(world.store, world.ledger, { now }).run()).toBe(0);
    expect(await dump(world.store)).toEqual(once);
    expect((await readTotals(world.store)).invariants).toEqual(HOLD);
  });

  it('have entries that are signed by a key of the server which is known, in chains without a gap; no till takes its name', async () => {
    const rows = await world.store.db.selectFrom('entries').selectAll().where('terminal', '=', 'server').orderBy('epoch').orderBy('seq').execute();
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      const key = await world.store.db.selectFrom('terminal_keys').select('public_key').where('terminal', '=', 'server').where('epoch', '=', row.epoch).executeTakeFirstOrThrow();
      expect(findFault({ terminal: 'server', epoch: row.epoch, publicKeys: [key.public_key] }, row)).toBeNull();
    }
    expect(rows.map((row) => row.seq)).toEqual(rows.map((_, index) => index + 1));
    await expect(issueCode(world.store, { terminal: 'server', store: 'north', nowMs: 0 })).rejects.toThrow(/server's own/);
  });

  it('in a lease do not end; when the rest comes back, what is past its day does', async () => {
    const till = await enrolTill(world.store, 'E2');
    const day = '2026-05-05';
    await send(world.ledger, till, [earning(till, 'B', 80, day), earning(till, 'B', 40)]);
    const granted = await leases.grant(till.identity, { member: 'B', points: points(100) });
    if (!granted.ok) throw new Error(granted.code);
    const lease = granted.lease.id;
    expect([await lots('member:B'), await lots(`lease:${lease}`)]).toEqual([[], [[day, 80]]]);
    expect(await nextExpiry('B')).toBeNull();
    atMs = Date.UTC(2026, 4, 7);
    const expiry = createExpiry(world.store, world.ledger, { now });
    await expiry.run();
    expect(await lots(`lease:${lease}`)).toEqual([[day, 80]]);
    expect((await send(world.ledger, till, [redeeming(till, 'B', 30, lease)])).results).toMatchObject([{ disposition: 'leased' }]);
    await send(world.ledger, till, [till.entry({ kind: 'lease-close', member: 'B', lease })]);
    expect([await balance('member:B'), await lots('member:B'), await lots(`lease:${lease}`)]).toEqual([90, [[day, 50]], []]);
    // Past its day it is nobody's to spend or lease, whether or not the expiry has run.
    expect(await leases.grant(till.identity, { member: 'B' })).toMatchObject({ ok: true, lease: { points: 40 } });
    expect(await expiry.run()).toBe(1);
    expect([await balance('member:B'), await lots('member:B')]).toEqual([0, []]);
    expect((await readTotals(world.store)).invariants).toEqual(HOLD);
  });

  it('return to the lots they came from, and what a refund takes back is what the sale had earned', async () => {
    const till = await enrolTill(world.store, 'E3', 'far');
    const [early, late] = ['2026-06-30', '2026-07-31'];
    const bought = earning(till, 'Z', 60, late);
    await send(world.ledger, till, [earning(till, 'Z', 50, early), bought]);
    const sale = redeeming(till, 'Z', 80);
    await send(world.ledger, till, [sale]);
    expect(await lots('member:Z')).toEqual([[late, 30]]);
    await send(world.ledger, till, [backOf(till, sale, 'Z', 40, 0)]);
    expect(await lots('member:Z')).toEqual([[early, 10], [late, 60]]);
    await send(world.ledger, till, [backOf(till, sale, 'Z', 40, 0), backOf(till, sale, 'Z', 40, 0)]);
    expect(await lots('member:Z')).toEqual([[early, 50], [late, 60]]);
    await send(world.ledger, till, [backOf(till, bought, 'Z', 0, 20)]);
    expect(await lots('member:Z')).toEqual([[early, 50], [late, 40]]);
    expect(await balance('member:Z')).toBe(90);
    // A transfer takes the day along.
    await send(world.ledger, till, [till.entry({ kind: 'transfer', member: 'Z', transfer: { toMember: 'A', points: points(60) } })]);
    expect(await lots('member:Z')).toEqual([[late, 30]]);
    expect((await lots('member:A')).filter(([day]) => day === early || day === late)).toEqual([[early, 50], [late, 10]]);
    expect((await readTotals(world.store)).invariants).toEqual(HOLD);
  });

  it('expire once when two servers run at the same moment', async () => {
    const till = await enrolTill(world.store, 'E4');
    const members = Array.from({ length: 23 }, (_, index) => `X${index}`);
    await send(world.ledger, till, members.map((member) => earning(till, member, 7, '2026-08-01')));
    atMs = Date.UTC(2026, 7, 20);
    const store = await openStore(world.database.where);
    const ledger = createLedger(store, { now });
    const counts = await Promise.all([createExpiry(world.store, world.ledger, { now }).run(), createExpiry(store, ledger, { now }).run()]);
    await ledger.close();
    await store.close();
    for (const member of members) expect(await balance(`member:${member}`)).toBe(0);
    const rows = (await expiries()).filter(([member]) => members.includes(String(member)));
    expect(rows).toHaveLength(23);
    expect((counts[0] ?? 0) + (counts[1] ?? 0)).toBeGreaterThanOrEqual(23);
    expect((await verifyDatabase(world.database.where)).faults).toEqual([]);
    expect((await readTotals(world.store)).invariants).toEqual(HOLD);
  });
});

describe.each(ENGINES)('an expiry that runs days late, on %s', (engine) => {
  /** What is left of a history, with an expiry after every step or only at the end. */
  async function live(everyStep: boolean): Promise<unknown> {
    let atMs = MARCH_10;
    const now = (): number => atMs;
    const world = await openLedger(engine, { now });
    const leases = createLeases(world.store, world.ledger, await loadServerKeys(world.store), { now });
    const expiry = createExpiry(world.store, world.ledger, { now });
    const till = await enrolTill(world.store, 'L1');
    const told: unknown[] = [];
    const step = async (entries: Envelope[]): Promise<void> => {
      if (everyStep) await expiry.run();
      told.push((await send(world.ledger, till, entries)).results.map((one) => [one.outcome, one.disposition, one.shortfall]));
      if (everyStep) await expiry.run();
    };
    const bought = earning(till, 'A', 100, '2026-03-12');
    const sale = redeeming(till, 'A', 60);
    await step([bought, earning(till, 'A', 40, '2026-03-20'), earning(till, 'A', 25), sale]);
    const granted = await leases.grant(till.identity, { member: 'A', points: points(30) });
    atMs += 4 * DAY_MS;
    await step([redeeming(till, 'A', 50), backOf(till, sale, 'A', 30, 0)]);
    await step([backOf(till, bought, 'A', 0, 100), redeeming(till, 'A', 3)]);
    told.push(await leases.grant(till.identity, { member: 'A', points: points(5) }).then((one) => (one.ok ? one.lease.points : one.code)));
    if (granted.ok) await step([till.entry({ kind: 'lease-close', member: 'A', lease: granted.lease.id }), redeeming(till, 'A', 2)]);
    await step([till.entry({ kind: 'transfer', member: 'A', transfer: { toMember: 'B', points: points(500) } })]);
    await expiry.run();
    const accounts = await world.store.db
      .selectFrom('accounts').select(['id', 'balance', 'next_expiry']).where('kind', 'in', ['member', 'shortfall', 'receivable']).orderBy('id').execute();
    const left = (await world.store.db.selectFrom('lots').selectAll().orderBy('account').orderBy('expires_on').execute()).filter((row) => row.account.startsWith('member:'));
    expect((await readTotals(world.store)).invariants).toEqual(HOLD);
    await world.close();
    return { told, accounts: accounts.filter((row) => row.balance !== 0), left };
  }

  it('leaves what one in time leaves: nobody spends what is past its day', async () => {
    expect(await live(false)).toEqual(await live(true));
  });
});
