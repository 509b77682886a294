import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRelay, type Relay } from './proxy.ts';

describe('the relay between a till and the server', () => {
  let server: Server;
  let relay: Relay;
  const served = new Set<Socket>();
  beforeEach(async () => {
    server = createServer((socket) => {
      served.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => served.delete(socket));
      socket.pipe(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    relay = await startRelay(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
  afterEach(async () => {
    await relay.close();
    server.close();
  });

  function dial(): Socket {
    const socket = connect(Number(new URL(relay.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    return socket;
  }
  async function ask(socket: Socket, text: string): Promise<string> {
    socket.write(text);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString();
  }
  /** Whether a connection ends without an answer. */
  async function isRefused(): Promise<boolean> {
    const socket = dial();
    socket.write('hello');
    return new Promise((resolve) => {
      socket.once('data', () => resolve(false));
      socket.once('close', () => resolve(true));
    });
  }

  it('carries both ways, over several connections', async () => {
    const [one, two] = [dial(), dial()];
    expect(await ask(one, 'one')).toBe('one');
    expect(await ask(two, 'two')).toBe('two');
    expect(await ask(one, 'again')).toBe('again');
    one.destroy();
    two.destroy();
  });

  it('drops what is open when it is cut, on both sides, and refuses until it is mended', async () => {
    const socket = dial();
    await ask(socket, 'one');
    const closed = once(socket, 'close');
    const behind = [...served].map((one) => once(one, 'close'));
    relay.cut();
    await closed;
    await Promise.all(behind);
    expect(await isRefused()).toBe(true);
    relay.mend();
    expect(await ask(dial(), 'two')).toBe('two');
  });

  it('ends a connection when the server ends it', async () => {
    const socket = dial();
    await ask(socket, 'one');
    const closed = once(socket, 'close');
    for (const one of served) one.destroy();
    await closed;
  });

  it('refuses when there is no server', async () => {
    const nowhere = createServer();
    nowhere.listen(0, '127.0.0.1');
    await once(nowhere, 'listening');
    const { port } = nowhere.address() as AddressInfo;
    await new Promise((resolve) => nowhere.close(resolve));
    const other = await startRelay(`http://127.0.0.1:${port}`);
    const socket = connect(Number(new URL(other.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    await once(socket, 'close');
    await other.close();
  });

  it('closes with connections open, and its port refuses', async () => {
    const socket = dial();
    await ask(socket, 'one');
    const closed = once(socket, 'close');
    await relay.close();
    await closed;
    expect(await isRefused()).toBe(true);
    relay = await startRelay('http://127.0.0.1:1');
  });
});
