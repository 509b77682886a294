import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { makeCheckpoint } from '../../server/checkpoints/checkpoints.ts';
import { createExpiry } from '../../server/jobs/expiry.ts';
import { createLeases } from '../../server/leases/leases.ts';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import type { Store } from '../../server/store/store.ts';
import { issueVouchers } from '../../server/vouchers/vouchers.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import type { Entry, ShiftFact } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { amend, cloneTill, enrolTill, openLedger, redeeming, send, verdicts } from './chains.ts';
import { createDatabase, type Engine, type TestDatabase } from './engines.ts';
import type { TestTill } from './till.ts';

const DAY_MS = 86_400_000;
/** The first day of the story's checkpoints. */
const FIRST_DAY = Date.parse('2026-03-01T12:00:00Z');

/** A database in which everything happened that a ledger knows, and the ids by which a test finds its parts. */
export interface Story {
  database: TestDatabase;
  /** Ids of entries by what they are, and of leases. */
  ids: Record<'earned' | 'leased' | 'leasedTwice' | 'closed' | 'shortfall' | 'void' | 'adjusted' | 'transfer' | 'merge' | 'resolved' | 'last' | 'tail' | 'reclaim' | 'vouchered' | 'shiftClosed', string>;
  leases: Record<'closed' | 'open' | 'reclaimed' | 'kept', string>;
}

/** A sale with a voucher, and another one that was voided; answers the first. */
async function useVouchers(store: Store, post: (part: Partial<Entry>) => Promise<string>): Promise<string> {
  const name = { en: 'Voucher', 'zh-CN': '优惠券' };
  await publishProgramme(store, {
    version: 2, name, currency: 'USD', effectiveFromMs: 0, earn: { points: points(1), perMinor: minor(100), basis: 'net' }, redeem: [],
    vouchers: [{ kind: 'amount', id: 'off', name, discountMinor: minor(100), maxUses: 2 }],
  });
  await issueVouchers(store, [{ code: 'OFF', rule: 'off' }], Date.now());
  const vouchers = [{ voucher: 'OFF', rule: 'off', discountMinor: minor(100) }];
  const sale: Partial<Entry> = { programme: 2, bill: { totalMinor: minor(1_000), netMinor: minor(900), currency: 'USD' }, vouchers };
  const kept = await post(sale);
  const voided = await post(sale);
  await post({ programme: 2, kind: 'reversal', reverses: voided, vouchers, reversal: { scope: 'void', returnPoints: points(0), clawBackPoints: points(0), refundMinor: minor(900) } });
  return kept;
}

/** A shift with a sale in it; answers its close. */
async function holdShift(till: TestTill, post: (envelope: Envelope) => Promise<string>): Promise<string> {
  const shift = (fact: Omit<ShiftFact, 'shift' | 'currency'>): Envelope => till.entry({ kind: 'shift', shift: { shift: 's', currency: 'USD', ...fact } });
  await post(shift({ event: 'open', cashMinor: minor(5_000) }));
  await post(till.sale(undefined, 0, 1_000));
  return post(shift({ event: 'close', cashMinor: minor(6_000), otherMinor: minor(0), expectedMinor: minor(6_000), counts: 1 }));
}

