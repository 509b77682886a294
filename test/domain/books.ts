import { leaseAccount, memberAccount, receivableAccount, type AccountId } from '../../shared/domain/account.ts';
import { SERVER_TERMINAL, type Entry } from '../../shared/domain/entry.ts';
import { points, type Points } from '../../shared/domain/integers.ts';
import { grantSize } from '../../shared/domain/lease.ts';
import { moveLots, planExpiry, spendablePoints, type DatedPoints, type Lots } from '../../shared/domain/lots.ts';
import { settle, type OpenLease, type ReversedSale, type Settlement, type Shortfall } from '../../shared/domain/settlement.ts';
import { entryOf } from './entries.ts';

interface HeldLease extends OpenLease {
  granted: Points;
  /** Declared risk, once it was reclaimed. */
  risk: number;
}

/** A sale as it was settled, with the last day of what it earned. */
interface KnownSale extends Omit<ReversedSale, 'shortfall'> {
  lot: string | undefined;
}

/** A ledger in memory: it keeps balances by applying what the domain says, and decides nothing itself. */
export class ModelBooks {
  readonly balances = new Map<AccountId, number>();
  readonly leases = new Map<string, HeldLease>();
  readonly settled = new Map<string, { entry: Entry; settlement: Settlement }>();
  readonly lots: Lots = { held: new Map(), used: new Map() };
  readonly shortfalls = new Map<string, Shortfall>();
  readonly #successors = new Map<string, string>();
  readonly #sales = new Map<string, KnownSale>();
  readonly #flows = new Map<string, number>();
  #day = 1;

