import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { WebSocketServer, type WebSocket as ServerSocket } from 'ws';
import type { ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import { CoreFault } from '../../renderer/host/host.ts';
import { Link } from '../../renderer/host/link.ts';
import { createLoopbackHost, takeToken } from '../../renderer/host/loopback.ts';

/** A core at the other end of a real WebSocket: it answers what the test tells it to. */
class SocketCore {
  readonly server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'tillpoint' });
  readonly seen: ToCore[] = [];
  sockets: ServerSocket[] = [];
  protocols: string[] = [];
  answer: (message: ToCore) => ToWindow | undefined = () => undefined;
  database: string | null = 'till-T1';

  constructor() {
    this.server.on('connection', (socket, request) => {
      this.protocols.push(request.headers['sec-websocket-protocol'] ?? '');
      this.sockets.push(socket);
      this.send({ t: 'hello', protocol: 1, database: this.database });
      socket.on('message', (data: Buffer) => {
        const message = JSON.parse(data.toString()) as ToCore;
        this.seen.push(message);
        const answer = this.answer(message);
        if (answer !== undefined) socket.send(JSON.stringify(answer));
      });
    });
  }

  async host(): Promise<string> {
    if (this.server.address() === null) await once(this.server, 'listening');
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  send(message: ToWindow): void {
    this.sockets.at(-1)?.send(JSON.stringify(message));
  }

  cut(): void {
    this.sockets.at(-1)?.terminate();
  }
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

async function connect(): Promise<{ core: SocketCore; link: Link }> {
  const core = new SocketCore();
  const host = await core.host();
  const kept = new Map<string, string>([['tillpoint.token', 'secret-token']]);
  const place = {
    location: { hash: '#/', pathname: '/', search: '', protocol: 'http:', host },
    sessionStorage: { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) },
    history: { replaceState: () => undefined },
  };
  const link = createLoopbackHost(place as unknown as Window);
  cleanups.push(() => {
    link.stop();
    core.server.close();
    for (const socket of core.sockets) socket.terminate();
  });
  return { core, link };
}

describe('the token in the address', () => {
  it('is taken, kept for the tab, and removed from the address bar', () => {
    const kept = new Map<string, string>();
    const urls: string[] = [];
    const place = {
      location: { hash: '#token=abc.DEF-123_~', pathname: '/', search: '' },
      sessionStorage: { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) },
      history: { replaceState: (_data: unknown, _unused: string, url: string) => void urls.push(url) },
    };
    expect(takeToken(place)).toBe('abc.DEF-123_~');
    expect(urls).toEqual(['/#/']);
    expect(takeToken({ ...place, location: { ...place.location, hash: '#/history' } })).toBe('abc.DEF-123_~');
    expect(urls).toHaveLength(1);
  });

  it('is empty when there never was one', () => {
    const place = { location: { hash: '', pathname: '/', search: '' }, sessionStorage: { getItem: () => null, setItem: () => undefined }, history: { replaceState: () => undefined } };
    expect(takeToken(place)).toBe('');
  });
});

describe('the link over a real WebSocket', () => {
  it('offers the token as the second subprotocol and answers calls with values and faults', async () => {
    const { core, link } = await connect();
    core.answer = (message) => {
      if (message.t !== 'call') return undefined;
      return message.name === 'listStaff'
        ? { t: 'result', id: message.id, ok: true, value: [{ id: 'P1', name: 'Lin', role: 'cashier' }] }
        : { t: 'result', id: message.id, ok: false, fault: { code: 'pin-wrong', message: 'wrong', detail: { left: 2 } } };
    };
    expect(await link.call('listStaff', {})).toEqual([{ id: 'P1', name: 'Lin', role: 'cashier' }]);
    const refused = link.call('signIn', { staff: 'P1', pin: '0000' });
    await expect(refused).rejects.toBeInstanceOf(CoreFault);
    await expect(refused).rejects.toMatchObject({ code: 'pin-wrong', detail: { left: 2 } });
    expect(core.protocols[0]?.split(/,\s*/)).toEqual(['tillpoint', 'secret-token']);
  });

  it('asks again after a lost connection, with the same id, and renews watches', async () => {
    const { core, link } = await connect();
    const values: unknown[] = [];
    const states: string[] = [];
    link.link$.subscribe((state) => states.push(state));
    link.watch('till', {}).subscribe((value) => values.push(value));
    const sale = link.call('commitSale', { saleId: 's1', billMinor: 7_680, currency: 'CNY', member: null, redeem: null });
    await vi.waitFor(() => expect(core.seen.filter((message) => message.t === 'call')).toHaveLength(1));
    core.cut();
    core.answer = (message) => {
      if (message.t === 'call') return { t: 'result', id: message.id, ok: true, value: { ok: true, value: { entry: 's1' } } };
      return message.t === 'watch' ? { t: 'next', id: message.id, value: { phase: 'ready' } } : undefined;
    };
    expect(await sale).toEqual({ ok: true, value: { entry: 's1' } });
    const calls = core.seen.filter((message) => message.t === 'call');
    expect(calls).toHaveLength(2);
    expect(calls[1]).toEqual(calls[0]);
    await vi.waitFor(() => expect(values).toEqual([{ phase: 'ready' }]));
    expect(states).toEqual(['connecting', 'open', 'lost', 'open']);
  });

  it('ends a watch that nobody reads any more', async () => {
    const { core, link } = await connect();
    const watching = link.watch('draft', {}).subscribe();
    await vi.waitFor(() => expect(core.seen.some((message) => message.t === 'watch')).toBe(true));
    watching.unsubscribe();
    await vi.waitFor(() => expect(core.seen.some((message) => message.t === 'unwatch')).toBe(true));
  });

  it('opens a line to the replica once the till is enrolled, and another after a reconnect', async () => {
    const { core, link } = await connect();
    const names: (string | null)[] = [];
    link.replica$.subscribe((line) => names.push(line?.database ?? null));
    await vi.waitFor(() => expect(names).toEqual([null, 'till-T1']));
    core.cut();
    await vi.waitFor(() => expect(names).toEqual([null, 'till-T1', null, 'till-T1']));
  });

  it('stays without a line until hello names a database', async () => {
    const { core, link } = await connect();
    core.database = null;
    const names: (string | null)[] = [];
    link.replica$.subscribe((line) => names.push(line?.database ?? null));
    await vi.waitFor(() => expect(core.sockets).toHaveLength(1));
    core.send({ t: 'hello', protocol: 1, database: 'till-T9' });
    await vi.waitFor(() => expect(names).toEqual([null, 'till-T9']));
  });
});
