import type { ServerResponse } from 'node:http';
import type { Ledger } from '../ledger/ledger.ts';

/** A head as the stream sends it. */
export interface Head {
  position: number;
  rev: number;
}

/** Sends the ledger's head to every open stream whenever it moved. */
export interface StreamHub {
  /** Takes over a response whose headers are not sent yet, until the client leaves, `untilMs` passes, or the hub closes. */
  open(response: ServerResponse, headers: Record<string, string>, untilMs: number): Promise<void>;
  /** Streams open now. */
  readonly size: number;
  /** Ends every stream. */
  close(): void;
}

/** Moves within this time are told once: a till that pulls after the last of them has all of them. */
const COALESCE_MS = 20;
/** How often the head is read again, for moves that another server or a tool made on the same database. */
const LOOK_MS = 500;

interface Client {
  response: ServerResponse;
  /** What this client was told last; a slow client is skipped and told the newest when it has read. */
  told: Head | undefined;
  end: NodeJS.Timeout;
}

/** Makes the hub. `heartbeatMs`: how often an idle stream gets a comment, so that a dead connection is noticed. */
export function createStreamHub(ledger: Ledger, options: { now: () => number; heartbeatMs: number }): StreamHub {
  const clients = new Set<Client>();
  let head: Head | undefined;
  let timer: NodeJS.Timeout | undefined;

  const tell = (client: Client): void => {
    if (head === undefined || client.response.writableNeedDrain || client.response.destroyed) return;
    if (client.told !== undefined && client.told.position === head.position && client.told.rev === head.rev) return;
    client.told = head;
    client.response.write(`event: head\ndata: ${JSON.stringify({ position: head.position, rev: head.rev })}\n\n`);
  };
  const flush = (): void => {
    timer = undefined;
    for (const client of clients) tell(client);
  };
  const moved = (next: Head): void => {
    head = head === undefined ? next : { position: Math.max(head.position, next.position), rev: Math.max(head.rev, next.rev) };
    if (clients.size > 0) timer ??= setTimeout(flush, COALESCE_MS);
  };
  const unsubscribe = ledger.onHead(moved);
  const heartbeat = setInterval(() => {
    for (const { response } of clients) if (!response.writableNeedDrain) response.write(': alive\n\n');
  }, options.heartbeatMs);
  heartbeat.unref();
  let looking = false;
  const look = setInterval(() => {
    if (clients.size === 0 || looking) return;
    looking = true;
    // A database that does not answer shows in /readyz; the next look tries again.
    ledger.head().then(moved, () => undefined).finally(() => (looking = false));
  }, LOOK_MS);
  look.unref();

  const drop = (client: Client): void => {
    clients.delete(client);
    clearTimeout(client.end);
  };

  return {
    get size() {
      return clients.size;
    },
    async open(response, headers, untilMs) {
      moved(await ledger.head());
      if (response.destroyed) return;
      const end = (): void => void response.end();
      const client: Client = { response, told: undefined, end: setTimeout(end, Math.max(0, untilMs - options.now())) };
      client.end.unref();
      response.writeHead(200, headers);
      response.on('drain', () => tell(client));
      response.on('close', () => drop(client));
      clients.add(client);
      tell(client);
    },
    close() {
      unsubscribe();
      clearInterval(heartbeat);
      clearInterval(look);
      clearTimeout(timer);
      for (const client of clients) client.response.end();
    },
  };
}
