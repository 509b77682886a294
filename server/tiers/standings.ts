import type { Transaction } from 'kysely';
import type { MemberTier } from '../../shared/contract/tiers.ts';
import { memberAccount } from '../../shared/domain/account.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { TierRules } from '../../shared/domain/programme.ts';
import { tierHistoryFrom, tierStanding, type Purchase, type TierStanding, type Today } from '../../shared/domain/tiers.ts';
import { nextRevs } from '../store/directory.ts';
import { isOneOf, writeRows } from '../store/rows.ts';
import type { Engine, MemberTiersTable, Tables } from '../store/tables.ts';

/** The rules that hold now, and the version that has them; without levels nobody has a tier. */
export interface RulesNow {
  rules: TierRules | undefined;
  programme: number;
}

/** What tills are told of who has no tier and nothing counted. */
const NOTHING = '';

/**
 * Reckons where members stand and writes what differs; an account whose tier differs gets a revision, so that tills pull it.
 * Answers how many did. To be called with the head locked.
 */
export async function reckonStandings(
  engine: Engine, trx: Transaction<Tables>, members: readonly string[], { rules, programme }: RulesNow, today: Today,
): Promise<number> {
  if (members.length === 0) return 0;
  const carriers = await readCarriers(engine, trx, members);
  const purchases = rules === undefined ? new Map<string, Purchase[]>() : await readHistory(engine, trx, carriers, tierHistoryFrom(rules, today.earliest));
  const rows = [...carriers].map(([member, sources]): MemberTiersTable => {
    const standing = rules === undefined || sources.length === 0
      ? undefined
      : tierStanding(rules, sources.flatMap((one) => purchases.get(one) ?? []), today);
    return { member, standing: textOf(standing), changes_on: standing?.changesOn ?? null, programme };
  });
  const before = await trx.selectFrom('member_tiers').selectAll().where(isOneOf(engine, 'member', rows.map((row) => row.member))).execute();
  const told = new Map(before.map((row) => [row.member, row.standing]));
  await writeRows(engine, trx, 'member_tiers', rows, { key: ['member'], update: ['standing', 'changes_on', 'programme'] });
  const differing = rows.filter((row) => row.standing !== (told.get(row.member) ?? NOTHING)).map((row) => row.member).sort();
  if (differing.length > 0) await renew(trx, differing);
  return differing.length;
}

/** Gives the accounts of members new revisions. */
async function renew(trx: Transaction<Tables>, members: readonly string[]): Promise<void> {
  let rev = await nextRevs(trx, members.length);
  for (const member of members) await trx.updateTable('accounts').set({ rev: rev++ }).where('id', '=', memberAccount(member)).execute();
}

/** Of each member, or of whom it was merged into, everybody whose purchases count for it; nobody's count for who was merged away. */
async function readCarriers(engine: Engine, trx: Transaction<Tables>, members: readonly string[]): Promise<Map<string, string[]>> {
  const successors = new Map<string, string>();
  /** Members that are known to carry themselves, or whose successor is known. */
  const known = new Set<string>();
  for (let wanted = [...new Set(members)]; wanted.length > 0; ) {
    const ids = wanted.map(memberAccount);
    const merged = trx.selectFrom('accounts').select(['id', 'successor']).where('successor', 'is not', null);
    const rows = [...await merged.where(isOneOf(engine, 'id', ids)).execute(), ...await merged.where(isOneOf(engine, 'successor', wanted)).execute()];
    for (const one of wanted) known.add(one);
    for (const { id, successor } of rows) if (successor !== null) successors.set(id.slice('member:'.length), successor);
    wanted = [...new Set(rows.flatMap(({ id, successor }) => [id.slice('member:'.length), ...(successor === null ? [] : [successor])]))].filter((one) => !known.has(one));
  }
  const carrierOf = (member: string): string => {
    let carrier = member;
    for (let next = successors.get(carrier); next !== undefined; next = successors.get(carrier)) carrier = next;
    return carrier;
  };
  const carriers = new Map<string, string[]>();
  for (const member of known) {
    const carrier = carrierOf(member);
    carriers.set(carrier, [...(carriers.get(carrier) ?? []), member]);
    if (carrier !== member) carriers.set(member, carriers.get(member) ?? []);
  }
  return carriers;
}

async function readHistory(engine: Engine, trx: Transaction<Tables>, carriers: ReadonlyMap<string, readonly string[]>, from: string): Promise<Map<string, Purchase[]>> {
  const rows = await trx
    .selectFrom('purchases').select(['member', 'day', 'points', 'spend_minor', 'is_visit'])
    .where(isOneOf(engine, 'member', [...carriers.values()].flat())).where('day', '>=', from).execute();
  const purchases = new Map<string, Purchase[]>();
  for (const row of rows) {
    const list = purchases.get(row.member) ?? [];
    purchases.set(row.member, list);
    list.push({ day: row.day, points: points(row.points), spendMinor: minor(row.spend_minor), isVisit: row.is_visit === 1 });
  }
  return purchases;
}

/** A standing as tills are told it, so that what they need not know renews no account. */
function textOf(standing: TierStanding | undefined): string {
  if (standing === undefined || (standing.tier === null && isNothing(standing))) return NOTHING;
  const { tier, until, next } = standing;
  const told: MemberTier = {
    ...(tier === null ? {} : { id: tier }), ...(until === null ? {} : { until }),
    ...(next === null ? {} : { next: { id: next.tier, ...next.missing } }),
  };
  return JSON.stringify(told);
}

const isNothing = ({ counts }: TierStanding): boolean => counts.points === 0 && counts.spendMinor === 0 && counts.visits === 0;

/** What {@link reckonStandings} wrote, as the account's document has it; undefined: nothing. */
export function readStanding(text: string | null): MemberTier | undefined {
  return text === null || text === NOTHING ? undefined : (JSON.parse(text) as MemberTier);
}
