import { afterEach, describe, expect, it } from 'vitest';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Totals } from '../../shared/contract/http.ts';
import { readDocument } from '../../shared/replica/documents.ts';
import { startRelay, type Relay } from '../replay/proxy.ts';
import { call } from '../server/till.ts';
import { openWorld, type World } from '../server/world.ts';
import { SyncTill, until } from './support/till.ts';

/** Real databases, real processes: a busy machine needs longer than the usual limit. */
const LONG_MS = 120_000;

describe('a till against the real server', { timeout: LONG_MS }, () => {
  const closing: (() => Promise<void>)[] = [];
  const open = async (): Promise<World> => {
    const world = await openWorld('sqlite');
    closing.push(async () => {
      const closed = world.close();
      // A connection that a stopped till had only just opened carries no request, and Node's server waits a minute for one.
      world.app.server.closeAllConnections();
      await closed;
    });
    return world;
  };
  const enrol = async (world: World, terminal = 'T1', store = 'north'): Promise<SyncTill> => {
    const till = await SyncTill.enrol(world.url, await world.code(terminal, store));
    closing.push(() => till.close());
    return till;
  };
  const relayed = async (world: World): Promise<Relay> => {
    const relay = await startRelay(world.url);
    closing.push(() => relay.close());
    return relay;
  };
  const loaded = (till: SyncTill): Promise<void> => until('everything is loaded', () => till.sync?.view().firstLoad === null, 20_000);
  const drained = (till: SyncTill, ms = 20_000): Promise<void> => until('nothing waits', () => till.sync?.view().waiting === 0, ms);
  afterEach(async () => {
    while (closing.length > 0) await closing.pop()?.();
  });

  it('loads everything, sends its entries and sees those of another till within 2 s', async () => {
    const world = await open();
    const till = await enrol(world);
    const other = await world.till('T2');
    const sync = await till.start(world.url);
    expect(sync.view()).toMatchObject({ online: false, waiting: 0, firstLoad: 0 });
    await loaded(till);
    await until('nothing failed that did not pass', () => sync.view().lastError === null);
    expect(sync.view()).toMatchObject({ online: true, offlineSinceMs: null });
    expect((await till.account('A'))?.name).toBe('Anna Whitfield');
    const sale = await till.sale('A', 70);
    await drained(till);
    expect((await till.own())[0]).toMatchObject({ position: 1, disposition: 'free', shortfall: 0 });
    await until('the entry is posted', async () => (await readDocument(till.replica, 'posted', sale.id)) !== undefined, 2_000);
    const seen = await other.get<{ documents: { id: string; free: number }[] }>('/v1/sync/pull/accounts');
    expect(seen.body.documents.find((one) => one.id === 'A')?.free).toBe(70);
    expect(await till.balance('A')).toBe(70);
    const theirs = other.sale('A', 30);
    await other.push([theirs]);
    await until("the other till's sale is seen", async () => (await till.balance('A')) === 100, 2_000);
    await until('and its entry', async () => (await readDocument(till.replica, 'posted', theirs.id)) !== undefined, 2_000);
    // Nothing in this world decides the two sales again.
    expect(await sync.alarms()).toEqual({ alarms: [], total: 0, decided: 0, position: 2 });
  });

  it('drains an outage, and books each entry once however often the line is cut while it does', async () => {
    const world = await open();
    const till = await enrol(world);
    const relay = await relayed(world);
    const sync = await till.start(relay.url);
    await loaded(till);
    relay.cut();
    await until('offline', () => !sync.view().online, 2_000);
    for (let n = 0; n < 300; n += 1) await till.sale('A', 1);
    expect(sync.view().waiting).toBe(300);
    expect(await till.balance('A')).toBe(300);
    for (let n = 0; n < 8; n += 1) {
      relay.mend();
      await new Promise((resolve) => setTimeout(resolve, 40 + 25 * n));
      relay.cut();
      expect(await till.balance('A')).toBe(300);
    }
    relay.mend();
    await until('online', () => sync.view().online, 2_000);
    await drained(till);
    const rows = await world.store.db.selectFrom('entries').select(['seq', 'position']).orderBy('position').execute();
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
    expect((await till.own()).map((doc) => doc.position)).toEqual(rows.map((row) => row.position));
    await until('the account is as the server has it', async () => (await till.account('A'))?.free === 300);
    expect(await till.balance('A')).toBe(300);
    await until('the error is taken back', () => sync.view().lastError === null);
  });

  it('shows the right balance at every moment while two tills sell and snapshots and answers cross', async () => {
    const world = await open();
    const till = await enrol(world);
    const other = await world.till('T2');
    await till.start(world.url);
    await loaded(till);
    let sold = 0;
    const watched: number[] = [];
    let watching = true;
    const watch = (async () => {
      while (watching) {
        const before = sold;
        const balance = await till.balance('A');
        // Own sales count at once; what the other till sold only ever adds multiples of a thousand.
        const own = (balance ?? 0) % 1_000;
        if (own < before || own > sold + 1) watched.push(own - before);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    })();
    for (let n = 0; n < 60; n += 1) {
      await till.sale('A', 1);
      sold += 1;
      if (n % 10 === 0) await other.push([other.sale('A', 1_000, 1_000_000)]);
    }
    await drained(till);
    await until('everything is seen', async () => (await till.account('A'))?.free === 6_060);
    watching = false;
    await watch;
    expect(watched).toEqual([]);
  });

  it('renews its session when the server says that it has ended', async () => {
    const world = await open();
    const till = await enrol(world);
    const sync = await till.start(world.url);
    await loaded(till);
    const states: boolean[] = [];
    const watching = sync.view$.subscribe((view) => states.push(view.online));
    world.clock.skewMs = 16 * 60_000;
    await till.sale('A', 7);
    await drained(till);
    await sync.syncNow();
    watching.unsubscribe();
    expect(states).not.toContain(false);
    await until('no error stays', () => sync.view().lastError === null);
  });

  it('gets cover, verified and stored, and is told when there is none', async () => {
    const world = await open();
    const till = await enrol(world);
    const other = await world.till('T2');
    await other.push([other.sale('A', 500, 50_000)]);
    const sync = await till.start(world.url);
    expect(await sync.requestLease('A', undefined, 100)).toBe('unreachable');
    await loaded(till);
    const from = performance.now();
    expect(await sync.requestLease('A', points(200), 10_000)).toBe('granted');
    const tookMs = performance.now() - from;
    const leases = await till.replica.collections.leases.find().exec();
    expect(leases.map((one) => ({ member: one.member, points: one.points, state: one.state }))).toEqual([{ member: 'A', points: 200, state: 'open' }]);
    expect(await sync.requestLease('B', undefined, 10_000)).toBe('nothing-free');
    expect(await sync.requestLease('nobody', undefined, 10_000)).toBe('refused');
    await until('the account shows it', async () => (await till.account('A'))?.leased === 200);
    expect(await till.balance('A')).toBe(500);
    await till.commit({ kind: 'lease-close', lease: leases[0]?.id ?? '', member: 'A', bill: undefined as never });
    await until('the lease is closed', async () => (await readDocument(till.replica, 'leases', leases[0]?.id ?? ''))?.state === 'closed');
    expect(tookMs).toBeLessThan(5_000);
  });

  it('finds members of other regions and keeps them among the visitors', async () => {
    const world = await open();
    const till = await enrol(world);
    const far = await world.till('T9', 'far');
    await far.push([far.sale('Z', 40)]);
    const sync = await till.start(world.url);
    await loaded(till);
    expect(await till.balance('Z')).toBeUndefined();
    expect((await sync.findMembers('60000003')).map((one) => one.id)).toEqual(['Z']);
    expect(await till.balance('Z')).toBe(40);
    expect((await sync.findMembers('anna')).map((one) => one.id)).toEqual(['A']);
    expect(await readDocument(till.replica, 'visitors', 'A')).toBeUndefined();
  });

  it('says that the till was enrolled again elsewhere, and keeps what it holds', async () => {
    const world = await open();
    const till = await enrol(world);
    const sync = await till.start(world.url);
    await loaded(till);
    await world.till('T1');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await till.sale('A', 1);
    await sync.syncNow();
    expect(sync.view().lastError?.code).toBe('not-enrolled');
    expect(await till.own()).toHaveLength(1);
  });

  it('leaves the invariants of the ledger whole', async () => {
    const world = await open();
    const till = await enrol(world);
    await till.start(world.url);
    await loaded(till);
    const sale = await till.sale('A', 300);
    await till.commit({
      kind: 'reversal', member: 'A', reverses: sale.id, bill: undefined as never,
      reversal: { scope: 'void', returnPoints: points(0), clawBackPoints: points(300), refundMinor: minor(1_000) },
    });
    await drained(till);
    const other = await world.till('T2');
    const totals = await call<Totals>(world.url, '/v1/reports/totals', { token: other.token });
    expect(totals.body).toMatchObject({ entries: 2, quarantined: 0, invariants: { I1: true, I2: true, I3: true } });
    await until('the balance is nothing again', async () => (await till.balance('A')) === 0);
  });
});
