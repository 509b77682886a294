import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { RxStorage } from 'rxdb/plugins/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSqliteStorage, type SqliteStorage } from '../../electron/core/storage/sqlite.ts';
import type { SqliteInternals } from '../../electron/core/storage/instance.ts';
import { find, ids, item, ITEM_SCHEMA, makeFolder, next, openInstance, type Instance, type Stored } from './support.ts';

const WRITER = new URL('./writer.ts', import.meta.url).pathname;
let folder: string;
let remove: () => void;
let sqlite: SqliteStorage;
const file = () => join(folder, 'till.db');
const openHere = (): SqliteStorage => (sqlite = openSqliteStorage({ file: (name) => join(folder, `${name}.db`) }));
const openItems = (collection = 'items') => openInstance(sqlite.storage as RxStorage<unknown, Record<string, unknown>>, { database: 'till', collection });
const rows = (documents: readonly Stored[]) => documents.map((document) => ({ document }));
const series = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => item({ id: `i${from + at}`, note: 'x'.repeat(500) }));

beforeEach(() => {
  ({ folder, remove } = makeFolder());
  openHere();
});
afterEach(async () => {
  await sqlite.close();
  remove();
});

describe('the flush of a commit', () => {
  it('is left to the next one only for what a pull could bring again', async () => {
    const items = await openItems();
    const log: string[] = [];
    const exec = DatabaseSync.prototype.exec;
    const spy = vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql: string) {
      // What SQLite itself says at the moment of the commit, not what it was told: 2 is FULL, 1 is NORMAL.
      if (sql === 'COMMIT') log.push(String(this.prepare('PRAGMA synchronous').get()?.['synchronous']));
      exec.call(this, sql);
    });
    try {
      const write = async (id: string, context: string): Promise<void> => {
        await items.bulkWrite(rows([item({ id })]), context);
      };
      await write('a', 'test');
      await write('b', 'replication-downstream-abc');
      await write('c', 'replication-down-write-meta');
      await write('d', 'replication-set-checkpoint');
      await sqlite.atomic('till', [{ collection: 'items', rows: rows([item({ id: 'e' })]) }]);
      expect(log).toEqual(['2', '1', '1', '2', '2']);
      // Also after a write that failed half-way.
      await expect(items.bulkWrite([{ document: { ...item({ id: 'f' }), id: '' } as Stored }], 'replication-downstream-abc')).rejects.toThrow();
      await write('g', 'test');
      expect(log.at(-1)).toBe('2');
    } finally {
      spy.mockRestore();
    }
  });
});

describe('atomic writes', () => {
  let items: Instance;
  let others: Instance;
  beforeEach(async () => {
    [items, others] = [await openItems(), await openItems('others')];
  });

  it('write several collections and tell of them in order, after the commit', async () => {
    const told: string[] = [];
    for (const instance of [items, others]) {
      instance.changeStream().subscribe(({ events, context }) => {
        // Another connection could not look in; what the storage itself finds by then is committed.
        told.push(`${instance.collectionName} ${events.map(({ documentId }) => documentId).join()} ${context}`);
      });
    }
    const a = item({ id: 'a' });
    await items.bulkWrite(rows([a]), 'test');
    await sqlite.atomic('till', [
      { collection: 'others', rows: rows([item({ id: 'b' })]) },
      { collection: 'items', rows: [{ previous: a, document: next(a, { amount: 9 }) }, { document: item({ id: 'c' }) }] },
    ]);
    expect(told).toEqual(['items a test', 'others b atomic', 'items a,c atomic']);
    expect(ids(await find(others, { selector: {} }))).toEqual(['b']);
  });
  it('are undone whole when one row does not follow, with the row\'s name and what is stored', async () => {
    const told: unknown[] = [];
    const a = item({ id: 'a' });
    await items.bulkWrite(rows([a]), 'test');
    items.changeStream().subscribe((change) => told.push(change));
    others.changeStream().subscribe((change) => told.push(change));
    const writing = sqlite.atomic('till', [{ collection: 'others', rows: rows([item({ id: 'b' })]) }, { collection: 'items', rows: rows([item({ id: 'c' }), item({ id: 'a' })]) }]);
    await expect(writing).rejects.toMatchObject({ name: 'AtomicConflict', code: 'conflict', collection: 'items', documentId: 'a', documentInDb: a });
    expect(await find(others, { selector: {} })).toEqual([]);
    expect(ids(await find(items, { selector: {} }))).toEqual(['a']);
    expect(told).toEqual([]);
  });
  it('refuse one document twice, and collections that are not open', async () => {
    await expect(sqlite.atomic('till', [{ collection: 'items', rows: rows([item({ id: 'a' }), item({ id: 'a' })]) }])).rejects.toMatchObject({ code: 'conflict', documentId: 'a' });
    await expect(sqlite.atomic('till', [{ collection: 'nowhere', rows: [] }])).rejects.toThrow('not open');
    await expect(sqlite.atomic('elsewhere', [])).rejects.toThrow('not open');
    expect(await find(items, { selector: {} })).toEqual([]);
  });
  it('keep the order of commits when a listener writes again', async () => {
    const told: string[] = [];
    items.changeStream().subscribe(({ events }) => {
      told.push(`items ${events[0]?.documentId}`);
      if (events[0]?.documentId === 'a') void items.bulkWrite(rows([item({ id: 'again' })]), 'test');
    });
    others.changeStream().subscribe(({ events }) => told.push(`others ${events[0]?.documentId}`));
    await sqlite.atomic('till', [{ collection: 'items', rows: rows([item({ id: 'a' })]) }, { collection: 'others', rows: rows([item({ id: 'b' })]) }]);
    expect(told[0]).toBe('items a');
    expect(told.indexOf('others b')).toBeLessThan(told.indexOf('items again'));
  });
});

