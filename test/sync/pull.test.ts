import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { points } from '../../shared/domain/integers.ts';
import { ScriptedServer } from './support/scripted.ts';
import { makeKey, QUICK, SyncTill, until } from './support/till.ts';

describe('pull', () => {
  let server: ScriptedServer;
  let till: SyncTill;
  beforeEach(async () => {
    server = new ScriptedServer();
    await server.listen();
    till = await SyncTill.open(server.identity);
  });
  afterEach(async () => {
    await till.close();
    await server.die();
  });
  const loaded = (): Promise<void> => until('everything is loaded', () => till.sync?.view().firstLoad === null, 20_000);
  const count = async (name: 'accounts' | 'posted'): Promise<number> => (await till.replica.collections[name].find().exec()).length;

  it('loads in pages, one collection after the other, and counts what it has', async () => {
    for (let n = 0; n < 1_203; n += 1) server.putAccount(`M${n}`, n);
    const sync = await till.start(server.url);
    const seen: (number | null)[] = [];
    const watching = sync.view$.subscribe((view) => seen.push(view.firstLoad));
    await loaded();
    watching.unsubscribe();
    expect(seen.at(0)).toBe(0);
    expect(Math.max(...seen.map((one) => one ?? 0))).toBeGreaterThan(1_000);
    await until('all are stored', async () => (await count('accounts')) === 1_203);
    const order = server.seen.map((one) => one.path).filter((path) => path.startsWith('/v1/sync/pull/')).map((path) => path.slice('/v1/sync/pull/'.length));
    const firsts = [...new Set(order)];
    expect(firsts).toEqual(['stores', 'staff', 'programmes', 'vouchers', 'leases', 'accounts', 'posted']);
    expect(order.filter((name) => name === 'accounts').length).toBeGreaterThanOrEqual(3);
  });

  it('is loaded after a restart without a server, also where a collection is empty', async () => {
    await till.start(server.url);
    await loaded();
    await until('every cursor is stored', async () => {
      await till.sync?.syncNow();
      return true;
    });
    await server.die();
    await till.reopen();
    const sync = await till.start(server.url);
    expect(sync.view()).toMatchObject({ online: false, firstLoad: null });
    expect(sync.view().lastHeardMs).toBeGreaterThan(0);
    await server.revive();
    await until('it is online', () => sync.view().online);
    const again = server.requests('/v1/sync/pull/stores').at(-1);
    expect(again?.query.get('after')).not.toBeNull();
  });

  it('stores what the server says of own entries before the documents of the same answer (N3)', async () => {
    const sale = await till.sale('A', 70);
    await till.start(server.url);
    await loaded();
    await until('it is acknowledged', async () => (await till.own())[0]?.position !== undefined);
    const order: string[] = [];
    const watching = [
      till.replica.collections.own.$.subscribe((event) => order.push(`own ${event.documentData.id} ${event.documentData.position}`)),
      till.replica.collections.accounts.$.subscribe((event) => order.push(`account ${event.documentData.free}`)),
    ];
    // The push is booked and its answer still on its way when the account that includes it arrives.
    server.fault = ({ path }) => (path === '/v1/sync/push' ? 'mute' : undefined);
    const next = await till.sale('A', 5);
    await until('it is booked', () => server.booked.length === 2);
    server.putAccount('A', 75);
    await until('the account is there', async () => (await till.account('A'))?.free === 75);
    expect(order.slice(0, 2)).toEqual([expect.stringMatching(`own ${next.id} undefined`), `own ${next.id} 2`]);
    expect(order.indexOf(`own ${next.id} 2`)).toBeLessThan(order.indexOf('account 75'));
    expect(await till.balance('A')).toBe(75);
    expect(sale.seq).toBe(1);
    for (const one of watching) one.unsubscribe();
  });

  it('stores the good ones beside a document that is wrong, passes over nothing, and goes on once it is mended', async () => {
    server.putAccount('A', 1);
    server.put('accounts', { id: 'B', card: 5 } as never);
    server.putAccount('C', 3);
    const sync = await till.start(server.url);
    await until('it is reported', () => sync.view().lastError?.code === 'document-invalid');
    await until('the good ones are there', async () => (await count('accounts')) === 2);
    expect(sync.view().firstLoad).not.toBeNull();
    server.putAccount('D', 4);
    await until('later ones come too', async () => (await count('accounts')) === 3);
    server.mend('accounts', server.account('B', 2));
    await sync.syncNow();
    await until('it is mended', async () => (await count('accounts')) === 4);
    await loaded();
    await until('and forgotten', () => sync.view().lastError === null);
  });

  it('takes no lease that the server has not signed, or that is of another till', async () => {
    server.put('leases', server.lease('L1', 'A'));
    server.put('leases', server.lease('L2', 'A', makeKey()));
    const sync = await till.start(server.url);
    await until('it is reported', () => sync.view().lastError?.code === 'document-invalid');
    await until('the true one is there', async () => (await till.replica.collections.leases.find().exec()).length === 1);
    expect((await till.replica.collections.leases.find().exec()).map((one) => one.id)).toEqual(['L1']);
    server.fault = ({ path }) => (path === '/v1/leases' ? { body: { lease: server.lease('L3', 'B') } } : undefined);
    expect(await sync.requestLease('A', undefined, 500)).toBe('refused');
    expect(sync.view().lastError?.code).toBe('lease-invalid');
  });

  it('asks a few times for a lease that was granted and that no pull brings, and then goes on without it', async () => {
    const sync = await till.start(server.url);
    await loaded();
    let asked = 0;
    server.fault = ({ path }) => {
      if (path.startsWith('/v1/sync/pull/leases')) asked += 1;
      return path === '/v1/leases' ? { body: { lease: server.lease('L9', 'A') } } : undefined;
    };
    expect(await sync.requestLease('A', undefined, 20_000)).toBe('unreachable');
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(20);
  });

  it('throws away what was pulled when the server never gave out its cursor, and loads anew', async () => {
    for (let n = 0; n < 620; n += 1) server.putAccount(`M${String(n).padStart(3, '0')}`, n);
    const sync = await till.start(server.url);
    await loaded();
    await until('all are stored', async () => (await count('accounts')) === 620);
    await server.die();
    server.restore(0, Array.from({ length: 600 }, (_, n) => `M${String(n).padStart(3, '0')}`));
    await server.revive();
    await until('only what the server has is left', async () => (await count('accounts')) === 20, 20_000);
    await until('without an error', () => sync.view().lastError === null && sync.view().online);
    server.putAccount('N', 1);
    await until('and it goes on', async () => (await count('accounts')) === 21);
  });

  it('skips no page that could not be written', async () => {
    for (let n = 0; n < 1_100; n += 1) server.putAccount(`M${n}`, n);
    const storage = till.replica.collections.accounts.storageInstance;
    const write = storage.bulkWrite.bind(storage);
    let failures = 1;
    storage.bulkWrite = (rows, context) => (failures-- > 0 ? Promise.reject(new Error('disk full')) : write(rows, context));
    const sync = await till.start(server.url);
    await until('all are stored', async () => (await count('accounts')) === 1_100, 25_000);
    await until('the error is taken back', () => sync.view().lastError === null);
  });

  for (const fault of ['refuse', 'half', 'rubbish', 'portal', { status: 500, code: 'internal' }] as const) {
    it(`goes on after pulls that end with ${typeof fault === 'string' ? fault : fault.code}`, async () => {
      server.putAccount('A', 7);
      let failures = 3;
      server.fault = ({ path }) => (path.endsWith('/accounts') && failures-- > 0 ? fault : undefined);
      await till.start(server.url);
      await until('the account is there', async () => (await till.account('A'))?.free === 7, 10_000);
      expect(failures).toBeLessThan(0);
    });
  }

  it('keeps visitors apart, and their balance right while an own entry is on its way (N3)', async () => {
    const sync = await till.start(server.url);
    await loaded();
    expect(await sync.findMembers('zoe')).toEqual([]);
    let lose = true;
    server.fault = ({ path }) => {
      if (path === '/v1/sync/push' && lose) return 'lost';
      if (path !== '/v1/members/find') return undefined;
      const zoe = { id: 'Z', card: 'card-Z', name: 'Zoe', phone: '', region: 'R2', homeStore: 'far', joinedOn: '2026-01-01' };
      return { body: { members: [{ ...zoe, free: points(9), leased: points(0), position: 1, rev: 1 }] } };
    };
    await till.sale('Z', 9);
    await until('it is booked', () => server.booked.length === 1);
    lose = false;
    await until('it is online', () => sync.view().online);
    expect((await sync.findMembers('zoe')).map((one) => one.id)).toEqual(['Z']);
    expect(await till.balance('Z')).toBe(9);
    expect((await till.replica.collections.visitors.find().exec()).map((one) => one.id)).toEqual(['Z']);
    expect(await till.account('Z')).toBeUndefined();
  });

  it('answers a request for cover in time when the server does not', async () => {
    const sync = await till.start(server.url, { ...QUICK, requestMs: 5_000 });
    await loaded();
    server.fault = ({ path }) => (path === '/v1/leases' ? 'hang' : undefined);
    const from = performance.now();
    expect(await sync.requestLease('A', points(100), 200)).toBe('unreachable');
    expect(performance.now() - from).toBeLessThan(1_500);
    server.fault = ({ path }) => (path === '/v1/leases' ? { status: 409, code: 'nothing-free' } : undefined);
    expect(await sync.requestLease('B', undefined, 5_000)).toBe('nothing-free');
    server.fault = ({ path }) => (path === '/v1/leases' ? { status: 404, code: 'member-unknown' } : undefined);
    expect(await sync.requestLease('X', undefined, 5_000)).toBe('refused');
  });
});
