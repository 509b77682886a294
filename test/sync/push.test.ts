import { afterEach, describe, expect, it } from 'vitest';
import type { Envelope } from '../../shared/contract/entry.ts';
import { canonicalEntry } from '../../shared/domain/canonical.ts';
import { createSync } from '../../shared/replica/sync/index.ts';
import { ScriptedServer, type Fault } from './support/scripted.ts';
import { portsOf, QUICK, SyncTill, until } from './support/till.ts';

describe('push by chain', () => {
  let server: ScriptedServer;
  let till: SyncTill;
  const begin = async (sales = 0): Promise<void> => {
    server = new ScriptedServer();
    await server.listen();
    till = await SyncTill.open(server.identity);
    for (let n = 0; n < sales; n += 1) await till.sale('A', 10);
  };
  const pushed = (): Envelope[][] => server.requests('/v1/sync/push').map((one) => (one.body as { entries: Envelope[] }).entries);
  const settled = async (): Promise<boolean> => (await till.own()).every((doc) => doc.position !== undefined || doc.quarantined !== undefined);
  const drained = async (): Promise<void> => {
    await until('everything has an answer', settled, 15_000);
    await until('nothing waits', () => till.sync?.view().waiting === 0);
  };
  /** Fails the first pushes with these faults. */
  const failFirst = (...faults: Fault[]): void => {
    server.fault = ({ path }) => (path === '/v1/sync/push' ? faults.shift() : undefined);
  };
  afterEach(async () => {
    await till.close();
    await server.die();
  });

  it('sends a backlog in order, in batches, one at a time, with the bytes that were signed', async () => {
    await begin(450);
    server.pushDelayMs = 20;
    const sync = await till.start(server.url);
    expect(sync.view().waiting).toBe(450);
    await drained();
    const batches = pushed();
    expect(batches.map((batch) => batch.length)).toEqual([200, 200, 50]);
    expect(batches.flat().map((one) => one.seq)).toEqual(Array.from({ length: 450 }, (_, n) => n + 1));
    expect(server.pushingMost).toBe(1);
    const [first] = await till.own();
    expect(batches[0]?.[0]).toMatchObject({ hash: first?.hash, signature: first?.signature, bytes: first && canonicalEntry(first.entry) });
    expect(first).toMatchObject({ position: 1, disposition: 'free', shortfall: 0 });
  });

  it('keeps a batch of large entries small', async () => {
    await begin();
    const reference = '票'.repeat(64);
    const lines = Array.from({ length: 500 }, (_, n) => ({ item: `${n}`.padStart(64, 'x'), quantity: 1, totalMinor: 2 as never, category: 'c'.repeat(64) }));
    for (let n = 0; n < 12; n += 1) await till.commit({ bill: { totalMinor: 1_000 as never, netMinor: 1_000 as never, currency: 'USD', reference, lines } });
    await till.start(server.url);
    await drained();
    for (const batch of pushed()) expect(JSON.stringify(batch).length).toBeLessThan(1_500_000);
    expect(pushed().length).toBeGreaterThan(1);
  });

  for (const fault of ['refuse', 'lost', 'half', 'rubbish', 'hang', { status: 500, code: 'internal' }, { status: 503, code: 'busy' }] as const) {
    it(`books each entry once when pushes end with ${typeof fault === 'string' ? fault : fault.code}`, async () => {
      await begin(5);
      failFirst(fault, fault);
      const sync = await till.start(server.url, { ...QUICK, pushMs: 300 });
      await drained();
      expect(server.booked.map((one) => one.seq)).toEqual([1, 2, 3, 4, 5]);
      expect((await till.own()).map((doc) => doc.position)).toEqual([1, 2, 3, 4, 5]);
      await until('the error is taken back', () => sync.view().lastError === null);
    });
  }

  it('never sends again what the server took without its answer arriving', async () => {
    await begin(5);
    failFirst('lost');
    await till.start(server.url);
    await drained();
    expect(pushed()).toHaveLength(1);
  });

  it('sends a new entry at once when it is nudged, while an earlier failure still waits', async () => {
    await begin(1);
    failFirst({ status: 503, code: 'busy' });
    const sync = await till.start(server.url, { ...QUICK, retryLeastMs: 60_000, refusedMostMs: 60_000 });
    await until('the failure is seen', () => sync.view().lastError?.code === 'busy');
    await till.sale('A', 1);
    await drained();
    expect(server.booked).toHaveLength(2);
  });

  it('halves a batch that the server finds too large', async () => {
    await begin(64);
    server.fault = ({ path, body }) =>
      path === '/v1/sync/push' && (body as { entries: Envelope[] }).entries.length > 10 ? { status: 413, code: 'too-large' } : undefined;
    await till.start(server.url);
    await drained();
    expect(server.booked.map((one) => one.seq)).toEqual(Array.from({ length: 64 }, (_, n) => n + 1));
  });

  it('shows what the server set aside and goes on behind it', async () => {
    await begin(3);
    const second = (await till.own())[1];
    server.aside.add(second?.id ?? '');
    const sync = await till.start(server.url);
    await drained();
    expect((await till.own()).map((doc) => doc.quarantined)).toEqual([undefined, 'as told', undefined]);
    expect(sync.view()).toMatchObject({ waiting: 0, quarantined: 1 });
  });

  it('pushes nothing onto a chain that is not its own, and says so', async () => {
    await begin(3);
    server.diverge(2);
    const sync = await till.start(server.url);
    await until('it is seen', () => sync.view().lastError?.code === 'chain-broken');
    await till.sale('A', 1);
    await sync.syncNow();
    expect(pushed()).toEqual([]);
    expect(sync.view()).toMatchObject({ online: true, waiting: 4 });
  });

  it('pushes nothing to a server that holds more of the chain than the till', async () => {
    await begin(3);
    server.diverge(9);
    const sync = await till.start(server.url);
    await until('it is seen', () => sync.view().lastError?.code === 'chain-broken');
    expect(pushed()).toEqual([]);
  });

  it('takes answers back and sends again what a restored server lost', async () => {
    await begin(6);
    server.putAccount('A', 60);
    const sync = await till.start(server.url);
    await drained();
    await until('the members are there', () => sync.view().firstLoad === null);
    await server.die();
    server.restore(2, ['A']);
    server.putAccount('A', 20);
    server.fault = ({ path }) => (path === '/v1/sync/push' ? { status: 503, code: 'busy' } : undefined);
    await server.revive();
    await until('the answers are taken back', async () => (await till.own())[2]?.position === undefined);
    expect(sync.view().waiting).toBe(4);
    await until('the account is pulled anew', async () => (await till.account('A'))?.free === 20);
    expect(await till.balance('A')).toBe(60);
    server.fault = () => undefined;
    await drained();
    expect(server.booked.map((one) => one.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await till.own()).map((doc) => doc.position)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('does not believe an answer that was on its way when the server went back to a backup', async () => {
    await begin(3);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    let isHeld = false;
    const stale = { documents: [], checkpoint: [1], resync: false, own: [] as object[] };
    const slow = async (...given: Parameters<typeof fetch>): Promise<Response> => {
      if (!isHeld || !String(given[0]).includes('/pull/accounts')) return fetch(...given);
      isHeld = false;
      ask();
      await released;
      return new Response(JSON.stringify(stale), { headers: { 'content-type': 'application/json' } });
    };
    till.sync = await createSync({ replica: till.replica, identity: till.identity, ports: portsOf(till.key), server: server.url, timing: QUICK, fetch: slow });
    await drained();
    isHeld = true;
    server.putAccount('A', 1);
    await asked;
    await server.die();
    server.restore(1);
    server.fault = ({ path }) => (path === '/v1/sync/push' ? { status: 503, code: 'busy' } : undefined);
    await server.revive();
    await until('the answers are taken back', async () => (await till.own())[2]?.position === undefined);
    stale.own = [{ id: (await till.own())[2]?.id, seq: 3, outcome: 'posted', position: 99, disposition: 'free', shortfall: 0 }];
    release();
    await until('the account is pulled anew', async () => (await till.account('A'))?.free === 1);
    expect((await till.own()).map((doc) => doc.position)).toEqual([1, undefined, undefined]);
    server.fault = () => undefined;
    await drained();
    expect((await till.own()).map((doc) => doc.position)).toEqual([1, 2, 3]);
  });

  it('sends after a restart what was waiting, whatever the clock says now', async () => {
    await begin(3);
    await till.start(server.url);
    await drained();
    await server.die();
    await till.sale('A', 1);
    await till.sale('A', 1);
    await till.reopen();
    const now = Date.now;
    Date.now = () => now() - 40 * 86_400_000;
    try {
      await till.sale('A', 1);
      await server.revive();
      const sync = await till.start(server.url);
      expect(sync.view().waiting).toBe(3);
      await drained();
      expect(server.booked.map((one) => one.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    } finally {
      Date.now = now;
    }
  });
});
