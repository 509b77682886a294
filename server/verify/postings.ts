import type { Carriers } from './carriers.ts';
import { countOf, placeOf, textOf, type Fact } from './fact.ts';
import type { Faults } from './faults.ts';
import type { Row } from './source.ts';

/** What an entry's postings are held against. */
export interface Booked {
  fact: Fact;
  /** The entry's row. */
  row: Row;
  position: number;
  /** Its postings in the order of their lines. */
  postings: readonly Row[];
  /** Leases that it names, with the position of the entry that closed each (`closed_at`). */
  leases: ReadonlyMap<string, Row>;
  carriers: Carriers;
}

/** Points that go from one account to another, summed over an entry's postings. */
class Flows {
  readonly #sums = new Map<string, bigint>();

  constructor(postings: readonly Row[]) {
    for (const posting of postings) {
      const key = `${textOf(posting, 'from_account')} -> ${textOf(posting, 'to_account')}`;
      this.#sums.set(key, (this.#sums.get(key) ?? 0n) + countOf(posting, 'points'));
    }
  }

  /** Takes out what went from one account to another, so that in the end what nobody asked for is left. */
  take(from: string, to: string): bigint {
    const key = `${from} -> ${to}`;
    const sum = this.#sums.get(key) ?? 0n;
    this.#sums.delete(key);
    return sum;
  }