/** Lives through the story on an empty database, with the real ledger, leases, expiry and checkpoints. */
export async function liveStory(engine: Engine): Promise<Story> {
  const world = await openLedger(engine);
  const { store, ledger } = world;
  const leases = createLeases(store, ledger, await loadServerKeys(store), { now: () => Date.now() });
  const [one, two, three] = [await enrolTill(store, 'T1'), await enrolTill(store, 'T2'), await enrolTill(store, 'T3', 'south')];
  const grant = async (till: TestTill, member: string, wanted: number): Promise<string> => {
    const granted = await leases.grant(till.identity, { member, points: points(wanted) });
    if (!granted.ok) throw new Error(`no lease: ${granted.code}`);
    return granted.lease.id;
  };
  const post = async (till: TestTill, envelope: Envelope): Promise<string> => {
    const told = verdicts(await send(ledger, till, [envelope]));
    if (told[0] !== 'posted') throw new Error(`not posted: ${told.join()}`);
    return envelope.id;
  };
  const lots = (earned: number) => ({ points: points(earned), expiresOn: '2099-01-01' });
  const earned = await post(one, one.entry({ member: 'A', bill: bill(1_000), earn: lots(1_000) }));
  const vouchered = await useVouchers(store, (part) => post(three, three.entry(part)));
  await post(one, one.sale('B', 500));
  await post(two, two.entry({ member: 'A', bill: bill(900), earn: lots(300) }));
  await post(three, three.sale('Z', 2_000));
  const closedLease = await grant(one, 'A', 400);
  const leased = await post(one, redeeming(one, 'A', 150, closedLease));
  const leasedTwice = await post(one, redeeming(one, 'A', 100, closedLease));
  const closed = await post(one, one.entry({ kind: 'lease-close', member: 'A', lease: closedLease }));
  const open = await grant(two, 'B', 200);
  await post(two, redeeming(two, 'B', 50, open));
  const lost = await grant(three, 'Z', 300);
  await post(three, redeeming(three, 'Z', 120, lost));
  const reclaim = await post(two, two.entry({ kind: 'lease-close', member: 'Z', lease: lost, approvedBy: 'lin', reason: 'till stolen' }));
  await post(two, redeeming(two, 'B', 100));
  const shortfall = await post(three, redeeming(three, 'A', 5_000));
  const voided = await post(one, reversal(one, 'A', leased, 150, 0));
  await post(two, reversal(two, 'A', earned, 0, 1_000));
  const adjusted = await post(one, one.entry({ kind: 'adjustment', member: 'B', adjust: { points: points(700), reason: 'kindness' }, approvedBy: 'lin' }));
  await post(one, one.entry({ kind: 'adjustment', member: 'A', adjust: { points: points(-900), reason: 'mistake' }, approvedBy: 'lin' }));
  const transfer = await post(two, two.entry({ kind: 'transfer', member: 'B', transfer: { toMember: 'A', points: points(60) } }));
  const settles = (how: 'absorb' | 'recover', of: number) =>
    three.entry({ kind: 'adjustment', member: 'A', approvedBy: 'lin', adjust: { points: points(of), reason: 'seen', settles: { entry: shortfall, how } } });
  const resolved = await post(three, settles('absorb', 200));
  await post(three, settles('recover', 300));
  await post(one, one.entry({ member: 'B', bill: bill(100), earn: { points: points(80), expiresOn: '2026-02-01' } }));
  await createExpiry(store, ledger, { now: () => Date.parse('2026-06-01T12:00:00Z') }).run();
  const merge = await post(two, two.entry({ kind: 'transfer', member: 'Z', approvedBy: 'lin', transfer: { toMember: 'A', points: points(0), merge: true } }));
  await post(one, redeeming(one, 'Z', 40));
  await post(three, three.entry({ member: 'B', bill: bill(300), earn: lots(60) }));
  const kept = await post(one, one.entry({ member: 'B', bill: bill(300), earn: { points: points(70), keep: points(60) } }));
  await post(one, redeeming(one, 'B', 25, kept));
  const shiftClosed = await holdShift(three, (envelope) => post(three, envelope));
  await makeCheckpoint(store, FIRST_DAY);
  await setAsideAndFork(world);
  await send(ledger, one, Array.from({ length: 300 }, (_, index) => one.sale(index % 2 === 0 ? 'A' : 'B', 1)));
  await makeCheckpoint(store, FIRST_DAY + DAY_MS);
  const last = await post(two, two.sale('B', 9));
  await post(one, one.sale('A', 9));
  const tail = await post(two, two.sale('A', 7));
  await ledger.close();
  await store.close();
  return {
    database: world.database,
    ids: { earned, leased, leasedTwice, closed, shortfall, void: voided, adjusted, transfer, merge, resolved, last, tail, reclaim, vouchered, shiftClosed },
    leases: { closed: closedLease, open, reclaimed: lost, kept },
  };
}

