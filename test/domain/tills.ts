import fc from 'fast-check';
import type { Entry, Reversal, ShortfallEnd } from '../../shared/domain/entry.ts';
import { minor, points, type Minor, type Points } from '../../shared/domain/integers.ts';
import { coverFrom, type LeaseUse } from '../../shared/domain/lease.ts';
import { refundOf, voidOf } from '../../shared/domain/reversal.ts';
import type { ModelBooks } from './books.ts';
import { entryOf } from './entries.ts';

export const MEMBERS = ['m1', 'm2'] as const;
/** With one more, so that a merge leaves two. */
const EVERYBODY = [...MEMBERS, 'm3'] as const;
export const TERMINALS = ['T1', 'T2', 'T3'] as const;

/** One thing that happens at a till, or on the way to the server. */
export type Event =
  | { do: 'sell'; terminal: string; member: string; redeem: number; earn: number; atRisk: boolean; lasts?: number; keep?: number }
  | { do: 'refund'; terminal: string; sale: number; goods: number }
  | { do: 'reclaim'; terminal: string; lease: number }
  | { do: 'resolve'; terminal: string; shortfall: number; how: ShortfallEnd; points: number }
  | { do: 'merge'; terminal: string; from: string; to: string }
  | { do: 'day' }
  | { do: 'expire' }
  | { do: 'void'; terminal: string; sale: number }
  | { do: 'ask'; terminal: string; member: string; wanted: number }
  | { do: 'close'; terminal: string; member: string }
  | { do: 'correct'; terminal: string; member: string; change: number; how: 'adjustment' | 'expiry' | 'transfer' }
  | { do: 'deliver'; terminal: string; count: number }
  | { do: 'repeat'; entry: number };

const terminal = fc.constantFrom(...TERMINALS);
const member = fc.constantFrom(...MEMBERS);
/** Points of a sale's earnings that stay at its till; it names more than it earns, too. */
const keep = fc.constantFrom(0, 0, 40, 120);

/** Events in any order; sales redeem within leases alone unless `atRisk`. */
export function anyEvents(atRisk: boolean): fc.Arbitrary<Event[]> {
  const event: fc.Arbitrary<Event> = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('sell' as const), terminal, member, redeem: fc.nat(150), earn: fc.nat(100), atRisk: fc.constant(atRisk), keep }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('void' as const), terminal, sale: fc.nat(20) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), terminal, member, wanted: fc.nat(200) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const), terminal, member }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('correct' as const), terminal, member, change: fc.integer({ min: -80, max: 80 }), how: fc.constantFrom('adjustment' as const, 'expiry' as const, 'transfer' as const) }),
    },
    { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), terminal, count: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), entry: fc.nat(30) }) },
  );
  return fc.array(event, { maxLength: 40 });
}

/** Events of every kind, with days that pass, points that end, and the server's expiry at any time. */
export function anyKinds(): fc.Arbitrary<Event[]> {
  const somebody = fc.constantFrom(...EVERYBODY);
  const sell = fc.record({
    do: fc.constant('sell' as const), terminal, member: somebody, redeem: fc.nat(150), earn: fc.nat(100), atRisk: fc.boolean(), lasts: fc.integer({ min: -1, max: 4 }), keep,
  });
  const event: fc.Arbitrary<Event> = fc.oneof(
    { weight: 7, arbitrary: sell },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('void' as const), terminal, sale: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('refund' as const), terminal, sale: fc.nat(20), goods: fc.integer({ min: 1, max: 700 }) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), terminal, member: somebody, wanted: fc.nat(200) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('close' as const), terminal, member: somebody }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('reclaim' as const), terminal, lease: fc.nat(8) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('resolve' as const), terminal, shortfall: fc.nat(4), how: fc.constantFrom('absorb' as const, 'recover' as const), points: fc.nat(90) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('merge' as const), terminal, from: somebody, to: somebody }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('correct' as const), terminal, member: somebody, change: fc.integer({ min: -80, max: 80 }), how: fc.constantFrom('adjustment' as const, 'transfer' as const) }),
    },
    { weight: 8, arbitrary: fc.record({ do: fc.constant('deliver' as const), terminal, count: fc.integer({ min: 1, max: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), entry: fc.nat(30) }) },
    { weight: 3, arbitrary: fc.constant({ do: 'day' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'expire' as const }) },
  );
  // Long ones: a lease that is reclaimed and then spent takes six steps of the right kind.
  return fc.array(event, { maxLength: 50, size: 'max' });
}

