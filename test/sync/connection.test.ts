import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSync, enrolTill, type Timers } from '../../shared/replica/sync/index.ts';
import { backoffMs } from '../../shared/replica/sync/timing.ts';
import { ScriptedServer, type Seen } from './support/scripted.ts';
import { makeKey, portsOf, QUICK, SyncTill, until } from './support/till.ts';

describe('the connection', () => {
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
  const online = (is: boolean, ms = 5_000): Promise<void> => until(is ? 'online' : 'offline', () => till.sync?.view().online === is, ms);

  it('is seen lost, and regained, within two seconds', async () => {
    const sync = await till.start(server.url, {});
    await online(true);
    expect(sync.view()).toMatchObject({ offlineSinceMs: null, lastError: null });
    for (let round = 0; round < 2; round += 1) {
      await server.die();
      await online(false, 2_000);
      expect(sync.view().offlineSinceMs).toBeGreaterThan(Date.now() - 5_000);
      expect(sync.view().lastError?.code).toBe('unreachable');
      await server.revive();
      await online(true, 2_000);
      expect(sync.view().offlineSinceMs).toBeNull();
      await until('the error is taken back', () => sync.view().lastError === null);
    }
  });

  it('is not seen lost when the server ends a stream, as it does when a token ends', async () => {
    const sync = await till.start(server.url);
    await online(true);
    const states: boolean[] = [];
    const watching = sync.view$.subscribe((view) => states.push(view.online));
    server.endStreams();
    await until('the stream is open again', () => server.requests('/v1/sync/stream').length === 2);
    await sync.syncNow();
    watching.unsubscribe();
    expect(states).not.toContain(false);
  });

  it('is given up when nothing is heard, and opened again', async () => {
    await till.start(server.url, { ...QUICK, silenceMs: 200 });
    await online(true);
    await until('the stream was opened again', () => server.requests('/v1/sync/stream').length >= 2);
  });

  it('is lost when the server is there and answers nothing', async () => {
    await till.start(server.url, { ...QUICK, silenceMs: 300, connectMs: 400, graceMs: 200 });
    await online(true);
    server.fault = () => 'hang';
    await online(false, 3_000);
    server.fault = () => undefined;
    await online(true, 3_000);
  });

  it('renews its session when a token is refused, and only then', async () => {
    const sync = await till.start(server.url);
    await online(true);
    await sync.syncNow();
    expect(server.requests('/v1/session')).toHaveLength(1);
    let refusals = 1;
    server.fault = ({ path }) => (path === '/v1/sync/push' && refusals-- > 0 ? { status: 401, code: 'token-expired' } : undefined);
    await till.sale('A', 1);
    await until('it is acknowledged', async () => (await till.own())[0]?.position !== undefined);
    expect(server.requests('/v1/session')).toHaveLength(2);
    expect(sync.view()).toMatchObject({ online: true, lastError: null });
  });

  it('renews its session before the token ends', async () => {
    server.fault = ({ path }) => (path === '/v1/session' ? { body: { token: 'short', expiresInMs: 400 } } : undefined);
    const sync = await till.start(server.url);
    await online(true);
    const before = server.requests('/v1/session').length;
    await new Promise((resolve) => setTimeout(resolve, 450));
    await sync.syncNow();
    expect(server.requests('/v1/session').length).toBeGreaterThan(before);
  });

  it('tells nothing to a server that is not its own', async () => {
    await till.sale('A', 1);
    server.identity = { ...server.identity, server: 'another' };
    const sync = await till.start(server.url);
    await until('it is seen', () => sync.view().lastError?.code === 'other-server');
    expect(sync.view().online).toBe(false);
    expect(server.requests('/v1/sync/push')).toEqual([]);
    expect(server.requests('/v1/sync/pull/accounts')).toEqual([]);
  });

  it('asks seldom while it is refused, because refusals are counted against the shop', async () => {
    server.fault = ({ path }) => (path === '/v1/session' ? { status: 403, code: 'terminal-revoked' } : undefined);
    const sync = await till.start(server.url, { retryLeastMs: 100, retryMostMs: 100, refusedMostMs: 60_000 });
    await until('it is seen', () => sync.view().lastError?.code === 'terminal-revoked');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(server.requests('/v1/session').length).toBeLessThanOrEqual(5);
    server.fault = () => undefined;
    await sync.syncNow();
    expect(sync.view()).toMatchObject({ online: true, lastError: null });
  });

  it('takes a captive portal for no server', async () => {
    server.fault = () => 'portal';
    const sync = await till.start(server.url);
    await until('it is seen', () => sync.view().lastError?.code === 'unreadable');
    expect(sync.view()).toMatchObject({ online: false, lastHeardMs: null });
  });

  it('ends a round by hand whether or not it succeeded', async () => {
    const sync = await till.start(server.url, { retryLeastMs: 60_000, retryMostMs: 60_000 });
    await online(true);
    await server.die();
    await online(false);
    await till.sale('A', 1);
    await sync.syncNow();
    expect(sync.view()).toMatchObject({ online: false, waiting: 1 });
    await server.revive();
    await sync.syncNow();
    expect(sync.view()).toMatchObject({ online: true, waiting: 0 });
  });

  it('stops promptly, online and offline, and leaves no timer', async () => {
    for (const up of [true, false]) {
      if (!up) await server.die();
      const pending = new Set<() => void>();
      const timers: Timers = {
        after(ms, run) {
          const timer = setTimeout(() => {
            pending.delete(cancel);
            run();
          }, ms);
          const cancel = (): void => {
            pending.delete(cancel);
            clearTimeout(timer);
          };
          pending.add(cancel);
          return cancel;
        },
        steadyMs: () => performance.now(),
      };
      till.sync = await createSync({ replica: till.replica, identity: till.identity, ports: portsOf(till.key), server: server.url, timers });
      if (up) await online(true);
      await till.sale('A', 1);
      const from = performance.now();
      await till.stopSync();
      expect(performance.now() - from).toBeLessThan(1_000);
      expect(pending.size).toBe(0);
    }
    await server.revive();
  });
});

