import type { Transaction } from 'kysely';
import { todayIn, type Today } from '../../shared/domain/tiers.ts';
import { programmeAt, type Programme } from '../../shared/domain/programme.ts';
import type { Head } from '../ledger/batch.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { lockHead } from '../ledger/reading.ts';
import { createHourly, type Hourly } from '../jobs/hourly.ts';
import { readMark, writeMark } from '../store/marks.ts';
import type { Store } from '../store/store.ts';
import type { Engine, Tables } from '../store/tables.ts';
import { countPurchases } from './purchases.ts';
import { reckonStandings, type RulesNow } from './standings.ts';

/**
 * Keeps every member's tier: soon after each entry, and every hour for the days that pass. A run answers how many members'
 * standing differs. It may run late, twice, or beside another server: what it writes follows from the ledger and the day alone.
 */
export type TierKeeping = Hourly<number>;

export interface TierOptions {
  /** The server's clock. */
  now?: () => number;
  everyMs?: number;
  /** How long after an entry it begins, so that a burst is one run. */
  soonMs?: number;
}

/** Entries and members in one transaction: tills that push wait for it. */
const ENTRIES_MOST = 500;
const MEMBERS_MOST = 200;
const SOON_MS = 200;
/** While so many entries wait to be posted, pages of a long run come apart. */
const BUSY_ENTRIES = 1_000;
const BUSY_PAUSE_MS = 250;
const MARK_KEY = 'tiers';

/** Makes the tiers of a database. */
export function createTiers(store: Store, ledger: Ledger, { now = Date.now, everyMs, soonMs = SOON_MS }: TierOptions = {}): TierKeeping {
  let stopped = false;
  const pages = async (page: () => Promise<Page | undefined>): Promise<number> => {
    let changed = 0;
    while (!stopped) {
      const one = await page();
      if (one === undefined) break;
      changed += one.changed;
      if (one.changed > 0) ledger.moved(one.head);
      if (ledger.waiting() > BUSY_ENTRIES) await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
    }
    return changed;
  };
  const work = async (): Promise<number> => {
    const nowMs = now();
    if (!(await isWanted(store, nowMs))) return 0;
    let after = '';
    const posted = await pages(() => store.write((trx) => followEntries(store.engine, trx, nowMs)));
    const due = await pages(async () => {
      const page = await store.write((trx) => reckonDue(store.engine, trx, nowMs, after));
      after = page?.last ?? after;
      return page;
    });
    return posted + due;
  };
  const hourly = createHourly(work, everyMs);
  const follower = createFollower(hourly.run, soonMs);
  let unfollow: (() => void) | undefined;
  return {
    run: hourly.run,
    start(failed) {
      unfollow = ledger.onHead(() => follower.soon(failed));
      hourly.start(failed);
    },
    async stop() {
      stopped = true;
      unfollow?.();
      follower.stop();
      await hourly.stop();
    },
  };
}

/** Runs soon after it is told, and once more when it is told during a run. */
function createFollower(run: () => Promise<unknown>, soonMs: number): { soon(failed: (error: unknown) => void): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let told = 0;
  let done = 0;
  const soon = (failed: (error: unknown) => void): void => {
    // A run that ends after the stop would begin the next one on a closed database.
    if (isStopped) return;
    told += 1;
    timer ??= setTimeout(() => {
      const from = told;
      run().catch(failed).finally(() => {
        timer = undefined;
        done = from;
        // What came meanwhile may have come too late for that run.
        if (told > done) soon(failed);
      });
    }, soonMs).unref();
  };
  return {
    soon,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

interface Page {
  changed: number;
  head: Head;
  last: string;
}

/** Whether there are tiers, or were: a ledger without them is not read. */
async function isWanted(store: Store, nowMs: number): Promise<boolean> {
  return store.snapshot(async (trx) => {
    const { rules } = await readRules(trx, nowMs);
    return rules !== undefined || (await trx.selectFrom('member_tiers').select('member').limit(1).executeTakeFirst()) !== undefined;
  });
}

/** The next entries behind the mark: their purchases, the standing of their members, and the mark, in one transaction. */
async function followEntries(engine: Engine, trx: Transaction<Tables>, nowMs: number): Promise<Page | undefined> {
  await lockHead(engine, trx);
  const counted = await countPurchases(engine, trx, await readMark(trx, MARK_KEY), ENTRIES_MOST);
  if (counted === undefined) return undefined;
  const changed = await reckonStandings(engine, trx, [...counted.members], await readRules(trx, nowMs), await readDays(trx, nowMs));
  await writeMark(trx, MARK_KEY, counted.position);
  return { changed, head: await readHead(trx), last: '' };
}

/** The next members, in the order of their ids, whose day has come or whom another version of the programme last ranked. */
async function reckonDue(engine: Engine, trx: Transaction<Tables>, nowMs: number, after: string): Promise<Page | undefined> {
  await lockHead(engine, trx);
  const [rules, today] = [await readRules(trx, nowMs), await readDays(trx, nowMs)];
  const rows = await trx
    .selectFrom('member_tiers').select('member').where('member', '>', after)
    .where((of) => of.or([of('changes_on', '<=', today.latest), of('programme', '<>', rules.programme)]))
    .orderBy('member').limit(MEMBERS_MOST).execute();
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  const changed = await reckonStandings(engine, trx, rows.map((row) => row.member), rules, today);
  return { changed, head: await readHead(trx), last: last.member };
}

/** The tiers of the chain's programme that is valid now: a member's tier is the same in every store, whatever a store's own programme says. */
async function readRules(trx: Transaction<Tables>, nowMs: number): Promise<RulesNow> {
  const rows = await trx.selectFrom('programmes').select('document').execute();
  const programme = programmeAt(rows.map((row) => JSON.parse(row.document) as Programme), nowMs);
  return { rules: programme?.tiers, programme: programme?.version ?? 0 };
}

async function readDays(trx: Transaction<Tables>, nowMs: number): Promise<Today> {
  const rows = await trx.selectFrom('stores').select('document').execute();
  return todayIn(nowMs, rows.map((row) => (JSON.parse(row.document) as { utcOffsetMinutes: number }).utcOffsetMinutes));
}

async function readHead(trx: Transaction<Tables>): Promise<Head> {
  return trx.selectFrom('heads').select(['position', 'rev']).where('shard', '=', 0).executeTakeFirstOrThrow();
}
