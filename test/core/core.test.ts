import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CoreFailure } from '../../electron/core/failure.ts';
import { openSentinel } from '../../electron/core/sentinel.ts';
import { buildServer } from '../../server/http/app.ts';
import { createLedger } from '../../server/ledger/ledger.ts';
import { openStore } from '../../server/store/store.ts';
import { openWorld, type World } from '../server/world.ts';
import type { RecoveryView } from '../../shared/contract/views.ts';
import { faultOf, makeFolder, openCore, type TestCore } from './harness.ts';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

let world: World;
beforeAll(async () => {
  world = await openWorld('sqlite');
});
afterAll(async () => {
  world.app.server.closeAllConnections();
  await world.close();
});

let folder: ReturnType<typeof makeFolder>;
let running: TestCore[];
beforeEach(() => {
  folder = makeFolder();
  running = [];
});
afterEach(async () => {
  for (const core of running) await core.stop();
  folder.remove();
});

const open = async (options: Partial<Parameters<typeof openCore>[0]> = {}): Promise<TestCore> => {
  const core = await openCore({ folder: folder.path, server: world.url, ...options });
  running.push(core);
  return core;
};
let terminals = 0;
/** A code for a terminal that no other test has. */
const newCode = (): Promise<string> => world.code(`C${++terminals}`);
const replicaFile = (epoch = 1): string => join(folder.path, `replica-C${terminals}-${epoch}.sqlite`);
const sentinelFile = (): string => join(folder.path, `replica-C${terminals}-1.head.json`);

/** An enrolled till that has sold `sales` times to nobody's knowledge, and is stopped. */
async function sellOffline(sales: number, member: string | null = 'A'): Promise<void> {
  const { window, stop } = await open({ enrolCode: await newCode() });
  await window.signIn();
  await stop();
  const offline = await open({ server: NOWHERE });
  await offline.window.signIn();
  for (let sale = 1; sale <= sales; sale++) await offline.window.sell(`sale-C${terminals}-${sale}`, undefined, member);
  await offline.stop();
}

/** A server on a database file. */
async function serveFile(file: string): Promise<{ url: string; entries(terminal: string): Promise<string[]>; stop(): Promise<void> }> {
  const store = await openStore({ file });
  const ledger = createLedger(store);
  const app = await buildServer({ store, ledger });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    url,
    async entries(terminal) {
      const rows = await store.db.selectFrom('entries').select(['seq', 'epoch']).where('terminal', '=', terminal).orderBy('epoch').orderBy('seq').execute();
      return rows.map(({ seq, epoch }) => `${epoch}-${seq}`);
    },
    async stop() {
      app.server.closeAllConnections();
      await app.close();
      await ledger.close();
      await store.close();
    },
  };
}

/** One more sale without a server. */
async function sellAgain(saleId: string, member: string | null = 'A'): Promise<void> {
  const { window, stop } = await open({ server: NOWHERE });
  await window.signIn();
  await window.sell(saleId, undefined, member);
  await stop();
  running.pop();
}

/** Copies the replica, with what SQLite keeps beside it. */
function backUp(to: string): void {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(folder.path).filter((one) => one.includes('.sqlite'))) copyFileSync(join(folder.path, name), join(to, name));
}