/** What is no fault: an entry in quarantine in the middle of a chain, and a till that was copied. */
async function setAsideAndFork({ store, ledger }: Awaited<ReturnType<typeof openLedger>>): Promise<void> {
  const odd = await enrolTill(store, 'T4');
  const good = odd.sale('B', 3);
  const bad = amend(odd, odd.sale('B', 3), (entry) => ({ ...entry, colour: 'red' }));
  odd.prevHash = bad.hash;
  await send(ledger, odd, [good, bad, odd.sale('B', 4)]);
  const original = await enrolTill(store, 'T5');
  await send(ledger, original, [original.sale('A', 2)]);
  const copy = cloneTill(original);
  await send(ledger, original, [original.sale('A', 3)]);
  await send(ledger, copy, [copy.sale('B', 5), redeeming(copy, 'B', 20)]);
}

function bill(totalMinor: number) {
  return { totalMinor: minor(totalMinor), netMinor: minor(totalMinor), currency: 'USD' };
}

function reversal(till: TestTill, member: string, reverses: string, back: number, clawed: number): Envelope {
  return till.entry({
    kind: 'reversal', member, reverses,
    reversal: { scope: 'void', returnPoints: points(back), clawBackPoints: points(clawed), refundMinor: minor(0) },
  });
}

/** A copy of a closed database, which a test may damage as it likes. */
export interface Copy {
  where: TestDatabase['where'];
  env: Record<string, string>;
  /** Brings the copy back to what it was copied from, then runs statements with every guard and check of the database switched off. */
  damage(statements: readonly string[]): Promise<void>;
  rows(text: string): Promise<Record<string, unknown>[]>;
  remove(): Promise<void>;
}

/** Copies a database that nobody has open. */
export async function copyOf(database: TestDatabase): Promise<Copy> {
  return 'file' in database.where ? copyFile(database.where.file) : copyDatabase(database.where.databaseUrl);
}

function copyFile(file: string): Copy {
  const folder = mkdtempSync(join(tmpdir(), 'tillpoint-copy-'));
  const copy = join(folder, 'server.sqlite');
  const renew = (): void => {
    for (const end of ['', '-wal', '-shm']) rmSync(copy + end, { force: true });
    cpSync(file, copy);
  };
  const use = <T>(work: (database: DatabaseSync) => T): T => {
    const opened = new DatabaseSync(copy, { enableForeignKeyConstraints: false });
    try {
      return work(opened);
    } finally {
      opened.close();
    }
  };
  renew();
  return {
    where: { file: copy },
    env: { TILLPOINT_DATA: folder },
    async damage(statements) {
      renew();
      use((opened) => {
        for (const { name } of opened.prepare("select name from sqlite_master where type = 'trigger'").all()) opened.exec(`drop trigger ${String(name)}`);
        opened.exec('pragma ignore_check_constraints = on');
        for (const text of statements) opened.exec(text);
      });
    },
    rows: async (text) => use((opened) => opened.prepare(text).all()),
    remove: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function copyDatabase(databaseUrl: string): Promise<Copy> {
  const { where, env, remove } = await createDatabase('postgres');
  const url = 'databaseUrl' in where ? where.databaseUrl : '';
  const [name, template] = [url, databaseUrl].map((one) => new URL(one).pathname.slice(1));
  const admin = new URL(url);
  admin.pathname = '/postgres';
  await use(admin.href, async (client) => {
    await client.query(`drop database ${name} with (force)`);
    await client.query(`create database ${name} template ${template}`);
  });
  // A database a test would take seconds each, so its tables are kept beside and put back.
  const tables = await use(url, async (client) => {
    const { rows } = await client.query("select tablename from pg_tables where schemaname = 'public'");
    const checks = await client.query("select conname, conrelid::regclass as relation from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace");
    for (const { conname, relation } of checks.rows as { conname: string; relation: string }[]) await client.query(`alter table ${relation} drop constraint ${conname}`);
    await client.query('create schema kept');
    const names = (rows as { tablename: string }[]).map((row) => row.tablename);
    for (const one of names) await client.query(`create table kept.${one} as select * from public.${one}`);
    return names;
  });
  return {
    where, env,
    damage: (statements) => use(url, async (client) => {
      await client.query('set session_replication_role = replica');
      await client.query('begin');
      for (const one of tables) await client.query(`delete from public.${one}; insert into public.${one} select * from kept.${one}`);
      for (const text of statements) await client.query(text);
      await client.query('commit');
    }),
    rows: (text) => use(url, async (client) => (await client.query(text)).rows as Record<string, unknown>[]),
    remove,
  };
}

async function use<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
