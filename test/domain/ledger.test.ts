import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leaseAccount } from '../../shared/domain/account.ts';
import { memberDelta } from '../../shared/domain/balance.ts';
import { ModelBooks } from './books.ts';
import { anyEvents, ModelTills, type Event } from './tills.ts';

const RUNS = { numRuns: 600 };

/** I1 and I2 of ledger.md, and zero-sum, from the balances and flows alone. */
function expectSound(books: ModelBooks): void {
  for (const { settlement } of books.settled.values()) {
    for (const { from, to, points } of settlement.postings) {
      expect(points).toBeGreaterThan(0);
      expect(from).not.toBe(to);
    }
  }
  expect(books.held('')).toBe(0);
  for (const [account, balance] of books.balances) {
    if (account.startsWith('member:') || account.startsWith('lease:')) expect(balance, account).toBeGreaterThanOrEqual(0);
  }
  for (const [id, lease] of books.leases) {
    expect(lease.remaining).toBeGreaterThanOrEqual(0);
    expect(lease.remaining).toBeLessThanOrEqual(lease.granted);
    expect(books.balance(leaseAccount(id))).toBe(lease.open ? lease.remaining : 0);
  }
  const earned = books.flow('issued', '') - books.flow('', 'issued') + books.flow('adjusted', '') - books.flow('', 'adjusted') - books.flow('', 'expired');
  const owed = books.flow('receivable:', '');
  const shortfall = books.flow('shortfall:', '') - books.flow('', 'shortfall:');
  const taken = books.flow('', 'redeemed') - books.flow('redeemed', '') - shortfall;
  expect(books.held('member:') + books.held('lease:') + taken).toBe(earned + owed);
}

/** I3: every point of every redemption was taken from somewhere, exactly once. */
function expectAllRedeemed(books: ModelBooks, tills: ModelTills): void {
  const given = tills.made.reduce((sum, { redeem }) => sum + (redeem?.points ?? 0), 0);
  expect(books.flow('', 'redeemed')).toBe(given);
  const covered = [...books.settled.values()].reduce((sum, { settlement: { leased, free, shortfall } }) => sum + leased + free + shortfall, 0);
  expect(covered).toBe(given);
}

function playAll(events: readonly Event[]): { books: ModelBooks; tills: ModelTills } {
  const books = new ModelBooks();
  const tills = new ModelTills(books);
  for (const event of events) {
    tills.play(event);
    expectSound(books);
  }
  tills.deliverAll();
  expectSound(books);
  return { books, tills };
}

