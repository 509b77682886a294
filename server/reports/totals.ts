import { sql, type Transaction } from 'kysely';
import type { Totals } from '../../shared/contract/http.ts';
import { DECISIONS_MARK } from '../decisions/audit.ts';
import { readMark } from '../store/marks.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

/**
 * The whole ledger in figures, in one consistent read. Points come from the postings and are net of reversals; sales and
 * money come from the entries. The invariants (ledger.md, I1 to I3) compare the postings with the balances and with the
 * entries, which are written separately, so that one that was written wrongly shows.
 */
export async function readTotals(store: Store): Promise<Totals> {
  return store.snapshot(async (trx) => {
    const flow = await readFlows(trx);
    const held = await readHeld(trx);
    const entries = await readEntries(trx);
    const head = await trx.selectFrom('heads').select('position').where('shard', '=', 0).executeTakeFirstOrThrow();
    const earned = flow('issued', 'member') - flow('member', 'issued') - flow('receivable', 'issued');
    const redeemed = flow('*', 'redeemed') - flow('redeemed', '*');
    // What redemptions took beyond what was there, less what reversals took back of it, wherever it had come to stand.
    const uncovered = flow('shortfall', 'redeemed') - flow('redeemed', 'shortfall') - flow('redeemed', 'receivable') - flow('redeemed', 'adjusted');
    // E: what members were given by all means and not taken from them again; D: what redemptions took from members.
    const given = flow('issued', 'member') - flow('member', 'issued') + flow('adjusted', 'member') - flow('member', 'adjusted') - flow('member', 'expired');
    const taken = redeemed - uncovered;
    return {
      sales: entries.sales, members: await count(trx, 'members'), earned, redeemed, redemptions: entries.redemptions,
      outstanding: held.free + held.leased, netMinor: entries.netMinor,
      shortfall: flow('shortfall', '*') - flow('*', 'shortfall'), entries: entries.entries, position: head.position,
      quarantined: await count(trx, 'quarantine'), alarms: await count(trx, 'alarms'), decided: Math.min(head.position, await readMark(trx, DECISIONS_MARK)),
      invariants: {
        I1: held.free + held.leased + taken === given && (await countWrongBalances(trx)) === 0,
        I2: held.negative === 0 && (await countWrongLeases(trx)) === 0,
        I3: entries.redeemPoints === flow('*', 'redeemed') && entries.wrong === 0 && entries.shortfall === flow('shortfall', 'redeemed') &&
          (await countWrongShortfalls(trx)) === 0,
      },
    };
  });
}

const whole = (expression: ReturnType<typeof sql>) => sql<number>`cast(coalesce(${expression}, 0) as bigint)`;

/** The kind of an account as a posting names it: what stands before the colon. */
const kindOf = (column: string) =>
  sql<string>`case when ${sql.ref(column)} like 'member:%' then 'member' when ${sql.ref(column)} like 'lease:%' then 'lease'
    when ${sql.ref(column)} like 'shortfall:%' then 'shortfall' when ${sql.ref(column)} like 'receivable:%' then 'receivable'
    else ${sql.ref(column)} end`;

/** Points that ever went from one kind of account to another; `*` is any kind. */
async function readFlows(trx: Transaction<Tables>): Promise<(from: string, to: string) => number> {
  const rows = await trx
    .selectFrom('postings')
    .select([kindOf('from_account').as('from'), kindOf('to_account').as('to'), whole(sql`sum(points)`).as('points')])
    .groupBy([sql`1`, sql`2`])
    .execute();
  return (from, to) =>
    rows.reduce((sum, row) => sum + ((from === '*' || from === row.from) && (to === '*' || to === row.to) ? row.points : 0), 0);
}

/** Points that members hold, free and in escrow, and balances that may not be negative but are. */
async function readHeld(trx: Transaction<Tables>): Promise<{ free: number; leased: number; negative: number }> {
  return trx
    .selectFrom('accounts')
    .select([
      whole(sql`sum(case when kind = 'member' then balance else 0 end)`).as('free'),
      whole(sql`sum(case when kind = 'lease' then balance else 0 end)`).as('leased'),
      whole(sql`sum(case when balance < 0 then 1 else 0 end)`).as('negative'),
    ])
    .where('kind', 'in', ['member', 'lease'])
    .executeTakeFirstOrThrow();
}

