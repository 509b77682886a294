import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fillWithDefaultSettings, normalizeMangoQuery, prepareQuery, type MangoQuery, type RxDocumentData, type RxStorage, type RxStorageInstance } from 'rxdb/plugins/core';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { openSqliteStorage } from '../../electron/core/storage/sqlite.ts';
import { collectionSchema } from '../../shared/contract/collections.ts';
import type { OwnEntryDoc } from '../../shared/contract/documents.ts';
import { makeFolder } from '../storage/support.ts';

type Instance = RxStorageInstance<OwnEntryDoc, unknown, Record<string, unknown>>;
type Stored = RxDocumentData<OwnEntryDoc>;

/** Milliseconds: of one bulk, and medians and 99th percentiles of single calls, on a replica that holds `documents` entries. */
export interface StorageFigures {
  bulkMs: number;
  insertMs: number;
  insertP99Ms: number;
  lastFiftyMs: number;
  memberMs: number;
  countMs: number;
}

export interface StorageBench {
  documents: number;
  sqlite: StorageFigures;
  memory: StorageFigures;
  /** The same rows with the same indexes through `node:sqlite` alone, in one transaction and one by one, with fsync. */
  bare: { bulkMs: number; insertMs: number };
  /** The storage's time by the bare time. */
  ratio: { bulk: number; insert: number };
}

/** Measures the replica's storage beside RxDB's memory storage and bare SQLite in the same run; entries look like real ones. */
export async function runStorageBench(options: { documents?: number; singles?: number } = {}): Promise<StorageBench> {
  const documents = options.documents ?? 100_000;
  const singles = options.singles ?? 300;
  const made = Array.from({ length: documents + singles }, (_, at) => entry(at));
  const { folder, remove } = makeFolder();
  const sqlite = openSqliteStorage({ file: (name) => join(folder, `${name}.db`) });
  try {
    const bare = openBare(join(folder, 'bare.db'), made.slice(0, documents));
    const bareInserts: number[] = [];
    const own = await measure(await open(sqlite.storage as RxStorage<unknown, Record<string, unknown>>), made, documents, (document) => bareInserts.push(bare.insert(document)));
    const memory = await measure(await open(getRxStorageMemory() as RxStorage<unknown, Record<string, unknown>>), made, documents);
    bare.close();
    const insertMs = percentile(bareInserts, 0.5);
    const ratio = { bulk: own.bulkMs / bare.bulkMs, insert: own.insertMs / insertMs };
    return { documents, sqlite: own, memory, bare: { bulkMs: bare.bulkMs, insertMs }, ratio };
  } finally {
    await sqlite.close();
    remove();
  }
}

function open(storage: RxStorage<unknown, Record<string, unknown>>): Promise<Instance> {
  const schema = fillWithDefaultSettings<OwnEntryDoc>(collectionSchema('own') as never);
  const name = randomBytes(6).toString('hex');
  return storage.createStorageInstance<OwnEntryDoc>({
    databaseInstanceToken: name, databaseName: name, collectionName: 'own', schema, options: {}, multiInstance: false, devMode: false,
  });
}

/** An entry of about a kilobyte, as a sale with a few lines makes it. */
function entry(at: number): Stored {
  const id = randomBytes(16).toString('hex');
  const occurredMs = 1_700_000_000_000 + at * 60_000;
  const lines = Array.from({ length: 4 }, (_, line) => ({ name: `Article ${at + line}`, quantity: 1, minor: 1_250 + line }));
  return {
    id, store: 'S1', terminal: 'T1', epoch: 1, seq: at + 1, kind: 'sale', member: `M${at % 2_000}`, reverses: '', businessDate: '2026-01-01',
    occurredMs, hash: randomBytes(32).toString('hex'), signature: randomBytes(64).toString('base64'),
    // The storage looks into no entry: what counts is its size.
    entry: { id, lines, previous: randomBytes(32).toString('hex'), occurredAt: { ms: occurredMs }, text: 'x'.repeat(200) } as never,
    _deleted: false, _attachments: {}, _rev: '1-bench', _meta: { lwt: occurredMs },
  };
}

/** `beside` runs before each single insert: a baseline in alternation meets the same load of the machine. */
async function measure(instance: Instance, made: readonly Stored[], documents: number, beside: (document: Stored) => void = () => undefined): Promise<StorageFigures> {
  const rows = made.map((document) => ({ document }));
  const [bulkMs] = await timed(1, async () => refuseErrors(await instance.bulkWrite(rows.slice(0, documents), 'bench')));
  const inserts: number[] = [];
  for (const row of rows.slice(documents)) {
    beside(row.document);
    inserts.push(...(await timed(1, async () => refuseErrors(await instance.bulkWrite([row], 'bench')))));
  }
  const lastFifty = ask(instance, { selector: {}, sort: [{ occurredMs: 'desc' }], limit: 50 });
  const all = ask(instance, { selector: {} });
  const figures = {
    bulkMs: bulkMs ?? 0,
    insertMs: percentile(inserts, 0.5),
    insertP99Ms: percentile(inserts, 0.99),
    lastFiftyMs: percentile(await timed(100, () => instance.query(lastFifty)), 0.5),
    memberMs: percentile(await timed(100, (at) => instance.query(ask(instance, { selector: { member: `M${at}` } }))), 0.5),
    countMs: percentile(await timed(10, () => instance.count(all)), 0.5),
  };
  await instance.remove();
  return figures;
}

function ask(instance: Instance, query: MangoQuery<OwnEntryDoc>) {
  const selector = { _deleted: { $eq: false }, ...query.selector };
  return prepareQuery<OwnEntryDoc>(instance.schema, normalizeMangoQuery<OwnEntryDoc>(instance.schema, { ...query, selector } as never));
}

/** The baseline: rows written, their time, and one insert more at a time, which answers its milliseconds. */
function openBare(file: string, rows: readonly Stored[]): { bulkMs: number; insert: (document: Stored) => number; close: () => void } {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768');
  database.exec('CREATE TABLE own (id TEXT PRIMARY KEY NOT NULL, deleted, lwt, epoch, seq, occurredMs, member, reverses, data TEXT)');
  for (const index of ['deleted, epoch, seq, id', 'deleted, occurredMs, id', 'deleted, member, occurredMs, id', 'deleted, reverses, id', 'lwt, id']) {
    database.exec(`CREATE INDEX "${index}" ON own (${index})`);
  }
  const statement = database.prepare('INSERT INTO own VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const insert = (document: Stored): number => {
    const start = performance.now();
    const { id, epoch, seq, occurredMs, member, reverses, _meta } = document;
    statement.run(id, 0, _meta.lwt, epoch, seq, occurredMs, member, reverses, JSON.stringify(document));
    return performance.now() - start;
  };
  const start = performance.now();
  database.exec('BEGIN');
  rows.forEach(insert);
  database.exec('COMMIT');
  return { bulkMs: performance.now() - start, insert, close: () => database.close() };
}

async function timed(count: number, work: (at: number) => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count; at += 1) {
    const start = performance.now();
    await work(at);
    times.push(performance.now() - start);
  }
  return times;
}

function percentile(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function refuseErrors({ error }: { error: readonly unknown[] }): void {
  if (error.length > 0) throw new Error('A row of the bench was refused.');
}