  /** The same for every account of a kind on the receiving side. */
  takeInto(from: string, kind: string): bigint {
    let sum = 0n;
    for (const key of [...this.#sums.keys()]) if (key.startsWith(`${from} -> ${kind}:`)) sum += this.take(from, key.slice(from.length + 4));
    return sum;
  }

  /** The same for every account of a kind on the giving side. */
  takeOutOf(kind: string, to: string): bigint {
    let sum = 0n;
    for (const key of [...this.#sums.keys()]) {
      const [from = '', into = ''] = key.split(' -> ');
      if (from.startsWith(`${kind}:`) && into === to) sum += this.take(from, to);
    }
    return sum;
  }

  left(): string {
    return [...this.#sums].map(([key, sum]) => `${key} ${sum}`).join(', ');
  }
}

/** Holds an entry's postings against what its kind and its numbers allow (ledger.md, Accounts and postings, L2 to L8). */
export function checkPostings(booked: Booked, faults: Faults): void {
  const { fact, position, postings } = booked;
  const at = { position, id: fact.id };
  postings.forEach((posting, line) => {
    if (countOf(posting, 'line') !== BigInt(line)) faults.add('posting-line', at, 'a line of its postings is missing', line, posting['line']);
    if (countOf(posting, 'points') <= 0n) faults.add('posting-amount', at, `line ${line} moves nothing`, 'above 0', posting['points']);
    if (posting['from_account'] === posting['to_account']) faults.add('posting-account', at, `line ${line} has one account on both sides`, 'two accounts', posting['to_account']);
    if (posting['kind'] !== fact.kind) faults.add('posting-kind', at, `line ${line} is of another kind`, fact.kind, posting['kind']);
  });
  const flows = new Flows(postings);
  const check = new Check(booked, flows, faults);
  switch (fact.kind) {
    case 'sale':
      checkSale(check);
      break;
    case 'reversal':
      checkReversal(check);
      break;
    case 'lease-close':
      checkLeaseClose(check);
      break;
    case 'adjustment':
      checkAdjustment(check);
      break;
    case 'transfer':
      checkTransfer(check);
      break;
    case 'expiry':
      check.most('expired', flows.take(check.member, 'expired'), fact.expired);
      break;
    default:
      break;
  }
  const left = flows.left();
  if (left !== '') faults.add('posting-wrong', at, `a ${fact.kind} like this moves nothing there`, 'nothing', left);
}

/** One entry while its postings are checked. */
class Check {
  readonly booked: Booked;
  readonly flows: Flows;
  readonly #faults: Faults;

  constructor(booked: Booked, flows: Flows, faults: Faults) {
    this.booked = booked;
    this.flows = flows;
    this.#faults = faults;
  }

  get fact(): Fact {
    return this.booked.fact;
  }

  /** The account that carries the entry's member's points. */
  get member(): string {
    return `member:${this.#carrier(this.fact.member)}`;
  }

  get receivable(): string {
    return `receivable:${this.#carrier(this.fact.member)}`;
  }

  #carrier(member: string | undefined): string {
    return member === undefined ? '' : this.booked.carriers.of(member);
  }

  exact(what: string, found: bigint, expected: number | bigint): void {
    if (found !== BigInt(expected)) this.wrong(`points ${what} by its postings`, expected, found);
  }

  most(what: string, found: bigint, most: number | bigint): void {
    if (found > BigInt(most)) this.wrong(`points ${what} by its postings`, `at most ${most}`, found);
  }

  wrong(what: string, expected: unknown, found: unknown, code: Parameters<Faults['add']>[0] = 'posting-wrong'): void {
    this.#faults.add(code, { position: this.booked.position, id: this.fact.id }, what, expected, found);
  }

  column(name: string): bigint {
    return countOf(this.booked.row, name);
  }
}

/** L7: leases that it names, then free points, then the store's shortfall; together all that was redeemed. */
function checkSale(check: Check): void {
  const { fact, flows } = check;
  let leased = 0n;
  for (const [lease, named] of fact.redeem?.named ?? []) {
    const used = flows.take(`lease:${lease}`, 'redeemed');
    if (used === 0n) continue;
    leased += used;
    check.most(`taken from the lease ${lease}`, used, named);
    checkSpend(check, lease);
  }
  const free = flows.take(check.member, 'redeemed');
  const shortfall = flows.take(`shortfall:${fact.store}`, 'redeemed');
  check.exact('covered by leases', leased, check.column('leased_points'));
  check.exact('taken from free points', free, check.column('free_points'));
  check.exact('that nothing covered', shortfall, check.column('shortfall_points'));
  check.exact('redeemed', leased + free + shortfall, fact.redeem?.points ?? 0);
  check.exact('earned', flows.take('issued', check.member), fact.earned);
  const kept = flows.take(check.member, `lease:${fact.id}`);
  const disposition = check.booked.row['disposition'];
  check.exact('kept at its till', kept, disposition === 'forked' ? 0 : Math.min(fact.kept, fact.earned));
  if (disposition === 'forked') {
    if (leased > 0n) check.wrong('a forked chain has no cover', 'no lease', `${leased} points of leases`, 'disposition-wrong');
    return;
  }
  const expected = shortfall > 0n ? 'shortfall' : leased > 0n && free === 0n ? 'leased' : 'free';
  if (disposition !== expected) check.wrong('how the redemption was covered', expected, disposition, 'disposition-wrong');
}

/** L2: only the holder spends a lease, for its member, and not after it was given back. */
function checkSpend(check: Check, id: string): void {
  const { fact, booked: { leases, carriers, position } } = check;
  const lease = leases.get(id);
  if (lease === undefined) {
    check.wrong(`it spends the lease ${id}`, 'a lease that was granted', 'none', 'lease-spend-foreign');
    return;
  }
  const holder = `${textOf(lease, 'terminal')}:${textOf(lease, 'epoch')}`;
  const spender = `${fact.terminal}:${fact.epoch}`;
  if (holder !== spender) check.wrong(`it spends the lease ${id} of another till`, holder, spender, 'lease-spend-foreign');
  const owner = carriers.of(textOf(lease, 'member'));
  const buyer = carriers.of(fact.member ?? '');
  if (owner !== buyer) check.wrong(`it spends the lease ${id} of another member`, owner, buyer, 'lease-spend-foreign');
  const closedAt = lease['closed_at'];
  // The holder's own close may have waited for what stands before it in the chain; what counts then is that it does.
  const isOwn = lease['closer_terminal'] === lease['terminal'] && lease['closer_epoch'] === lease['epoch'];
  const isLate = isOwn ? placeOf(lease, 'closed_seq') < fact.seq : typeof closedAt === 'number' && closedAt < position;
  if (isLate) {
    check.wrong(`it spends the lease ${id} after it was given back`, `before position ${closedAt}`, position, 'lease-spend-late');
  }
}

/** What a reversal returns may end a shortfall or what is owed for one first; what it claws back may have to be owed. */
function checkReversal(check: Check): void {
  const { fact, flows } = check;
  if (fact.member === undefined || fact.reversal === undefined) return;
  const returned = flows.take('redeemed', check.member) + flows.takeInto('redeemed', 'shortfall') + flows.take('redeemed', check.receivable) +
    flows.take('redeemed', 'adjusted');
  const clawed = flows.take(check.member, 'issued') + flows.take(check.receivable, 'issued');
  check.exact('returned', returned, check.column('returned_points'));
  check.exact('clawed back', clawed, check.column('clawed_points'));
  check.most('returned', returned, fact.reversal.returns);
  check.most('clawed back', clawed, fact.reversal.clawsBack);
}

/** L4 and L5: escrow goes back whole to the lease's member, by the holder or by a named approver with a reason. */
function checkLeaseClose(check: Check): void {
  const { fact, flows, booked: { leases, carriers } } = check;
  const id = fact.lease ?? '';
  const lease = leases.get(id);
  if (lease === undefined) return;
  const released = flows.take(`lease:${id}`, `member:${carriers.of(textOf(lease, 'member'))}`);
  if (released === 0n) return;
  if (lease['closed_by'] !== fact.id) check.wrong(`it gives back the lease ${id}`, `the entry that closed it: ${textOf(lease, 'closed_by')}`, fact.id, 'lease-release');
  const isHolder = lease['terminal'] === fact.terminal && lease['epoch'] === fact.epoch;
  if (!isHolder && (fact.approvedBy === undefined || fact.reason === undefined)) {
    check.wrong(`it takes back the lease ${id} of another till`, 'an approver and a reason', 'not both', 'lease-release');
  }
}

function checkAdjustment(check: Check): void {
  const { fact, flows } = check;
  if (fact.adjust === undefined) return;
  const { points, settles } = fact.adjust;
  if (settles !== undefined) {
    const resolved = settles.how === 'absorb' ? flows.takeInto('adjusted', 'shortfall') : takeRecovered(flows);
    check.most('of a shortfall resolved', resolved, Math.max(0, points));
    if (resolved > 0n && fact.approvedBy === undefined) check.wrong('it resolves a shortfall', 'an approver', 'nobody');
    return;
  }
  if (fact.member === undefined) return;
  const given = flows.take('adjusted', check.member);
  const taken = flows.take(check.member, 'adjusted') + flows.take(check.receivable, 'adjusted');
  check.exact('given', given, Math.max(0, points));
  check.exact('taken', taken, Math.max(0, -points));
}

/** What any member came to owe for a shortfall. */
function takeRecovered(flows: Flows): bigint {
  let sum = 0n;
  for (const key of flows.left().split(', ')) {
    const [, from, to] = /^(receivable:\S+) -> (shortfall:\S+) \d+$/.exec(key) ?? [];
    if (from !== undefined && to !== undefined) sum += flows.take(from, to);
  }
  return sum;
}

function checkTransfer(check: Check): void {
  const { fact, flows, booked: { carriers } } = check;
  if (fact.member === undefined || fact.transfer === undefined) return;
  const from = carriers.of(fact.member);
  const to = carriers.of(fact.transfer.to);
  if (from === to) return;
  const moved = flows.take(`member:${from}`, `member:${to}`);
  if (!fact.transfer.merge) return check.most('transferred', moved, fact.transfer.points);
  const owed = flows.take(`receivable:${to}`, `receivable:${from}`);
  if (moved + owed > 0n && (fact.approvedBy === undefined || from !== fact.member)) check.wrong('it merges an account', 'an approver, and an account of its own', `${moved} points moved`);
}
