import { sql, type Transaction } from 'kysely';
import type { AccountDoc } from '../../shared/contract/documents.ts';
import { memberAccount } from '../../shared/domain/account.ts';
import { EXPIRING_MOST, type Expiring } from '../../shared/domain/expiry.ts';
import { points } from '../../shared/domain/integers.ts';
import type { Tables } from '../store/tables.ts';
import { readStanding } from '../tiers/standings.ts';

/** A member and the member's account as the database holds them, before the open leases are added. */
interface AccountRow {
  id: string;
  card: string;
  name: string;
  phone: string;
  region: string;
  home_store: string;
  joined_on: string;
  birthday: string | null;
  free: number;
  position: number;
  rev: number;
  next_expiry: string | null;
  successor: string | null;
  standing: string | null;
}

/** Members with their accounts; narrow it with `where`. */
export function selectAccounts(trx: Transaction<Tables>) {
  return trx
    .selectFrom('members')
    .innerJoin('accounts', (join) =>
      join
        .on('accounts.kind', '=', 'member')
        // Both ways round, so that the planner may begin at either side: a member that was searched, or accounts that changed.
        .on('accounts.id', '=', sql<string>`'member:' || members.id`)
        .on('members.id', '=', sql<string>`substr(accounts.id, 8)`),
    )
    .leftJoin('member_tiers', 'member_tiers.member', 'members.id')
    .select([
      'members.id', 'members.card', 'members.name', 'members.phone', 'members.region', 'members.home_store', 'members.joined_on', 'members.birthday',
      'accounts.balance as free', 'accounts.position', 'accounts.rev', 'accounts.next_expiry', 'accounts.successor', 'member_tiers.standing',
    ]);
}

/** Account documents of such rows, in their order; points in escrow are read in the same transaction. */
export async function toAccounts(trx: Transaction<Tables>, rows: readonly AccountRow[]): Promise<AccountDoc[]> {
  if (rows.length === 0) return [];
  const leased = new Map<string, number>();
  const open = await trx
    .selectFrom('leases')
    .select(['member', 'points', 'spent'])
    .where('state', '=', 'open')
    .where('member', 'in', rows.map((row) => row.id))
    .execute();
  for (const lease of open) leased.set(lease.member, (leased.get(lease.member) ?? 0) + lease.points - lease.spent);
  const expiring = await readExpiring(trx, rows.filter((row) => row.next_expiry !== null).map((row) => row.id));
  return rows.map((row) => ({
    ...tierOf(row),
    id: row.id, card: row.card, name: row.name, phone: row.phone, region: row.region, homeStore: row.home_store, joinedOn: row.joined_on,
    free: points(row.free), leased: points(leased.get(row.id) ?? 0), position: row.position, rev: row.rev,
    ...(row.birthday === null ? {} : { birthday: row.birthday }),
    ...(row.next_expiry === null ? {} : { nextExpiry: row.next_expiry, expiring: expiring.get(row.id) ?? [] }), ...(row.successor === null ? {} : { mergedInto: row.successor }),
  }));
}

/** What ends first of members' free points. */
async function readExpiring(trx: Transaction<Tables>, members: readonly string[]): Promise<Map<string, Expiring[]>> {
  const byMember = new Map<string, Expiring[]>();
  if (members.length === 0) return byMember;
  const lots = await trx
    .selectFrom('lots')
    .select(['account', 'expires_on', 'points'])
    .where('account', 'in', members.map(memberAccount))
    .where('points', '>', 0)
    .orderBy('account')
    .orderBy('expires_on')
    .execute();
  for (const { account, expires_on: on, points: held } of lots) {
    const member = account.slice(memberAccount('').length);
    const list = byMember.get(member) ?? [];
    if (list.length < EXPIRING_MOST) byMember.set(member, [...list, { on, points: points(held) }]);
  }
  return byMember;
}

function tierOf({ standing }: AccountRow): Pick<AccountDoc, 'tier'> {
  const tier = readStanding(standing);
  return tier === undefined ? {} : { tier };
}
