import type { ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import { Link, type CoreChannel } from './link.ts';

const TOKEN_KEY = 'tillpoint.token';
const SUBPROTOCOL = 'tillpoint';

/** What {@link takeToken} needs of a window. */
export interface TokenPlace {
  location: { hash: string; pathname: string; search: string };
  history: { replaceState(data: unknown, unused: string, url: string): void };
  sessionStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
}

/**
 * Takes the token from the address (`#token=…`), keeps it for this tab, and removes it from the address bar so that it is
 * neither seen nor bookmarked. Answers the kept token after a reload; '' when there is none.
 */
export function takeToken(place: TokenPlace): string {
  const match = /^#token=([A-Za-z0-9._~-]+)$/.exec(place.location.hash);
  const token = match?.[1];
  if (token === undefined) return place.sessionStorage.getItem(TOKEN_KEY) ?? '';
  place.sessionStorage.setItem(TOKEN_KEY, token);
  place.history.replaceState(null, '', `${place.location.pathname}${place.location.search}#/`);
  return token;
}

/** The host in a browser on this machine: the core behind a loopback WebSocket. */
export function createLoopbackHost(place: Window): Link {
  const token = takeToken(place);
  const scheme = place.location.protocol === 'https:' ? 'wss' : 'ws';
  const url = `${scheme}://${place.location.host}/core`;
  return new Link({
    open: () => openSocket(url, token),
    print: async () => place.print(),
  });
}

function openSocket(url: string, token: string): Promise<CoreChannel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, [SUBPROTOCOL, token]);
    socket.addEventListener('open', () => resolve(channelOver(socket)), { once: true });
    socket.addEventListener('close', () => reject(new Error('the core refused the connection')), { once: true });
  });
}

/** Messages that come before a listener is set are kept: hello is sent at once. */
function channelOver(socket: WebSocket): CoreChannel {
  const early: ToWindow[] = [];
  let listener: ((message: ToWindow) => void) | undefined;
  socket.addEventListener('message', (event: MessageEvent<string>) => {
    const message = JSON.parse(event.data) as ToWindow;
    if (listener === undefined) early.push(message);
    else listener(message);
  });
  return {
    send(message: ToCore) {
      // A message to a closing socket is not lost: the link asks again after it has reconnected.
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
    onMessage(next) {
      listener = next;
      for (const message of early.splice(0)) next(message);
    },
    onClose(next) {
      if (socket.readyState === WebSocket.CLOSED) next();
      else socket.addEventListener('close', next, { once: true });
    },
    close: () => socket.close(),
  };
}
