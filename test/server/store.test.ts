import pg from 'pg';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLedger } from '../../server/ledger/ledger.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { isTransient, retrying } from '../../server/store/failures.ts';
import { writeRows } from '../../server/store/rows.ts';
import { openStore } from '../../server/store/store.ts';
import { enrolTill, openLedger, send, verdicts, type LedgerWorld } from './chains.ts';
import { createDatabase, ENGINES } from './engines.ts';
import { fillChain } from './world.ts';

describe.each(ENGINES)('the data layer on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(() => world.close());

  it('flushes every commit, and plans every query for the tables as they are', async () => {
    const { db } = world.store;
    const one = async (text: string): Promise<unknown> => Object.values((await sql.raw<Record<string, unknown>>(text).execute(db)).rows[0] ?? {})[0];
    if (engine === 'sqlite') {
      expect(await one('pragma journal_mode')).toBe('wal');
      expect(await one('pragma synchronous')).toBe(2);
    } else {
      expect(await one('show synchronous_commit')).toBe('on');
      expect(await one('show plan_cache_mode')).toBe('force_custom_plan');
    }
  });

  it('reads whole numbers up to 2^53 and refuses to read one beyond', async () => {
    const { db } = world.store;
    const read = (text: string) => sql.raw<{ n: number }>(`select cast(${text} as bigint) as n`).execute(db);
    expect((await read('9007199254740991')).rows[0]?.n).toBe(Number.MAX_SAFE_INTEGER);
    await expect(read('9007199254740993')).rejects.toThrow(/safe integer|too large/i);
  });

  it('reads a snapshot that later commits do not change', async () => {
    const { store } = world;
    const value = (db: typeof store.db) => db.selectFrom('meta').select('value').where('key', '=', 'probe').executeTakeFirst();
    await store.db.insertInto('meta').values({ key: 'probe', value: 'before' }).execute();
    await store.snapshot(async (trx) => {
      expect(await value(trx)).toEqual({ value: 'before' });
      await store.db.updateTable('meta').set({ value: 'after' }).where('key', '=', 'probe').execute();
      expect(await value(trx)).toEqual({ value: 'before' });
    });
    expect(await value(store.db)).toEqual({ value: 'after' });
  });

  it('writes new rows letter by letter, refuses one that is there, and goes on with the same connection', async () => {
    const { store } = world;
    const texts = ['tab\there', 'line\nline\r', '\\.', '\\N', '', '"\'\\\\', '购物 🛒', ' \b\f\v'];
    const rows = texts.map((id, seq) => ({ id: `alarm:${id}`, kind: 'fork' as const, terminal: id, epoch: 1, seq, raised_at: Number.MAX_SAFE_INTEGER }));
    await store.write((trx) => writeRows(engine, trx, 'alarms', rows));
    const read = () => store.db.selectFrom('alarms').selectAll().where('id', 'like', 'alarm:%').orderBy('seq').execute();
    expect(await read()).toEqual(rows);
    const one = { ...rows[0], id: 'alarm:new', seq: 99 } as (typeof rows)[number];
    await expect(store.write((trx) => writeRows(engine, trx, 'alarms', [one, ...rows]))).rejects.toThrow(/unique|duplicate/i);
    expect(await read()).toEqual(rows);
    const chain = { terminal: 'copied', epoch: 1, seq: 1, hash: 'x', frozen_at: null };
    await store.write((trx) => writeRows(engine, trx, 'chains', [chain]));
    expect(await store.db.selectFrom('chains').selectAll().where('terminal', '=', 'copied').execute()).toEqual([chain]);
  });

  it.each([1, 2, 7, 63, 64, 1_000])('writes %i rows at once as they are, and each once', async (count) => {
    const { store } = world;
    const rows = Array.from({ length: count }, (_, index) => ({
      id: `receivable:${count}-${String(index).padStart(5, '0')}"'\\ü`, kind: 'receivable' as const, balance: -index, position: index, rev: 0,
      successor: null, next_expiry: null,
    }));
    const put = (changed: typeof rows): Promise<void> => store.write((trx) => writeRows(engine, trx, 'accounts', changed, { key: ['id'], update: ['balance'] }));
    await put(rows);
    await put(rows.map((row) => ({ ...row, balance: row.balance - 1, position: 999 })));
    const kept = await store.db.selectFrom('accounts').selectAll().where('id', 'like', `receivable:${count}-%`).orderBy('position').execute();
    expect(kept.map((row) => ({ ...row }))).toEqual(rows.map((row) => ({ ...row, balance: row.balance - 1 })));
  });

  it('counts its tables for the planner once the first thousands of rows are in', async () => {
    const { store, ledger } = world;
    const counted = async (): Promise<number> => {
      const text = engine === 'postgres'
        ? "select greatest(reltuples, 0)::bigint as n from pg_class where oid = 'entries'::regclass"
        : "select count(*) as n from sqlite_master where name = 'sqlite_stat1'";
      return (await sql.raw<{ n: number }>(text).execute(store.db)).rows[0]?.n ?? 0;
    };
    const till = await enrolTill(store, 'P1');
    await send(ledger, till, Array.from({ length: 400 }, () => till.sale('A', 1)));
    expect(await counted()).toBe(0);
    for (let round = 0; round < 4; round++) await send(ledger, till, Array.from({ length: 401 }, () => till.sale('A', 1)));
    await expect.poll(counted, { timeout: 10_000 }).toBeGreaterThan(0);
    const { rows } = await sql.raw<Record<string, string>>(
      `explain ${engine === 'sqlite' ? 'query plan ' : ''}select position from entries where id = 'x'`,
    ).execute(store.db);
    expect(JSON.stringify(rows)).toMatch(/using (covering )?index|index (only )?scan/i);
  });

  it('opens a database that is there as it is; makes its tables once when several servers start on PostgreSQL', async () => {
    const database = await createDatabase(engine);
    // The embedded database waits for another process, not for a second opening in its own.
    const stores = engine === 'sqlite'
      ? [await openStore(database.where), await openStore(database.where)]
      : await Promise.all([1, 2, 3].map(() => openStore(database.where)));
    for (const store of stores) expect(await store.db.selectFrom('heads').selectAll().execute()).toMatchObject([{ shard: 0, position: 0, rev: 0 }]);
    for (const store of stores) await store.close();
    await database.remove();
  });
});