  /** Days are days of March; the tests live no longer. */
  get today(): string {
    return dayOf(this.#day);
  }

  /** The last day of points that are earned now and last so many days. */
  lastDay(days: number): string {
    return dayOf(this.#day + days);
  }

  passDay(): void {
    this.#day += 1;
  }

  balance(account: AccountId): number {
    return this.balances.get(account) ?? 0;
  }

  carrier(member: string): string {
    const next = this.#successors.get(member);
    return next === undefined ? member : this.carrier(next);
  }

  /** Free points of a member that may be spent. */
  free(member: string): Points {
    const account = memberAccount(this.carrier(member));
    return spendablePoints(points(this.balance(account)), this.lots.held.get(account), this.today);
  }

  /** L1: moves free points to escrow. */
  grant(id: string, member: string, terminal: string, wanted: Points, cap: Points): Points {
    const granted = grantSize(this.free(member), wanted, cap);
    if (granted > 0) {
      const from = memberAccount(this.carrier(member));
      moveLots(this.lots, { from, to: leaseAccount(id), points: granted }, { today: this.today, balance: points(this.balance(from)) });
      this.#move(from, leaseAccount(id), granted);
      this.leases.set(id, { member, terminal, epoch: 1, granted, remaining: granted, open: true, risk: 0 });
    }
    return granted;
  }

  /** Records an entry once; a duplicate changes nothing. */
  deliver(entry: Entry): void {
    if (this.settled.has(entry.id)) return;
    const own = entry.member === undefined ? undefined : memberAccount(this.carrier(entry.member));
    const sale = this.#sales.get(entry.reverses ?? '');
    const shortfall = this.shortfalls.get(entry.reverses ?? entry.adjust?.settles?.entry ?? '');
    const settlement = settle(entry, {
      free: entry.member === undefined ? points(0) : this.free(entry.member),
      held: points(own === undefined ? 0 : this.balance(own)),
      owed: points(entry.member === undefined ? 0 : Math.max(0, -this.balance(receivableAccount(entry.member)))),
      lease: (id) => this.leases.get(id),
      reversed: entry.reverses === undefined || sale === undefined ? undefined : { ...sale, ...(shortfall === undefined ? {} : { shortfall }) },
      shortfall,
      carrier: (member) => this.carrier(member),
    });
    this.settled.set(entry.id, { entry, settlement });
    const { kept } = settlement;
    if (kept !== undefined) {
      this.leases.set(entry.id, { member: entry.member ?? '', terminal: entry.terminal, epoch: 1, granted: kept, remaining: kept, open: true, risk: 0 });
    }
    for (const posting of settlement.postings) {
      moveLots(this.lots, posting, { entry, reversedLot: sale?.lot, today: this.today, balance: points(this.balance(posting.from)) });
      this.#move(posting.from, posting.to, posting.points);
    }
    this.#remember(entry, settlement);
  }

  /** What the server's job does: an entry for each lot past its day. */
  expire(): void {
    const held = new Map<string, DatedPoints>();
    for (const [account, dated] of this.lots.held) if (account.startsWith('member:')) held.set(account.slice('member:'.length), dated);
    for (const { member, expiresOn, points: expired } of planExpiry(held, this.today)) {
      this.deliver(entryOf({ kind: 'expiry', id: `x${this.settled.size}`, terminal: SERVER_TERMINAL, member, expired, lot: expiresOn }));
    }
  }

  /** Points that ever went from accounts that start so to accounts that start so. */
  flow(from: string, to: string): number {
    let sum = 0;
    for (const [key, moved] of this.#flows) {
      const [source = '', target = ''] = key.split(' ');
      if (source.startsWith(from) && target.startsWith(to)) sum += moved;
    }
    return sum;
  }

  /** Sum of the balances of accounts that start so. */
  held(kind: string): number {
    return [...this.balances].reduce((sum, [account, balance]) => sum + (account.startsWith(kind) ? balance : 0), 0);
  }

  #move(from: AccountId, to: AccountId, moved: number): void {
    this.balances.set(from, this.balance(from) - moved);
    this.balances.set(to, this.balance(to) + moved);
    this.#flows.set(`${from} ${to}`, (this.#flows.get(`${from} ${to}`) ?? 0) + moved);
  }

  #remember(entry: Entry, { postings, shortfall, closes, reclaimed, resolved, undone, merged }: Settlement): void {
    const sum = (side: 'from' | 'to', account: AccountId): number =>
      postings.reduce((total, posting) => total + (posting[side] === account ? posting.points : 0), 0);
    for (const [id, lease] of this.leases) lease.remaining = points(lease.remaining - sum('from', leaseAccount(id)));
    const closed = closes === undefined ? undefined : this.leases.get(closes);
    if (closed !== undefined) Object.assign(closed, { open: false, risk: reclaimed ?? 0 });
    if (merged !== undefined) this.#successors.set(merged.member, merged.into);
    if (entry.kind === 'sale') {
      const none = points(0);
      this.#sales.set(entry.id, {
        redeemed: entry.redeem?.points ?? none, earned: entry.earn?.points ?? none, returned: none, clawedBack: none, lot: entry.earn?.expiresOn,
      });
      const { member } = entry;
      if (shortfall > 0) {
        this.shortfalls.set(entry.id, { store: entry.store, ...(member === undefined ? {} : { member }), open: shortfall, recovered: none, absorbed: none });
      }
    }
    const sale = this.#sales.get(entry.reverses ?? '');
    if (entry.kind === 'reversal' && sale !== undefined) {
      sale.returned = points(sale.returned + sum('from', 'redeemed'));
      sale.clawedBack = points(sale.clawedBack + sum('to', 'issued'));
    }
    const short = this.shortfalls.get(entry.reverses ?? entry.adjust?.settles?.entry ?? '');
    if (short === undefined) return;
    const [absorbed, recovered] = entry.adjust?.settles?.how === 'absorb' ? [resolved ?? 0, 0] : [0, resolved ?? 0];
    short.open = points(short.open - absorbed - recovered - (undone?.open ?? 0));
    short.absorbed = points(short.absorbed + absorbed - (undone?.absorbed ?? 0));
    short.recovered = points(short.recovered + recovered - (undone?.recovered ?? 0));
  }
}

const dayOf = (day: number): string => `2026-03-${String(day).padStart(2, '0')}`;
