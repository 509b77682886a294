import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { join } from 'node:path';
import { addRxPlugin, createRxDatabase, type RxCollection, type RxDatabase, type RxStorage } from 'rxdb/plugins/core';
import { RxDBMigrationSchemaPlugin } from 'rxdb/plugins/migration-schema';
import { exposeRxStorageRemote, getRxStorageRemote, type MessageFromRemote, type MessageToRemote } from 'rxdb/plugins/storage-remote';
import { wrappedValidateAjvStorage } from 'rxdb/plugins/validate-ajv';
import { filter, firstValueFrom, fromEvent, map, type Observable } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteStorage, type SqliteStorage } from '../../electron/core/storage/sqlite.ts';
import { ids, ITEM_SCHEMA, makeFolder, type Item } from './support.ts';

addRxPlugin(RxDBMigrationSchemaPlugin);

interface Opened {
  items: RxCollection<Item>;
  others: RxCollection<Item>;
}

let folder: string;
let remove: () => void;
let sqlite: SqliteStorage;
let database: RxDatabase<Opened>;
const made = (id: string, values: Partial<Item> = {}): Item => ({ id, name: 'n', amount: 1, open: true, ...values });

async function start(): Promise<void> {
  sqlite = openSqliteStorage({ file: (name) => join(folder, `${name}.db`) });
  database = await createRxDatabase({ name: 'till', storage: wrappedValidateAjvStorage({ storage: sqlite.storage as RxStorage<unknown, unknown> }), multiInstance: false });
  await database.addCollections({ items: { schema: ITEM_SCHEMA }, others: { schema: ITEM_SCHEMA } });
}
async function stop(): Promise<void> {
  await database.close();
  await sqlite.close();
}
beforeEach(async () => {
  ({ folder, remove } = makeFolder());
  await start();
});
afterEach(async () => {
  await stop();
  remove();
});

describe('a real RxDatabase on the storage', () => {
  it('answers queries again whenever their result changes, also by atomic writes', async () => {
    const query = database.items.find({ selector: { amount: { $gt: 5 } }, sort: [{ amount: 'desc' }] });
    const seen: string[][] = [];
    query.$.subscribe((found) => seen.push(ids(found)));
    await expect.poll(() => seen).toEqual([[]]);
    await database.items.bulkInsert([made('a', { amount: 6 }), made('b', { amount: 1 }), made('c', { amount: 9 })]);
    await expect.poll(() => seen.at(-1)).toEqual(['c', 'a']);
    await (await database.items.findOne('b').exec(true)).incrementalPatch({ amount: 7 });
    await expect.poll(() => seen.at(-1)).toEqual(['c', 'b', 'a']);
    await (await database.items.findOne('c').exec(true)).remove();
    await expect.poll(() => seen.at(-1)).toEqual(['b', 'a']);
    const row = (id: string) => ({ document: { ...made(id, { amount: 8 }), _deleted: false, _attachments: {}, _rev: '1-core', _meta: { lwt: Date.now() } } });
    await sqlite.atomic('till', [{ collection: 'items', rows: [row('d')] }, { collection: 'others', rows: [row('d')] }]);
    await expect.poll(() => seen.at(-1)).toEqual(['d', 'b', 'a']);
    expect((await database.others.findOne('d').exec(true)).amount).toBe(8);
    expect(await database.items.count({ selector: { open: true } }).exec()).toBe(3);
  });
  it('validates, refuses a second insert, and revives what was deleted', async () => {
    await expect(database.items.insert({ ...made('a'), amount: 1.5 })).rejects.toMatchObject({ code: 'VD2' });
    await database.items.insert(made('a'));
    await expect(database.items.insert(made('a'))).rejects.toMatchObject({ code: 'CONFLICT' });
    await (await database.items.findOne('a').exec(true)).remove();
    await database.items.insert(made('a', { amount: 2 }));
    expect((await database.items.findOne('a').exec(true)).amount).toBe(2);
  });
  it('serves many writers of one document at once', async () => {
    const document = await database.items.insert(made('a', { amount: 0 }));
    await Promise.all(Array.from({ length: 40 }, () => document.incrementalModify((data) => ({ ...data, amount: data.amount + 1 }))));
    expect(document.getLatest().amount).toBe(40);
  });
  it('has everything again after a restart', async () => {
    await database.items.bulkInsert(Array.from({ length: 300 }, (_, at) => made(`i${at}`, { amount: at })));
    await stop();
    await start();
    const found = await database.items.find({ selector: { amount: { $gte: 100 } }, sort: [{ amount: 'asc' }], limit: 2 }).exec();
    expect(ids(found)).toEqual(['i100', 'i101']);
    expect(sqlite.checkIntegrity('till')).toBe('ok');
  });
  it('migrates to a new version of the schema', async () => {
    await database.items.bulkInsert(Array.from({ length: 250 }, (_, at) => made(`i${at}`, { amount: at })));
    await database.items.close();
    await database.addCollections({
      items: { schema: { ...ITEM_SCHEMA, version: 1 }, autoMigrate: false, migrationStrategies: { 1: (old: Item) => ({ ...old, note: 'new' }) } },
    });
    await database.items.migratePromise(100);
    expect(await database.items.find({ selector: { note: 'new' } }).exec()).toHaveLength(250);
  });
  it('is removed with all its documents', async () => {
    await database.items.insert(made('a'));
    await database.remove();
    await start();
    expect(await database.items.find().exec()).toEqual([]);
  });
});

describe('a window on the other side of a message channel', () => {
  /** Messages of a port, each one copied as a message between processes is. */
  function messages<T>(port: MessagePort): Observable<T> {
    return fromEvent(port, 'message').pipe(map((event) => (event as unknown as { data: T }).data));
  }
  async function openWindow(): Promise<{ window: RxDatabase<Opened>; close: () => Promise<void> }> {
    const { port1, port2 } = new MessageChannel();
    exposeRxStorageRemote({ messages$: messages<MessageToRemote>(port1), send: (message) => port1.postMessage(message), storage: sqlite.storage as RxStorage<unknown, unknown> });
    const storage = getRxStorageRemote({
      identifier: `window-${Math.random()}`, mode: 'storage',
      messageChannelCreator: async () => ({
        messages$: messages<MessageFromRemote>(port2), send: (message: MessageToRemote) => port2.postMessage(message), close: async () => undefined,
      }),
    });
    const window = await createRxDatabase<Opened>({ name: 'till', storage, multiInstance: false, eventReduce: true });
    await window.addCollections({ items: { schema: ITEM_SCHEMA } });
    return {
      window,
      close: async () => {
        await window.close();
        port1.close();
      },
    };
  }

  it('reads what the core wrote, hears what it writes, and leaves the core\'s file open when it goes', async () => {
    await database.items.bulkInsert([made('a', { amount: 3 }), made('b', { amount: 4 })]);
    const { window, close } = await openWindow();
    expect(ids(await window.items.find({ sort: [{ amount: 'desc' }] }).exec())).toEqual(['b', 'a']);
    const third = firstValueFrom(window.items.find({ sort: [{ amount: 'desc' }] }).$.pipe(filter((found) => found.length === 3)));
    await database.items.insert(made('c', { amount: 5 }));
    expect(ids(await third)).toEqual(['c', 'b', 'a']);
    await close();
    await database.items.insert(made('d'));
    expect(await database.items.find().exec()).toHaveLength(4);
    const again = await openWindow();
    expect(await again.window.items.find().exec()).toHaveLength(4);
    await again.close();
  });
});