describe('a file that is damaged', () => {
  it.each([['its first page', 0, 64], ['half of it', 4_096, Infinity]])('is an error, never silence: %s', async (_, from, length) => {
    await (await openItems()).bulkWrite(rows(series(0, 2_000)), 'test');
    await sqlite.close();
    const bytes = readFileSync(file());
    bytes.fill(0x5a, from, Math.min(bytes.length, from + length));
    writeFileSync(file(), bytes);
    openHere();
    const reading = async () => find(await openItems(), { selector: {}, sort: [{ name: 'asc' }] });
    await expect(reading()).rejects.toMatchObject({ name: 'StorageFault', code: 'damaged' });
    expect(sqlite.checkIntegrity('till')).not.toBe('ok');
  });
  it('is noticed by one byte of one document, which SQLite itself would not see', async () => {
    await (await openItems()).bulkWrite(rows([...series(0, 50), item({ id: 'one', note: 'needle' })]), 'test');
    await sqlite.close();
    const bytes = readFileSync(file());
    // A page that was split may hold the text a second time, where nothing reads it.
    let hits = 0;
    for (let at = bytes.indexOf('needle'); at !== -1; at = bytes.indexOf('needle', at)) hits += bytes.write('x', at + 2);
    expect(hits).toBeGreaterThan(0);
    writeFileSync(file(), bytes);
    openHere();
    const items = await openItems();
    await expect(find(items, { selector: {} })).rejects.toMatchObject({ code: 'damaged' });
    expect(sqlite.checkIntegrity('till')).toContain('checksum');
    await items.close();
    expect(sqlite.checkIntegrity('till')).toContain('checksum');
  });
  it('is noticed when an index field is not what its document says', async () => {
    await (await openItems()).bulkWrite(rows(series(0, 5)), 'test');
    await sqlite.close();
    const database = new DatabaseSync(file());
    database.exec(`UPDATE "items/0" SET "f:amount" = 77 WHERE "id" = 'i3'`);
    database.close();
    openHere();
    await openItems();
    expect(sqlite.checkIntegrity('till')).toContain('index field amount');
  });
  it('is told from a sound one', async () => {
    await (await openItems()).bulkWrite(rows(series(0, 50)), 'test');
    expect(sqlite.checkIntegrity('till')).toBe('ok');
  });
});

describe('a disk that is full', () => {
  it('is a fault, leaves what was, and lets smaller writes and later ones pass', async () => {
    const [items, others] = [await openItems(), await openItems('others')];
    await items.bulkWrite(rows(series(0, 20)), 'test');
    const { connection } = (items.internals as SqliteInternals).collection.table;
    const pages = Number((connection.statement('PRAGMA page_count').get() as unknown as [number])[0]);
    connection.execute(`PRAGMA max_page_count = ${pages + 4}`);
    await expect(items.bulkWrite(rows(series(20, 400)), 'test')).rejects.toMatchObject({ name: 'StorageFault', code: 'disk-full' });
    const both = [{ collection: 'others', rows: rows([item({ id: 'o' })]) }, { collection: 'items', rows: rows(series(20, 400)) }];
    await expect(sqlite.atomic('till', both)).rejects.toMatchObject({ code: 'disk-full' });
    expect(await find(items, { selector: {} })).toHaveLength(20);
    expect(await find(others, { selector: {} })).toEqual([]);
    connection.execute('PRAGMA max_page_count = 1000000');
    await sqlite.atomic('till', both);
    expect(await find(items, { selector: {} })).toHaveLength(400);
    expect(sqlite.checkIntegrity('till')).toBe('ok');
  });
});