describe('trying again', () => {
  const failing = (times: number, error: Error) => {
    let runs = 0;
    return { runs: () => runs, work: async () => { runs += 1; if (runs <= times) throw error; return runs; } };
  };
  const coded = (code: string): Error => Object.assign(new Error(code), { code });

  it('mends serialization failures, deadlocks and duplicate keys, and nothing that would fail again', async () => {
    for (const code of ['40001', '40P01', '23505', 'ECONNRESET']) {
      const { work, runs } = failing(3, coded(code));
      expect(await retrying(work, () => 0)).toBe(4);
      expect(runs()).toBe(4);
    }
    for (const error of [coded('23514'), coded('42P01'), new Error('a bug')]) {
      const { work, runs } = failing(1, error);
      await expect(retrying(work, () => 0)).rejects.toBe(error);
      expect(runs()).toBe(1);
    }
    const never = failing(1_000, coded('40001'));
    await expect(retrying(never.work, () => 0)).rejects.toThrow('40001');
    expect(never.runs()).toBeLessThan(20);
    expect(isTransient('40001')).toBe(false);
  });
});

describe('posting on PostgreSQL against others', () => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger('postgres');
  });
  afterAll(() => world.close());

  it('goes on, and so does the process, when its connection breaks between two statements of a transaction', async () => {
    let tries = 0;
    await world.store.write(async (trx) => {
      tries += 1;
      const { rows: [backend] } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
      if (tries === 1) {
        await sql`select pg_terminate_backend(${backend?.pid})`.execute(world.store.db);
        // The connection hears of its end while nobody asks anything of it.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      await sql`select 1`.execute(trx);
    });
    expect(tries).toBe(2);
  });

  it('is tried again after a deadlock in which it was the one to give way', async () => {
    const { store, ledger, database } = world;
    const till = await enrolTill(store, 'D1');
    const rival = new pg.Client({ connectionString: 'databaseUrl' in database.where ? database.where.databaseUrl : '' });
    await rival.connect();
    try {
      const before = await deadlocks(rival);
      // The rival never gives way, so that PostgreSQL ends the ledger's transaction.
      await rival.query("set deadlock_timeout = '1min'");
      await rival.query('begin');
      await rival.query("select * from accounts where id = 'member:A' for update");
      const pushed = send(ledger, till, [till.sale('A', 12)]);
      await waiting(store, 'accounts');
      await rival.query('update heads set rev = rev + 1');
      await rival.query('commit');
      expect(verdicts(await pushed)).toEqual(['posted']);
      await expect.poll(() => deadlocks(rival), { timeout: 10_000 }).toBe(before + 1);
    } finally {
      await rival.end();
    }
    const row = await store.db.selectFrom('accounts').select('balance').where('id', '=', 'member:A').executeTakeFirst();
    expect(row).toEqual({ balance: 12 });
  });

  const deadlocks = async (client: pg.Client): Promise<number> =>
    Number((await client.query<{ deadlocks: string }>('select deadlocks from pg_stat_database where datname = current_database()')).rows[0]?.deadlocks);

  /** Waits until a statement on a table waits for a lock. */
  const waiting = async (store: LedgerWorld['store'], table: string): Promise<void> => {
    await expect.poll(async () => {
      const { rows } = await sql<{ query: string }>`select query from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`.execute(store.db);
      return rows.some((row) => row.query.includes(table));
    }, { timeout: 10_000 }).toBe(true);
  };
});

