import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** A TCP relay between a till and the server that can be cut: a real lost network, not a flag in the till. */
export interface Relay {
  readonly url: string;
  /** Drops every connection and refuses new ones until {@link Relay.mend}. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

/** Starts a relay on a free loopback port to the host and port of `target`. */
export async function startRelay(target: string): Promise<Relay> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let open = true;
  const server: Server = createServer((incoming) => {
    if (!open) return void incoming.destroy();
    const outgoing = connect({ host: hostname, port: Number(port), noDelay: true });
    incoming.setNoDelay(true);
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        incoming.destroy();
        outgoing.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const drop = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      open = false;
      drop();
    },
    mend: () => {
      open = true;
    },
    close: () => {
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
