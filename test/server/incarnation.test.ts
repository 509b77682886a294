import { copyFileSync } from 'node:fs';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PushResult } from '../../shared/contract/http.ts';
import { issueCode } from '../../server/auth/codes.ts';
import { buildServer } from '../../server/http/app.ts';
import { beginIncarnation } from '../../server/sync/incarnation.ts';
import { createLedger } from '../../server/ledger/ledger.ts';
import { openStore } from '../../server/store/store.ts';
import { createDatabase, ENGINES } from './engines.ts';
import { TestTill } from './till.ts';
import { fillChain, openWorld, type World } from './world.ts';

interface Page {
  documents: { id: string }[];
  checkpoint: number[];
  resync: boolean;
  incarnation: string;
  own: PushResult[];
}

const NAMES = ['accounts', 'posted'] as const;

const pull = async (till: TestTill, name: string, query: string): Promise<Page> => {
  const answer = await till.get<Page>(`/v1/sync/pull/${name}?ownAfter=0${query}`);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
};

/** What a till keeps of a pull, as the query of its next one. */
const next = (page: Page): string => `&after=${page.checkpoint.join(',')}&incarnation=${page.incarnation}`;

describe.each(ENGINES)('a stretch of the server on %s', (engine) => {
  let world: World;
  let till: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine);
    till = await world.till('T1');
  });
  afterAll(() => world.close());

  it('has one id in head and pulls, and a till goes on from what it read in it', async () => {
    await till.push([till.sale('A', 5)]);
    const head = (await till.get<{ incarnation: string }>('/v1/sync/head')).body;
    for (const name of NAMES) {
      const page = await pull(till, name, '');
      expect(page.incarnation).toBe(head.incarnation);
      expect(await pull(till, name, next(page))).toMatchObject({ documents: [], resync: false, incarnation: page.incarnation });
    }
  });

  it('changes when a server starts, also a second one beside it, and no till starts again for that', async () => {
    await till.push([till.sale('A', 5)]);
    const before = await Promise.all(NAMES.map((name) => pull(till, name, '')));
    await beginIncarnation(world.store, Date.now());
    await till.push([till.sale('A', 7)]);
    for (const [index, name] of NAMES.entries()) {
      const page = before[index];
      if (page === undefined) throw new Error('no page');
      const after = await pull(till, name, next(page));
      expect(after).toMatchObject({ resync: false });
      expect(after.documents).toHaveLength(1);
      expect(after.incarnation).not.toBe(page.incarnation);
    }
  });

  it('that this database never had makes a till start again', async () => {
    const page = await pull(till, 'accounts', '');
    for (const name of NAMES) expect(await pull(till, name, '&after=0&incarnation=neverheard')).toMatchObject({ resync: true, documents: [], checkpoint: [0] });
    expect(await till.get(`/v1/sync/pull/accounts?incarnation=${'x'.repeat(65)}`)).toMatchObject({ status: 400, body: { code: 'invalid', at: '/incarnation' } });
    expect(await pull(till, 'accounts', next(page))).toMatchObject({ resync: false });
  });
});

describe('a server that was restored from a backup', () => {
  /** A server on a database file; the test is what an operator does: stop, put the copy back, start. */
  async function serve(file: string): Promise<{ url: string; code(terminal: string): Promise<string>; stop(): Promise<void> }> {
    const store = await openStore({ file });
    const ledger = createLedger(store);
    const app = await buildServer({ store, ledger });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    return {
      url,
      code: (terminal) => issueCode(store, { terminal, store: 'north', nowMs: Date.now() }),
      async stop() {
        app.server.closeAllConnections();
        await app.close();
        await ledger.close();
        await store.close();
      },
    };
  }

  /** The same till, which finds its server at another address. */
  async function moved(till: TestTill, url: string): Promise<TestTill> {
    const same = Object.assign(Object.create(TestTill.prototype) as TestTill, till, { url });
    await same.signIn();
    return same;
  }

  it.each(['while it ran', 'before it started again'] as const)('%s is told by its tills, however far it has come since', async (when) => {
    const database = await createDatabase('sqlite');
    if (!('file' in database.where)) throw new Error('a file');
    const { file } = database.where;
    const store = await openStore({ file });
    await fillChain(store);
    await store.close();

    const first = await serve(file);
    const till = await TestTill.open(first.url, await first.code('T1'));
    const other = await TestTill.open(first.url, await first.code('T2'));
    await till.push([till.sale('A', 1)]);
    const early = await pull(other, 'accounts', '');
    // A copy of a database in use is taken with its log; closing writes it home.
    await first.stop();
    if (when === 'before it started again') copyFileSync(file, `${file}.backup`);
    const second = await serve(file);
    const again = await moved(till, second.url);
    if (when === 'while it ran') {
      const live = await openStore({ file });
      await sql.raw(`vacuum into '${file}.backup'`).execute(live.db);
      await live.close();
    }
    await again.push([again.sale('A', 2), again.sale('B', 3)]);
    const seen = await Promise.all(NAMES.map((name) => pull(again, name, '')));
    await second.stop();

    copyFileSync(`${file}.backup`, file);
    const third = await serve(file);
    const back = await moved(other, third.url);
    // Another till brings the server beyond every position that was lost.
    for (let round = 0; round < 9; round++) await back.push([back.sale('A', 1)]);
    const late = await moved(again, third.url);
    for (const [index, name] of NAMES.entries()) {
      const page = seen[index];
      if (page === undefined) throw new Error('no page');
      expect((await pull(late, name, '')).checkpoint[0]).toBeGreaterThan(page.checkpoint[0] ?? 0);
      expect(await pull(late, name, next(page))).toMatchObject({ resync: true, documents: [] });
    }
    // What was read before the backup is still true.
    expect(await pull(back, 'accounts', next(early))).toMatchObject({ resync: false });
    await third.stop();
    await database.remove();
  });
});
