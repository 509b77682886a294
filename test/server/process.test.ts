import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issueCode } from '../../server/auth/codes.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import type { Totals } from '../../shared/contract/http.ts';
import { createDatabase, ENGINES, type Engine, type TestDatabase } from './engines.ts';
import { runServer, startServer } from './process.ts';
import { openStream } from './stream.ts';
import { call, TestTill } from './till.ts';
import { fillChain } from './world.ts';

describe('a server that cannot start', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tillpoint-process-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** One sentence on stderr, nothing else, and exit code 1. */
  const fails = async (env: Record<string, string>, sentence: RegExp, args: string[] = []): Promise<void> => {
    const { code, stdout, stderr } = await runServer({ TILLPOINT_DATA: folder, ...env }, { args });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  };

  it('says so for a busy port', async () => {
    const other: Server = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      await fails({ PORT: String(port) }, new RegExp(`^Port ${port} is already in use`));
    } finally {
      other.close();
    }
  });

  it('says so for a folder that cannot be written', async () => {
    // A file where a folder should be: the superuser of a test machine may write anywhere else.
    writeFileSync(join(folder, 'file'), '');
    await fails({ TILLPOINT_DATA: join(folder, 'file', 'data') }, /^The data folder .*file\/data cannot be written/);
  });

  it('says so for a database that cannot be reached or is not there', async () => {
    await fails({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' }, /database/i);
    const database = await createDatabase('postgres');
    const url = new URL(database.env['DATABASE_URL'] ?? '');
    url.pathname = '/not_there';
    await fails({ DATABASE_URL: url.href }, /database/i);
    await database.remove();
  });

  it('says so for settings that mean nothing', async () => {
    await fails({ PORT: '99999' }, /^PORT must be a number/);
    await fails({ PORT: '44a' }, /^PORT must be a number/);
    await fails({ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must be/);
    await fails({ TILLPOINT_LOG: 'loud' }, /^TILLPOINT_LOG must be/);
    await fails({}, /^The option --fast is not known/, ['--fast']);
  });

  it.each(ENGINES)('says so for a %s database that a newer version has changed', async (engine) => {
    const database = await createDatabase(engine);
    const store = await openStore(database.where);
    await makeNewer(store);
    await store.close();
    await fails(database.env, /newer/i);
    await database.remove();
  });
});

describe.each(ENGINES)('a server process on %s', (engine) => {
  it('says that it serves, stops on SIGTERM within 5 s with a stream open, and starts again with everything', async () => {
    const { database, code } = await prepared(engine);
    const first = await startServer(database.env);
    expect(first.demo).toBeUndefined();
    const till = await TestTill.open(first.url, code);
    const stream = await openStream(first.url, till.token);
    const pushed = await till.push([till.sale('A', 40)]);
    expect(pushed.body.results[0]?.outcome).toBe('posted');
    // How far the second decision has come, and what it has found of the test's own sale, is of the moment.
    const { decided: _, alarms: _found, ...before } = (await till.get<Totals>('/v1/reports/totals')).body;
    const [{ code: exit, ms }] = await Promise.all([first.stop(), stream.ended]);
    expect(exit).toBe(0);
    expect(ms).toBeLessThan(5_000);

    // Asked for the demo, it does not touch a chain that is not the demo's.
    const second = await startServer(database.env, ['--demo']);
    expect(second.demo).toBeUndefined();
    // The same key pair and the same secret: the token of the first process holds in the second.
    expect((await call<Totals>(second.url, '/v1/reports/totals', { token: till.token })).body).toMatchObject(before);
    expect((await second.stop('SIGINT')).code).toBe(0);
    await database.remove();
  });

  it('loses nothing that it acknowledged when it is killed, and has it once', async () => {
    const { database, code } = await prepared(engine);
    let server = await startServer(database.env);
    let till = await TestTill.open(server.url, code);
    const start = (await till.get<Totals>('/v1/reports/totals')).body;
    const acknowledged: string[] = [];
    for (let round = 1; round <= 4; round++) {
      const entries = Array.from({ length: 20 }, () => till.sale('B', 10));
      expect((await till.push(entries)).status).toBe(200);
      acknowledged.push(...entries.map((one) => one.id));
      // A second push is on its way when the process dies: it may be in or out, but whole.
      const flying = Array.from({ length: 5 }, () => till.sale('B', 10));
      const answered = till.push(flying).then(() => true, () => false);
      await server.kill();
      if (await answered) acknowledged.push(...flying.map((one) => one.id));
      server = await startServer(database.env);
      till = moved(till, server.url);
      const head = (await till.get<{ chain: { seq: number } }>('/v1/sync/head')).body.chain;
      expect([till.seq, till.seq - 5]).toContain(head.seq);
      const again = await till.push(flying);
      expect(again.status).toBe(200);
      for (const one of flying) if (!acknowledged.includes(one.id)) acknowledged.push(one.id);
    }
    const totals = (await till.get<Totals>('/v1/reports/totals')).body;
    expect(totals.entries - start.entries).toBe(acknowledged.length);
    expect(totals.earned - start.earned).toBe(acknowledged.length * 10);
    expect(totals.invariants).toEqual({ I1: true, I2: true, I3: true });
    await server.kill();
    const store = await openStore(database.where);
    const rows = await store.db.selectFrom('entries').select('id').where('terminal', '=', till.identity.terminal).execute();
    expect(rows.map((row) => row.id).sort()).toEqual([...acknowledged].sort());
    await store.close();
    await database.remove();
  });
});

describe('a server started by hand', () => {
  it('prints where it is, and codes and PINs of the demo', async () => {
    const database = await createDatabase('sqlite');
    const { code, stdout, stderr } = await runServer({ ...database.env, TILLPOINT_DEMO: '1' }, { until: /PIN 4444/ });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Tillpoint server: http:\/\/127\.0\.0\.1:\d+ /);
    expect(stdout.match(/Enrolment code for .*: [0-9A-Z]{5}-[0-9A-Z]{5}/g)).toHaveLength(3);
    await database.remove();
  });

  it('logs no token, phone, name or query', async () => {
    const database = await createDatabase('sqlite');
    const server = await startServer({ ...database.env, TILLPOINT_LOG: 'trace' }, ['--demo']);
    const till = await TestTill.open(server.url, server.demo?.codes[0]?.code ?? '');
    await till.get('/v1/members/find?text=Whitfield');
    await till.push([till.sale('M0001', 1)]);
    await till.post('/v1/leases', { member: 'M0001', points: 'x' });
    await server.stop();
    const log = server.output();
    expect(log).toContain('/v1/members/find');
    expect(log).toContain(till.identity.terminal);
    for (const secret of [till.token ?? '', 'Whitfield', 'Bearer', server.demo?.codes[0]?.code ?? '']) expect(log).not.toContain(secret);
    await database.remove();
  });
});

/** A database with the small chain of the tests, and a code for a till of it. */
async function prepared(engine: Engine): Promise<{ database: TestDatabase; code: string }> {
  const database = await createDatabase(engine);
  const store = await openStore(database.where);
  await fillChain(store);
  const code = await issueCode(store, { terminal: 'T1', store: 'north', nowMs: Date.now() });
  await store.close();
  return { database, code };
}

/** Leaves the database as a version after this one would: with a migration that this one does not know. */
async function makeNewer(store: Store): Promise<void> {
  await store.db.updateTable('meta').set({ value: '9999' }).where('key', '=', 'schema').execute();
}

/** The same till, talking to another address. */
function moved(till: TestTill, url: string): TestTill {
  return Object.assign(Object.create(TestTill.prototype) as TestTill, till, { url });
}
