import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { PULLED, type PulledName } from '../../../shared/contract/collections.ts';
import type { AccountDoc, LeaseDoc, StoreDoc } from '../../../shared/contract/documents.ts';
import type { Envelope } from '../../../shared/contract/entry.ts';
import { GENESIS_HASH } from '../../../shared/domain/entry.ts';
import { points } from '../../../shared/domain/integers.ts';
import { leaseText } from '../../../shared/domain/lease.ts';
import type { Identity } from '../../../shared/replica/ports.ts';
import { testStore } from '../../server/world.ts';
import { makeKey, type TestKey } from './till.ts';

/** What goes wrong with one request; `lost` and `mute` are processed, then the line breaks, or stays open without an answer. */
export type Fault =
  | 'refuse' | 'lost' | 'mute' | 'hang' | 'half' | 'rubbish' | 'portal'
  | { status: number; code: string }
  | { body: unknown };

export interface Seen {
  path: string;
  query: URLSearchParams;
  body: unknown;
}

type Row = { at: number; document: { id: string } };

/**
 * A server that speaks the protocol over real sockets and goes wrong as told, for faults that the real one does not have on
 * demand. It keeps a chain, positions and documents, and judges nothing.
 */
export class ScriptedServer {
  readonly key: TestKey = makeKey();
  readonly seen: Seen[] = [];
  /** Called for each request; what it answers happens. */
  fault: (seen: Seen) => Fault | undefined = () => undefined;
  identity: Identity;
  booked: { id: string; seq: number; hash: string; position: number }[] = [];
  aside = new Set<string>();
  pushing = 0;
  pushingMost = 0;
  pushDelayMs = 0;
  url = '';
  private chain = { seq: 0, hash: GENESIS_HASH };
  private position = 0;
  private rev = 0;
  private rows: Record<PulledName, Row[]> = Object.fromEntries(PULLED.map((name) => [name, []])) as unknown as Record<PulledName, Row[]>;
  private readonly streams = new Set<ServerResponse>();
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;

  constructor() {
    this.identity = { server: 'scripted', serverKey: this.key.publicKey, terminal: 'T1', epoch: 1, store: 'north' };
    const store: StoreDoc = { ...testStore('north', 'R1'), rev: 0 };
    this.put('stores', store);
  }

