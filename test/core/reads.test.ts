import { createRxDatabase, RXDB_VERSION } from 'rxdb/plugins/core';
import { getRxStorageRemote, type MessageFromRemote, type MessageToRemote } from 'rxdb/plugins/storage-remote';
import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exposeReads, type WindowReads } from '../../electron/core/reads.ts';
import { openSqliteStorage, type SqliteStorage } from '../../electron/core/storage/sqlite.ts';
import { collectionSchema, type CollectionName } from '../../shared/contract/collections.ts';
import type { DraftDoc, StoreDoc } from '../../shared/contract/documents.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { openReplica } from '../../shared/replica/database.ts';
import type { Replica } from '../../shared/replica/ports.ts';

const NAME = 'till-t1-1';
const STORE: StoreDoc = {
  id: 'north', name: { en: 'North', 'zh-CN': '北' }, region: 'R', currency: 'USD', utcOffsetMinutes: 0, address: '', demo: false, rev: 1,
  receiptFooter: { en: '', 'zh-CN': '' }, leaseCap: points(1), leaseTermMs: 1,
  atRisk: { name: 'strict', perSale: points(0), perMemberDay: points(0), perOutage: points(0) },
};
const DRAFT: DraftDoc = { id: 'T1', billMinor: minor(1), member: '', saleId: 's', updatedMs: 1 };

let files: SqliteStorage;
let replica: Replica;
let reads: WindowReads;
let sent: MessageFromRemote[];
let toWindow: Subject<MessageFromRemote>;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  files = openSqliteStorage({ file: () => ':memory:' });
  replica = await openReplica({ storage: files.storage, name: NAME, atomic: files.atomic });
  await replica.collections.stores.insert(STORE);
  await replica.collections.drafts.insert(DRAFT);
  sent = [];
  toWindow = new Subject();
  reads = exposeReads(replica, (message) => {
    sent.push(message);
    toWindow.next(message);
  });
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  reads.close();
  await replica.close();
  await files.close();
});

/** A window's RxDB over the messages, as JSON like over a socket. */
async function openWindow(names: readonly CollectionName[], database = NAME) {
  const storage = getRxStorageRemote({
    identifier: crypto.randomUUID(),
    mode: 'storage',
    messageChannelCreator: async () => ({
      send: (message) => void queueMicrotask(() => reads.receive(JSON.parse(JSON.stringify(message)))),
      messages$: toWindow,
      close: async () => undefined,
    }),
  });
  const opened = await createRxDatabase({ name: database, storage, multiInstance: false, closeDuplicates: true });
  closers.push(() => opened.close());
  await opened.addCollections(Object.fromEntries(names.map((name) => [name, { schema: collectionSchema(name) }])) as never);
  return opened;
}

describe('a window reading the replica', () => {
  it('sees what is there and what changes', async () => {
    const { stores } = (await openWindow(['stores'])).collections;
    const seen: string[][] = [];
    const watching = stores?.find().$.subscribe((found) => seen.push(found.map((one) => String(one.get('address')))));
    await expect.poll(() => seen.at(-1)).toEqual(['']);
    await replica.collections.stores.findOne('north').patch({ address: '1 Quay' });
    await expect.poll(() => seen.at(-1)).toEqual(['1 Quay']);
    watching?.unsubscribe();
  });

  it('writes nothing, not by a document and not by a message', async () => {
    const window = await openWindow(['stores']);
    const { stores } = window.collections;
    const before = (await replica.collections.stores.findOne('north').exec())?.toJSON();
    await expect(stores?.insert({ ...STORE, id: 'mine' })).rejects.toThrow(/only reads/);
    await expect(stores?.findOne('north').patch({ address: 'x' })).rejects.toThrow();
    const { connectionId } = sent.findLast(({ method }) => method === 'create') ?? { connectionId: '' };
    for (const method of ['remove', 'cleanup']) {
      reads.receive({ connectionId, requestId: method, version: RXDB_VERSION, method, params: [0] });
      await expect.poll(() => sent.find(({ answerTo }) => answerTo === method)?.error?.message).toMatch(/only reads/);
    }
    expect(await replica.collections.stores.find().exec()).toHaveLength(1);
    expect((await replica.collections.stores.findOne('north').exec())?.toJSON()).toEqual(before);
  });

  it.each(['staff', 'chain', 'accounts', 'visitors', 'leases', 'leaseUse', 'drafts'] as const)('does not read %s', async (name) => {
    await expect(openWindow([name])).rejects.toThrow(/does not read this collection/);
  });

  it('reads no other database and no other schema', async () => {
    await expect(openWindow(['stores'], 'another')).rejects.toThrow(/no such database/);
    const schema = { ...collectionSchema('stores'), indexes: [['region']] };
    const window = await openWindow([]);
    await expect(window.addCollections({ stores: { schema } } as never)).rejects.toThrow(/another schema/);
  });

  it('hears no more once its connection has ended', async () => {
    await openWindow(['stores']);
    reads.close();
    const before = sent.length;
    await replica.collections.stores.findOne('north').patch({ address: '2 Quay' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(sent).toHaveLength(before);
    // A core that exchanged its replica still answers what an old connection asks, so that a window can close it.
    reads = exposeReads(replica, (message) => toWindow.next(message));
  });
});

describe('rubbish where a window would ask', () => {
  const ask = (message: Partial<MessageToRemote> | Record<string, unknown>): unknown => reads.receive({ connectionId: 'c', requestId: 'r', version: RXDB_VERSION, ...message });

  it.each([
    null, 'text', 7, [], {}, { method: 'query' },
    { connectionId: 'c', requestId: 'r', version: 'v', method: 'constructor', params: [] },
    { connectionId: 'c', requestId: 'r', version: 'v', method: 'getAttachmentData', params: ['a', 'b', 'c'] },
    { connectionId: 'c', requestId: 'r', version: 'v', method: 'custom', params: {} },
    { connectionId: 'c'.repeat(500), requestId: 'r', version: 'v', method: 'query', params: [] },
  ])('is left unanswered: %j', (message) => {
    reads.receive(message);
    expect(sent).toEqual([]);
  });

  it('gets an error instead of an open question', async () => {
    ask({ method: 'create', params: null });
    ask({ method: 'create', params: { databaseName: NAME, collectionName: 'stores' } });
    ask({ method: 'query', params: [] });
    expect(sent.map(({ method, error }) => [method, error !== undefined])).toEqual([['create', true], ['create', true], ['query', true]]);
    ask({ method: 'close', params: [] });
    expect(sent.at(-1)).toMatchObject({ method: 'close', return: null });
    await openWindow(['stores']);
    const { connectionId } = sent.findLast(({ method }) => method === 'create') ?? { connectionId: '' };
    ask({ connectionId, requestId: 'bad-query', method: 'query', params: [{ query: { selector: { $where: 'x' } } }] });
    await expect.poll(() => sent.find(({ answerTo }) => answerTo === 'bad-query')?.error).toBeDefined();
  });
});
