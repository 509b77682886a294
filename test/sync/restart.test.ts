import { copyFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueCode } from '../../server/auth/codes.ts';
import { openStore } from '../../server/store/store.ts';
import { createDatabase, type TestDatabase } from '../server/engines.ts';
import { startServer, type ServerProcess } from '../server/process.ts';
import { fillChain } from '../server/world.ts';
import { SyncTill, until } from './support/till.ts';

/** Real databases, real processes: a busy machine needs longer than the usual limit. */
const LONG_MS = 120_000;

describe('a till whose server process ends', { timeout: LONG_MS }, () => {
  let database: TestDatabase;
  let server: ServerProcess;
  let till: SyncTill;
  let code: string;
  const file = (): string => ('file' in database.where ? database.where.file : '');
  const start = async (port = '0'): Promise<void> => {
    server = await startServer({ ...database.env, PORT: port });
  };
  const again = (): Promise<void> => start(new URL(server.url).port);
  beforeEach(async () => {
    database = await createDatabase('sqlite');
    const store = await openStore(database.where);
    await fillChain(store);
    code = await issueCode(store, { terminal: 'T1', store: 'north', nowMs: Date.now() });
    await store.close();
    await start();
    till = await SyncTill.enrol(server.url, code);
  });
  afterEach(async () => {
    await till.close();
    await server.kill();
    await database.remove();
  });
  const booked = async (): Promise<{ seq: number; position: number }[]> => {
    const store = await openStore(database.where);
    const rows = await store.db.selectFrom('entries').select(['seq', 'position']).orderBy('position').execute();
    await store.close();
    return rows;
  };

  it('loses nothing and books nothing twice when it is killed in the middle of a push', async () => {
    for (let n = 0; n < 600; n += 1) await till.sale('A', 1);
    const sync = await till.start(server.url);
    for (let kills = 0; kills < 3; kills += 1) {
      const before = sync.view().waiting;
      await until('some are taken', () => sync.view().waiting < before || before === 0, 20_000);
      await server.kill();
      await until('offline', () => !sync.view().online, 2_000);
      await again();
    }
    await until('everything has an answer', () => sync.view().waiting === 0, 30_000);
    const rows = await booked();
    expect(rows.map((row) => row.seq)).toEqual(Array.from({ length: 600 }, (_, n) => n + 1));
    expect((await till.own()).map((doc) => doc.position)).toEqual(rows.map((row) => row.position));
    await until('the account is as the server has it', async () => (await till.account('A'))?.free === 600, 10_000);
    expect(await till.balance('A')).toBe(600);
  });

  it('sends again what a server lost that was restored from a backup, and shows the same balance', async () => {
    const sync = await till.start(server.url);
    for (let n = 0; n < 4; n += 1) await till.sale('A', 10);
    await until('the first are taken', async () => sync.view().waiting === 0 && (await till.account('A'))?.free === 40, 20_000);
    await server.stop();
    copyFileSync(file(), `${file()}.backup`);
    await again();
    for (let n = 0; n < 3; n += 1) await till.sale('A', 10);
    await until('the last are taken', async () => sync.view().waiting === 0 && (await till.account('A'))?.free === 70, 20_000);
    await server.kill();
    for (const suffix of ['', '-wal', '-shm']) rmSync(file() + suffix, { force: true });
    copyFileSync(`${file()}.backup`, file());
    await again();
    await until('online', () => sync.view().online, 10_000);
    await until('everything has an answer again', async () => sync.view().waiting === 0 && (await till.account('A'))?.free === 70, 20_000);
    expect((await booked()).map((row) => row.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await till.balance('A')).toBe(70);
    await until('every entry is pulled again', async () => (await till.replica.collections.posted.find().exec()).length === 7, 20_000);
  });
});
