import { joined, splitSums } from './accounts.ts';
import { countOf, placeOf, textOf } from './fact.ts';
import { isSigned } from './signatures.ts';
import type { Row } from './source.ts';
import type { Audit } from './state.ts';

const PAGE = 500;

/**
 * Every lease: granted once out of its member's points, and what was granted is what was spent and what is left in escrow or
 * was given back by the entry that closed it.
 */
export async function checkLeases(audit: Audit): Promise<void> {
  const { source } = audit;
  const [{ total = 0 } = {}] = await source.all('select count(*) as total from leases');
  const of = (condition: string): string => `case when ${condition} then points else 0 end`;
  const text = `with moves as (
      select from_account as account, ${splitSums('gone')}, ${splitSums('spent', of("to_account = 'redeemed'"))},
        ${splitSums('back', of("to_account like 'member:%'"))}
      from postings where from_account like 'lease:%' group by from_account
    )
    select leases.*, accounts.balance as escrow, moves.gone_high, moves.gone_low, moves.spent_high, moves.spent_low, moves.back_high, moves.back_low,
      granting.from_account, granting.to_account, granting.points as granting_points, granting.kind as granting_kind,
      closer.kind as closer_kind, closer.lease as closer_lease, closer.terminal as closer_terminal, closer.epoch as closer_epoch,
      closer.approved_by as closer_approved, closer.position as closer_position,
      earning.kind as earning_kind, earning.terminal as earning_terminal, earning.epoch as earning_epoch
    from leases
    left join accounts on accounts.id = 'lease:' || leases.id
    left join moves on moves.account = 'lease:' || leases.id
    left join postings as granting on granting.source = leases.id and granting.to_account = 'lease:' || leases.id
    left join entries as closer on closer.id = leases.closed_by
    left join entries as earning on earning.id = leases.id`;
  let page: Row[] = [];
  const flush = async (): Promise<void> => {
    await Promise.all(page.map((row) => checkCertificate(audit, row)));
    audit.leases += page.length;
    page = [];
    audit.progress('leases', audit.leases, Number(total));
  };
  for await (const row of source.stream(text)) {
    checkLease(audit, row);
    page.push(row);
    if (page.length === PAGE) await flush();
  }
  await flush();
  await checkMoreGrants(audit);
}

function checkLease(audit: Audit, row: Row): void {
  const { faults, sums } = audit;
  const id = textOf(row, 'id');
  const at = { id: `lease:${id}`, position: row['closer_position'] === null ? null : placeOf(row, 'closer_position') };
  const [granted, spent, rest] = [countOf(row, 'points'), countOf(row, 'spent'), countOf(row, 'points') - countOf(row, 'spent')];
  checkGrant(audit, row);
  if (spent < 0n || spent > granted) sums.outOfBounds += 1;
  const used = joined(row, 'spent');
  if (used !== spent) faults.add('lease-spent', at, 'points spent, beside its postings', used, spent);
  if (spent > granted) faults.add('lease-spent', at, 'points spent', `at most ${granted}`, spent);
  const back = joined(row, 'back');
  if (joined(row, 'gone') !== used + back) faults.add('lease-release', at, 'points that left it, beside what was spent and given back', used + back, joined(row, 'gone'));
  const isOpen = row['state'] === 'open';
  if (isOpen) sums.reserved += rest;
  if (row['escrow'] === null) faults.add('lease-escrow', at, 'its account', `a balance of ${isOpen ? rest : 0n}`, 'none');
  else if (countOf(row, 'escrow') !== (isOpen ? rest : 0n)) faults.add('lease-escrow', at, 'points in its escrow', isOpen ? rest : 0n, row['escrow']);
  if (back !== (isOpen ? 0n : rest)) faults.add('lease-release', at, 'points given back', isOpen ? 0n : rest, back);
  if (isOpen && row['closed_by'] !== null) faults.add('lease-release', at, 'it is open', 'no entry that closed it', row['closed_by']);
  if (!isOpen) checkCloser(audit, row, at);
  const risk = row['state'] === 'reclaimed' ? rest : 0n;
  if (countOf(row, 'risk') !== risk) faults.add('lease-release', at, 'its declared risk', risk, row['risk']);
}