/** Tills that keep the rules of leases, and a network that delivers each chain in order, some entries again. */
export class ModelTills {
  readonly made: Entry[] = [];
  readonly books: ModelBooks;
  readonly #unsent = new Map<string, Entry[]>();
  readonly #uses: LeaseUse[] = [];
  readonly #voided = new Set<string>();

  constructor(books: ModelBooks) {
    this.books = books;
  }

  play(event: Event): void {
    switch (event.do) {
      case 'sell':
        return this.#sell(event);
      case 'void':
        return this.#void(event.terminal, event.sale);
      case 'ask':
        return this.#ask(event.terminal, event.member, points(event.wanted));
      case 'close':
        return this.#close(event.terminal, event.member);
      case 'correct':
        return this.#correct(event);
      case 'deliver':
        return this.#deliver(event.terminal, event.count);
      case 'repeat': {
        const entry = [...this.books.settled.values()][event.entry]?.entry;
        if (entry !== undefined) this.books.deliver(entry);
        return;
      }
      case 'refund':
        return this.#refund(event.terminal, event.sale, minor(event.goods));
      case 'reclaim':
        return this.#reclaim(event.terminal, event.lease);
      case 'resolve':
        return this.#resolve(event);
      case 'merge':
        return void this.#add(event.terminal, { kind: 'transfer', member: event.from, transfer: { toMember: event.to, points: points(0), merge: true }, approvedBy: 'daniel' });
      case 'day':
        return this.books.passDay();
      case 'expire':
        return this.books.expire();
    }
  }

  /** The network is back: all that is still unsent arrives. */
  deliverAll(): void {
    for (const one of TERMINALS) this.#deliver(one, Infinity);
  }

