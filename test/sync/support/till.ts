import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStorage, type SqliteStorage } from '../../../electron/core/storage/sqlite.ts';
import type { AccountDoc, OwnEntryDoc } from '../../../shared/contract/documents.ts';
import { canonicalEntry, signingText } from '../../../shared/domain/canonical.ts';
import { memberDelta, projectBalance } from '../../../shared/domain/balance.ts';
import { GENESIS_HASH, type Entry } from '../../../shared/domain/entry.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import { uuidV7 } from '../../../shared/domain/uuid.ts';
import { openReplica } from '../../../shared/replica/database.ts';
import { queryDocuments, readDocument } from '../../../shared/replica/documents.ts';
import type { Identity, Replica, SyncPort, TillPorts } from '../../../shared/replica/ports.ts';
import { createSync, enrolTill, type SyncTiming } from '../../../shared/replica/sync/index.ts';

/** A device key as a till holds it. */
export interface TestKey {
  publicKey: string;
  sign(text: string): string;
}

export function makeKey(): TestKey {
  const pair = generateKeyPairSync('ed25519');
  return {
    publicKey: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    sign: (text) => sign(null, Buffer.from(text), pair.privateKey).toString('base64'),
  };
}

/** Time, chance and keys from Node. */
export function portsOf(key: TestKey): TillPorts {
  const keys = new Map<string, KeyObject>();
  return {
    nowMs: Date.now,
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    sign: key.sign,
    verify(publicKey, text, signature) {
      const made = keys.get(publicKey) ?? createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
      keys.set(publicKey, made);
      return verify(null, Buffer.from(text), made, Buffer.from(signature, 'base64'));
    },
    hashPin: () => Promise.reject(new Error('no PIN in these tests')),
    advanceSentinel: async () => undefined,
  };
}

/** Times that let a test see a retry without waiting for it. */
export const QUICK: Partial<SyncTiming> = { retryLeastMs: 20, retryMostMs: 150, refusedMostMs: 300 };

/**
 * A till's replica on a real file, its chain, and its sync: everything of a till that syncs, without its commands. RxDB holds
 * the collections of one at a time in a process.
 */
export class SyncTill {
  readonly identity: Identity;
  readonly key: TestKey;
  replica: Replica;
  sync: SyncPort | undefined;
  private storage: SqliteStorage;
  private readonly folder: string;
  private seq = 0;
  private prevHash = GENESIS_HASH;

  private constructor(identity: Identity, key: TestKey, folder: string, storage: SqliteStorage, replica: Replica) {
    this.identity = identity;
    this.key = key;
    this.folder = folder;
    this.storage = storage;
    this.replica = replica;
  }

  static async open(identity: Identity, key: TestKey = makeKey()): Promise<SyncTill> {
    const folder = mkdtempSync(join(tmpdir(), 'tillpoint-sync-'));
    const { storage, replica } = await openFile(folder);
    return new SyncTill(identity, key, folder, storage, replica);
  }

  /** Enrols with a server, as a till does. */
  static async enrol(server: string, code: string): Promise<SyncTill> {
    const key = makeKey();
    let answer = await enrolTill({ server, code, publicKey: key.publicKey });
    // A server that has just started on a busy machine may turn requests away for a moment.
    for (let tries = 1; !answer.ok && answer.code === 'busy' && tries < 20; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      answer = await enrolTill({ server, code, publicKey: key.publicKey });
    }
    if (!answer.ok) throw new Error(`not enrolled: ${answer.code}`);
    return SyncTill.open(answer.value, key);
  }

  async start(server: string, timing: Partial<SyncTiming> = QUICK): Promise<SyncPort> {
    this.sync = await createSync({ replica: this.replica, identity: this.identity, ports: portsOf(this.key), server, timing });
    return this.sync;
  }

  async stopSync(): Promise<void> {
    await this.sync?.stop();
    this.sync = undefined;
  }

  /** Closes the replica and opens its file again, as a restart does. */
  async reopen(): Promise<void> {
    await this.stopSync();
    await this.replica.close();
    await this.storage.close();
    ({ storage: this.storage, replica: this.replica } = await openFile(this.folder));
  }

  async close(): Promise<void> {
    await this.stopSync();
    await this.replica.close();
    await this.storage.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Commits the next entry of the chain and says so to the sync. */
  async commit(body: Partial<Entry> = {}): Promise<OwnEntryDoc> {
    const { terminal, epoch, store } = this.identity;
    const nowMs = Date.now();
    const draft: Entry = {
      v: 1, id: uuidV7(nowMs, randomBytes(10)), store, terminal, epoch, seq: this.seq + 1, prevHash: this.prevHash, kind: 'sale',
      bill: { totalMinor: minor(1_000), netMinor: minor(1_000), currency: 'USD' },
      programme: 1, staff: 'maya', occurredAt: { ms: nowMs, n: this.seq }, wallMs: nowMs,
      businessDate: new Date(nowMs).toISOString().slice(0, 10), ...body,
    };
    // A body takes a member back with undefined, which JSON leaves out.
    const entry = JSON.parse(JSON.stringify(draft)) as Entry;
    const hash = createHash('sha256').update(canonicalEntry(entry)).digest('hex');
    const doc: OwnEntryDoc = {
      id: entry.id, store, terminal, epoch, seq: entry.seq, kind: entry.kind, member: entry.member ?? '', reverses: entry.reverses ?? '',
      businessDate: entry.businessDate, occurredMs: nowMs, hash, signature: this.key.sign(signingText(hash)), entry,
    };
    const id = `${terminal}.${epoch}`;
    const previous = await readDocument(this.replica, 'chain', id);
    await this.replica.write([
      { collection: 'own', rows: [{ document: doc }] },
      { collection: 'chain', rows: [{ document: { id, terminal, epoch, seq: entry.seq, hash, lastAt: entry.occurredAt }, previous }] },
    ]);
    this.seq = entry.seq;
    this.prevHash = hash;
    this.sync?.nudge();
    return doc;
  }

  /** A sale that earns points for a member. */
  sale(member: string, earned: number): Promise<OwnEntryDoc> {
    return this.commit({ member, earn: { points: points(earned) } });
  }

  own(): Promise<OwnEntryDoc[]> {
    return queryDocuments(this.replica, 'own', { selector: {}, sort: [{ epoch: 'asc' }, { seq: 'asc' }] });
  }

  account(member: string): Promise<AccountDoc | undefined> {
    return readDocument(this.replica, 'accounts', member);
  }

  /** N3: the balance of a member as the till would show it, from what is stored. */
  async balance(member: string): Promise<number | undefined> {
    const snapshot = (await this.account(member)) ?? (await readDocument(this.replica, 'visitors', member));
    if (snapshot === undefined) return undefined;
    const effects = (await this.own())
      .filter((doc) => doc.member === member && doc.quarantined === undefined)
      .map((doc) => ({ delta: memberDelta(doc.entry), ...(doc.position === undefined ? {} : { position: doc.position }) }));
    return projectBalance(snapshot, effects);
  }
}

async function openFile(folder: string): Promise<{ storage: SqliteStorage; replica: Replica }> {
  const storage = openSqliteStorage({ file: () => join(folder, 'replica.sqlite') });
  const replica = await openReplica({ storage: storage.storage, name: 'till', atomic: storage.atomic });
  return { storage, replica };
}

/** Waits until something holds; the error says what it was. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 5_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
