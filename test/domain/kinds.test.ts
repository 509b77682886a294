import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaseAccount, memberAccount, receivableAccount, shortfallAccount } from '../../shared/domain/account.ts';
import { ModelBooks } from './books.ts';
import { anyKinds, ModelTills, type Event } from './tills.ts';

const RUNS = { numRuns: 600 };

/** I1 to I3 of ledger.md, and zero-sum, with everything that an entry of any kind can do; from balances and flows alone. */
function expectSound(books: ModelBooks): void {
  expect(books.held('')).toBe(0);
  for (const [account, balance] of books.balances) {
    if (account.startsWith('member:') || account.startsWith('lease:')) expect(balance, account).toBeGreaterThanOrEqual(0);
    if (account.startsWith('receivable:')) expect(balance, account).toBeLessThanOrEqual(0);
  }
  for (const [id, lease] of books.leases) {
    expect(books.balance(leaseAccount(id))).toBe(lease.open ? lease.remaining : 0);
    expect(lease.risk).toBeLessThanOrEqual(lease.granted);
  }
  const uncovered = books.flow('shortfall:', 'redeemed') - books.flow('redeemed', 'shortfall:') - books.flow('redeemed', 'receivable:') - books.flow('redeemed', 'adjusted');
  const taken = books.flow('', 'redeemed') - books.flow('redeemed', '') - uncovered;
  const given = books.flow('issued', 'member:') - books.flow('member:', 'issued') + books.flow('adjusted', 'member:') - books.flow('member:', 'adjusted') - books.flow('member:', 'expired');
  expect(books.held('member:') + books.held('lease:') + taken).toBe(given);
}

/** Lots never hold more than their account, and each account that pays keeps its parts. */
function expectLots(books: ModelBooks): void {
  for (const [account, dated] of books.lots.held) {
    const sum = [...dated.values()].reduce((total, one) => total + one, 0);
    for (const held of dated.values()) expect(held).toBeGreaterThan(0);
    expect(sum, account).toBeLessThanOrEqual(books.balance(account as 'issued'));
  }
}

/** A store's account is what is open of its shortfalls, and no shortfall is resolved or undone beyond what it was. */
function expectShortfalls(books: ModelBooks): void {
  const open = new Map<string, number>();
  for (const [id, { store, open: left, recovered, absorbed }] of books.shortfalls) {
    for (const part of [left, recovered, absorbed]) expect(part).toBeGreaterThanOrEqual(0);
    expect(left + recovered + absorbed).toBeLessThanOrEqual(books.settled.get(id)?.settlement.shortfall ?? 0);
    open.set(store, (open.get(store) ?? 0) + left);
  }
  for (const store of ['s-T1', 's-T2', 's-T3']) expect(0 - books.balance(shortfallAccount(store))).toBe(open.get(store) ?? 0);
}

function playAll(events: readonly Event[], books = new ModelBooks()): { books: ModelBooks; tills: ModelTills } {
  const tills = new ModelTills(books);
  const check = (): void => {
    expectSound(books);
    expectLots(books);
    expectShortfalls(books);
  };
  for (const event of events) {
    tills.play(event);
    check();
  }
  tills.deliverAll();
  check();
  return { books, tills };
}

/** T1's lease is reclaimed, its points go to T3 and are spent there, and T1, which knows nothing of it, spends them again. */
const SPENT_AFTER_RECLAIM: Event[] = [
  { do: 'sell', terminal: 'T1', member: 'm1', redeem: 0, earn: 100, atRisk: false },
  { do: 'deliver', terminal: 'T1', count: 1 },
  { do: 'ask', terminal: 'T1', member: 'm1', wanted: 100 },
  { do: 'reclaim', terminal: 'T2', lease: 0 },
  { do: 'deliver', terminal: 'T2', count: 1 },
  { do: 'ask', terminal: 'T3', member: 'm1', wanted: 100 },
  { do: 'sell', terminal: 'T3', member: 'm1', redeem: 100, earn: 0, atRisk: false },
  { do: 'deliver', terminal: 'T3', count: 1 },
  { do: 'sell', terminal: 'T1', member: 'm1', redeem: 100, earn: 0, atRisk: false },
];