  #sell({ terminal: at, member: buyer, redeem, earn, atRisk, lasts = -1, keep: named = 0 }: Extract<Event, { do: 'sell' }>): void {
    const uses = this.#uses.filter((use) => use.lease.member === buyer);
    const cover = coverFrom(points(redeem), uses, { terminal: at, epoch: 1, nowMs: 0 });
    const used = atRisk ? redeem : redeem - cover.atRisk;
    for (const part of cover.leases) {
      const use = uses.find(({ lease }) => lease.id === part.lease);
      if (use !== undefined) use.spent = points(use.spent + part.points);
    }
    const sale = this.#add(at, {
      kind: 'sale', member: buyer, bill: { totalMinor: minor(1_000), netMinor: minor(1_000), currency: 'USD' }, 
      earn: { points: points(earn), ...(lasts < 0 ? {} : { expiresOn: this.books.lastDay(lasts) }), ...(named === 0 ? {} : { keep: points(named) }) },
      ...(used === 0 ? {} : { redeem: { rule: 'r', points: points(used), discountMinor: minor(used), cover: { ...cover, atRisk: points(atRisk ? cover.atRisk : 0) } } }),
    });
    const kept = points(Math.min(named, earn));
    if (kept > 0) this.#uses.push({ lease: { id: sale.id, member: buyer, terminal: at, epoch: 1, points: kept, spendByMs: 0 }, spent: points(0), closed: false });
  }

  /** A till voids what it knows; two tills may void one sale before they hear of each other. */
  #void(at: string, index: number): void {
    const sale = this.made.filter(({ kind }) => kind === 'sale')[index];
    if (sale === undefined || this.#voided.has(`${at} ${sale.id}`)) return;
    // Another till knows a sale only from the server.
    if (sale.terminal !== at && !this.books.settled.has(sale.id)) return;
    this.#voided.add(`${at} ${sale.id}`);
    const reversal = voidOf(sale, undefined);
    if (reversal.ok) this.#add(at, { kind: 'reversal', member: sale.member ?? '', reverses: sale.id, reversal: reversal.value });
  }

  /** A till refunds what it knows; of other tills' refunds it knows what the server has. */
  #refund(at: string, index: number, goods: Minor): void {
    const sale = this.made.filter(({ kind }) => kind === 'sale')[index];
    if (sale === undefined || (sale.terminal !== at && !this.books.settled.has(sale.id))) return;
    const known = (entry: Entry): boolean => entry.reverses === sale.id && (entry.terminal === at || this.books.settled.has(entry.id));
    const reversal = refundOf(sale, goods, this.made.filter(known).flatMap((entry): Reversal[] => (entry.reversal === undefined ? [] : [entry.reversal])));
    if (reversal.ok) this.#add(at, { kind: 'reversal', member: sale.member ?? '', reverses: sale.id, reversal: reversal.value });
  }

  /** A manager takes back another till's lease; the till knows nothing of it and spends on. */
  #reclaim(at: string, index: number): void {
    const use = this.#uses[index % Math.max(1, this.#uses.length)];
    if (use === undefined || use.lease.terminal === at) return;
    this.#add(at, { kind: 'lease-close', lease: use.lease.id, member: use.lease.member, approvedBy: 'daniel', reason: 'lost' });
  }

  #resolve({ terminal: at, shortfall, how, points: size }: Extract<Event, { do: 'resolve' }>): void {
    const id = [...this.books.shortfalls.keys()][shortfall % Math.max(1, this.books.shortfalls.size)];
    const member = id === undefined ? undefined : this.books.settled.get(id)?.entry.member;
    if (id === undefined || member === undefined) return;
    this.#add(at, { kind: 'adjustment', member, adjust: { points: points(size), reason: 'seen', settles: { entry: id, how } }, approvedBy: 'daniel' });
  }

  #ask(at: string, of: string, wanted: Points): void {
    const id = `l${this.#uses.length}`;
    const granted = this.books.grant(id, of, at, wanted, points(120));
    if (granted > 0) this.#uses.push({ lease: { id, member: of, terminal: at, epoch: 1, points: granted, spendByMs: 0 }, spent: points(0), closed: false });
  }

  #close(at: string, of: string): void {
    const use = this.#uses.find(({ lease, closed }) => !closed && lease.terminal === at && lease.member === of);
    if (use === undefined) return;
    use.closed = true;
    this.#add(at, { kind: 'lease-close', lease: use.lease.id, member: of });
  }

  #correct({ terminal: at, member: of, change, how }: Extract<Event, { do: 'correct' }>): void {
    const size = points(Math.abs(change));
    if (how === 'adjustment') this.#add(at, { kind: 'adjustment', member: of, adjust: { points: points(change), reason: 'count' } });
    if (how === 'expiry') this.#add(at, { kind: 'expiry', member: of, expired: size });
    if (how === 'transfer') this.#add(at, { kind: 'transfer', member: of, transfer: { toMember: MEMBERS[change > 0 ? 0 : 1], points: size } });
  }

  #add(at: string, part: Partial<Entry> & Pick<Entry, 'kind'>): Entry {
    const entry = entryOf({ ...part, id: `e${this.made.length}`, terminal: at, store: `s-${at}`, seq: this.made.length + 1 });
    this.made.push(entry);
    this.#unsent.set(at, [...(this.#unsent.get(at) ?? []), entry]);
    return entry;
  }

  #deliver(at: string, count: number): void {
    const unsent = this.#unsent.get(at) ?? [];
    for (const entry of unsent.splice(0, count)) this.books.deliver(entry);
  }
}
