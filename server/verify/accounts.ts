import { countOf, placeOf, textOf } from './fact.ts';
import type { Row } from './source.ts';
import type { Audit } from './state.ts';
import { kindOf } from './sums.ts';

const BILLION = 1_000_000_000n;

/** Sums of points that no number written by hand can make overflow: billions and what is left of them apart. */
export const splitSums = (name: string, points = 'points'): string =>
  `sum(${points} / 1000000000) as ${name}_high, sum(${points} % 1000000000) as ${name}_low`;

/** Reads what {@link splitSums} asked for. */
export function joined(row: Row, name: string): bigint {
  return countOf(row, `${name}_high`) * BILLION + countOf(row, `${name}_low`);
}

/** Every account's balance beside the sum of its postings. */
export async function checkAccounts(audit: Audit): Promise<void> {
  const { source, faults, sums, head } = audit;
  const [{ total = 0 } = {}] = await source.all('select count(*) as total from accounts');
  const text = `with legs as (
      select to_account as account, points from postings union all select from_account as account, -points as points from postings
    ), flows as (select account, ${splitSums('moved')} from legs group by account)
    select accounts.id, accounts.kind, accounts.balance, accounts.position, accounts.successor, accounts.next_expiry,
      flows.account, flows.moved_high, flows.moved_low from accounts full join flows on flows.account = accounts.id`;
  let count = 0;
  for await (const row of source.stream(text)) {
    const moved = joined(row, 'moved');
    if (row['id'] === null) {
      faults.add('account-missing', { id: textOf(row, 'account') }, 'postings name an account that is not there', `a balance of ${moved}`, 'no account');
      continue;
    }
    const at = { id: textOf(row, 'id') };
    const balance = countOf(row, 'balance');
    const kind = kindOf(at.id);
    if (row['kind'] !== kind) faults.add('account-kind', at, 'its kind', kind, row['kind']);
    if (balance !== moved) faults.add('balance-wrong', at, `its balance, as of position ${textOf(row, 'position')}`, moved, balance);
    if (placeOf(row, 'position') > head.position) faults.add('account-position', at, 'the last entry that it includes', `at most ${head.position}`, row['position']);
    if (kind === 'member') sums.free += balance;
    if ((kind === 'member' || kind === 'lease') && balance < 0n) {
      sums.outOfBounds += 1;
      faults.add('balance-negative', at, 'its balance', 'at least 0', balance);
    }
    checkSuccessor(audit, row, kind);
    if (++count % 20_000 === 0) audit.progress('accounts', count, Number(total));
  }
  await checkOrphans(audit);
}

/** A merged account carries nothing, and says what the ledger says of whom it was merged into. */
function checkSuccessor({ carriers, faults }: Audit, row: Row, kind: string): void {
  const id = textOf(row, 'id');
  const expected = kind === 'member' ? (carriers.successorOf(id.slice('member:'.length)) ?? null) : null;
  if (row['successor'] !== expected) faults.add('successor-wrong', { id }, 'the member that it was merged into', expected, row['successor']);
}

/** Postings that belong to nothing: their entry or lease was removed. */
async function checkOrphans({ source, faults }: Audit): Promise<void> {
  const text = `select postings.source, min(postings.kind) as kind, count(*) as lines from postings
    left join entries on entries.id = postings.source left join leases on leases.id = postings.source
    where entries.id is null and leases.id is null group by postings.source`;
  for await (const row of source.stream(text)) {
    faults.add('posting-orphan', { id: textOf(row, 'source') }, `${textOf(row, 'lines')} postings of a ${textOf(row, 'kind')}`, 'the entry or lease that made them', 'none');
  }
}

/** Lots of an account are never more than it holds, and the earliest is the one that it says. */
export async function checkLots({ source, faults }: Audit): Promise<void> {
  const text = `with held as (select account, ${splitSums('held')}, min(expires_on) as first, min(points) as least from lots group by account)
    select coalesce(accounts.id, held.account) as id, accounts.kind, accounts.balance, accounts.next_expiry, held.held_high, held.held_low, held.first, held.least
    from accounts full join held on held.account = accounts.id where held.account is not null or accounts.next_expiry is not null`;
  for await (const row of source.stream(text)) {
    const at = { id: textOf(row, 'id') };
    const held = joined(row, 'held');
    if (row['kind'] !== 'member' && row['kind'] !== 'lease') faults.add('lots-wrong', at, 'it has lots', 'a member or a lease', row['kind'] ?? 'no account');
    if (held > countOf(row, 'balance')) faults.add('lots-wrong', at, 'points in its lots', `at most its balance of ${countOf(row, 'balance')}`, held);
    if (row['first'] !== null && countOf(row, 'least') <= 0n) faults.add('lots-wrong', at, 'its smallest lot', 'above 0', row['least']);
    if (row['next_expiry'] !== row['first']) faults.add('lots-wrong', at, 'the last day of its earliest lot', row['first'], row['next_expiry']);
  }
}