async function readEntries(trx: Transaction<Tables>) {
  const facts = await trx
    .selectFrom('entries')
    .select([
      whole(sql`count(*)`).as('entries'),
      whole(sql`sum(case when kind = 'sale' then 1 else 0 end)`).as('sales'),
      whole(sql`sum(case when redeem_points > 0 then 1 else 0 end)`).as('redemptions'),
      whole(sql`sum(redeem_points)`).as('redeemPoints'),
      whole(sql`sum(shortfall_points)`).as('shortfall'),
      whole(sql`sum(case when kind = 'sale' then bill_net else 0 end)`).as('paidMinor'),
      whole(sql`sum(case when redeem_points <> leased_points + free_points + shortfall_points then 1 else 0 end)`).as('wrong'),
    ])
    .executeTakeFirstOrThrow();
  return { ...facts, netMinor: facts.paidMinor - (await readRefunds(trx)) };
}

/** Money that reversals paid back. Few entries are reversals, so their signed text is read instead of a column more. */
async function readRefunds(trx: Transaction<Tables>): Promise<number> {
  const rows = await trx.selectFrom('entries').select('bytes').where('kind', '=', 'reversal').execute();
  return rows.reduce((sum, row) => sum + ((JSON.parse(row.bytes) as { reversal?: { refundMinor: number } }).reversal?.refundMinor ?? 0), 0);
}

/** Members' and leases' balances that are not the sum of their postings. */
async function countWrongBalances(trx: Transaction<Tables>): Promise<number> {
  const { rows } = await sql<{ wrong: number }>`
    with legs as (
      select to_account as account, points as change from postings
      union all
      select from_account as account, -points as change from postings
    ), sums as (
      select account, sum(change) as total from legs where account like 'member:%' or account like 'lease:%' group by account
    )
    select cast(count(*) as bigint) as wrong from (
      select accounts.id from accounts left join sums on sums.account = accounts.id
      where accounts.kind in ('member', 'lease') and accounts.balance <> coalesce(sums.total, 0)
      union all
      select sums.account from sums left join accounts on accounts.id = sums.account where accounts.id is null and sums.total <> 0
    ) as differing`.execute(trx);
  return rows[0]?.wrong ?? 0;
}

/** Leases whose use does not lie between nothing and the grant, or whose escrow is not what is left of it. */
async function countWrongLeases(trx: Transaction<Tables>): Promise<number> {
  const row = await trx
    .selectFrom('leases')
    .innerJoin('accounts', (join) => join.on('accounts.id', '=', sql<string>`'lease:' || leases.id`))
    .select(whole(sql`count(*)`).as('wrong'))
    .where(sql<boolean>`leases.spent < 0 or leases.spent > leases.points
      or accounts.balance <> case when leases.state = 'open' then leases.points - leases.spent else 0 end`)
    .executeTakeFirstOrThrow();
  return row.wrong;
}

/** Stores whose shortfall account is not the sum of what is open of their shortfalls. */
async function countWrongShortfalls(trx: Transaction<Tables>): Promise<number> {
  const { rows } = await sql<{ wrong: number }>`
    with opened as (select 'shortfall:' || store as account, sum(open) as open from shortfalls group by store)
    select cast(count(*) as bigint) as wrong from (
      select accounts.id from accounts left join opened on opened.account = accounts.id
      where accounts.kind = 'shortfall' and accounts.balance <> -coalesce(opened.open, 0)
      union all
      select opened.account from opened left join accounts on accounts.id = opened.account where accounts.id is null and opened.open <> 0
    ) as differing`.execute(trx);
  return rows[0]?.wrong ?? 0;
}

async function count(trx: Transaction<Tables>, table: 'members' | 'quarantine' | 'alarms'): Promise<number> {
  const row = await trx.selectFrom(table).select(whole(sql`count(*)`).as('count')).executeTakeFirstOrThrow();
  return row.count;
}
