import type { IncomingMessage } from 'node:http';

/** The names under which a browser on this machine reaches a port of it. */
export function ownHosts(port: number): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

/**
 * Whether a request comes from this machine and was meant for it. A page of another site whose name was made to point here
 * (DNS rebinding) sends its own name as Host.
 */
export function isLocal(request: IncomingMessage, port: number): boolean {
  const address = request.socket.remoteAddress ?? '';
  const loopback = address === '::1' || /^(::ffff:)?127\./.test(address);
  return loopback && ownHosts(port).includes(request.headers.host ?? '');
}

/** Whether a request was made by the till's own page: browsers send Origin with every WebSocket and scripts cannot change it. */
export function isOwnOrigin(request: IncomingMessage): boolean {
  return request.headers.origin === `http://${request.headers.host ?? ''}`;
}