  async listen(port = 0): Promise<void> {
    this.server = createServer((request, response) => void this.serve(request, response));
    this.server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    await new Promise<void>((resolve) => this.server?.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Dies as a killed process does: every connection is cut and the port refuses. */
  async die(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server?.close(() => resolve()));
    for (const socket of this.sockets) socket.destroy();
    this.streams.clear();
    await closed;
  }

  /** Comes back at the same address. */
  revive(): Promise<void> {
    return this.listen(Number(new URL(this.url).port));
  }

  endStreams(): void {
    for (const stream of this.streams) stream.end();
  }

  /** Changes a document under the next revision (or position) and tells the streams. */
  put(name: PulledName, document: { id: string }): void {
    if (name === 'posted') this.position += 1;
    else this.rev += 1;
    const at = name === 'posted' ? this.position : this.rev;
    const change = name === 'posted' ? { position: at } : { rev: at };
    this.rows[name] = this.rows[name].filter((row) => row.document.id !== document.id);
    this.rows[name].push({ at, document: { ...document, ...change } });
    this.tell();
  }

  /** Puts right a document where it stands, without a new revision. */
  mend(name: PulledName, document: { id: string }): void {
    for (const row of this.rows[name]) if (row.document.id === document.id) row.document = { ...document, ...{ rev: row.at } };
  }

  putAccount(id: string, free: number): void {
    this.put('accounts', this.account(id, free));
  }

  account(id: string, free: number): AccountDoc {
    return {
      id, card: `card-${id}`, name: `Member ${id}`, phone: '', region: 'R1', homeStore: 'north', joinedOn: '2026-01-01',
      free: points(free), leased: points(0), position: this.position, rev: 0,
    };
  }

  /** A lease of this till, signed by `key`, which a forger's is not. */
  lease(id: string, member: string, key: TestKey = this.key): LeaseDoc {
    const { terminal, epoch } = this.identity;
    const body = { id, member, terminal, epoch, points: points(100), spendByMs: Date.now() + 3_600_000 };
    return { ...body, signature: key.sign(leaseText(body)), state: 'open', rev: 0 };
  }

  /** Goes back to a backup: own entries after `seq` and the named documents are gone, and the heads fall. */
  restore(seq: number, lost: string[] = []): void {
    this.booked = this.booked.filter((one) => one.seq <= seq);
    this.chain = { seq, hash: this.booked.at(-1)?.hash ?? GENESIS_HASH };
    this.position = this.booked.at(-1)?.position ?? 0;
    let rev = 0;
    for (const name of PULLED) {
      this.rows[name] = this.rows[name].filter((row) => !lost.includes(row.document.id));
      if (name !== 'posted') for (const row of this.rows[name]) row.document = { ...row.document, ...{ rev: (row.at = ++rev) } };
    }
    this.rev = rev;
  }

  /** Another copy of the till sends its chain again up to a seq: it stands at later positions than before. */
  bookAgain(entries: readonly { id: string; seq: number; hash: string }[]): void {
    this.position += 10;
    for (const { id, seq, hash } of entries) {
      this.booked.push({ id, seq, hash, position: (this.position += 1) });
      this.chain = { seq, hash };
    }
  }

  /** Makes the server hold another chain than the till's. */
  diverge(seq: number): void {
    this.chain = { seq, hash: 'f'.repeat(64) };
  }

  requests(path: string): Seen[] {
    return this.seen.filter((one) => one.path === path);
  }

  private tell(): void {
    const message = `event: head\ndata: ${JSON.stringify({ position: this.position, rev: this.rev })}\n\n`;
    for (const stream of this.streams) stream.write(message);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request) text += String(part);
    const url = new URL(request.url ?? '/', 'http://scripted');
    const seen: Seen = { path: url.pathname, query: url.searchParams, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
    this.seen.push(seen);
    const fault = this.fault(seen);
    if (fault === 'refuse') return void request.socket.destroy();
    if (fault === 'hang') return;
    if (fault === 'portal') return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome to the airport</html>');
    if (typeof fault === 'object' && 'status' in fault) return send(response, fault.status, { code: fault.code, message: 'As told.' });
    if (seen.path === '/v1/sync/stream') return this.openStream(response);
    const answer = typeof fault === 'object' ? fault.body : await this.answer(seen);
    if (fault === 'mute') return;
    if (fault === 'lost') return void request.socket.destroy();
    if (fault === 'rubbish') return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"chain":');
    if (fault === 'half') {
      const whole = JSON.stringify(answer);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
      response.write(whole.slice(0, whole.length / 2));
      return void setTimeout(() => request.socket.destroy(), 20);
    }
    send(response, 200, answer);
  }

  private openStream(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(`event: head\ndata: ${JSON.stringify({ position: this.position, rev: this.rev })}\n\n`);
    this.streams.add(response);
    response.on('close', () => this.streams.delete(response));
  }

  private async answer({ path, query, body }: Seen): Promise<unknown> {
    if (path === '/v1/challenge') return { challenge: 'sign-me' };
    if (path === '/v1/session') return { token: `token-${this.seen.length}`, expiresInMs: 900_000 };
    if (path === '/v1/sync/head') return { server: this.identity.server, chain: this.chain, position: this.position, rev: this.rev };
    if (path === '/v1/sync/push') return this.push((body as { entries: Envelope[] }).entries);
    if (path === '/v1/members/find') return { members: [] };
    return this.page(path.split('/').at(-1) as PulledName, query);
  }

  private async push(entries: Envelope[]): Promise<unknown> {
    this.pushing += 1;
    this.pushingMost = Math.max(this.pushingMost, this.pushing);
    await new Promise((resolve) => setTimeout(resolve, this.pushDelayMs));
    const results = entries.map(({ id, seq, hash }) => {
      const known = this.booked.find((one) => one.id === id);
      if (seq === this.chain.seq + 1) this.chain = { seq, hash };
      if (this.aside.has(id)) return { id, seq, outcome: 'quarantined', reason: 'as told' };
      if (known === undefined) this.booked.push({ id, seq, hash, position: (this.position += 1) });
      const position = known?.position ?? this.position;
      return { id, seq, outcome: known === undefined ? 'posted' : 'duplicate', position, disposition: 'free', shortfall: 0 };
    });
    this.pushing -= 1;
    this.tell();
    return { chain: this.chain, position: this.position, results };
  }

  private page(name: PulledName, query: URLSearchParams): unknown {
    const head = name === 'posted' ? this.position : this.rev;
    const after = Number(query.get('after') ?? 0);
    const limit = Number(query.get('limit'));
    if (after > head) return { documents: [], checkpoint: [0], resync: true, own: [] };
    const rows = this.rows[name].filter((row) => row.at > after).sort((a, b) => a.at - b.at).slice(0, limit);
    const own = this.booked.filter((one) => one.seq > Number(query.get('ownAfter') ?? 0)).map(({ id, seq, position }) => ({
      id, seq, outcome: 'posted', position, disposition: 'free', shortfall: 0,
    }));
    const last = rows.at(-1);
    return { documents: rows.map((row) => row.document), checkpoint: [last !== undefined && rows.length >= limit ? last.at : head], resync: false, own };
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