describe('after any interleaving of entries of every kind', () => {
  it('nothing is lost or made: I1 to I3, lots, shortfalls and reclaimed leases', () => {
    const seen = { merged: 0, reclaimed: 0, resolved: 0, undoneResolved: 0, expired: 0, refunds: 0 };
    fc.assert(
      fc.property(anyKinds(), (events) => {
        const { books, tills } = playAll(events);
        const given = tills.made.reduce((sum, { redeem }) => sum + (redeem?.points ?? 0), 0);
        expect(books.flow('', 'redeemed')).toBe(given);
        for (const { entry, settlement } of books.settled.values()) {
          if (settlement.merged !== undefined) seen.merged += 1;
          if ((settlement.reclaimed ?? 0) > 0) seen.reclaimed += 1;
          if ((settlement.resolved ?? 0) > 0) seen.resolved += 1;
          if ((settlement.undone?.recovered ?? 0) + (settlement.undone?.absorbed ?? 0) > 0) seen.undoneResolved += 1;
          if (entry.kind === 'expiry' && settlement.postings.length > 0) seen.expired += 1;
          if (entry.reversal?.scope === 'refund') seen.refunds += 1;
        }
      }),
      // The rarest case comes about once in sixty histories, so that 600 of them met it too seldom as often as not.
      { numRuns: 3_000 },
    );
    // A property that never met the case says nothing about it.
    for (const [what, count] of Object.entries(seen)) expect(count, what).toBeGreaterThan(10);
  });

  it('G2: the shortfall is never more than what was redeemed at risk and the declared risk of reclaimed leases', () => {
    let short = 0;
    fc.assert(
      fc.property(anyKinds(), (events) => {
        const { books, tills } = playAll(events);
        const atRisk = tills.made.reduce((sum, { redeem }) => sum + (redeem?.cover.atRisk ?? 0), 0);
        const risk = [...books.leases.values()].reduce((sum, lease) => sum + lease.risk, 0);
        expect(books.flow('shortfall:', 'redeemed')).toBeLessThanOrEqual(atRisk + risk);
        if (books.flow('shortfall:', 'redeemed') > atRisk) short += 1;
      }),
      // A history in which it happens for certain: chance alone met none in every second run.
      { ...RUNS, examples: [[SPENT_AFTER_RECLAIM]] },
    );
    expect(short).toBeGreaterThan(0);
  });

  it('a merged member holds and owes nothing, and leaves what came later to its successor', () => {
    fc.assert(
      fc.property(anyKinds(), (events) => {
        const { books } = playAll(events);
        for (const member of ['m1', 'm2', 'm3']) {
          if (books.carrier(member) === member) continue;
          expect(books.balance(memberAccount(member))).toBe(0);
          expect(0 - books.balance(receivableAccount(member))).toBe(0);
        }
      }),
      RUNS,
    );
  });

  it('N2: delivering everything again, in any order, changes nothing', () => {
    fc.assert(
      fc.property(anyKinds(), fc.array(fc.nat(60), { maxLength: 60 }), (events, order) => {
        const { books, tills } = playAll(events);
        const before = structuredClone([books.balances, books.lots, books.shortfalls]);
        for (const index of order) if (tills.made[index] !== undefined) books.deliver(tills.made[index]);
        expect([books.balances, books.lots, books.shortfalls]).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  it('an expiry that runs at any time, twice, or only at the end leaves what one after every day leaves', () => {
    const accounts = (books: ModelBooks): unknown => [...books.balances].filter(([id, balance]) => balance !== 0 && !id.startsWith('lease:')).sort(([a], [b]) => (a < b ? -1 : 1));
    // An account whose last lot has gone and one that never had any hold the same.
    const held = (books: ModelBooks): unknown => new Map([...books.lots.held].filter(([, lots]) => lots.size > 0));
    fc.assert(
      fc.property(anyKinds(), (events) => {
        const sales = events.filter((event) => event.do !== 'expire');
        const prompt = playAll(sales.flatMap((event): Event[] => [{ do: 'expire' }, event, { do: 'expire' }, { do: 'expire' }])).books;
        const atAnyTime = playAll(events).books;
        const late = playAll(sales).books;
        for (const books of [prompt, atAnyTime, late]) books.expire();
        for (const books of [atAnyTime, late]) {
          expect(accounts(books)).toEqual(accounts(prompt));
          expect(held(books)).toEqual(held(prompt));
        }
      }),
      RUNS,
    );
  });
});
