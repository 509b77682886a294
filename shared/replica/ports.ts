import type { BulkWriteRow, RxCollection, RxDatabase } from 'rxdb';
import type { Observable } from 'rxjs';
import type { CollectionName } from '../contract/collections.ts';
import type {
  AccountDoc, ChainHeadDoc, DraftDoc, LeaseDoc, LeaseUseDoc, OwnEntryDoc, PostedEntryDoc, ProgrammeDoc, StaffDoc, StoreDoc, VoucherDoc,
} from '../contract/documents.ts';
import type { Enrolment, ShownVoucher } from '../contract/http.ts';
import type { PublishRequest, PublishResponse } from '../contract/programmes.ts';
import type { Alarms } from '../contract/alarms.ts';
import type { OpenLeases, Shortfalls } from '../contract/reports.ts';
import type { SyncView } from '../contract/views.ts';

/** The document of each collection of the replica. */
export interface ReplicaDocuments {
  own: OwnEntryDoc;
  posted: PostedEntryDoc;
  accounts: AccountDoc;
  visitors: AccountDoc;
  leases: LeaseDoc;
  leaseUse: LeaseUseDoc;
  chain: ChainHeadDoc;
  programmes: ProgrammeDoc;
  staff: StaffDoc;
  stores: StoreDoc;
  drafts: DraftDoc;
  vouchers: VoucherDoc;
}

/** The replica's collections. */
export type ReplicaCollections = { [N in CollectionName]: RxCollection<ReplicaDocuments[N]> };

/** Rows for one collection in one atomic write; `previous` is what the writer believes to be stored. */
export interface AtomicWrite {
  collection: CollectionName;
  rows: { document: ReplicaDocuments[CollectionName]; previous?: ReplicaDocuments[CollectionName] | undefined }[];
}

/** Rows as the storage takes them, with RxDB's own fields. */
export interface StorageWrite {
  collection: string;
  rows: BulkWriteRow<unknown>[];
}

/**
 * Writes rows of several collections of one database in one transaction and returns after its fsync; nothing is written
 * and it throws when one row conflicts with what is stored, or when the disk fails.
 */
export type AtomicWriter = (database: string, writes: readonly StorageWrite[]) => Promise<void>;

/** An open replica. */
export interface Replica {
  /** Name of the RxDB database; the window opens the same name over the remote storage. */
  readonly name: string;
  readonly database: RxDatabase<ReplicaCollections>;
  readonly collections: ReplicaCollections;
  /** One durable write over several collections. */
  write(writes: readonly AtomicWrite[]): Promise<void>;
  close(): Promise<void>;
}

/** What a till is to the server, once enrolled. */
export type Identity = Enrolment;

/** Time, randomness and keys: everything a till takes from its host. */
export interface TillPorts {
  /** Wall clock, milliseconds since 1970. */
  nowMs(): number;
  random(bytes: number): Uint8Array;
  /** SHA-256 of a text's UTF-8 bytes, lower-case hex. */
  sha256(text: string): string;
  /** Ed25519 signature of a text with the device key, base64. */
  sign(text: string): string;
  /** Whether `signature` (base64) of `text` was made by the private half of `publicKey` (SPKI DER, base64). */
  verify(publicKey: string, text: string, signature: string): boolean;
  /** scrypt of a PIN with a salt (base64) as the contract says, base64. */
  hashPin(pin: string, salt: string): Promise<string>;
  /** Moves the sentinel to a head that is durably in the replica; returns after its own fsync. */
  advanceSentinel(head: { epoch: number; seq: number; hash: string }): Promise<void>;
}

/** What became of asking for a lease; `unreachable`: nobody knows. */
export type LeaseAnswer = 'granted' | 'nothing-free' | 'refused' | 'unreachable';

/** How a lease is asked for. */
export interface NamedLease {
  /** The id that the lease shall have. */
  id: string;
  /** Where the chain ended when the id was chosen. */
  seq: number;
  /** Whether what other tills keep for the member is called back for it: only for a member who is here. */
  recall?: boolean;
}

/** The till's way to the server, as the till's commands use it. Nothing here blocks a sale. */
export interface SyncPort {
  readonly view$: Observable<SyncView>;
  /** The view now. */
  view(): SyncView;
  /** Says that the chain has grown: a push follows at once when there is a connection. */
  nudge(): void;
  /** Tries everything at once; resolves when that round has ended, whether or not it succeeded. */
  syncNow(): Promise<void>;
  /**
   * Asks the server for cover. Resolves once the lease is verified, stored and spendable; rejects never. At most
   * `waitMs` is waited for. `lease` says under which id it shall be granted: asked for twice, it is granted once.
   */
  requestLease(
    member: string, points: number | undefined, waitMs: number, lease?: NamedLease,
  ): Promise<LeaseAnswer>;
  /** Members that are not on this till, from the server; stores them among the visitors. Empty when offline. */
  findMembers(text: string): Promise<AccountDoc[]>;
  /**
   * Says that a voucher was shown, and asks for a lease of it under an id that was chosen when the chain ended at `seq`. Waits at
   * most `waitMs`; a lease is spendable once this has resolved. `unknown`: there is no such voucher; undefined: nobody could say.
   */
  showVoucher(code: string, member: string | null, lease: { id: string; seq: number }, waitMs: number): Promise<ShownVoucher | 'unknown' | undefined>;
  /** What only the server knows, for managers; undefined while it cannot be asked. */
  shortfalls(): Promise<Shortfalls | undefined>;
  openLeases(): Promise<OpenLeases | undefined>;
  alarms(): Promise<Alarms | undefined>;
  /** Publishes a programme version; resolves once what is published is on this till, or with the server's code. Undefined while it cannot be asked. */
  publish(request: PublishRequest): Promise<({ ok: true } & PublishResponse) | { ok: false; code: string } | undefined>;
  stop(): Promise<void>;
}
