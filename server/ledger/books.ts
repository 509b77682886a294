import type { Transaction } from 'kysely';
import { memberAccount, receivableAccount, type AccountId, type Posting } from '../../shared/domain/account.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { assert, points, type Points } from '../../shared/domain/integers.ts';
import { moveLots, nextExpiry, spendablePoints } from '../../shared/domain/lots.ts';
import { settle, type OpenLease, type ReversedSale, type Settlement, type SettlementState } from '../../shared/domain/settlement.ts';
import { writeRows } from '../store/rows.ts';
import type { Engine, Tables } from '../store/tables.ts';
import {
  accountsOf, lockAccounts, readGiven, readLeases, readSales, type Account, type BookedLease, type KnownSale,
} from './bookreading.ts';
import { readLots, readToday, writeLots, type KnownLots } from './lots.ts';
import { readKeeping, type Keep } from './keeping.ts';
import { Shortfalls } from './shortfalls.ts';

/** Why an entry cannot be booked although it is authentic. */
export type BookingFault = 'other-member' | 'beyond-count';

/** How an entry stands in its chain. */
export interface Standing {
  /** Whether its leases count: those of a forked chain do not (L6, L8). */
  covered: boolean;
  /** Seqs of its chain that were dealt with and are not in the ledger: something quarantined stands there (L4). */
  gaps: ReadonlySet<number>;
}

interface Read {
  accounts: ReadonlyMap<string, Account>;
  leases: Map<string, BookedLease>;
  /** Undefined: no sale of the batch keeps anything at its till. */
  keep: Keep | undefined;
  sales: Map<string, KnownSale>;
  given: Map<string, { returned: number; clawedBack: number }>;
  shortfalls: Shortfalls;
  lots: KnownLots;
  today: string;
}

/**
 * The accounts, leases, lots, shortfalls and reversed sales that a batch of entries concerns: read and locked once, changed
 * in memory as entry after entry settles, and written once.
 */
export class Books {
  readonly #read: Read;

  private constructor(read: Read) {
    this.#read = read;
  }

  /** Reads what the entries may touch; accounts are locked in the order of their ids. `nowMs`: when the entries arrived. */
  static async open(engine: Engine, trx: Transaction<Tables>, entries: readonly Entry[], nowMs: number): Promise<Books> {
    const leases = await readLeases(engine, trx, entries);
    const reversed = [...new Set(entries.flatMap((entry) => (entry.kind === 'reversal' && entry.reverses !== undefined ? [entry.reverses] : [])))];
    const keep = await readKeeping(engine, trx, entries, nowMs);
    const sales = await readSales(engine, trx, reversed);
    const given = await readGiven(engine, trx, reversed);
    const shortfalls = await Shortfalls.read(engine, trx, entries);
    const ids = accountsOf(entries, leases, shortfalls.all());
    // Whoever bought may have been merged into whoever the reversal names.
    for (const { member } of sales.values()) if (member !== undefined) ids.add(memberAccount(member));
    const accounts = await lockAccounts(engine, trx, ids);
    // An account says whether it has lots, so that a ledger without expiry never asks for them.
    const dated = [...accounts.values()].filter((account) => account.next_expiry !== null).map((account) => account.id);
    const lots = await readLots(engine, trx, dated, [...sales.keys()]);
    const today = await readToday(trx, nowMs, lots, entries);
    return new Books({ accounts, leases, keep, sales, given, shortfalls, lots, today });
  }

