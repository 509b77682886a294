import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { issueCode } from '../../server/auth/codes.ts';
import { putMembers } from '../../server/members/members.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import type { LeaseDoc } from '../../shared/contract/documents.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import { seededRandom } from '../support/random.ts';
import { redeeming } from './chains.ts';
import { createDatabase, type TestDatabase } from './engines.ts';
import { startServer, type ServerProcess } from './process.ts';
import { TestTill } from './till.ts';
import { fillChain } from './world.ts';

/** A reader as a till is one: it asks for what comes after the highest position it has seen, for as long as writers write. */
async function followCursor(url: string, table: string, isOver: () => boolean): Promise<Set<number>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const seen = new Set<number>();
  let cursor = 0;
  for (let more = true; more; ) {
    more = !isOver();
    const { rows } = await client.query(`select position from ${table} where position > $1 order by position`, [cursor]);
    for (const row of rows as { position: string }[]) {
      cursor = Number(row.position);
      seen.add(cursor);
    }
  }
  await client.end();
  return seen;
}

/** Positions that are in the table and that a cursor never saw. */
async function skippedBy(seen: ReadonlySet<number>, url: string, table: string): Promise<number[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(`select position from ${table} order by position`);
  await client.end();
  return (rows as { position: string }[]).map((row) => Number(row.position)).filter((position) => !seen.has(position));
}

const HOT = Array.from({ length: 10 }, (_, index) => `hot-${index}`);
const TILLS = 32;
const EARNED = 500;

/** Two real server processes on one database, and tills that each talk to one of them. */
interface Pair {
  servers: ServerProcess[];
  store: Store;
  tills: TestTill[];
}

async function openPair(database: TestDatabase): Promise<Pair> {
  const store = await openStore(database.where);
  await fillChain(store);
  await putMembers(store, HOT.map((id, index) => (
    { id, card: `7000000${index}`, name: id, phone: '', region: 'R1', homeStore: 'north', joinedOn: '2026-01-01' })));
  const servers = await Promise.all([startServer(database.env), startServer(database.env)]);
  const tills: TestTill[] = [];
  for (let index = 0; index < TILLS; index += 1) {
    const code = await issueCode(store, { terminal: `P${index}`, store: index % 3 === 0 ? 'south' : 'north', nowMs: Date.now() });
    tills.push(await TestTill.open(servers[index % 2]?.url ?? '', code));
  }
  return { servers, store, tills };
}

describe('positions in the order of commit, on PostgreSQL', () => {
  let database: TestDatabase;
  let url: string;
  beforeAll(async () => {
    database = await createDatabase('postgres');
    url = 'databaseUrl' in database.where ? database.where.databaseUrl : '';
  });
  afterAll(() => database.remove());

  it('a plain sequence makes a cursor skip: the same reader sees fewer rows than were written', async () => {
    const setup = new pg.Client({ connectionString: url });
    await setup.connect();
    await setup.query('create table plain (position bigserial primary key, writer int)');
    await setup.end();
    let writing = 8;
    const random = seededRandom(7);
    const write = async (writer: number): Promise<void> => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      for (let index = 0; index < 25; index += 1) {
        await client.query('begin');
        await client.query('insert into plain (writer) values ($1)', [writer]);
        // What a transaction still has to do after it took its number.
        await client.query('select pg_sleep($1)', [random() / 100]);
        await client.query('commit');
      }
      await client.end();
      writing -= 1;
    };
    const [seen] = await Promise.all([followCursor(url, 'plain', () => writing === 0), ...Array.from({ length: 8 }, (_, writer) => write(writer))]);
    expect((await skippedBy(seen, url, 'plain')).length).toBeGreaterThan(0);
  });
});

describe('two server processes and 32 tills on ten hot members, on PostgreSQL', () => {
  let database: TestDatabase;
  let url: string;
  let pair: Pair;
  beforeAll(async () => {
    database = await createDatabase('postgres');
    url = 'databaseUrl' in database.where ? database.where.databaseUrl : '';
    pair = await openPair(database);
  });
  afterAll(async () => {
    for (const server of pair.servers) await server.stop();
    await pair.store.close();
    await database.remove();
  });

  /** What one till sells: it earns, asks for leases, redeems with them and without, gives them back. */
  const sell = async (till: TestTill, seed: number): Promise<number> => {
    const random = seededRandom(seed);
    const pick = (most: number): number => Math.floor(random() * most);
    let sent = 0;
    const push = async (entries: Envelope[]): Promise<void> => {
      let answer = await till.push(entries);
      // A server under this load may say that it is busy; what it was not able to take is sent again, as tills do.
      while (answer.status === 503) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        answer = await till.push(entries);
      }
      expect(answer.status).toBe(200);
      expect(answer.body.results.map((result) => result.outcome)).toEqual(entries.map(() => 'posted'));
      sent += entries.length;
    };
    for (let round = 0; round < 6; round += 1) {
      const member = HOT[pick(HOT.length)] ?? '';
      const granted = await till.post<{ lease?: LeaseDoc }>('/v1/leases', { member, points: 50 + pick(200) });
      const lease = granted.status === 200 ? granted.body.lease : undefined;
      const entries = [till.sale(member, 1 + pick(20)), redeeming(till, member, lease === undefined ? 60 : Math.ceil(lease.points / 2), lease?.id)];
      if (lease !== undefined && pick(3) > 0) entries.push(till.entry({ kind: 'lease-close', member, lease: lease.id }));
      await push(entries);
    }
    return sent;
  };

  it('overdraw nobody, lose nothing, and leave positions without a hole that no cursor skips', async () => {
    const { tills, store } = pair;
    const first = tills[0];
    if (first === undefined) throw new Error('no till');
    expect((await first.push(HOT.map((member) => first.sale(member, EARNED)))).status).toBe(200);
    let selling = true;
    const following = followCursor(url, 'entries', () => !selling);
    const sent = await Promise.all(tills.map((till, index) => sell(till, index + 1)));
    selling = false;
    const seen = await following;
    const entries = HOT.length + sent.reduce((sum, count) => sum + count, 0);
    expect(await skippedBy(seen, url, 'entries')).toEqual([]);
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: entries }, (_, index) => index + 1));
    const totals = await readTotals(store);
    expect(totals).toMatchObject({ entries, position: entries, quarantined: 0, invariants: { I1: true, I2: true, I3: true } });
    const low = await store.db.selectFrom('accounts').select('id').where('balance', '<', 0).where('kind', 'in', ['member', 'lease']).execute();
    expect(low).toEqual([]);
    // Points are conserved: what was earned is held, or was redeemed; what was redeemed beyond that is shortfall.
    expect(totals.outstanding).toBe(totals.earned - totals.redeemed + totals.shortfall);
    expect(totals.shortfall).toBeGreaterThan(0);
    expect(await verifyDatabase(database.where)).toMatchObject({ ok: true, faults: [], entries, chains: TILLS });
  }, 180_000);
});
