import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCode } from '../../server/auth/codes.ts';
import { putStore } from '../../server/directory/stores.ts';
import { putMembers } from '../../server/members/members.ts';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { writeRows } from '../../server/store/rows.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import type { Tables } from '../../server/store/tables.ts';
import { points } from '../../shared/domain/integers.ts';
import { startServer } from '../server/process.ts';
import { createDatabase, startPostgres } from '../support/postgres.ts';
import { startCounting, type CountedCpu } from './cpu.ts';
import { MEMBERS, openSession, PROGRAMME, signChain, type BenchSession, type BenchTill } from './tills.ts';

const ENGINES = ['sqlite', 'postgres'] as const;
const TILLS = [1, 8, 32] as const;
type Engine = (typeof ENGINES)[number];

/** Figures of one engine and number of tills. */
export interface PostFigures {
  /** Entries acknowledged in a second: pushed over HTTP, checked, settled, written and flushed to the disk. */
  entriesPerSecond: number;
  /** Entries of the same run in a second, when their rows alone are written: same tables, batches, engine and durability. */
  bareInsertPerSecond: number;
  ratio: number;
  /** Of a push, from sending it to its answer. */
  p99Ms: number;
  /**
   * Entries, at most, whose own signature nobody had looked at when the last push was answered: each was proven by a later one
   * of its run. The server writes down how far it is every 5,000 entries, and when it is done.
   */
  uncheckedAtEnd: number;
  /** Seconds from then until every signature was looked at. */
  drainSeconds: number;
  /** Processor time of the server's process for an entry while it was pushed to, microseconds; null where the system does not tell. */
  serverCpuMicros: number | null;
  /** The same of PostgreSQL's processes; 0 for the embedded engine, which is in the server's. */
  databaseCpuMicros: number | null;
  /** The same of this process, which imitates the tills: with the other two, all that the cores had to do for an entry. */
  tillsCpuMicros: number;
  /** Processor time of this process for an entry of the bare insert, microseconds, and of PostgreSQL's. */
  bareCpuMicros: number;
  bareDatabaseCpuMicros: number | null;
}

interface BenchDatabase {
  where: { databaseUrl: string } | { file: string };
  env: Record<string, string>;
  remove(): Promise<void>;
}

/** Entries signed for a second of one measurement: more than any engine has been seen to take. */
const ENTRIES_PER_SECOND = 24_000;
const WARM_PUSHES = 2;
const STORE = 'bench';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * Pushes signed batches by 1, 8 and 32 tills to a server process on each engine, every commit flushed, and beside each the
 * bare insert of the rows that came of it.
 */
export async function benchPost(options: {
  seconds: number;
  batch: number;
  engine?: string | undefined;
  tills?: number | undefined;
}): Promise<Partial<Record<Engine, Record<string, PostFigures>>>> {
  const { seconds, batch } = options;
  const engines = ENGINES.filter((engine) => options.engine === undefined || engine === options.engine);
  const counts = TILLS.filter((count) => options.tills === undefined || count === options.tills);
  const tills = signTills(counts, seconds, batch);
  if (engines.includes('postgres')) say('Starting PostgreSQL');
  const postgres = engines.includes('postgres') ? await startPostgres() : undefined;
  try {
    const figures: Partial<Record<Engine, Record<string, PostFigures>>> = {};
    for (const engine of engines) {
      const ofEngine: Record<string, PostFigures> = (figures[engine] = {});
      for (const count of counts) {
        const measured = await measure(postgres === undefined || engine === 'sqlite' ? makeFolder : () => makeDatabase(postgres.url), tills.slice(0, count), { seconds, batch });
        ofEngine[count] = measured;
        const { entriesPerSecond, bareInsertPerSecond, ratio, p99Ms, uncheckedAtEnd, drainSeconds } = measured;
        say(`${engine}, ${count} tills: ${entriesPerSecond} entries/s, bare insert ${bareInsertPerSecond}/s, ratio ${ratio}, p99 ${p99Ms} ms`);
        say(`  ${uncheckedAtEnd} signatures were left for later, looked at in ${drainSeconds} s`);
      }
    }
    return figures;
  } finally {
    await postgres?.stop();
  }
}