  /** Settles an entry, or says why it cannot be booked; in that case nothing has changed. */
  settle(entry: Entry, standing: Standing): { ok: true; settlement: Settlement } | { ok: false; fault: BookingFault } {
    const sale = entry.kind === 'reversal' && entry.reverses !== undefined ? this.#read.sales.get(entry.reverses) : undefined;
    // A reversal gives back to the member who bought; one that names somebody else would move points between members.
    if (sale !== undefined && !this.#isSame(sale.member, entry.member)) return { ok: false, fault: 'other-member' };
    const settlement = settle(entry, this.#stateOf(entry, standing, sale));
    return this.#fits(settlement.postings) ? { ok: true, settlement } : { ok: false, fault: 'beyond-count' };
  }

  /** Books a settlement that {@link settle} just made, at a position. */
  apply(entry: Entry, settlement: Settlement, position: number): void {
    const { lots, today, sales, given, shortfalls } = this.#read;
    if (settlement.kept !== undefined) this.#keep(entry, settlement.kept);
    const reversedLot = sales.get(entry.reverses ?? '')?.lot;
    for (const posting of settlement.postings) {
      const { from, to, points: moved } = posting;
      moveLots(lots, posting, { entry, reversedLot, today, balance: points(this.#account(from).balance) });
      this.#move(from, -moved, position);
      this.#move(to, moved, position);
      if (from.startsWith('lease:') && settlement.closes === undefined) this.#leaseOf(from).spent += moved;
      if (from.startsWith('lease:')) this.#leaseOf(from).changed = true;
    }
    // N3: a member's account says which entries it includes, also those that moved nothing.
    if (entry.member !== undefined) this.#move(memberAccount(entry.member), 0, position);
    if (settlement.closes !== undefined) this.#close(settlement.closes, entry.id, settlement.reclaimed);
    if (settlement.merged !== undefined) this.#account(memberAccount(settlement.merged.member)).successor = settlement.merged.into;
    shortfalls.apply(entry, settlement, position);
    if (entry.kind === 'reversal' && entry.reverses !== undefined) {
      const { returned, clawedBack } = reversalTotals(settlement.postings);
      const before = given.get(entry.reverses) ?? { returned: 0, clawedBack: 0 };
      given.set(entry.reverses, { returned: before.returned + returned, clawedBack: before.clawedBack + clawedBack });
    }
    if (entry.kind === 'sale') {
      const earned = entry.member === undefined ? 0 : (entry.earn?.points ?? 0);
      sales.set(entry.id, { member: entry.member, redeemed: entry.redeem?.points ?? 0, earned, lot: earned === 0 ? undefined : entry.earn?.expiresOn });
    }
  }

  /** How many revisions {@link write} needs. */
  get revisions(): number {
    return this.#changedMembers().length + this.#changedLeases().length;
  }

  /** Writes what changed; pulled rows get revisions from `firstRev` on. */
  async write(engine: Engine, trx: Transaction<Tables>, firstRev: number): Promise<void> {
    const { accounts, lots, shortfalls } = this.#read;
    let rev = firstRev;
    for (const account of this.#changedMembers()) account.rev = rev++;
    for (const lease of this.#changedLeases()) lease.rev = rev++;
    const changed = [...accounts.values()].filter((account) => account.changed);
    for (const account of changed) account.next_expiry = nextExpiry(lots.held.get(account.id)) ?? null;
    await writeRows(engine, trx, 'accounts', changed.map(({ changed: _changed, ...row }) => row), {
      key: ['id'], update: ['balance', 'position', 'rev', 'successor', 'next_expiry'],
    });
    await writeRows(engine, trx, 'leases', this.#changedLeases().map(({ changed: _changed, ...row }) => row), {
      key: ['id'], update: ['spent', 'state', 'closed_by', 'risk', 'rev'],
    });
    await shortfalls.write(engine, trx);
    await writeLots(engine, trx, lots);
  }

  #stateOf(entry: Entry, { covered, gaps }: Standing, sale: KnownSale | undefined): SettlementState {
    const { lots, today, shortfalls, leases } = this.#read;
    const lease = leases.get(entry.lease ?? '');
    const own = entry.member === undefined ? undefined : this.#account(memberAccount(this.#carrier(entry.member)));
    const balance = points(own?.balance ?? 0);
    return {
      free: own === undefined ? balance : spendablePoints(balance, lots.held.get(own.id), today),
      held: balance,
      owed: entry.transfer?.merge === true && entry.member !== undefined ? points(Math.max(0, -this.#account(receivableAccount(entry.member)).balance)) : points(0),
      forked: !covered,
      lease: (id) => (covered ? this.#openLease(id) : undefined),
      // Whatever stands before the grant was made before it, and cannot spend it.
      chainWhole: lease === undefined || ![...gaps].some((seq) => seq > lease.granted_seq && seq < entry.seq),
      reversed: entry.kind === 'reversal' ? this.#reversedSale(entry.reverses ?? '', sale) : undefined,
      shortfall: entry.adjust?.settles === undefined ? undefined : shortfalls.of(entry.adjust.settles.entry),
      carrier: (member) => this.#carrier(member),
    };
  }

  #carrier(member: string): string {
    let carrier = member;
    for (let next = this.#account(memberAccount(carrier)).successor; next !== null; next = this.#account(memberAccount(carrier)).successor) carrier = next;
    return carrier;
  }

  #isSame(one: string | undefined, other: string | undefined): boolean {
    return one === other || (one !== undefined && other !== undefined && this.#carrier(one) === this.#carrier(other));
  }

  #changedMembers(): Account[] {
    return [...this.#read.accounts.values()].filter((account) => account.changed && account.kind === 'member');
  }

  #changedLeases(): BookedLease[] {
    return [...this.#read.leases.values()].filter((lease) => lease.changed);
  }

  #account(id: string): Account {
    const account = this.#read.accounts.get(id);
    assert(account !== undefined, `the account ${id} was locked before it is settled`);
    return account;
  }

  #leaseOf(account: AccountId): BookedLease {
    const lease = this.#read.leases.get(account.slice('lease:'.length));
    assert(lease !== undefined, `the lease of ${account} was read before it is settled`);
    return lease;
  }

  #openLease(id: string): OpenLease | undefined {
    const lease = this.#read.leases.get(id);
    if (lease === undefined) return undefined;
    const { member, terminal, epoch, spent, state } = lease;
    return { member, terminal, epoch, remaining: points(lease.points - spent), open: state === 'open' };
  }

  #reversedSale(id: string, sale: KnownSale | undefined): ReversedSale | undefined {
    const given = this.#read.given.get(id);
    if (sale === undefined && given === undefined) return undefined;
    const { returned, clawedBack } = given ?? { returned: 0, clawedBack: 0 };
    // Of a sale that has not arrived, the first reversal gives back what it says and leaves nothing for a second one.
    const known = sale ?? { redeemed: returned, earned: clawedBack };
    const shortfall = this.#read.shortfalls.of(id);
    return {
      redeemed: points(known.redeemed), earned: points(known.earned), returned: points(returned), clawedBack: points(clawedBack),
      ...(shortfall === undefined ? {} : { shortfall }),
    };
  }

  #fits(postings: readonly Posting[]): boolean {
    const after = new Map<string, number>();
    const add = (id: string, change: number): boolean => {
      const balance = (after.get(id) ?? this.#account(id).balance) + change;
      after.set(id, balance);
      return Number.isSafeInteger(balance);
    };
    return postings.every(({ from, to, points: moved }) => add(from, -moved) && add(to, moved));
  }

  #move(id: string, change: number, position: number): void {
    const account = this.#account(id);
    account.balance += change;
    account.position = position;
    account.changed = true;
  }

  #keep(sale: Entry, kept: Points): void {
    const { keep, leases } = this.#read;
    assert(keep !== undefined && sale.member !== undefined && !leases.has(sale.id), 'what a sale keeps was read before it is settled');
    leases.set(sale.id, keep(sale, kept, this.#carrier(sale.member)));
  }

  #close(id: string, by: string, reclaimed: Points | undefined): void {
    const lease = this.#read.leases.get(id);
    assert(lease !== undefined, 'a lease that is closed was read');
    Object.assign(lease, { state: reclaimed === undefined ? 'closed' : 'reclaimed', risk: reclaimed ?? 0, closed_by: by, changed: true });
  }
}

/** What a reversal gave back and took back, from its postings. */
export function reversalTotals(postings: readonly Posting[]): { returned: Points; clawedBack: Points } {
  const sum = (side: 'from' | 'to', account: AccountId): Points =>
    points(postings.reduce((total, posting) => total + (posting[side] === account ? posting.points : 0), 0));
  return { returned: sum('from', 'redeemed'), clawedBack: sum('to', 'issued') };
}
