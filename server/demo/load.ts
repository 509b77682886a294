import { businessDate } from '../../shared/domain/date.ts';
import { issueCode } from '../auth/codes.ts';
import { loadServerKeys } from '../auth/keys.ts';
import { putStaff } from '../directory/staff.ts';
import { putStore } from '../directory/stores.ts';
import { createLedger, type Ledger } from '../ledger/ledger.ts';
import { createLeases } from '../leases/leases.ts';
import { putMembers } from '../members/members.ts';
import { publishProgramme } from '../programmes/programmes.ts';
import type { DemoAccess } from '../ready.ts';
import type { Store } from '../store/store.ts';
import { issueVouchers } from '../vouchers/vouchers.ts';
import { demoProgramme, demoStores, HARBOUR, HISTORY_TILLS, LAKESIDE, REGION, STAFF, TILLS, VOUCHERS } from './chain.ts';
import { createChainWriter } from './chainwriter.ts';
import { createHistory, type PastTill } from './history.ts';
import { makeMembers, type DemoMember } from './people.ts';
import { seeded } from './random.ts';
import { daysUntil, visitsOfDay } from './visits.ts';

/** How the demo is made; the same options make the same people and the same past. */
export interface DemoOptions {
  nowMs: number;
  /** Give codes for every till, also those that are enrolled; they may then be enrolled again. */
  renewCodes?: boolean;
  seed?: number;
  members?: number;
  days?: number;
  /** The stores' offset from UTC; the machine's own by default, so that the demo's day is the visitor's. */
  utcOffsetMinutes?: number;
}

const META_KEY = 'demo-chain';
const DAY_MS = 86_400_000;

/**
 * Makes the demo ready: loads it into a database that holds nothing, and gives fresh codes for its tills. Undefined for
 * a database that holds anything else, which is left as it is.
 */
export async function prepareDemo(store: Store, options: DemoOptions): Promise<DemoAccess | undefined> {
  const state = await store.db.selectFrom('meta').select('value').where('key', '=', META_KEY).executeTakeFirst();
  if (state === undefined && !(await isEmpty(store))) return undefined;
  if (state?.value !== 'loaded') await loadDemo(store, options);
  const codes: DemoAccess['codes'] = [];
  for (const till of TILLS) {
    const terminal = await store.db.selectFrom('terminals').select('epoch').where('id', '=', till.terminal).executeTakeFirst();
    if (options.renewCodes !== true && (terminal?.epoch ?? 0) > 0) continue;
    codes.push({ ...till, code: await issueCode(store, { terminal: till.terminal, store: till.store, nowMs: options.nowMs }) });
  }
  // A demo that an earlier version loaded has none.
  const issued = await store.db.selectFrom('vouchers').select('id').where('id', 'in', VOUCHERS.map(({ code }) => code)).orderBy('id').execute();
  return { codes, vouchers: issued.map(({ id }) => id), pins: STAFF.map(({ name, role, store: at, pin }) => ({ name, role, store: at, pin })) };
}

/** Whether nobody has put anything into this database. */
async function isEmpty(store: Store): Promise<boolean> {
  for (const table of ['stores', 'staff', 'programmes', 'members', 'terminals', 'enrolment_codes', 'entries', 'quarantine'] as const) {
    const row = await store.db.selectFrom(table).select((of) => of.fn.countAll().as('count')).executeTakeFirst();
    if (Number(row?.count ?? 0) > 0) return false;
  }
  return true;
}

async function loadDemo(store: Store, options: DemoOptions): Promise<void> {
  const { nowMs, seed = 20_260_101, days = 180 } = options;
  const utcOffsetMinutes = options.utcOffsetMinutes ?? -new Date(nowMs).getTimezoneOffset();
  const random = seeded(seed);
  const calendar = daysUntil(nowMs, days, utcOffsetMinutes);
  const startMs = calendar[0]?.dayStartMs ?? nowMs;
  const programme = demoProgramme(startMs - DAY_MS);
  const members = makeMembers(random, options.members ?? 500, [HARBOUR, LAKESIDE], days);
  // The mark comes first: a load that is cut off is known as the demo's and goes on, instead of looking like a chain.
  await store.db.insertInto('meta').values({ key: META_KEY, value: 'loading' }).onConflict((on) => on.column('key').doNothing()).execute();
  for (const one of demoStores(utcOffsetMinutes)) await putStore(store, one);
  for (const one of STAFF) await putStaff(store, one);
  await publishProgramme(store, programme);
  const issued = await issueVouchers(store, VOUCHERS, nowMs);
  if (!issued.ok) throw new Error(`assertion failed: the demo's voucher ${issued.code} was not issued: ${issued.why}`);
  await putMembers(store, members.map((one) => memberOf(one, startMs, utcOffsetMinutes)));
  const begun = await store.db.selectFrom('entries').select('id').limit(1).executeTakeFirst();
  // The keys of a past that was cut off are gone with its process; what is there of it stays, and is true.
  if (begun === undefined) await loadHistory(store, { random, calendar, members, programme, utcOffsetMinutes });
  await store.db.updateTable('terminals').set({ status: 'revoked' }).where('id', 'in', HISTORY_TILLS.map((one) => one.terminal)).execute();
  await store.db.updateTable('meta').set({ value: 'loaded' }).where('key', '=', META_KEY).execute();
}

function memberOf(member: DemoMember, startMs: number, utcOffsetMinutes: number) {
  const { id, card, name, phone, homeStore, birthday, joinedDay } = member;
  const joinedOn = businessDate(startMs + joinedDay * DAY_MS + DAY_MS / 2, utcOffsetMinutes);
  return { id, card, name, phone, homeStore, region: REGION, joinedOn, ...(birthday === undefined ? {} : { birthday }) };
}

interface Past {
  random: ReturnType<typeof seeded>;
  calendar: ReturnType<typeof daysUntil>;
  members: readonly DemoMember[];
  programme: ReturnType<typeof demoProgramme>;
  utcOffsetMinutes: number;
}

/** Lives through the days: what was sold is posted by a ledger and leases whose clock is the past's. */
async function loadHistory(store: Store, { random, calendar, members, programme, utcOffsetMinutes }: Past): Promise<void> {
  let atMs = 0;
  const now = (): number => atMs;
  const ledger: Ledger = createLedger(store, { now });
  const leases = createLeases(store, ledger, await loadServerKeys(store), { now });
  const tills = new Map<string, PastTill>();
  for (const { terminal, store: at, label } of HISTORY_TILLS) {
    const writer = createChainWriter({ terminal, store: at, utcOffsetMinutes }, random);
    const key = { terminal, epoch: 1, public_key: writer.publicKey, enrolled_at: calendar[0]?.dayStartMs ?? 0 };
    await store.db.insertInto('terminals').values({ id: terminal, store: at, label, status: 'active', epoch: 1, public_key: writer.publicKey }).execute();
    await store.db.insertInto('terminal_keys').values(key).execute();
    tills.set(at, { writer, staff: STAFF.filter((one) => one.store === at).map((one) => one.id) });
  }
  const history = createHistory(ledger, leases, programme, tills);
  for (const day of calendar) {
    const visits = visitsOfDay(random, day, members, [HARBOUR, LAKESIDE]);
    atMs = Math.max(atMs, visits.at(-1)?.atMs ?? day.dayStartMs);
    await history.live(visits);
  }
  await ledger.close();
}