/** Chains long enough for each number of tills to be busy all the time: the fewer push, the more each has to. */
function signTills(counts: readonly number[], seconds: number, batch: number): BenchTill[] {
  const most = Math.max(0, ...counts);
  const started = performance.now();
  const tills: BenchTill[] = [];
  for (let index = 0; index < most; index++) {
    const sharing = counts.find((count) => index < count) ?? most;
    const count = WARM_PUSHES * batch + Math.ceil((seconds * ENTRIES_PER_SECOND) / sharing);
    tills.push(signChain(`T${index + 1}`, STORE, count, batch));
    if (counts.includes(index + 1)) say(`Signed the chains of ${index + 1} ${index === 0 ? 'till' : 'tills'}, ${((performance.now() - started) / 1000).toFixed(1)} s`);
  }
  return tills;
}

async function measure(
  make: () => Promise<BenchDatabase>,
  tills: readonly BenchTill[],
  { seconds, batch }: { seconds: number; batch: number },
): Promise<PostFigures> {
  const database = await make();
  try {
    const codes = await fill(database, tills);
    const server = await startServer(database.env);
    const store = await openStore(database.where);
    const { pushed, drained, rows } = await (async () => {
      const pushed = await pushAll(server.url, tills, codes, { seconds, countCpu: () => startCounting(store, server.child.pid) });
      return { pushed, drained: await drain(store), rows: await readRows(store) };
    })().finally(async () => {
      await server.stop();
      await store.close();
    });
    const bare = await insertBare(make, rows, { batch, callers: tills.length, seconds });
    return {
      entriesPerSecond: Math.round(pushed.perSecond), bareInsertPerSecond: Math.round(bare.perSecond),
      ratio: Math.round((pushed.perSecond / bare.perSecond) * 1000) / 1000, p99Ms: tenth(pushed.p99Ms), ...drained,
      serverCpuMicros: tenth(pushed.cpu.server), databaseCpuMicros: tenth(pushed.cpu.database), tillsCpuMicros: tenth(pushed.cpu.own),
      bareCpuMicros: tenth(bare.cpu.own), bareDatabaseCpuMicros: tenth(bare.cpu.database),
    };
  } finally {
    await database.remove();
  }
}

function tenth<T extends number | null>(value: T): T;
function tenth(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}

/** How long the server may take to look at every signature, milliseconds, and how often it is asked how far it is. */
const DRAIN_MS = 300_000;
const DRAIN_LOOK_MS = 50;

/** Waits until the server has looked at every signature. */
async function drain(store: Store): Promise<{ uncheckedAtEnd: number; drainSeconds: number }> {
  const owed = async (): Promise<number> => {
    const mark = await store.db.selectFrom('meta').select('value').where('key', '=', 'signatures').executeTakeFirst();
    const head = await store.db.selectFrom('heads').select('position').where('shard', '=', 0).executeTakeFirstOrThrow();
    return head.position - Number(mark?.value ?? 0);
  };
  const from = performance.now();
  const uncheckedAtEnd = await owed();
  for (let left = uncheckedAtEnd; left > 0; left = await owed()) {
    if (performance.now() - from > DRAIN_MS) throw new Error(`the server still owes ${left} signatures`);
    await new Promise((resolve) => setTimeout(resolve, DRAIN_LOOK_MS));
  }
  const alarm = await store.db.selectFrom('alarms').select('kind').limit(1).executeTakeFirst();
  if (alarm !== undefined) throw new Error(`the server raised an alarm of kind ${alarm.kind}: a signature or a sale of the bench is false`);
  return { uncheckedAtEnd, drainSeconds: tenth((performance.now() - from) / 1000) };
}