describe('two servers that post on one database', () => {
  it('give out positions without a gap, in the order of commit: a reader that follows the head misses nothing', async () => {
    const database = await createDatabase('postgres');
    const stores = await Promise.all([openStore(database.where), openStore(database.where)]);
    const [one, two] = stores;
    if (one === undefined || two === undefined) throw new Error('two stores');
    await fillChain(one);
    const ledgers = stores.map((store) => createLedger(store));
    const tills = await Promise.all(['W1', 'W2', 'W3', 'W4', 'W5', 'W6'].map((terminal) => enrolTill(one, terminal)));
    let writing = true;
    const written = Promise.all(tills.map(async (till, index) => {
      const ledger = ledgers[index % 2];
      for (let round = 0; round < 20 && ledger !== undefined; round++) {
        const entries = Array.from({ length: 1 + ((round + index) % 4) }, (_, n) => till.sale(['A', 'B', 'Z'][(round + n) % 3], 1));
        expect(new Set(verdicts(await send(ledger, till, entries)))).toEqual(new Set(['posted']));
      }
    })).finally(() => (writing = false));
    const seen: number[] = [];
    const follow = async (): Promise<void> => {
      const rows = await two.db.selectFrom('entries').select('position').where('position', '>', seen.at(-1) ?? 0).orderBy('position').execute();
      seen.push(...rows.map((row) => row.position));
    };
    while (writing) await follow();
    await written;
    await follow();
    const count = Number((await one.db.selectFrom('entries').select((of) => of.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
    expect(count).toBe(tills.reduce((sum, till) => sum + till.seq, 0));
    expect(seen).toEqual(Array.from({ length: count }, (_, index) => index + 1));
    expect(await ledgers[0]?.head()).toMatchObject({ position: count });
    expect((await readTotals(one)).invariants).toEqual({ I1: true, I2: true, I3: true });
    for (const ledger of ledgers) await ledger.close();
    for (const store of stores) await store.close();
    await database.remove();
  });
});
