import { sql, type Transaction } from 'kysely';
import { leaseAccount, memberAccount, receivableAccount, shortfallAccount } from '../../shared/domain/account.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { isOneOf } from '../store/rows.ts';
import type { AccountKind, AccountsTable, Engine, LeasesTable, ShortfallsTable, Tables } from '../store/tables.ts';
import { shortfallNamedBy } from './shortfalls.ts';

/** A sale that a reversal names, as the ledger holds it. */
export interface KnownSale {
  member: string | undefined;
  redeemed: number;
  earned: number;
  /** Last day of what it earned. */
  lot: string | undefined;
}

/** An account, and whether it has to be written. */
export interface Account extends AccountsTable {
  changed: boolean;
}

/** A lease, and whether it has to be written. */
export interface BookedLease extends LeasesTable {
  changed: boolean;
}

/** Every account that settling these entries may move, but for those of members' successors. */
export function accountsOf(entries: readonly Entry[], leases: ReadonlyMap<string, BookedLease>, shortfalls: readonly ShortfallsTable[]): Set<string> {
  const ids = new Set<string>();
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const owing = (member: string | null | undefined): void => void (typeof member === 'string' && ids.add(receivableAccount(member)));
  for (const entry of entries) {
    const member = entry.member;
    if (member !== undefined) ids.add(memberAccount(member));
    if (entry.earn !== undefined) ids.add('issued');
    if (entry.earn?.keep !== undefined) ids.add(leaseAccount(entry.id));
    if (entry.redeem !== undefined) ids.add('redeemed').add(shortfallAccount(entry.store));
    if (entry.kind === 'reversal') ids.add('redeemed').add('issued').add('adjusted');
    if (entry.kind === 'adjustment') ids.add('adjusted');
    if (entry.kind === 'adjustment' || entry.kind === 'reversal') owing(member);
    const named = shortfallNamedBy(entry);
    // What the batch itself is going to leave.
    const leaving = named === undefined ? undefined : byId.get(named);
    if (leaving !== undefined) {
      ids.add(shortfallAccount(leaving.store));
      owing(leaving.member);
      if (leaving.member !== undefined) ids.add(memberAccount(leaving.member));
    }
    if (entry.kind === 'expiry') ids.add('expired');
    if (entry.transfer !== undefined) {
      ids.add(memberAccount(entry.transfer.toMember));
      if (entry.transfer.merge === true) for (const one of [member, entry.transfer.toMember]) owing(one);
    }
  }
  for (const { store, member } of shortfalls) {
    ids.add(shortfallAccount(store));
    owing(member);
    if (member !== null) ids.add(memberAccount(member));
  }
  for (const lease of leases.values()) ids.add(leaseAccount(lease.id)).add(memberAccount(lease.member));
  return ids;
}

/** Locks accounts in the order of their ids, and then those of whom members were merged into, to the last. */
export async function lockAccounts(engine: Engine, trx: Transaction<Tables>, ids: ReadonlySet<string>): Promise<Map<string, Account>> {
  const accounts = new Map<string, Account>();
  for (let wanted = [...ids].sort(); wanted.length > 0; ) {
    const query = trx.selectFrom('accounts').selectAll().where(isOneOf(engine, 'id', wanted)).orderBy('id');
    const rows = await (engine === 'postgres' ? query.forUpdate() : query).execute();
    for (const id of wanted) accounts.set(id, emptyAccount(id));
    for (const row of rows) accounts.set(row.id, { ...row, changed: false });
    const successors = rows.flatMap(({ successor }) => (successor === null ? [] : [memberAccount(successor), receivableAccount(successor)]));
    // Whoever writes accounts holds the head's row, so a second round of locks waits for nobody.
    wanted = [...new Set<string>(successors)].filter((id) => !accounts.has(id)).sort();
  }
  return accounts;
}

function emptyAccount(id: string): Account {
  return { id, kind: kindOf(id), balance: 0, position: 0, rev: 0, successor: null, next_expiry: null, changed: false };
}

/** The kind that an account's id names. */
export function kindOf(id: string): AccountKind {
  return id.split(':', 1)[0] as AccountKind;
}

/** The leases that the entries spend or give back, as far as they are there: what a sale of the batch itself keeps is not yet. */
export async function readLeases(engine: Engine, trx: Transaction<Tables>, entries: readonly Entry[]): Promise<Map<string, BookedLease>> {
  const ids = new Set<string>();
  for (const entry of entries) {
    for (const part of entry.redeem?.cover.leases ?? []) ids.add(part.lease);
    if (entry.kind === 'lease-close' && entry.lease !== undefined) ids.add(entry.lease);
  }
  if (ids.size === 0) return new Map();
  const rows = await trx.selectFrom('leases').selectAll().where(isOneOf(engine, 'id', [...ids])).execute();
  return new Map(rows.map((row) => [row.id, { ...row, changed: false }]));
}

/** The sales with these ids that are in the ledger. */
export async function readSales(engine: Engine, trx: Transaction<Tables>, ids: readonly string[]): Promise<Map<string, KnownSale>> {
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom('entries')
    .select(['id', 'member', 'redeem_points', 'earn_points', 'bytes'])
    .where(isOneOf(engine, 'id', ids))
    .execute();
  return new Map(rows.map((row) => [row.id, {
    member: row.member ?? undefined, redeemed: row.redeem_points, earned: row.earn_points,
    lot: row.earn_points === 0 ? undefined : (JSON.parse(row.bytes) as Entry).earn?.expiresOn,
  }]));
}

/** What reversals have given back and taken back of these sales; none of one that nobody reversed. */
export async function readGiven(
  engine: Engine,
  trx: Transaction<Tables>,
  ids: readonly string[],
): Promise<Map<string, { returned: number; clawedBack: number }>> {
  if (ids.length === 0) return new Map();
  const rows = await trx
    .selectFrom('entries')
    .select(['reverses', sql<number>`cast(sum(returned_points) as bigint)`.as('returned'), sql<number>`cast(sum(clawed_points) as bigint)`.as('clawedBack')])
    .where(isOneOf(engine, 'reverses', ids))
    .groupBy('reverses')
    .execute();
  return new Map(rows.map((row) => [row.reverses ?? '', { returned: row.returned, clawedBack: row.clawedBack }]));
}
