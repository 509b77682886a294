import { readTotals } from '../../server/reports/totals.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { checkLeases } from './leasechecks.ts';
import { ROGUE } from './rogue.ts';
import type { History } from './history.ts';

interface Row {
  position: number; id: string; terminal: string; epoch: number; seq: number; hash: string; bytes: string; disposition: string; received_at: number;
  redeem_points: number; leased_points: number; free_points: number; shortfall_points: number;
}

/** What a history must hold once all faults have healed and everything has been sent: each sentence names a promise that is broken. */
export async function findViolations(history: History): Promise<string[]> {
  const { store, where } = history.server;
  const found: string[] = [];
  const { invariants } = await readTotals(store);
  for (const [name, holds] of Object.entries(invariants)) if (!holds) found.push(`${name} does not hold in the totals`);
  const report = await verifyDatabase(where);
  const rogues = new Set((await store.db.selectFrom('entries').select('id').where('terminal', '=', ROGUE).execute()).map(({ id }) => id));
  // A run of entries is proven by its last signature; a false one before it is posted and told, which is what the audit does here.
  const told = report.faults.filter(({ code, id }) => code !== 'signature-wrong' || !rogues.has(id));
  for (const fault of told) found.push(`verify: ${JSON.stringify(fault)}`);
  const rows = (await store.db.selectFrom('entries').selectAll().orderBy('position').execute()) as unknown as Row[];
  checkKept(history, rows, found);
  checkCover(history, rows, found);
  checkOutages(history, rows, found);
  await checkLeases(store, found);
  await checkShown(history, found);
  return found;
}

/** N1, N2: every acknowledged entry once; positions without a gap. */
function checkKept(history: History, rows: readonly Row[], found: string[]): void {
  const seen = new Map<string, number>();
  for (const { id } of rows) seen.set(id, (seen.get(id) ?? 0) + 1);
  rows.forEach(({ position }, index) => {
    if (position !== index + 1) found.push(`position ${position} stands at place ${index + 1}`);
  });
  for (const { id, till, kind } of history.acknowledged) {
    const times = seen.get(id) ?? 0;
    if (times !== 1 && !history.lost.has(id)) found.push(`N1: ${kind} ${id} of ${till} is in the ledger ${times} times`);
  }
  for (const [id, times] of seen) if (times > 1) found.push(`N2: ${id} is in the ledger ${times} times`);
}

/** L9 and G2: what falls short was redeemed at risk within the caps, or lost its cover by a reclaim, a fork or a restore. */
function checkCover(history: History, rows: readonly Row[], found: string[]): void {
  const entries = new Map(rows.map(({ hash, bytes }) => [hash, JSON.parse(bytes) as Entry]));
  for (const row of rows) {
    const entry = entries.get(row.hash);
    const atRisk = atRiskOf(entry);
    if (row.redeem_points !== row.leased_points + row.free_points + row.shortfall_points) found.push(`I3: ${row.id} does not add up`);
    if (atRisk > history.policy.perSale) found.push(`L9: ${row.id} redeems ${atRisk} at risk in one sale`);
    const ofDay = atRisk > 0 ? atRiskOfDay(entry, entries) : 0;
    if (ofDay > history.policy.perMemberDay) found.push(`L9: with ${row.id} its till has redeemed ${ofDay} at risk for ${entry?.member} in a day`);
    if (row.shortfall_points > atRisk && !history.mayLoseCover) found.push(`G2: ${row.id} falls short by ${row.shortfall_points}, with ${atRisk} at risk`);
  }
}

const atRiskOf = (entry: Entry | undefined): number => entry?.redeem?.cover.atRisk ?? 0;

/** What a till had redeemed at risk for a member on a day, along the links of its chain: of a fork each copy knows its own branch. */
function atRiskOfDay(last: Entry | undefined, entries: ReadonlyMap<string, Entry>): number {
  let sum = 0;
  for (let at = last; at !== undefined; at = entries.get(at.prevHash)) {
    if (at.member === last?.member && at.businessDate === last?.businessDate) sum += atRiskOf(at);
  }
  return sum;
}

/**
 * L9: what a till has redeemed at risk and the server has not received stays within the cap of an outage, at every moment
 * at which a cashier was told of one more. A server that went back to a backup receives again, so its times say nothing.
 */
function checkOutages(history: History, rows: readonly Row[], found: string[]): void {
  if (history.mayLoseCover) return;
  const told = new Map(history.acknowledged.map(({ id, atMs }) => [id, atMs]));
  const risks = rows.map((row) => ({ ...row, atRisk: atRiskOf(JSON.parse(row.bytes) as Entry) })).filter(({ atRisk }) => atRisk > 0);
  for (const last of risks) {
    const atMs = told.get(last.id) ?? Number.MAX_SAFE_INTEGER;
    const open = risks.filter((one) => one.terminal === last.terminal && one.epoch === last.epoch && one.seq <= last.seq && one.received_at > atMs);
    const sum = open.reduce((total, { atRisk }) => total + atRisk, 0);
    if (sum > history.policy.perOutage) found.push(`L9: ${last.terminal}:${last.epoch} has redeemed ${sum} at risk in one outage`);
  }
}

/** N3: what every till shows of every member is what the ledger holds. */
async function checkShown(history: History, found: string[]): Promise<void> {
  const { store } = history.server;
  const owned = new Map<string, number>();
  for (const member of history.members) {
    const account = await store.db.selectFrom('accounts').select('balance').where('id', '=', `member:${member}`).executeTakeFirst();
    const leases = await store.db.selectFrom('leases').select(['points', 'spent']).where('member', '=', member).where('state', '=', 'open').execute();
    owned.set(member, (account?.balance ?? 0) + leases.reduce((sum, lease) => sum + lease.points - lease.spent, 0));
  }
  for (const till of history.tills) {
    for (const [member, balance] of owned) {
      const shown = till.member(member);
      if (shown?.balance !== balance) found.push(`N3: ${till.name} shows ${shown?.balance} of ${member}, the ledger holds ${balance}`);
    }
  }
}
