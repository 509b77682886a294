import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openSqliteStorage } from '../../electron/core/storage/sqlite.ts';
import type { EntryFilter, EntryList } from '../../shared/contract/history.ts';
import type { OwnEntryDoc, PostedEntryDoc } from '../../shared/contract/documents.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { openReplica } from '../../shared/replica/database.ts';
import { openDirectory } from '../../shared/replica/directory.ts';
import { createHistory, type History } from '../../shared/replica/history.ts';
import { createMemberIndex } from '../../shared/replica/lookup.ts';
import type { Identity, Replica } from '../../shared/replica/ports.ts';
import { createProjection } from '../../shared/replica/projection.ts';
import { makeFolder } from '../storage/support.ts';

/** Milliseconds of the history over a replica on a real disk that holds `entries` entries of a store, half of them this till's own. */
export interface HistoryFigures {
  entries: number;
  members: number;
  /** From the first question to the newest rows, and until every entry has been read. */
  firstRowsMs: number;
  wholeMs: number;
  /** Of it, what the processor was busy with: on a machine that does other things, the truer figure. */
  wholeCpuMs: number;
  /** Longest time that nothing else could run while they were read. */
  longestStallMs: number;
  /** Medians of questions that were not asked before, each with its first page. */
  medianMs: Record<string, number>;
  /** A page from the middle of the whole list. */
  deepPageMs: number;
  heapMb: number;
}

const START_MS = Date.UTC(2025, 0, 1, 1);
const MEMBERS = 20_000;
const STAFF = ['maya', 'wei', 'lin', 'omar'];
const ALL: EntryFilter = { text: '', group: 'all', state: 'any', staff: '' };
const CHUNK = 2_000;
const signature = `${'A'.repeat(86)}==`;
const identity = { terminal: 'T1', epoch: 1, store: 'S1' } as Identity;

/** Measures searching and paging a store's history; fills a replica of its own first, which takes longest. */
export async function benchHistory({ entries = 100_000 }: { entries?: number } = {}): Promise<HistoryFigures> {
  const { folder, remove } = makeFolder();
  const file = (name: string): string => join(folder, `${name}.sqlite`);
  try {
    const first = openSqliteStorage({ file });
    const filled = await openReplica({ storage: first.storage as never, name: 'bench', atomic: first.atomic });
    await fill(filled, entries);
    await filled.close();
    await first.close();
    const again = openSqliteStorage({ file });
    const replica = await openReplica({ storage: again.storage as never, name: 'bench', atomic: again.atomic });
    const figures = await measure(replica, entries);
    await replica.close();
    await again.close();
    return figures;
  } finally {
    remove();
  }
}

async function measure(replica: Replica, entries: number): Promise<HistoryFigures> {
  const projection = createProjection();
  const index = createMemberIndex();
  const accounts = Array.from({ length: MEMBERS }, (_, at) => account(at));
  projection.putAccounts('accounts', accounts);
  for (const one of accounts) index.set(one.id, one);
  const directory = await openDirectory(replica, 'S1');
  const history = createHistory({ replica, identity, directory, projection, index });
  const stalls = monitorEventLoopDelay({ resolution: 1 });
  stalls.enable();
  const began = performance.now();
  const busy = process.cpuUsage();
  await history.rows({ filter: ALL, from: { place: 0 }, count: 100 });
  const firstRowsMs = performance.now() - began;
  await whole(history, entries);
  const wholeMs = performance.now() - began;
  const { user, system } = process.cpuUsage(busy);
  stalls.disable();
  const asked = async (filters: Partial<EntryFilter>[]): Promise<number> => {
    const times: number[] = [];
    for (const filter of filters) {
      const from = performance.now();
      await history.rows({ filter: { ...ALL, ...filter }, from: { place: 0 }, count: 100 });
      times.push(performance.now() - from);
    }
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  };
  const numbers = Array.from({ length: 15 }, (_, at) => at);
  const medianMs = {
    number: await asked(numbers.map((at) => ({ text: `T2-1-${1_000 + at * 97}` }))),
    amount: await asked(numbers.map((at) => ({ text: `${20 + at}.${50 + at}` }))),
    name: await asked(numbers.map((at) => ({ text: `member ${at}1` }))),
    card: await asked(numbers.map((at) => ({ text: `88${String(at * 31).padStart(8, '0')}` }))),
    day: await asked(numbers.map((at) => ({ fromDay: dayOf(at * 900), untilDay: dayOf(at * 900) }))),
    staffAndKind: await asked(STAFF.flatMap((staff) => (['sales', 'voids', 'refunds'] as const).map((group) => ({ staff, group })))),
    shortfalls: await asked([{ state: 'shortfall' }, { state: 'at-risk' }, { state: 'quarantined' }]),
  };
  const from = performance.now();
  await history.rows({ filter: ALL, from: { place: Math.floor(entries / 2) }, count: 100 });
  const deepPageMs = performance.now() - from;
  const heapMb = Math.round(process.memoryUsage().heapUsed / 1_048_576);
  history.stop();
  directory.stop();
  return { entries, members: MEMBERS, firstRowsMs, wholeMs, wholeCpuMs: (user + system) / 1_000, longestStallMs: stalls.max / 1e6, medianMs, deepPageMs, heapMb };
}

