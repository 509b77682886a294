import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Envelope } from '../../shared/contract/entry.ts';
import { sessionText, type Enrolment, type PushResponse } from '../../shared/contract/http.ts';
import { canonicalEntry, signingText } from '../../shared/domain/canonical.ts';
import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';

/** A till of the bench: a key, and a chain that is signed before anything is measured. */
export interface BenchTill {
  terminal: string;
  publicKey: string;
  privateKey: KeyObject;
  /** Bodies of pushes in order, UTF-8, each of as many entries as {@link signChain} was told. */
  bodies: Buffer[];
}

/** Members that the sales of a bench are for. */
export const MEMBERS = Array.from({ length: 500 }, (_, index) => `M${String(index).padStart(4, '0')}`);

/** By which the sales of a bench are right: whoever decides them again finds the same. */
export const PROGRAMME: Programme = {
  version: 1, name: { en: 'Bench', 'zh-CN': 'Bench' }, currency: 'USD', effectiveFromMs: 0,
  earn: { points: points(1), perMinor: minor(100), basis: 'net' },
  redeem: [{ kind: 'ratio', id: 'points', name: { en: 'Points', 'zh-CN': 'Points' }, stepPoints: points(100), stepMinor: minor(100), multiple: points(100) }],
};

const START_MS = Date.UTC(2026, 0, 5, 9);

/** Makes a till and signs its chain of `count` sales: each earns points, every fourth redeems some that no lease covers. */
export function signChain(terminal: string, store: string, count: number, batch: number): BenchTill {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const bodies: Buffer[] = [];
  let prevHash = GENESIS_HASH;
  let entries: Envelope[] = [];
  for (let seq = 1; seq <= count; seq++) {
    const entry = saleOf({ terminal, store, seq, prevHash });
    const bytes = canonicalEntry(entry);
    prevHash = createHash('sha256').update(bytes).digest('hex');
    const signature = sign(null, Buffer.from(signingText(prevHash)), privateKey).toString('base64');
    entries.push({ id: entry.id, seq, hash: prevHash, signature, bytes });
    if (entries.length === batch || seq === count) {
      bodies.push(Buffer.from(JSON.stringify({ entries })));
      entries = [];
    }
  }
  return { terminal, privateKey, publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), bodies };
}

function saleOf({ terminal, store, seq, prevHash }: { terminal: string; store: string; seq: number; prevHash: string }): Entry {
  const noise = createHash('sha256').update(`${terminal} ${seq}`).digest();
  const totalMinor = 1_000 + (noise.readUInt32BE(0) % 20_000);
  const redeemed = seq % 4 === 0 ? 100 : 0;
  const wallMs = START_MS + seq * 1_000;
  return {
    v: 1, id: uuidV7(wallMs, noise.subarray(0, 10)), store, terminal, epoch: 1, seq, prevHash, kind: 'sale',
    member: MEMBERS[noise.readUInt32BE(4) % MEMBERS.length] ?? '',
    bill: { totalMinor: minor(totalMinor), netMinor: minor(totalMinor - redeemed), currency: 'USD', reference: `R${noise.readUInt32BE(8)}` },
    ...(redeemed === 0 ? {} : {
      redeem: { rule: 'points', points: points(redeemed), discountMinor: minor(redeemed), cover: { leases: [], atRisk: points(redeemed) } },
    }),
    earn: { points: points(Math.floor((totalMinor - redeemed) / 100)) },
    programme: 1, staff: 'bench', occurredAt: { ms: wallMs, n: 0 }, wallMs, businessDate: '2026-01-05',
  };
}

/** A session of a till at a server, over a connection that stays open. */
export interface BenchSession {
  push(body: Buffer): Promise<PushResponse>;
  close(): void;
}

/** Enrols a till and opens its session. */
export async function openSession(url: string, till: BenchTill, code: string): Promise<BenchSession> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const enrolment = await call<Enrolment>(agent, `${url}/v1/enrol`, JSON.stringify({ code, publicKey: till.publicKey }));
  const { challenge } = await call<{ challenge: string }>(agent, `${url}/v1/challenge`);
  const { terminal, epoch } = enrolment;
  const signature = sign(null, Buffer.from(sessionText(terminal, epoch, challenge)), till.privateKey).toString('base64');
  const { token } = await call<{ token: string }>(agent, `${url}/v1/session`, JSON.stringify({ terminal, epoch, challenge, signature }));
  return {
    async push(body) {
      for (;;) {
        try {
          return await call<PushResponse>(agent, `${url}/v1/sync/push`, body, token);
        } catch (error) {
          // A till that hears "busy" waits and sends the same again; the wait counts as its latency.
          if (!(error instanceof Refused) || error.status !== 503) throw error;
          await new Promise((resolve) => setTimeout(resolve, BUSY_MS));
        }
      }
    },
    close: () => agent.destroy(),
  };
}

const BUSY_MS = 100;

class Refused extends Error {
  readonly status: number | undefined;

  constructor(url: string, status: number | undefined, text: string) {
    super(`${url} answered ${status}: ${text.slice(0, 200)}`);
    this.status = status;
  }
}

function call<T>(agent: Agent, url: string, body?: string | Buffer, token?: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const headers: Record<string, string | number> = {};
    if (body !== undefined) Object.assign(headers, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    const sent = request(url, { agent, method: body === undefined ? 'GET' : 'POST', headers }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const text = Buffer.concat(parts).toString();
        if (response.statusCode === 200) resolve(JSON.parse(text) as T);
        else reject(new Refused(url, response.statusCode, text));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
