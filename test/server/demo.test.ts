import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { demoProgramme, demoStores, HARBOUR, HISTORY_TILLS, LAKESIDE, REGION } from '../../server/demo/chain.ts';
import { createChainWriter } from '../../server/demo/chainwriter.ts';
import { createHistory } from '../../server/demo/history.ts';
import { prepareDemo } from '../../server/demo/load.ts';
import { makeMembers } from '../../server/demo/people.ts';
import { seeded } from '../../server/demo/random.ts';
import { createLeases } from '../../server/leases/leases.ts';
import { putMembers } from '../../server/members/members.ts';
import { putStore } from '../../server/directory/stores.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { buildServer } from '../../server/http/app.ts';
import { createLedger } from '../../server/ledger/ledger.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import type { AccountDoc, PostedEntryDoc, StaffDoc, StoreDoc } from '../../shared/contract/documents.ts';
import { memberDelta } from '../../shared/domain/balance.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { createDatabase, ENGINES, type TestDatabase } from './engines.ts';
import { TestTill } from './till.ts';
import { fingerprint, testStore } from './world.ts';

const NOW = Date.now();
const DAY_MS = 86_400_000;

describe.each(ENGINES)('a day of the demo on %s', (engine) => {
  it('gives back a lease that holds less than was wanted, because what was earned that day is not posted yet', async () => {
    const database = await createDatabase(engine);
    const store = await openStore(database.where);
    const ledger = createLedger(store);
    try {
      for (const one of demoStores(0)) await putStore(store, one);
      const [member] = makeMembers(seeded(1), 1, [HARBOUR, LAKESIDE], 1);
      if (member === undefined) throw new Error('no member was made');
      await putMembers(store, [{ id: member.id, card: member.card, name: member.name, phone: member.phone, homeStore: HARBOUR, region: REGION, joinedOn: '2026-01-01' }]);
      const programme = demoProgramme(0);
      const { terminal } = HISTORY_TILLS[0];
      const writer = createChainWriter({ terminal, store: HARBOUR, utcOffsetMinutes: 0 }, seeded(2));
      await store.db.insertInto('terminals').values({ id: terminal, store: HARBOUR, label: terminal, status: 'active', epoch: 1, public_key: writer.publicKey }).execute();
      await store.db.insertInto('terminal_keys').values({ terminal, epoch: 1, public_key: writer.publicKey, enrolled_at: 0 }).execute();
      const leases = createLeases(store, ledger, await loadServerKeys(store), { now: () => 0 });
      const history = createHistory(ledger, leases, programme, new Map([[HARBOUR, { writer, staff: ['maya'] }]]));
      const visit = { atMs: DAY_MS, store: HARBOUR, member, billMinor: 40_000, wantsToRedeem: false, voided: false };
      expect(await history.live([visit])).toBe(1);
      const today = [{ ...visit, atMs: 2 * DAY_MS, billMinor: 200_000 }, { ...visit, atMs: 2 * DAY_MS + 3_600_000, wantsToRedeem: true, billMinor: 200_000 }];
      expect(await history.live(today)).toBe(3);
      expect(await store.db.selectFrom('leases').select(['state', 'spent']).execute()).toEqual([{ state: 'closed', spent: 0 }]);
    } finally {
      await ledger.close();
      await store.close();
      await database.remove();
    }
  });
});