describe('enrolment', () => {
  it('makes a new till a till of its store, and says hello again', async () => {
    const { core, window } = await open();
    expect(await window.till(() => true)).toMatchObject({ phase: 'new', terminal: null, blockedBy: null });
    expect((await faultOf(window.call('listStaff', {}))).code).toBe('not-enrolled');
    expect(await faultOf(window.call('enrol', { code: 'WRONG-CODE9' }))).toMatchObject({ code: 'server-refused', detail: { code: 'code-unknown' } });
    const code = await newCode();
    const lines: (string | null)[] = [];
    window.replica$.subscribe((line) => lines.push(line?.database ?? null));
    expect(await window.call('enrol', { code })).toEqual({ terminal: `C${terminals}`, store: 'north' });
    const view = await window.till(({ phase }) => phase === 'ready');
    expect(view).toMatchObject({ terminal: `C${terminals}`, store: { id: 'north' }, version: '0.0.0-test' });
    expect(lines.at(-1)).toBe(`till-c${terminals}-1`);
    expect(core.enrolment()).toEqual({ terminal: `C${terminals}`, store: 'north' });
    // The window asks again when it lost the answer.
    expect(await window.call('enrol', { code: code.toLowerCase() })).toEqual({ terminal: `C${terminals}`, store: 'north' });
    expect(readFileSync(join(folder.path, 'core.log'), 'utf8')).not.toContain(code);
  });

  it('happens by itself with a code, as soon as the server answers', async () => {
    const { window } = await open({ server: NOWHERE, enrolCode: await newCode() });
    const trouble = await window.till(({ sync }) => sync.lastError !== null);
    expect(trouble).toMatchObject({ phase: 'new', sync: { lastError: { code: 'server-unreachable' } } });
    expect((await faultOf(window.call('enrol', { code: 'ABCD' }))).code).toBe('server-unreachable');
    await running.pop()?.stop();
    const again = await open({ enrolCode: await newCode() });
    await again.window.till(({ phase }) => phase === 'ready');
  });

  it('happens by itself also when the server is busy at first', async () => {
    let busy = 2;
    const front = createServer((request, response) => {
      if (request.url === '/v1/enrol' && busy > 0) {
        busy -= 1;
        response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify({ code: 'busy', message: 'The server is busy; try again in a moment.' }));
        return;
      }
      const { method, headers, url } = request;
      const onward = forward(`${world.url}${url ?? ''}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    });
    await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
    const { port } = front.address() as AddressInfo;
    try {
      const { window } = await open({ server: `http://127.0.0.1:${port}`, enrolCode: await newCode() });
      await window.till(({ phase }) => phase === 'ready');
      expect(busy).toBe(0);
    } finally {
      front.closeAllConnections();
      front.close();
    }
  });

  it('gives up a chain only when the server has all of it, and then begins another beside it', async () => {
    await sellOffline(1);
    const offline = await open({ server: NOWHERE });
    const code = await world.code(`C${terminals}`);
    expect(await faultOf(offline.window.call('enrol', { code }))).toMatchObject({ code: 'unsent-entries', detail: { waiting: 1 } });
    await offline.stop();
    const { window } = await open();
    await window.till(({ phase, sync }) => phase === 'ready' && sync.waiting === 0);
    expect(await window.call('enrol', { code })).toEqual({ terminal: `C${terminals}`, store: 'north' });
    await window.signIn();
    expect((await window.sell(`second-${terminals}`)).number).toBe(`C${terminals}-2-1`);
    expect([existsSync(replicaFile(1)), existsSync(replicaFile(2))]).toEqual([true, true]);
  });
});

describe('a core that is started again', () => {
  it('has every entry, the draft and its key, and sends what was not sent, once', async () => {
    await sellOffline(2);
    const before = await world.store.db.selectFrom('entries').select('id').where('terminal', '=', `C${terminals}`).execute();
    expect(before).toEqual([]);
    const { window } = await open();
    await window.signIn();
    await window.till(({ sync }) => sync.online && sync.waiting === 0);
    const posted = await world.store.db.selectFrom('entries').select('id').where('terminal', '=', `C${terminals}`).orderBy('seq').execute();
    expect(posted.map(({ id }) => id)).toEqual([`sale-C${terminals}-1`, `sale-C${terminals}-2`]);
    const { draft } = { draft: { billMinor: 4_200 as never, member: 'A' } };
    await window.call('saveDraft', { draft });
    await running.pop()?.stop();
    const again = await open();
    await again.window.signIn();
    expect((await again.window.call('lastSale', {}))?.entry).toBe(`sale-C${terminals}-2`);
    // The same sale pressed again after a restart is the same sale.
    expect((await again.window.sell(`sale-C${terminals}-2`)).number).toBe(`C${terminals}-1-2`);
  });

  it('keeps the folder to itself', async () => {
    await open();
    await expect(openCore({ folder: folder.path, server: world.url })).rejects.toThrow(/already open/);
  });

  it('says in a sentence that its folder cannot be used', async () => {
    writeFileSync(join(folder.path, 'file'), '');
    await expect(openCore({ folder: join(folder.path, 'file', 'till'), server: world.url })).rejects.toThrow(CoreFailure);
  });
});

describe('a replica that is not as this till left it', () => {
  const phase = async (): Promise<{ phase: string; blockedBy: string | null }> => {
    const { window } = await open({ server: NOWHERE });
    const view = await window.till(() => true);
    return { phase: view.phase, blockedBy: view.blockedBy };
  };
  const BEHIND = { phase: 'blocked', blockedBy: 'replica-behind' };

  it('may not trade when an older copy was put in its place, until it is enrolled again', async () => {
    await sellOffline(1);
    const backup = join(folder.path, 'backup');
    backUp(backup);
    const later = await open({ server: NOWHERE });
    await later.window.signIn();
    await later.window.sell(`later-${terminals}`);
    await later.stop();
    rmSync(`${replicaFile()}-wal`, { force: true });
    cpSync(backup, folder.path, { recursive: true });
    expect(await phase()).toEqual(BEHIND);
    const blocked = running.at(-1);
    expect((await faultOf(blocked?.window.sell('never') ?? Promise.resolve())).code).toBe('replica-behind');
    await running.pop()?.stop();
    // Under the next epoch nothing that this chain signed can be signed again.
    const { window } = await open();
    await window.call('enrol', { code: await world.code(`C${terminals}`) });
    await window.signIn();
    expect((await window.sell(`after-${terminals}`)).number).toBe(`C${terminals}-2-1`);
  });

  it('may not trade when its file or its sentinel is gone, and says which', async () => {
    await sellOffline(1);
    const backup = join(folder.path, 'backup');
    backUp(backup);
    for (const name of readdirSync(folder.path).filter((one) => one.includes('.sqlite'))) rmSync(join(folder.path, name));
    expect(await phase()).toEqual({ phase: 'blocked', blockedBy: 'replica-missing' });
    expect(existsSync(replicaFile())).toBe(false);
    await running.pop()?.stop();
    const sentinel = readFileSync(sentinelFile());
    rmSync(sentinelFile());
    expect(await phase()).toEqual({ phase: 'blocked', blockedBy: 'replica-missing' });
    await running.pop()?.stop();
    writeFileSync(sentinelFile(), sentinel);
    cpSync(backup, folder.path, { recursive: true });
    expect((await phase()).phase).toBe('ready');
    await running.pop()?.stop();
    writeFileSync(sentinelFile(), Buffer.alloc(sentinel.length));
    expect(await phase()).toEqual({ phase: 'blocked', blockedBy: 'sentinel-missing' });
    await running.pop()?.stop();
    rmSync(sentinelFile());
    expect(await phase()).toEqual({ phase: 'blocked', blockedBy: 'sentinel-missing' });
  });

  it('may not trade with the replica of another life of its own', async () => {
    await sellOffline(1);
    const [backup, otherLife] = [join(folder.path, 'backup'), join(folder.path, 'other-life')];
    backUp(backup);
    const sentinel = readFileSync(sentinelFile());
    await sellAgain(`first-${terminals}`);
    backUp(otherLife);
    rmSync(`${replicaFile()}-wal`, { force: true });
    cpSync(backup, folder.path, { recursive: true });
    writeFileSync(sentinelFile(), sentinel);
    await sellAgain(`second-${terminals}`);
    rmSync(`${replicaFile()}-wal`, { force: true });
    cpSync(otherLife, folder.path, { recursive: true });
    expect(await phase()).toEqual({ phase: 'blocked', blockedBy: 'replica-swapped' });
  });

  it('trades on when a crash fell between the commit and the sentinel', async () => {
    await sellOffline(1);
    const sentinel = readFileSync(sentinelFile());
    const later = await open({ server: NOWHERE });
    await later.window.signIn();
    await later.window.sell(`later-${terminals}`);
    await later.stop();
    writeFileSync(sentinelFile(), sentinel);
    expect((await phase()).phase).toBe('ready');
    expect(openSentinel(sentinelFile(), { terminal: `C${terminals}`, epoch: 1 }).head).toMatchObject({ seq: 2 });
  });

  it('may not trade when its last entry is not the one its chain ends with', async () => {
    await sellOffline(2);
    const database = new DatabaseSync(replicaFile());
    const [table] = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%own%'").all() as { name: string }[];
    const removed = database.prepare(`DELETE FROM "${table?.name}" WHERE "data" LIKE ?`).run(`%sale-C${terminals}-2%`);
    expect(removed.changes).toBe(1);
    database.close();
    expect(await phase()).toEqual({ phase: 'blocked', blockedBy: 'replica-damaged' });
  });

  it('may not trade when bytes of its file are damaged, and says so', async () => {
    await sellOffline(1);
    const bytes = readFileSync(replicaFile());
    // From the head of a page in the middle on: the rest of a page may be empty, and then nothing is damaged.
    const page = Math.floor(bytes.length / 2 / 4_096) * 4_096;
    bytes.fill(0xa5, page, page + 2_048);
    writeFileSync(replicaFile(), bytes);
    expect(await phase()).toEqual({ phase: 'blocked', blockedBy: 'replica-damaged' });
    await running.pop()?.stop();
    writeFileSync(replicaFile(), 'no database at all, but long enough to be looked at as if it were one'.repeat(100));
    expect(await phase()).toEqual({ phase: 'blocked', blockedBy: 'replica-damaged' });
    expect((await faultOf(running.at(-1)?.window.call('listStaff', {}) ?? Promise.resolve())).code).toBe('replica-damaged');
  });
});

describe('an earlier chain that could not go on', () => {
  /** Enrols the blocked till again and answers its account, once there is one. */
  const enrolAgain = async (): Promise<RecoveryView | undefined> => {
    const { core, window } = await open();
    expect((await window.till(() => true)).phase).toBe('blocked');
    await window.call('enrol', { code: await world.code(`C${terminals}`) });
    const view = await window.till(({ phase, recovered }) => phase === 'ready' && recovered !== undefined);
    await core.stop();
    return view.recovered;
  };
  const posted = async (): Promise<string[]> =>
    (await world.store.db.selectFrom('entries').select(['seq', 'epoch']).where('terminal', '=', `C${terminals}`).orderBy('epoch').orderBy('seq').execute())
      .map(({ seq, epoch }) => `${epoch}-${seq}`);

  it('is sent as far as it is readable, and what cannot be known is said so', async () => {
    await sellOffline(3);
    rmSync(sentinelFile());
    expect(await enrolAgain()).toEqual({ epoch: 1, readable: 3, sent: 3, kept: 0, unknown: null });
    expect(await posted()).toEqual(['1-1', '1-2', '1-3']);
    // It is told again after a restart, and nothing is sent twice.
    const { window } = await open({ server: NOWHERE });
    expect((await window.till(({ recovered }) => recovered !== undefined)).recovered?.sent).toBe(3);
    expect(readFileSync(join(folder.path, 'core.log'), 'utf8')).toContain('"sent":3,"kept":0,"unknown":null');
  });

  it('is offered again to a server that went back to a backup, which takes the present enrolment in again, too', async () => {
    await sellOffline(3);
    rmSync(sentinelFile());
    const file = join(folder.path, 'backup.sqlite');
    await sql.raw(`vacuum into '${file}'`).execute(world.store.db);
    await enrolAgain();
    const older = await serveFile(file);
    const { window } = await open({ server: older.url });
    await window.till(({ sync }) => sync.online);
    await expect.poll(() => older.entries(`C${terminals}`)).toEqual(['1-1', '1-2', '1-3']);
    await window.signIn();
    await window.sell(`again-${terminals}`);
    await expect.poll(() => older.entries(`C${terminals}`)).toEqual(['1-1', '1-2', '1-3', '2-1']);
    await running.pop()?.stop();
    await older.stop();
  });

  it('counts what an older copy has not', async () => {
    await sellOffline(1);
    const backup = join(folder.path, 'backup');
    backUp(backup);
    await sellAgain(`lost-${terminals}-1`);
    await sellAgain(`lost-${terminals}-2`);
    rmSync(`${replicaFile()}-wal`, { force: true });
    cpSync(backup, folder.path, { recursive: true });
    expect(await enrolAgain()).toEqual({ epoch: 1, readable: 1, sent: 1, kept: 0, unknown: 2 });
    expect(await posted()).toEqual(['1-1']);
  });

  it('counts what was in a file that is gone', async () => {
    await sellOffline(2);
    for (const name of readdirSync(folder.path).filter((one) => one.includes('.sqlite'))) rmSync(join(folder.path, name));
    expect(await enrolAgain()).toEqual({ epoch: 1, readable: 0, sent: 0, kept: 0, unknown: 2 });
  });

  it('is read around the damage, sent up to the first hole, and kept behind it', async () => {
    await sellOffline(60, null);
    const bytes = readFileSync(replicaFile());
    // A page that holds the document itself, and not only an index of it.
    const at = bytes.indexOf(`"id":"sale-C${terminals}-30"`);
    expect(at).toBeGreaterThan(0);
    bytes.fill(0xa5, at - (at % 4_096), at - (at % 4_096) + 4_096);
    writeFileSync(replicaFile(), bytes);
    const account = await enrolAgain();
    if (account === undefined) throw new Error('an account expected');
    const { readable, sent, kept, unknown } = account;
    expect(unknown).toBeGreaterThan(0);
    expect(readable + (unknown ?? 0)).toBe(60);
    expect(sent + kept).toBe(readable);
    expect(await posted()).toHaveLength(sent);
    expect(sent).toBeGreaterThan(0);
  });
});

describe('a till of which there is a copy', () => {
  /** Runs the copy: it sells and delivers while the original stands still. */
  const runCopy = async (path: string, sales: number): Promise<void> => {
    const { window, stop } = await open({ folder: path });
    await window.signIn();
    for (let sale = 1; sale <= sales; sale += 1) await window.sell(`copy-C${terminals}-${sale}`, undefined, null);
    await window.till(({ sync }) => sync.online && sync.waiting === 0);
    await stop();
    running.pop();
  };

  it.each([['chain-ahead', 0], ['chain-forked', 1]] as const)('stops with %s at the first contact, also offline afterwards, and loses neither branch', async (code, own) => {
    await sellOffline(1, null);
    const copy = makeFolder();
    try {
      cpSync(folder.path, copy.path, { recursive: true });
      await runCopy(copy.path, 1);
      for (let sale = 1; sale <= own; sale += 1) await sellAgain(`own-C${terminals}-${sale}`, null);
      const { window, stop } = await open();
      await window.till(({ phase, blockedBy }) => phase === 'blocked' && blockedBy === code);
      await stop();
      running.pop();
      const offline = await open({ server: NOWHERE });
      expect(await offline.window.till(() => true)).toMatchObject({ phase: 'blocked', blockedBy: code });
      await offline.stop();
      running.pop();
      const again = await open();
      await again.window.call('enrol', { code: await world.code(`C${terminals}`) });
      await again.window.signIn();
      await again.window.sell(`after-C${terminals}`, undefined, null);
      const sold = [`sale-C${terminals}-1`, `copy-C${terminals}-1`, `after-C${terminals}`, ...(own === 0 ? [] : [`own-C${terminals}-1`])];
      await expect.poll(async () => {
        const rows = await world.store.db.selectFrom('entries').select('id').where('terminal', '=', `C${terminals}`).execute();
        return rows.map(({ id }) => id).sort();
      }, { timeout: 20_000 }).toEqual(sold.sort());
    } finally {
      copy.remove();
    }
  });
});