describe('pauses between attempts', () => {
  it('grow, stay below the most, and differ between tills', () => {
    const low = (): Uint8Array => new Uint8Array([0]);
    const high = (): Uint8Array => new Uint8Array([255]);
    expect([1, 2, 3, 4, 50].map((failures) => backoffMs(failures, 250, 1_500, high))).toEqual([250, 500, 1_000, 1_500, 1_500]);
    expect([1, 2, 3, 4, 50].map((failures) => backoffMs(failures, 250, 1_500, low))).toEqual([125, 250, 500, 750, 750]);
  });
});

describe('a till whose enrolment a restored server has lost', () => {
  it.each(['not-enrolled', 'signature-invalid'])('shows its certificate after %s, and trades on', async (code) => {
    const server = new ScriptedServer();
    await server.listen();
    const certificate = { publicKey: makeKey().publicKey, signature: server.key.sign('certificate') };
    const lostOf = ({ body }: Seen): unknown => (body as { lost?: unknown }).lost;
    server.fault = (seen) => (seen.path === '/v1/session' && lostOf(seen) === undefined ? { status: 401, code } : undefined);
    const till = await SyncTill.open({ ...server.identity, certificate });
    const sync = await till.start(server.url);
    await until('online', () => sync.view().online);
    expect(server.requests('/v1/session').map(lostOf)).toEqual([undefined, { store: server.identity.store, certificate }]);
    await till.close();
    await server.die();
  });

  it('opens a session anew when its token no longer names an enrolment, and without a certificate waits for a code', async () => {
    const server = new ScriptedServer();
    await server.listen();
    const till = await SyncTill.open(server.identity);
    const sync = await till.start(server.url);
    await until('online', () => sync.view().online);
    const token = server.requests('/v1/session').length;
    server.fault = ({ path }) => (path === '/v1/sync/push' && server.requests('/v1/session').length === token ? { status: 401, code: 'not-enrolled' } : undefined);
    await till.sale('A', 1);
    await until('sent', () => sync.view().waiting === 0);
    expect(server.requests('/v1/session')).toHaveLength(token + 1);
    server.fault = ({ path }) => (path === '/v1/session' || path === '/v1/sync/push' ? { status: 401, code: 'not-enrolled' } : undefined);
    await till.sale('A', 1);
    await until('the till says so', () => sync.view().lastError?.code === 'not-enrolled');
    expect(server.requests('/v1/session').every(({ body }) => !Object.hasOwn(body as object, 'lost'))).toBe(true);
    await till.close();
    await server.die();
  });
});

describe('enrolment', () => {
  it('answers the identity, the server\'s refusal, or that there is no server', async () => {
    const server = new ScriptedServer();
    await server.listen();
    const ask = () => enrolTill({ server: server.url, code: 'ABCD-EFGH', publicKey: makeKey().publicKey });
    server.fault = () => ({ body: server.identity });
    expect(await ask()).toEqual({ ok: true, value: server.identity });
    server.fault = () => ({ status: 410, code: 'code-expired' });
    expect(await ask()).toMatchObject({ ok: false, code: 'code-expired' });
    server.fault = () => 'portal';
    expect(await ask()).toMatchObject({ ok: false, code: 'unreachable' });
    server.fault = () => ({ body: { ...server.identity, serverKey: 'short' } });
    expect(await ask()).toMatchObject({ ok: false, code: 'unreachable' });
    await server.die();
    expect(await ask()).toMatchObject({ ok: false, code: 'unreachable' });
  });
});