async function makeFolder(): Promise<BenchDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'tillpoint-bench-'));
  return {
    where: { file: join(folder, 'server.sqlite') }, env: { TILLPOINT_DATA: folder },
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function makeDatabase(serverUrl: string): Promise<BenchDatabase> {
  const { url, drop } = await createDatabase(serverUrl);
  return { where: { databaseUrl: url }, env: { DATABASE_URL: url }, remove: drop };
}

/** Puts one store and the members into an empty database; answers a code for each till. */
async function fill({ where }: BenchDatabase, tills: readonly BenchTill[]): Promise<string[]> {
  const store = await openStore(where);
  try {
    const text = { en: 'Bench', 'zh-CN': 'Bench' };
    await putStore(store, {
      id: STORE, name: text, region: 'bench', currency: 'USD', utcOffsetMinutes: 0, address: '', receiptFooter: text, demo: false,
      leaseCap: points(5_000), leaseTermMs: 3_600_000,
      atRisk: { name: 'balanced', perSale: points(500), perMemberDay: points(1_000), perOutage: points(5_000) },
    });
    await publishProgramme(store, PROGRAMME);
    await putMembers(store, MEMBERS.map((id) => ({ id, card: id, name: id, phone: '', region: 'bench', homeStore: STORE, joinedOn: '2026-01-01' })));
    const codes: string[] = [];
    for (const { terminal } of tills) codes.push(await issueCode(store, { terminal, store: STORE, nowMs: Date.now() }));
    return codes;
  } finally {
    await store.close();
  }
}

/** Lets every till push what it has, one push after the other, until all is sent or the time is up. */
async function pushAll(
  url: string,
  tills: readonly BenchTill[],
  codes: readonly string[],
  { seconds, countCpu }: { seconds: number; countCpu: () => ReturnType<typeof startCounting> },
): Promise<{ perSecond: number; p99Ms: number; cpu: CountedCpu }> {
  const sessions: BenchSession[] = [];
  for (const [index, till] of tills.entries()) sessions.push(await openSession(url, till, codes[index] ?? ''));
  const latencies: number[] = [];
  let acknowledged = 0;
  const drive = async (session: BenchSession, bodies: readonly Buffer[], untilMs: number): Promise<void> => {
    for (const body of bodies) {
      if (performance.now() > untilMs) return;
      const from = performance.now();
      const { results } = await session.push(body);
      latencies.push(performance.now() - from);
      if (results.some((result) => result.outcome !== 'posted')) throw new Error('an entry of the bench was not posted');
      acknowledged += results.length;
    }
  };
  // The first pushes start threads and compile what they run; a server does that once in its life.
  await Promise.all(sessions.map((session, index) => drive(session, (tills[index]?.bodies ?? []).slice(0, WARM_PUSHES), Infinity)));
  latencies.length = 0;
  acknowledged = 0;
  const stopCounting = await countCpu();
  const from = performance.now();
  await Promise.all(sessions.map((session, index) => drive(session, (tills[index]?.bodies ?? []).slice(WARM_PUSHES), from + seconds * 1000)));
  const tookMs = performance.now() - from;
  const cpu = await stopCounting(acknowledged);
  for (const session of sessions) session.close();
  latencies.sort((a, b) => a - b);
  return {
    perSecond: acknowledged / (tookMs / 1000), p99Ms: latencies[Math.ceil(latencies.length * 0.99) - 1] ?? 0, cpu,
  };
}

interface Rows {
  entries: Tables['entries'][];
  postings: Map<string, Tables['postings'][]>;
}

/** The rows that the ledger wrote, after checking that they are a true ledger. */
async function readRows(store: Store): Promise<Rows> {
  const { invariants } = await readTotals(store);
  if (!invariants.I1 || !invariants.I2 || !invariants.I3) throw new Error('the ledger of the bench is wrong');
  const entries = await store.db.selectFrom('entries').selectAll().orderBy('position').execute();
  const postings = new Map<string, Tables['postings'][]>();
  for (const row of await store.db.selectFrom('postings').selectAll().execute()) {
    const list = postings.get(row.source);
    if (list === undefined) postings.set(row.source, [row]);
    else list.push(row);
  }
  return { entries, postings };
}

/** Writes the same rows into an empty database, as many callers at once as there were tills. */
async function insertBare(
  make: () => Promise<BenchDatabase>,
  rows: Rows,
  how: { batch: number; callers: number; seconds: number },
): Promise<{ perSecond: number; cpu: CountedCpu }> {
  const database = await make();
  const store = await openStore(database.where);
  try {
    let next = 0;
    let written = 0;
    const until = performance.now() + how.seconds * 1000;
    const write = async (): Promise<void> => {
      while (next < rows.entries.length && performance.now() < until) {
        const entries = rows.entries.slice(next, next + how.batch);
        next += how.batch;
        const postings = entries.flatMap((entry) => rows.postings.get(entry.id) ?? []);
        await store.db.transaction().execute(async (trx) => {
          await writeRows(store.engine, trx, 'entries', entries);
          await writeRows(store.engine, trx, 'postings', postings);
        });
        written += entries.length;
      }
    };
    const stopCounting = await startCounting(store);
    const from = performance.now();
    await Promise.all(Array.from({ length: how.callers }, write));
    const seconds = (performance.now() - from) / 1000;
    return { perSecond: written / seconds, cpu: await stopCounting(written) };
  } finally {
    await store.close();
    await database.remove();
  }
}
