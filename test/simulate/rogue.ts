import { createHash, createPrivateKey, sign, createPublicKey, type KeyObject } from 'node:crypto';
import type { Envelope } from '../../shared/contract/entry.ts';
import type { Enrolment, PushResponse } from '../../shared/contract/http.ts';
import { sessionText } from '../../shared/contract/http.ts';
import { canonicalEntry, signingText } from '../../shared/domain/canonical.ts';
import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { virtualMs } from './clock.ts';
import type { History } from './history.ts';

const ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The rogue's terminal. */
export const ROGUE = 'R1';

/** A till with a program of its own, which sends what no till of ours would: every entry linked and signed, some of them odd. */
export class Rogue {
  private readonly key: KeyObject;
  private readonly publicKey: string;
  private enrolment: Enrolment | undefined;
  private seq = 0;
  private prevHash = GENESIS_HASH;

  constructor(seed: number) {
    this.key = createPrivateKey({ key: Buffer.concat([ED25519, createHash('sha256').update(`rogue ${seed}`).digest()]), format: 'der', type: 'pkcs8' });
    this.publicKey = createPublicKey(this.key).export({ format: 'der', type: 'spki' }).toString('base64');
  }

  /** Sends a few entries in one push; answers how many were posted and how many set aside. */
  async send(history: History): Promise<{ posted: number; aside: number }> {
    const token = await this.session(history);
    if (token === undefined) return { posted: 0, aside: 0 };
    history.leases = history.server.openLeases();
    const own = history.chance(0.5) ? await this.lease(history, token) : undefined;
    const entries = Array.from({ length: 1 + history.below(4) }, () => this.entry(history));
    // L4: a close behind what was set aside proves nothing.
    if (own !== undefined) entries.push(this.entry(history, 'colour'), this.entry(history, 'own-close', own));
    const answer = await history.server.answer({ method: 'POST', path: '/v1/sync/push', token, body: { entries } });
    if (answer.status !== 200) {
      // A server that was restored knows less of this chain; it begins again where the server stands.
      await this.meet(history, token);
      return { posted: 0, aside: 0 };
    }
    const { results, chain } = answer.body as PushResponse;
    [this.seq, this.prevHash] = [chain.seq, chain.hash];
    const count = (outcome: string): number => results.filter((result) => result.outcome === outcome).length;
    return { posted: count('posted'), aside: count('quarantined') };
  }

  /** Asks for a lease of its own. */
  private async lease(history: History, token: string): Promise<{ id: string; member: string } | undefined> {
    const answer = await history.server.answer({ method: 'POST', path: '/v1/leases', token, body: { member: history.pick(history.members) } });
    return answer.status === 200 ? (answer.body as { lease: { id: string; member: string } }).lease : undefined;
  }

  private entry(history: History, kind?: 'colour' | 'own-close', own?: { id: string; member: string }): Envelope {
    const { enrolment } = this;
    if (enrolment === undefined) throw new Error('assertion failed: a rogue is enrolled');
    const { terminal, epoch, store } = enrolment;
    this.seq += 1;
    const nowMs = virtualMs();
    const member = history.pick(history.members);
    const lease = history.leases.at(-1);
    const base: Entry = {
      v: 1, id: history.newId(), store, terminal, epoch, seq: this.seq, prevHash: this.prevHash, kind: 'sale', programme: 1, staff: 'rogue',
      member, occurredAt: { ms: nowMs, n: this.seq }, wallMs: nowMs, businessDate: new Date(nowMs).toISOString().slice(0, 10),
      bill: { totalMinor: minor(1_000), netMinor: minor(1_000), currency: 'USD' },
    };
    const odd = kind ?? history.pick(['fine', 'colour', 'signature', 'store', 'close', 'spend'] as const);
    let entry: Entry = base;
    if (odd === 'fine') entry = { ...base, earn: { points: points(10) } };
    if (odd === 'colour') entry = { ...base, colour: 'red' } as Entry;
    if (odd === 'store') entry = { ...base, store: 'S9' };
    // L5: the lease of another till, without an approver.
    if (odd === 'close' && lease !== undefined) entry = { ...base, kind: 'lease-close', lease: lease.id, member: lease.member, reason: 'mine' };
    if (odd === 'own-close' && own !== undefined) entry = { ...base, kind: 'lease-close', lease: own.id, member: own.member };
    // L2: the lease of another till is no cover.
    if (odd === 'spend' && lease !== undefined && history.mayLoseCover) {
      entry = { ...base, member: lease.member, redeem: { rule: 'ratio', points: points(50), discountMinor: minor(50), cover: { leases: [{ lease: lease.id, points: points(50) }], atRisk: points(0) } } };
    }
    const bytes = canonicalEntry(entry);
    const hash = createHash('sha256').update(bytes).digest('hex');
    this.prevHash = hash;
    const signature = odd === 'signature' ? Buffer.alloc(64, 7).toString('base64') : sign(null, Buffer.from(signingText(hash)), this.key).toString('base64');
    return { id: entry.id, seq: entry.seq, hash, signature, bytes };
  }

  private async session(history: History): Promise<string | undefined> {
    const { server } = history;
    if (this.enrolment === undefined) {
      const code = await server.code(ROGUE, 'S1');
      const enrolled = await server.answer({ method: 'POST', path: '/v1/enrol', token: undefined, body: { code, publicKey: this.publicKey } });
      if (enrolled.status !== 200) return undefined;
      this.enrolment = enrolled.body as Enrolment;
    }
    const { terminal, epoch } = this.enrolment;
    const asked = await server.answer({ method: 'GET', path: '/v1/challenge', token: undefined, body: undefined });
    const { challenge } = asked.body as { challenge: string };
    const signature = sign(null, Buffer.from(sessionText(terminal, epoch, challenge)), this.key).toString('base64');
    const opened = await server.answer({ method: 'POST', path: '/v1/session', token: undefined, body: { terminal, epoch, challenge, signature } });
    if (opened.status === 200) return (opened.body as { token: string }).token;
    this.enrolment = undefined;
    [this.seq, this.prevHash] = [0, GENESIS_HASH];
    return undefined;
  }

  private async meet(history: History, token: string): Promise<void> {
    const head = await history.server.answer({ method: 'GET', path: '/v1/sync/head', token, body: undefined });
    if (head.status !== 200) return;
    const { chain } = head.body as { chain: { seq: number; hash: string } };
    [this.seq, this.prevHash] = [chain.seq, chain.hash];
  }
}
