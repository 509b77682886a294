import { schedule } from './clock.ts';
import type { Counts } from './faults.ts';
import type { Answered, Asked, Head, SimulatedServer } from './server.ts';

/** How the wire to one till is. */
export interface Wire {
  /** Whether requests, and answers, get through. */
  up: boolean;
  down: boolean;
  /** Chances, 0 to 1, of what befalls a request. */
  drop: number;
  duplicate: number;
  delay: number;
  reorder: number;
  halfAck: number;
}

export const quietWire = (): Wire => ({ up: true, down: true, drop: 0, duplicate: 0, delay: 0, reorder: 0, halfAck: 0 });

/** A process at the end of a wire; a dead one neither sends nor hears. */
export interface Endpoint {
  wire: Wire;
  isDead(): boolean;
}

const encoder = new TextEncoder();
const HEARTBEAT_MS = 15_000;

/** The network between tills and the server; `fetch` in it is the till's own. */
export class Network {
  private readonly endpoints = new Map<string, Endpoint>();
  private readonly server: SimulatedServer;
  private readonly random: () => number;
  private readonly counts: Counts;
  private sent = 0;
  private delivered = 0;

  constructor(server: SimulatedServer, random: () => number, counts: Counts) {
    [this.server, this.random, this.counts] = [server, random, counts];
  }

  attach(host: string, endpoint: Endpoint): void {
    this.endpoints.set(host, endpoint);
  }

  readonly fetch = (input: string, init: { method?: string; headers?: Record<string, string>; body?: string; signal?: AbortSignal } = {}): Promise<unknown> => {
    const url = new URL(input);
    const endpoint = this.endpoints.get(url.hostname);
    if (endpoint === undefined || endpoint.isDead()) return Promise.reject(new Error('no network'));
    const asked: Asked = {
      method: init.method ?? 'GET', path: url.pathname + url.search, token: init.headers?.['authorization']?.slice('Bearer '.length),
      body: init.body === undefined ? undefined : JSON.parse(init.body),
    };
    return new Promise((resolve, reject) => {
      init.signal?.addEventListener('abort', () => reject(new Error('aborted')));
      if (asked.path === '/v1/sync/stream') this.stream(endpoint, asked, init.signal, resolve, reject);
      else this.carry(endpoint, asked, resolve, reject);
    });
  };

  private chance(share: number): boolean {
    return share > 0 && this.random() < share;
  }

  private latencyMs(wire: Wire): number {
    let ms = 5 + this.random() * 60;
    if (this.chance(wire.delay)) {
      this.counts.acted('delay');
      ms += 200 + this.random() * 9_000;
    }
    if (this.chance(wire.reorder)) ms += 300 + this.random() * 900;
    return ms;
  }

  private carry({ wire, isDead }: Endpoint, asked: Asked, resolve: (response: unknown) => void, reject: (error: Error) => void): void {
    const lose = (): void => void schedule(3_000, () => reject(new Error('lost')));
    if (!wire.up) {
      this.counts.acted('partition');
      return lose();
    }
    if (this.chance(wire.drop)) {
      this.counts.acted('drop');
      return lose();
    }
    const order = ++this.sent;
    const deliver = async (first: boolean): Promise<void> => {
      if (first && order < this.delivered && wire.reorder > 0) this.counts.acted('reorder');
      this.delivered = Math.max(this.delivered, order);
      if (!this.server.isUp) return void (first && reject(new Error('refused')));
      let alive = true;
      const leave = this.server.onHead((head) => (alive &&= head !== undefined));
      const answer = await this.server.answer(asked);
      leave();
      if (!first) return;
      if (!alive) return reject(new Error('the server died'));
      if (asked.path === '/v1/sync/push' && this.chance(wire.halfAck)) {
        this.counts.acted('half-ack');
        return lose();
      }
      if (!wire.down || isDead()) {
        if (!wire.down) this.counts.acted('partition');
        return lose();
      }
      schedule(this.latencyMs(wire), () => resolve(responseOf(answer)));
    };
    schedule(this.latencyMs(wire), () => void deliver(true));
    if (this.chance(wire.duplicate)) {
      this.counts.acted('duplicate');
      schedule(this.latencyMs(wire) + this.random() * 4_000, () => void deliver(false));
    }
  }

  private stream({ wire, isDead }: Endpoint, asked: Asked, signal: AbortSignal | undefined, resolve: (response: unknown) => void, reject: (error: Error) => void): void {
    const reachable = (): boolean => wire.up && wire.down && !isDead();
    schedule(this.latencyMs(wire), () => {
      if (!reachable() || !this.server.isUp) return void schedule(2_000, () => reject(new Error('lost')));
      void this.server.greet(asked).then((answer) => {
        if ('status' in answer) return void resolve(responseOf(answer));
        const body = new Body();
        let told: Head | undefined;
        const tell = (head: Head): void => {
          if (told?.position === head.position && told.rev === head.rev) return;
          told = head;
          const { position, rev } = head;
          schedule(20 + this.random() * 30, () => reachable() && body.push(`event: head\ndata: ${JSON.stringify({ position, rev })}\n\n`));
        };
        const beat = (): void => {
          if (body.ended) return;
          if (reachable()) body.push(': alive\n\n');
          schedule(HEARTBEAT_MS, beat);
        };
        const leave = this.server.onHead((head) => (head === undefined ? end() : tell(head)));
        const end = (): void => {
          leave();
          body.end();
        };
        signal?.addEventListener('abort', end);
        resolve({ ok: true, status: 200, headers: new Map([['content-type', 'text/event-stream']]), body });
        tell(answer);
        schedule(HEARTBEAT_MS, beat);
      }, reject);
    });
  }
}

/** A body that is read piece by piece. */
class Body {
  ended = false;
  private readonly pieces: Uint8Array[] = [];
  private waiting: ((read: { done: boolean; value?: Uint8Array }) => void) | undefined;

  push(text: string): void {
    const value = encoder.encode(text);
    if (this.waiting === undefined) this.pieces.push(value);
    else this.waiting({ done: false, value });
    this.waiting = undefined;
  }

  end(): void {
    this.ended = true;
    this.waiting?.({ done: true });
    this.waiting = undefined;
  }

  getReader() {
    return {
      read: (): Promise<{ done: boolean; value?: Uint8Array }> => {
        const value = this.pieces.shift();
        if (value !== undefined) return Promise.resolve({ done: false, value });
        if (this.ended) return Promise.resolve({ done: true });
        return new Promise((resolve) => (this.waiting = resolve));
      },
    };
  }
}

function responseOf({ status, body }: Answered): unknown {
  const text = JSON.stringify(body);
  return { ok: status >= 200 && status < 300, status, headers: new Map([['content-type', 'application/json']]), text: () => Promise.resolve(text), body: null };
}

