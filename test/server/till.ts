import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { expect } from 'vitest';
import type { Envelope } from '../../shared/contract/entry.ts';
import { sessionText, type Enrolment, type PushResponse } from '../../shared/contract/http.ts';
import { canonicalEntry, signingText } from '../../shared/domain/canonical.ts';
import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';

/** What a request came back with. */
export interface Answer<T = unknown> {
  status: number;
  body: T;
}

/** Sends JSON to a server and reads JSON back; again when it is busy. */
export async function call<T = unknown>(
  url: string,
  path: string,
  options: { method?: string; token?: string | undefined; body?: unknown; raw?: string; type?: string } = {},
): Promise<Answer<T>> {
  const body = options.raw ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const ask = (): Promise<Response> => fetch(url + path, {
    method: options.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      ...(body === undefined ? {} : { 'content-type': options.type ?? 'application/json' }),
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    ...(body === undefined ? {} : { body }),
  });
  for (let tries = 1; ; tries += 1) {
    const response = await ask();
    const answer = { status: response.status, body: (await response.json()) as T };
    if (answer.status !== 503 || (answer.body as { code?: unknown }).code !== 'busy' || tries === BUSY_TRIES) return answer;
    await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
  }
}

/** A server on a machine that many tests share may shed load for some seconds; every client of it tries again. */
const BUSY_TRIES = 60;
const BUSY_PAUSE_MS = 250;

/** A till as small as a test needs it: a key, a chain, a session. The production till has its own tests. */
export class TestTill {
  readonly url: string;
  readonly privateKey: KeyObject;
  readonly publicKey: string;
  enrolment: Enrolment | undefined;
  token: string | undefined;
  seq = 0;
  prevHash = GENESIS_HASH;

  constructor(url: string) {
    this.url = url;
    const pair = generateKeyPairSync('ed25519');
    this.privateKey = pair.privateKey;
    this.publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  }

  /** A till that is enrolled and has a session. */
  static async open(url: string, code: string): Promise<TestTill> {
    const till = new TestTill(url);
    await till.enrol(code);
    await till.signIn();
    return till;
  }

  get identity(): Enrolment {
    if (this.enrolment === undefined) throw new Error('the till is not enrolled');
    return this.enrolment;
  }

  async enrol(code: string): Promise<void> {
    const answer = await call<Enrolment>(this.url, '/v1/enrol', { body: { code, publicKey: this.publicKey } });
    expect(answer).toMatchObject({ status: 200 });
    this.enrolment = answer.body;
  }

  /** The body of a session request over a fresh challenge. */
  async sessionRequest(): Promise<{ terminal: string; epoch: number; challenge: string; signature: string }> {
    const { challenge } = (await call<{ challenge: string }>(this.url, '/v1/challenge')).body;
    const { terminal, epoch } = this.identity;
    const signature = sign(null, Buffer.from(sessionText(terminal, epoch, challenge)), this.privateKey).toString('base64');
    return { terminal, epoch, challenge, signature };
  }

  async signIn(): Promise<void> {
    const answer = await call<{ token: string }>(this.url, '/v1/session', { body: await this.sessionRequest() });
    expect(answer).toMatchObject({ status: 200 });
    this.token = answer.body.token;
  }

  /** The next entry of the chain, signed; `change` may break what it likes before the hash is made. */
  entry(body: Partial<Entry> = {}): Envelope {
    const { terminal, epoch, store } = this.identity;
    this.seq += 1;
    const nowMs = Date.now();
    const entry: Entry = {
      v: 1, id: uuidV7(nowMs, randomBytes(10)), store, terminal, epoch, seq: this.seq, prevHash: this.prevHash, kind: 'sale',
      programme: 1, staff: 'maya', occurredAt: { ms: nowMs, n: this.seq }, wallMs: nowMs,
      businessDate: new Date(nowMs).toISOString().slice(0, 10), ...body,
    };
    const bytes = canonicalEntry(entry);
    const hash = createHash('sha256').update(bytes).digest('hex');
    this.prevHash = hash;
    return { id: entry.id, seq: entry.seq, hash, signature: this.signHash(hash), bytes };
  }

  /** A sale that earns `earned` points for a member. */
  sale(member: string | undefined, earned: number, totalMinor = 1_000): Envelope {
    const bill = { totalMinor: minor(totalMinor), netMinor: minor(totalMinor), currency: 'USD' };
    return this.entry(member === undefined ? { bill } : { bill, member, earn: { points: points(earned) } });
  }

  signHash(hash: string): string {
    return sign(null, Buffer.from(signingText(hash)), this.privateKey).toString('base64');
  }

  push(entries: Envelope[]): Promise<Answer<PushResponse>> {
    return call<PushResponse>(this.url, '/v1/sync/push', { body: { entries }, token: this.token });
  }

  get<T>(path: string): Promise<Answer<T>> {
    return call<T>(this.url, path, { token: this.token });
  }

  post<T>(path: string, body: unknown): Promise<Answer<T>> {
    return call<T>(this.url, path, { token: this.token, body });
  }
}
