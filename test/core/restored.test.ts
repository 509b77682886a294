import { copyFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueCode } from '../../server/auth/codes.ts';
import { buildServer } from '../../server/http/app.ts';
import { createLedger } from '../../server/ledger/ledger.ts';
import { openStore } from '../../server/store/store.ts';
import { createDatabase, type TestDatabase } from '../server/engines.ts';
import { fillChain } from '../server/world.ts';
import { makeFolder, openCore, type TestCore } from './harness.ts';

/** A server on a file of which there can be a backup. */
interface Running {
  url: string;
  code(terminal: string): Promise<string>;
  /** Ids of the sales of a terminal. */
  sales(terminal: string): Promise<string[]>;
  stop(): Promise<void>;
}

let database: TestDatabase;
let folder: ReturnType<typeof makeFolder>;
let server: Running;
let till: TestCore | undefined;
/** While it is set, the server has no time for pulls and streams. */
let isBusy = false;
/** How often it then turned away the question whether it remembers what it was offered. */
let turnedAway = 0;

const file = (): string => ('file' in database.where ? database.where.file : '');

async function serve(port = 0): Promise<Running> {
  const store = await openStore(database.where);
  const ledger = createLedger(store, { now: Date.now });
  const app = await buildServer({ store, ledger, now: Date.now });
  app.addHook('onRequest', async (request, reply) => {
    if (!isBusy || !/^\/v1\/sync\/(pull|stream)/.test(request.url)) return;
    if (request.url.startsWith('/v1/sync/pull/posted?limit=1&')) turnedAway += 1;
    await reply.code(503).send({ code: 'busy', message: 'As told.' });
  });
  return {
    url: await app.listen({ port, host: '127.0.0.1' }),
    code: (terminal) => issueCode(store, { terminal, store: 'north', nowMs: Date.now() }),
    sales: async (terminal) =>
      (await store.db.selectFrom('entries').select('id').where('terminal', '=', terminal).where('kind', '=', 'sale').orderBy('position').execute()).map(({ id }) => id),
    async stop() {
      app.server.closeAllConnections();
      await app.close();
      await ledger.close();
      await store.close();
    },
  };
}

/** Ends the server, has its files changed, and starts it again at its address. */
async function restart(change: () => void = () => undefined): Promise<void> {
  const { port } = new URL(server.url);
  await server.stop();
  change();
  server = await serve(Number(port));
}

const backUp = (): void => copyFileSync(file(), `${file()}.backup`);
const putBack = (): void => {
  for (const suffix of ['', '-wal', '-shm']) rmSync(file() + suffix, { force: true });
  copyFileSync(`${file()}.backup`, file());
};

async function open(enrolCode?: string): Promise<TestCore> {
  till = await openCore({ folder: folder.path, server: server.url, ...(enrolCode === undefined ? {} : { enrolCode }) });
  return till;
}

/** The till sells once, and the server has the sale; a backup is of before that. */
async function sellAfterBackup(): Promise<TestCore> {
  const opened = await open(await server.code('T1'));
  await opened.window.signIn();
  await opened.window.till(({ sync }) => sync.online && sync.waiting === 0);
  await restart(backUp);
  await opened.window.sell('T1-lost');
  await opened.window.till(({ sync }) => sync.online && sync.waiting === 0);
  expect(await server.sales('T1')).toEqual(['T1-lost']);
  return opened;
}

const accounts = (): number => readFileSync(join(folder.path, 'core.log'), 'utf8').split('an earlier chain is accounted for').length - 1;
/** Earlier enrolments as the till keeps them. */
const former = (): { recovered: object | null; offered?: { incarnation: string; position: number } }[] =>
  (JSON.parse(readFileSync(join(folder.path, 'identity.json'), 'utf8')) as { former: ReturnType<typeof former> }).former;
/** Enrols the till again; its earlier chain has been offered when this resolves. */
async function enrolAgain({ window }: TestCore): Promise<void> {
  const before = accounts();
  const code = await server.code('T1');
  // A busy machine may make the server turn a request away for a moment; asked again, it gives the same enrolment.
  const enrol = (): Promise<string> => window.call('enrol', { code }).then(() => 'enrolled', ({ detail }: { detail?: { code?: string } }) => detail?.code ?? 'failed');
  await expect.poll(enrol, { timeout: LONG_MS / 2 }).toBe('enrolled');
  await expect.poll(accounts, { timeout: LONG_MS }).toBe(before + 1);
}

const LONG_MS = 60_000;

describe('a till that was enrolled again, and its server that is restored from a backup', { timeout: LONG_MS }, () => {
  beforeEach(async () => {
    isBusy = false;
    folder = makeFolder();
    database = await createDatabase('sqlite');
    const store = await openStore(database.where);
    await fillChain(store);
    await store.close();
    server = await serve();
  });
  afterEach(async () => {
    await till?.stop();
    till = undefined;
    await server.stop();
    await database.remove();
    folder.remove();
  });

  it.each(['runs', 'is off'])('gets back what its earlier chain had sent, although its new chain has lost nothing and pulled nothing yet: it %s meanwhile', async (how) => {
    const opened = await sellAfterBackup();
    isBusy = true;
    await enrolAgain(opened);
    if (how === 'is off') await opened.stop();
    await restart(putBack);
    expect(await server.sales('T1')).toEqual([]);
    isBusy = false;
    if (how === 'is off') await open();
    await expect.poll(() => server.sales('T1'), { timeout: LONG_MS / 2 }).toEqual(['T1-lost']);
    await expect.poll(accounts, { timeout: LONG_MS }).toBe(2);
  });

  it('reads and sends nothing of it again when the server has only been started again, and knows that the server still has it', async () => {
    await enrolAgain(await sellAfterBackup());
    const [first] = former();
    expect(first).toMatchObject({ recovered: { sent: 0, readable: expect.any(Number) }, offered: { incarnation: expect.any(String) } });
    // Nor while it is too busy to say so.
    isBusy = true;
    turnedAway = 0;
    await restart();
    await expect.poll(() => turnedAway, { timeout: LONG_MS / 2 }).toBeGreaterThan(0);
    isBusy = false;
    await expect.poll(() => former()[0]?.offered?.incarnation, { timeout: LONG_MS }).not.toBe(first?.offered?.incarnation);
    expect(former()[0]).toEqual({ ...first, offered: { ...first?.offered, incarnation: former()[0]?.offered?.incarnation } });
    expect(accounts()).toBe(1);
  });
});
