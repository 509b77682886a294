import { STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Channel, ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import { isLocal, isOwnOrigin } from './caller.ts';
import { isSameToken } from './token.ts';

const PATH = '/core';
const SUBPROTOCOL = 'tillpoint';
/** A sale of 500 lines is about 80 kB; what is larger is not a window's message. */
const LARGEST_MESSAGE = 1024 * 1024;
/** A window that has fallen this far behind is cut off; it comes back and reads what is then true. */
const FARTHEST_BEHIND = 64 * 1024 * 1024;
const MOST_WINDOWS = 16;
const NOT_JSON = 1_007;
const TRY_LATER = 1_013;

/** What the socket needs to know a window by. */
export interface SocketOptions {
  token: string;
  /** Where the server listens. */
  port: () => number;
  serve: (channel: Channel<ToWindow, ToCore>) => void;
}

/** Serves windows at `/core` of a server, to the till's own page on this machine. Answers how to end every connection. */
export function serveSocket(server: Server, { token, port, serve }: SocketOptions): { close: () => void } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: LARGEST_MESSAGE, perMessageDeflate: false, handleProtocols: () => SUBPROTOCOL });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    // A peer that leaves while it is being refused is no error of ours.
    stream.on('error', () => stream.destroy());
    const refusal = refusalFor(request, token, port());
    if (refusal !== undefined) return refuse(stream, refusal);
    sockets.handleUpgrade(request, stream, head, (socket) => {
      // A broken frame closes the connection by itself, with its code, and cutting it here could overtake that. Without a
      // listener it would end the process.
      socket.on('error', () => undefined);
      if (sockets.clients.size > MOST_WINDOWS) return socket.close(TRY_LATER);
      serve(channelOver(socket));
    });
  });
  return {
    close() {
      for (const socket of sockets.clients) socket.close(1_001);
      sockets.close();
    },
  };
}

/** The status that refuses an upgrade; undefined for the till's own page with the right token. */
function refusalFor(request: IncomingMessage, token: string, port: number): number | undefined {
  if (!isLocal(request, port) || !isOwnOrigin(request)) return 403;
  if (new URL(request.url ?? '/', 'http://till').pathname !== PATH) return 404;
  const [name, given, ...more] = String(request.headers['sec-websocket-protocol'] ?? '').split(/,\s*/);
  if (name !== SUBPROTOCOL || given === undefined || more.length > 0 || !isSameToken(given, token)) return 401;
  return undefined;
}

function refuse(stream: Duplex, status: number): void {
  stream.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function channelOver(socket: WebSocket): Channel<ToWindow, ToCore> {
  return {
    send(message) {
      if (socket.readyState !== socket.OPEN) return;
      // Nothing can be said to a window that does not read, not even good-bye.
      if (socket.bufferedAmount > FARTHEST_BEHIND) return socket.terminate();
      socket.send(JSON.stringify(message));
    },
    onMessage(listener) {
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        const message = isBinary ? undefined : parse(data.toString('utf8'));
        if (message === undefined) socket.close(NOT_JSON);
        // Anything that is JSON goes on: the core checks what it is.
        else listener(message.value as ToCore);
      });
    },
    onClose: (listener) => void socket.once('close', () => listener()),
    close: () => socket.close(1_001),
  };
}

function parse(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