describe('after any interleaving of sales, voids, leases, corrections and duplicates', () => {
  it('I1 and I2 hold at every step, and I3 once all has arrived', () => {
    fc.assert(
      fc.property(anyEvents(true), (events) => {
        const { books, tills } = playAll(events);
        expectAllRedeemed(books, tills);
      }),
      RUNS,
    );
  });

  it('G1: tills that redeem within their leases leave no shortfall', () => {
    fc.assert(
      fc.property(anyEvents(false), (events) => {
        const { books, tills } = playAll(events);
        expectAllRedeemed(books, tills);
        expect(books.flow('shortfall:', '')).toBe(0);
        for (const { entry, settlement } of books.settled.values()) {
          if (entry.redeem !== undefined) expect(settlement).toMatchObject({ disposition: 'leased', leased: entry.redeem.points });
        }
      }),
      RUNS,
    );
  });

  it('G2: the shortfall is never more than what was redeemed at risk', () => {
    fc.assert(
      fc.property(anyEvents(true), (events) => {
        const { books, tills } = playAll(events);
        const atRisk = tills.made.reduce((sum, { redeem }) => sum + (redeem?.cover.atRisk ?? 0), 0);
        expect(books.flow('shortfall:', '')).toBeLessThanOrEqual(atRisk);
      }),
      RUNS,
    );
  });

  it('N2: delivering everything again, in any order, changes nothing', () => {
    const again = anyEvents(true).chain((events) => fc.tuple(fc.constant(events), fc.array(fc.nat(60), { maxLength: 60 })));
    fc.assert(
      fc.property(again, ([events, order]) => {
        const { books, tills } = playAll(events);
        const before = new Map(books.balances);
        for (const index of order) if (tills.made[index] !== undefined) books.deliver(tills.made[index]);
        expect(books.balances).toEqual(before);
      }),
      { numRuns: 200 },
    );
  });

  it('what a sale gives back by all its reversals is never more than it took', () => {
    fc.assert(
      fc.property(anyEvents(true), (events) => {
        const { books, tills } = playAll(events);
        for (const sale of tills.made.filter(({ kind }) => kind === 'sale')) {
          const reversals = [...books.settled.values()].filter(({ entry }) => entry.reverses === sale.id).flatMap(({ settlement }) => settlement.postings);
          const returned = reversals.reduce((sum, { from, points }) => sum + (from === 'redeemed' ? points : 0), 0);
          const clawedBack = reversals.reduce((sum, { to, points }) => sum + (to === 'issued' ? points : 0), 0);
          expect(returned).toBe(reversals.length === 0 ? 0 : (sale.redeem?.points ?? 0));
          expect(clawedBack).toBe(reversals.length === 0 ? 0 : (sale.earn?.points ?? 0));
        }
      }),
      RUNS,
    );
  });

  it("a member's own points change by what the till said, wherever there was enough", () => {
    fc.assert(
      fc.property(anyEvents(false), (events) => {
        const sales = events.filter((event) => event.do !== 'correct' && event.do !== 'void');
        const { books, tills } = playAll(sales);
        for (const member of ['m1', 'm2']) {
          const said = tills.made.filter((entry) => entry.member === member).reduce((sum, entry) => sum + memberDelta(entry), 0);
          const leased = [...books.leases].reduce((sum, [id, lease]) => sum + (lease.member === member ? books.balance(leaseAccount(id)) : 0), 0);
          expect(books.balance(`member:${member}`) + leased).toBe(said);
        }
      }),
      RUNS,
    );
  });
});

describe('a void by two tills', () => {
  it('gives back once, and a third time nothing', () => {
    const sell: Event = { do: 'sell', terminal: 'T1', member: 'm1', redeem: 0, earn: 100, atRisk: true };
    const { books } = playAll([
      sell, { do: 'deliver', terminal: 'T1', count: 9 }, { ...sell, redeem: 60, earn: 7 }, { do: 'deliver', terminal: 'T1', count: 9 },
      { do: 'void', terminal: 'T1', sale: 1 }, { do: 'void', terminal: 'T2', sale: 1 }, { do: 'void', terminal: 'T3', sale: 1 },
    ]);
    expect(books.balance('member:m1')).toBe(100);
    expect(books.flow('redeemed', '')).toBe(60);
  });
});

describe('two tills that redeem one member at the same time, offline', () => {
  const earn: Event = { do: 'sell', terminal: 'T3', member: 'm1', redeem: 0, earn: 100, atRisk: false };
  const start: Event[] = [earn, { do: 'deliver', terminal: 'T3', count: 1 }];
  const redeem = (terminal: string, atRisk: boolean): Event => ({ do: 'sell', terminal, member: 'm1', redeem: 80, earn: 0, atRisk });

  it('spend what each has leased, and no more', () => {
    const { books, tills } = playAll([...start, { do: 'ask', terminal: 'T1', member: 'm1', wanted: 70 }, { do: 'ask', terminal: 'T2', member: 'm1', wanted: 70 }, redeem('T1', false), redeem('T2', false)]);
    expect(tills.made.flatMap((entry) => entry.redeem?.points ?? [])).toEqual([70, 30]);
    expect(books.flow('shortfall:', '')).toBe(0);
    expect(books.balance('member:m1')).toBe(0);
  });

  it('leave a shortfall of exactly what was not there when they redeem at risk', () => {
    const { books } = playAll([...start, redeem('T1', true), redeem('T2', true)]);
    expect(books.flow('shortfall:', '')).toBe(60);
    expect(books.balance('shortfall:s-T2')).toBe(-60);
    expect(books.balance('member:m1')).toBe(0);
  });
});
