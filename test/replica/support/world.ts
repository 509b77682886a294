import { createHash, createPublicKey, generateKeyPairSync, randomBytes, scrypt, sign, verify } from 'node:crypto';
import type { ProgrammeDoc, StaffDoc, StoreDoc } from '../../../shared/contract/documents.ts';
import type { TillErrorCode } from '../../../shared/contract/errors.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import { openReplica } from '../../../shared/replica/database.ts';
import type { AtomicWriter, Identity, Replica, TillPorts } from '../../../shared/replica/ports.ts';
import { createTill, type Till } from '../../../shared/replica/till.ts';
import { Office } from './office.ts';
import { memoryTestStorage, type TestStorage } from './storage.ts';
import { TestSync } from './sync.ts';

/** 14 March 2026, 15:20 in Shanghai. */
export const NOON_MS = Date.UTC(2026, 2, 14, 7, 20);
export const PIN = '2468';

export const STORE: StoreDoc = {
  id: 'S1', name: { en: 'Lakeside', 'zh-CN': '湖畔店' }, region: 'R1', currency: 'CNY', utcOffsetMinutes: 480, address: '1 Lake Road',
  receiptFooter: { en: 'Thank you', 'zh-CN': '谢谢' },
  atRisk: { name: 'balanced', perSale: points(300), perMemberDay: points(400), perOutage: points(600) },
  leaseCap: points(5_000), leaseTermMs: 14_400_000, demo: true, rev: 1,
};

export const PROGRAMME: ProgrammeDoc = {
  id: 'v1', version: 1, name: { en: 'Points', 'zh-CN': '积分' }, currency: 'CNY', effectiveFromMs: 0,
  earn: { points: points(1), perMinor: minor(100), basis: 'net', expiresAfterMonths: 12 },
  redeem: [
    { kind: 'ratio', id: 'ratio', name: { en: 'Points', 'zh-CN': '积分' }, stepPoints: points(100), stepMinor: minor(100), multiple: points(100), maxShareBp: 5_000 },
    { kind: 'fixed', id: 'fixed', name: { en: 'Ten off', 'zh-CN': '减十元' }, points: points(800), discountMinor: minor(1_000), minBillMinor: minor(5_000) },
  ],
  rev: 1,
};

const device = generateKeyPairSync('ed25519');
const hashPin = (pin: string, salt: string): Promise<string> => new Promise((resolve, reject) => {
  scrypt(pin, Buffer.from(salt, 'base64'), 32, { N: 16_384, r: 8, p: 1 }, (error, hash) => (error === null ? resolve(hash.toString('base64')) : reject(error)));
});

/** Where a run of the till is stopped dead: at the n-th write, before or after it is durable, or at the sentinel. */
export type CrashPoint = 'before-write' | 'after-write' | 'sentinel';

export class Crash extends Error {}

/** A till on a storage that outlives it, a clock that the test moves, and an office. */
export class World {
  readonly office = new Office();
  readonly storage: TestStorage;
  readonly identity: Identity;
  readonly devicePublicKey = device.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  readonly sentinels: { epoch: number; seq: number; hash: string }[] = [];
  nowMs = NOON_MS;
  crashAt: CrashPoint | undefined;
  /** Thrown instead of a {@link Crash}, when set. */
  crashError: unknown;
  pinsHashed = 0;
  replica!: Replica;
  sync!: TestSync;
  till!: Till;
  private closeStorage: () => Promise<void> = async () => undefined;

  private constructor(storage: TestStorage) {
    this.storage = storage;
    this.identity = { server: 'office', serverKey: this.office.publicKey, terminal: 'T1', epoch: 1, store: 'S1' };
  }