describe('a file that cannot be had', () => {
  it('is busy while another process has it, and free when that one is gone', async () => {
    await (await openItems()).bulkWrite(rows([item({ id: 'a' })]), 'test');
    const refused = spawnSync(process.execPath, [WRITER, folder, 'once'], { encoding: 'utf8' });
    expect(refused.stdout.trim()).toBe('fault busy');
    await sqlite.close();
    expect(spawnSync(process.execPath, [WRITER, folder, 'once'], { encoding: 'utf8' }).stdout.trim()).toBe('opened');
  }, 60_000);
  it('is busy for a second storage in this process too', async () => {
    await openItems();
    const second = openSqliteStorage({ file });
    await expect(openInstance(second.storage as RxStorage<unknown, Record<string, unknown>>, { database: 'till' })).rejects.toMatchObject({ code: 'busy' });
  });
  it('is unwritable in a folder that is not there', async () => {
    const lost = openSqliteStorage({ file: () => join(folder, 'nowhere', 'till.db') });
    await expect(openInstance(lost.storage as RxStorage<unknown, Record<string, unknown>>, {})).rejects.toMatchObject({ name: 'StorageFault', code: 'unwritable' });
  });
  it.each(['empty', 'with the file in it'])('is unwritable in a read-only folder, %s', async (state) => {
    const shut = join(folder, 'shut');
    mkdirSync(shut);
    if (state !== 'empty') {
      const there = openSqliteStorage({ file: () => join(shut, 'till.db') });
      await openInstance(there.storage as RxStorage<unknown, Record<string, unknown>>, { database: 'till' });
      await there.close();
      chmodSync(join(shut, 'till.db'), 0o444);
    }
    chmodSync(shut, 0o555);
    chmodSync(folder, 0o755);
    // Permissions do not bind root, so that the process which tries is somebody else then.
    const somebody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { stdout, stderr } = spawnSync(process.execPath, [WRITER, shut, 'once'], { encoding: 'utf8', ...somebody });
    expect(stdout.trim(), stderr).toBe('fault unwritable');
    chmodSync(shut, 0o755);
  }, 60_000);
});

describe('a schema whose indexes changed without a new version', () => {
  it('keeps its documents and finds them by the new indexes', async () => {
    await (await openItems()).bulkWrite(rows(series(0, 30)), 'test');
    await sqlite.close();
    openHere();
    const items = await openInstance(sqlite.storage as RxStorage<unknown, Record<string, unknown>>, { database: 'till', schema: { ...ITEM_SCHEMA, indexes: ['open'] } });
    expect(await find(items, { selector: { open: true } })).toHaveLength(30);
    expect(sqlite.checkIntegrity('till')).toBe('ok');
  });
});

describe('a process that is killed while it writes', () => {
  it('leaves no torn pair and loses no write that it reported, in many tries', async () => {
    await sqlite.close();
    let reported = -1;
    for (let round = 0; round < 8; round += 1) {
      reported = Math.max(reported, await writeUntilKilled(30 + round * 17));
      openHere();
      const [items, others] = [await openItems(), await openItems('others')];
      const left = ids(await find(items, { selector: {} })).toSorted();
      expect(ids(await find(others, { selector: {} })).toSorted()).toEqual(left);
      expect(left.filter((id) => Number(id) <= reported)).toHaveLength(reported + 1);
      expect(left.length).toBeLessThanOrEqual(reported + 2);
      expect(sqlite.checkIntegrity('till')).toBe('ok');
      reported = left.length - 1;
      await sqlite.close();
    }
    expect(reported).toBeGreaterThan(10);
  }, 180_000);
});

/** Runs a process that writes pair after pair, kills it some milliseconds after its first report, and says what it reported last. */
async function writeUntilKilled(afterMs: number): Promise<number> {
  const child = spawn(process.execPath, [WRITER, folder, 'pairs'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  let timer: NodeJS.Timeout | undefined;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
    timer ??= setTimeout(() => child.kill('SIGKILL'), afterMs);
  });
  const signal = await new Promise((done) => child.once('close', (_, by) => done(by)));
  expect(signal, output).toBe('SIGKILL');
  // A line that was cut off was not reported.
  return Number(output.slice(0, output.lastIndexOf('\n')).split('\n').at(-1));
}