/** Resolves once the list says that it is whole, with every entry in it. */
async function whole(history: History, entries: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const check = (list: EntryList): void => {
    if (!list.isWhole) return;
    if (list.total === entries) resolve();
    else reject(new Error(`${list.total} of ${entries} entries are listed`));
  };
  const stop = history.watch(ALL, check);
  await promise.finally(stop);
}

async function fill(replica: Replica, entries: number): Promise<void> {
  const { own, posted, stores } = replica.collections;
  await stores.insert({
    id: 'S1', name: { en: 'Bench', 'zh-CN': 'Bench' }, region: 'R1', currency: 'CNY', utcOffsetMinutes: 480, address: '', receiptFooter: { en: '', 'zh-CN': '' },
    atRisk: { name: 'strict', perSale: points(0), perMemberDay: points(0), perOutage: points(0) }, leaseCap: points(0), leaseTermMs: 0, demo: true, rev: 1,
  });
  for (let at = 0; at < entries; at += CHUNK) {
    const made = Array.from({ length: Math.min(CHUNK, entries - at) }, (_, one) => document(at + one));
    const mine = made.filter(({ terminal }) => terminal === 'T1');
    refuse((await own.bulkInsert(mine.map((one): OwnEntryDoc => ({ ...one, balanceBefore: points(1_000), position: one.seq, disposition: 'leased', shortfall: points(0) })))).error);
    refuse((await posted.bulkInsert(made.map((one, place): PostedEntryDoc => {
      const short = (at + place) % 500 === 7;
      return { ...one, position: at + place + 1, receivedAtMs: one.occurredMs + 900, disposition: short ? 'shortfall' : 'leased', shortfall: points(short ? 40 : 0) };
    }))).error);
  }
}

function refuse(errors: readonly unknown[]): void {
  if (errors.length > 0) throw new Error(`an entry was not stored: ${JSON.stringify(errors[0]).slice(0, 400)}`);
}

const dayOf = (at: number): string => new Date(START_MS + at * 300_000 + 480 * 60_000).toISOString().slice(0, 10);

/** An entry of a busy store: one in twenty is a void or a refund of a sale before it. */
function document(at: number): Omit<OwnEntryDoc, 'balanceBefore' | 'position' | 'disposition' | 'shortfall'> {
  const terminal = at % 2 === 0 ? 'T1' : 'T2';
  const id = `e${String(at).padStart(8, '0')}`;
  const reverses = at % 20 === 19 ? `e${String(at - 2).padStart(8, '0')}` : '';
  const kind = reverses === '' ? 'sale' : 'reversal';
  const member = at % 3 === 0 ? '' : `M${(at * 7) % MEMBERS}`;
  const occurredMs = START_MS + at * 300_000;
  const total = 1_000 + ((at * 37) % 9_000);
  const hash = randomBytes(32).toString('hex');
  const entry: Entry = {
    v: 1, id, store: 'S1', terminal, epoch: 1, seq: Math.floor(at / 2) + 1, prevHash: hash, kind, ...(member === '' ? {} : { member }),
    ...(kind === 'sale' ? { bill: { totalMinor: minor(total), netMinor: minor(total), currency: 'CNY' }, earn: { points: points(10), expiresOn: '2027-12-31' } } : {}),
    ...(kind === 'reversal' ? { reverses, reversal: { scope: at % 40 === 19 ? 'void' as const : 'refund' as const, returnPoints: points(0), clawBackPoints: points(5), refundMinor: minor(500), goodsMinor: minor(500) } } : {}),
    programme: 1, staff: STAFF[at % STAFF.length] ?? '', occurredAt: { ms: occurredMs, n: 0 }, wallMs: occurredMs, businessDate: dayOf(at),
  };
  return { id, store: 'S1', terminal, epoch: 1, seq: entry.seq, kind, member, reverses, businessDate: entry.businessDate, occurredMs, hash, signature, entry };
}

function account(at: number) {
  return {
    id: `M${at}`, card: `88${String(at).padStart(8, '0')}`, name: `Member ${at}`, phone: `8613${String(at).padStart(9, '0')}`, region: 'R1', homeStore: 'S1', joinedOn: '2024-01-01',
    free: points(1_000), leased: points(0), position: 1, rev: 1,
  };
}