describe.each(ENGINES)('the demo chain on %s', (engine) => {
  let database: TestDatabase;
  let store: Store;
  beforeAll(async () => {
    database = await createDatabase(engine);
    store = await openStore(database.where);
  });
  afterAll(async () => {
    await store.close();
    await database.remove();
  });

  it('loads with a ledger that is true', async () => {
    const access = await prepareDemo(store, { nowMs: NOW, utcOffsetMinutes: 0 });
    expect(access?.codes.map((one) => one.terminal)).toEqual(['HS-1', 'HS-2', 'LS-1']);
    expect(access?.pins).toHaveLength(4);
    expect((await store.db.selectFrom('vouchers').select('id').orderBy('id').execute()).map(({ id }) => id)).toEqual(access?.vouchers);
    expect(access?.vouchers).toHaveLength(3);
    const totals = await readTotals(store);
    expect(totals.invariants).toEqual({ I1: true, I2: true, I3: true });
    expect(totals).toMatchObject({ members: 500, shortfall: 0, quarantined: 0 });
    expect(totals.sales).toBeGreaterThan(3_000);
    expect(totals.redemptions).toBeGreaterThan(150);
    expect(totals.outstanding).toBe(totals.earned - totals.redeemed + (await owed(store)));
  });

  it('has a past in which every redemption was leased, every lease was closed, and every balance adds up', async () => {
    const rows = await store.db.selectFrom('entries').select(['bytes', 'disposition', 'received_at', 'redeem_points', 'business_date']).execute();
    const balances = new Map<string, number>();
    for (const row of rows) {
      const entry = JSON.parse(row.bytes) as Entry;
      expect(entry.wallMs).toBeLessThanOrEqual(NOW);
      if (row.redeem_points > 0) expect(row.disposition).toBe('leased');
      if (entry.member !== undefined) balances.set(entry.member, (balances.get(entry.member) ?? 0) + memberDelta(entry));
    }
    const open = await store.db.selectFrom('leases').select('id').where('state', '=', 'open').execute();
    expect(open).toEqual([]);
    const accounts = await store.db.selectFrom('accounts').selectAll().where('kind', '=', 'member').execute();
    expect(accounts).toHaveLength(500);
    for (const account of accounts) expect(account.balance).toBe(Math.max(0, balances.get(account.id.slice('member:'.length)) ?? 0));
    const days = new Set(rows.map((row) => row.business_date));
    expect(days.size).toBeGreaterThan(175);
    const late = rows.filter((row) => row.received_at > NOW - 35 * 86_400_000).length;
    expect(late).toBeLessThan(rows.length / 2);
    expect(late).toBeGreaterThan(rows.length / 12);
  });

  it('is not loaded twice; gives new codes for tills that are not enrolled, and on request for all', async () => {
    const server = await buildServer({ store, ledger: createLedger(store) });
    const url = await server.listen({ port: 0, host: '127.0.0.1' });
    const before = await readTotals(store);
    const first = await prepareDemo(store, { nowMs: Date.now() });
    expect(await readTotals(store)).toEqual(before);
    expect(first?.codes).toHaveLength(3);
    const till = await TestTill.open(url, first?.codes[0]?.code ?? '');
    expect(till.identity).toMatchObject({ terminal: 'HS-1', store: 'harbour', epoch: 1 });

    const stores = await till.get<{ documents: StoreDoc[] }>('/v1/sync/pull/stores');
    expect(stores.body.documents.map((one) => [one.id, one.demo])).toEqual([['harbour', true], ['lakeside', true]]);
    const staff = await till.get<{ documents: StaffDoc[] }>('/v1/sync/pull/staff');
    expect(staff.body.documents.map((one) => one.role).sort()).toEqual(['cashier', 'manager']);
    const accounts = await till.get<{ documents: AccountDoc[] }>('/v1/sync/pull/accounts?limit=1000');
    expect(accounts.body.documents).toHaveLength(500);
    const posted = await till.get<{ documents: PostedEntryDoc[] }>('/v1/sync/pull/posted?limit=2000');
    expect(posted.body.documents.length).toBeGreaterThan(200);

    expect((await prepareDemo(store, { nowMs: Date.now() }))?.codes.map((one) => one.terminal)).toEqual(['HS-2', 'LS-1']);
    const renewed = await prepareDemo(store, { nowMs: Date.now(), renewCodes: true });
    expect(renewed?.codes).toHaveLength(3);
    expect((await TestTill.open(url, renewed?.codes[0]?.code ?? '')).identity).toMatchObject({ terminal: 'HS-1', epoch: 2 });
    await server.close();
  });

  it('opens no session for the tills of the past', async () => {
    const past = await store.db.selectFrom('terminals').select(['id', 'status']).where('id', 'in', ['HS-0', 'LS-0']).orderBy('id').execute();
    expect(past.map((row) => row.status)).toEqual(['revoked', 'revoked']);
  });
});

describe.each(ENGINES)('a %s database that holds anything else', (engine) => {
  it.each([
    ['a store', (store: Store) => putStore(store, testStore('mine', 'R'))],
    ['a member', (store: Store) => putMembers(store, [{ id: 'A', card: '1', name: 'A', phone: '', region: 'R', homeStore: 'mine', joinedOn: '2026-01-01' }])],
  ])('never gets the demo: %s', async (_what, put) => {
    const database = await createDatabase(engine);
    const store = await openStore(database.where);
    await put(store);
    const before = await fingerprint(store);
    expect(await prepareDemo(store, { nowMs: NOW })).toBeUndefined();
    expect(await fingerprint(store)).toEqual(before);
    await store.close();
    await database.remove();
  });

  it('goes on with a load that was cut off', async () => {
    const database = await createDatabase(engine);
    const store = await openStore(database.where);
    await store.db.insertInto('meta').values({ key: 'demo-chain', value: 'loading' }).execute();
    await putStore(store, testStore('harbour', 'demo'));
    const access = await prepareDemo(store, { nowMs: NOW, members: 20, days: 20 });
    expect(access?.codes).toHaveLength(3);
    expect((await readTotals(store)).members).toBe(20);
    await store.close();
    await database.remove();
  });
});

/** Points that members owe after clawbacks: what keeps a balance at zero instead of below. */
async function owed(store: Store): Promise<number> {
  const rows = await store.db.selectFrom('accounts').select('balance').where('kind', '=', 'receivable').execute();
  return rows.reduce((sum, row) => sum - row.balance, 0);
}