/** The one posting of the grant itself, whose source is the lease, or the sale of the holder that kept what it earned. */
function checkGrant({ faults, carriers }: Audit, row: Row): void {
  const id = textOf(row, 'id');
  const at = { id: `lease:${id}` };
  if (row['granting_points'] === null) {
    faults.add('lease-grant', at, 'the posting of its grant', 'one', 'none');
    return;
  }
  const found = `${textOf(row, 'granting_kind')}: ${textOf(row, 'from_account')} -> ${textOf(row, 'to_account')} ${textOf(row, 'granting_points')}`;
  // A member that was merged meanwhile may have been granted points under either name.
  const givers = new Set<string>();
  for (let member: string | undefined = textOf(row, 'member'); member !== undefined; member = carriers.successorOf(member)) givers.add(`member:${member}`);
  const isKept = row['earning_kind'] === 'sale' && row['earning_terminal'] === row['terminal'] && row['earning_epoch'] === row['epoch'];
  const isRight = row['granting_kind'] === (isKept ? 'sale' : 'lease') && givers.has(textOf(row, 'from_account')) && row['to_account'] === `lease:${id}` &&
    countOf(row, 'granting_points') === countOf(row, 'points');
  if (!isRight) faults.add('lease-grant', at, 'the posting of its grant', `${isKept ? 'sale' : 'lease'}: member:${textOf(row, 'member')} -> lease:${id} ${textOf(row, 'points')}`, found);
}

/** L4 and L5: the holder's own close, or another's with an approver. */
function checkCloser({ faults }: Audit, row: Row, at: { id: string; position: number | null }): void {
  const isRight = row['closer_kind'] === 'lease-close' && row['closer_lease'] === row['id'];
  if (!isRight) faults.add('lease-release', at, `it is ${textOf(row, 'state')}`, 'the entry that closed it', row['closed_by'] ?? 'none');
  const byHolder = row['closer_terminal'] === row['terminal'] && row['closer_epoch'] === row['epoch'];
  if (isRight && byHolder !== (row['state'] === 'closed')) {
    faults.add('lease-release', at, 'how it ended', byHolder ? 'closed by its holder' : 'reclaimed by another', row['state']);
  }
  if (isRight && !byHolder && row['closer_approved'] === null) faults.add('lease-release', at, 'who approved that it was taken back', 'a name', 'nobody');
}

/** The certificate that the till was given. */
async function checkCertificate({ faults, keys }: Audit, row: Row): Promise<void> {
  const at = { id: `lease:${textOf(row, 'id')}` };
  const text = `tillpoint-lease-1:{"epoch":${textOf(row, 'epoch')},"id":${quoted(row, 'id')},"member":${quoted(row, 'member')},` +
    `"points":${textOf(row, 'points')},"spendByMs":${textOf(row, 'spend_by')},"terminal":${quoted(row, 'terminal')}}`;
  const holds = keys.server !== undefined && (await isSigned(keys.server, text, textOf(row, 'signature')));
  if (!holds) faults.add('lease-certificate', at, 'the signature of its certificate', "made with the server's key over what the row says", row['signature']);
}

function quoted(row: Row, name: string): string {
  return JSON.stringify(textOf(row, name));
}

/** A grant is one posting; further ones would grant more than the certificate says. A sale that kept what it earned has others, too. */
async function checkMoreGrants({ source, faults }: Audit): Promise<void> {
  const text = `select postings.source, count(*) as lines from postings join leases on leases.id = postings.source
    left join entries on entries.id = leases.id
    where entries.id is null or postings.to_account = 'lease:' || leases.id group by postings.source having count(*) > 1`;
  for await (const row of source.stream(text)) faults.add('lease-grant', { id: `lease:${textOf(row, 'source')}` }, 'postings of its grant', 1, row['lines']);
}