  /** A till of store S1 with one cashier (`maya`) signed in, unless told otherwise. */
  static async open(options: { storage?: TestStorage; online?: boolean; store?: Partial<StoreDoc>; members?: (office: Office) => void; signIn?: boolean } = {}): Promise<World> {
    const world = new World(options.storage ?? memoryTestStorage());
    (options.members ?? ((office) => office.addMember('M1', 1_000)))(world.office);
    await world.start({ online: options.online ?? true, seed: { ...STORE, ...options.store } });
    if (options.signIn !== false) await world.till.handlers.signIn({ staff: 'maya', pin: PIN });
    return world;
  }

  readonly ports: TillPorts = {
    nowMs: () => this.nowMs,
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    sign: (text) => sign(null, Buffer.from(text), device.privateKey).toString('base64'),
    verify: (publicKey, text, signature) =>
      verify(null, Buffer.from(text), createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' }), Buffer.from(signature, 'base64')),
    hashPin: (pin, salt) => {
      this.pinsHashed += 1;
      return hashPin(pin, salt);
    },
    advanceSentinel: async (head) => {
      if (this.crashAt === 'sentinel') throw this.crash();
      this.sentinels.push(head);
    },
  };

  get name(): string {
    return `till-${this.devicePublicKey.length}-${this.id}`;
  }

  private readonly id = randomBytes(6).toString('hex');

  /** Opens the replica and the till over it, as after a restart. */
  async start(options: { online?: boolean; seed?: StoreDoc; blockedBy?: TillErrorCode } = {}): Promise<void> {
    const { storage, atomic, close } = this.storage.open();
    this.closeStorage = close;
    this.replica = await openReplica({ storage, name: this.name, atomic: this.breakable(atomic) });
    if (options.seed !== undefined) await this.seed(options.seed);
    this.sync = new TestSync({ replica: this.replica, office: this.office, identity: this.identity, ports: this.ports, online: options.online ?? true });
    const { replica, identity, ports, sync } = this;
    this.till = await createTill({ replica, identity, ports, sync, version: 'test', ...(options.blockedBy === undefined ? {} : { blockedBy: options.blockedBy }) });
  }

  /** Ends the process: nothing is finished that was not durable. */
  async stop(): Promise<void> {
    await this.till.stop();
    await this.sync.stop();
    await this.replica.close();
    await this.closeStorage();
  }

  async restart(options: { online?: boolean; signIn?: boolean; blockedBy?: TillErrorCode } = {}): Promise<void> {
    await this.stop();
    this.crashAt = undefined;
    await this.start({ online: options.online ?? this.sync.view().online, ...(options.blockedBy === undefined ? {} : { blockedBy: options.blockedBy }) });
    if (options.signIn !== false) await this.till.handlers.signIn({ staff: 'maya', pin: PIN });
  }

  async destroy(): Promise<void> {
    await this.stop();
    this.storage.destroy();
  }

  private breakable(atomic: AtomicWriter): AtomicWriter {
    return async (database, writes) => {
      const concerns = writes.some((write) => write.collection === 'own');
      if (concerns && this.crashAt === 'before-write') throw this.crash();
      await atomic(database, writes);
      if (concerns && this.crashAt === 'after-write') throw this.crash();
    };
  }

  private crash(): unknown {
    return this.crashError ?? new Crash('the till stops here');
  }

  private async seed(store: StoreDoc): Promise<void> {
    const pinSalt = randomBytes(16).toString('base64');
    const pinHash = await hashPin(PIN, pinSalt);
    const person: StaffDoc = { id: 'maya', store: 'S1', name: 'Maya', role: 'cashier', active: true, pinSalt, pinHash, rev: 1 };
    const { collections } = this.replica;
    await collections.stores.insert(store);
    await collections.staff.bulkInsert([
      person, { ...person, id: 'wei', name: '王伟', role: 'manager' }, { ...person, id: 'gone', active: false }, { ...person, id: 'elsewhere', store: 'S2' },
    ]);
    await collections.programmes.insert(PROGRAMME);
    await collections.accounts.bulkInsert(this.office.members().map((id) => this.office.account(id)));
  }
}
