import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueCode } from '../../server/auth/codes.ts';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { buildServer } from '../../server/http/app.ts';
import { createLedger } from '../../server/ledger/ledger.ts';
import { openStore } from '../../server/store/store.ts';
import type { AccountDoc } from '../../shared/contract/documents.ts';
import { createDatabase, type TestDatabase } from './engines.ts';
import { openStream } from './stream.ts';
import { TestTill } from './till.ts';
import { fillChain } from './world.ts';

/** PostgreSQL is what several servers share; the embedded database belongs to one. */
describe('several servers on one database', () => {
  let database: TestDatabase;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    database = await createDatabase('postgres');
  });
  afterAll(async () => {
    for (const close of closing.reverse()) await close();
    await database.remove();
  });

  const openServer = async () => {
    const store = await openStore(database.where);
    const ledger = createLedger(store);
    const app = await buildServer({ store, ledger });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    closing.push(async () => {
      await app.close();
      await ledger.close();
      await store.close();
    });
    return { store, url };
  };

  it('start at once on an empty database and are one server to a till', async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => openStore(database.where)));
    const keys = await Promise.all(stores.map(loadServerKeys));
    expect(new Set(keys.map((one) => `${one.id} ${one.publicKey} ${one.secret.toString('hex')}`)).size).toBe(1);
    for (const store of stores) await store.close();

    const [one, two] = await Promise.all([openServer(), openServer()]);
    await fillChain(one.store);
    const till = await TestTill.open(one.url, await issueCode(one.store, { terminal: 'T1', store: 'north', nowMs: Date.now() }));
    const stream = await openStream(two.url, till.token);
    await stream.until(({ position }) => position === 0);
    const from = performance.now();
    expect((await till.push([till.sale('A', 12)])).status).toBe(200);
    const told = await stream.until(({ position }) => position === 1, 2_000);
    expect(told.atMs - from).toBeLessThan(2_000);
    const there = Object.assign(Object.create(TestTill.prototype) as TestTill, till, { url: two.url });
    const page = await there.get<{ documents: AccountDoc[] }>('/v1/sync/pull/accounts');
    expect(page.body.documents.find((account) => account.id === 'A')).toMatchObject({ free: 12 });
    // A chain goes on at whichever server a till reaches.
    expect(await there.push([there.sale('A', 3)])).toMatchObject({ status: 200, body: { results: [{ outcome: 'posted', position: 2 }] } });
    stream.close();
  });
});
