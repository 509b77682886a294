import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counts, memberDelta, projectBalance, type AccountSnapshot, type OwnEffect } from '../../shared/domain/balance.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { entryOf, saleEntry } from './entries.ts';

describe('what an entry changes for its member', () => {
  const redeem = { rule: 'r', points: points(50), discountMinor: minor(50), cover: { leases: [], atRisk: points(50) } };
  it.each([
    ['a sale that earns', saleEntry({ earn: { points: points(76) } }), 76],
    ['a sale that redeems', saleEntry({ redeem }), -50],
    ['a sale that does both', saleEntry({ redeem, earn: { points: points(76) } }), 26],
    ['a sale that does neither', saleEntry(), 0],
    ['a void of one that did both', entryOf({ kind: 'reversal', reversal: { scope: 'void', returnPoints: points(50), clawBackPoints: points(76), refundMinor: minor(1) } }), -26],
    ['an adjustment down', entryOf({ kind: 'adjustment', adjust: { points: points(-9), reason: 'count' } }), -9],
    ['a transfer away', entryOf({ kind: 'transfer', transfer: { toMember: 'm2', points: points(9) } }), -9],
    ['an expiry', entryOf({ kind: 'expiry', expired: points(9) }), -9],
    ['a lease-close', entryOf({ kind: 'lease-close', lease: 'l1' }), 0],
    ['an enrolment', entryOf({ kind: 'enrolment' }), 0],
    ['a shift', entryOf({ kind: 'shift' }), 0],
    ['a reversal without content', entryOf({ kind: 'reversal' }), 0],
    ['an adjustment without content', entryOf({ kind: 'adjustment' }), 0],
    ['a transfer without content', entryOf({ kind: 'transfer' }), 0],
    ['an expiry without content', entryOf({ kind: 'expiry' }), 0],
  ] as [string, Entry, number][])('%s', (_name, entry, delta) => {
    expect(memberDelta(entry)).toBe(delta);
  });
});

describe('an own entry beside a snapshot (N3)', () => {
  const at = (position: number): AccountSnapshot => ({ free: points(100), leased: points(0), position });
  it.each([
    [undefined, 7, true], [8, 7, true], [7, 7, false], [6, 7, false], [0, 0, false],
  ])('with position %s beside %i counts: %s', (position, snapshot, expected) => {
    const effect: OwnEffect = { delta: points(-5), ...(position === undefined ? {} : { position }) };
    expect(counts(effect, at(snapshot))).toBe(expected);
    expect(projectBalance(at(snapshot), [effect])).toBe(expected ? 95 : 100);
  });

  it('adds free and leased points, and may fall below nothing', () => {
    expect(projectBalance({ free: points(30), leased: points(20), position: 1 }, [])).toBe(50);
    expect(projectBalance({ free: points(30), leased: points(20), position: 1 }, [{ delta: points(-60) }])).toBe(-10);
  });
});

/** A ledger of one member: entries in the order of their positions, from 1; `own` are this till's. */
interface Posted {
  own: boolean;
  delta: number;
}

/** One answer of the server: the account after a position, and the positions of own entries in the same reading. */
interface Answer {
  upTo: number;
  /** How much of the balance is in escrow. */
  leased: number;
}

/** What a till keeps: the newest account it has seen, and its own entries with the positions it has learned. */
class ModelTill {
  snapshot: AccountSnapshot = { free: points(0), leased: points(0), position: 0 };
  readonly own: (OwnEffect & { at: number })[] = [];

  commit(at: number, delta: number): void {
    this.own.push({ at, delta: points(delta) });
  }

  hear({ upTo, leased }: Answer, posted: readonly Posted[]): void {
    for (const effect of this.own) if (effect.at <= upTo) effect.position = effect.at;
    if (upTo < this.snapshot.position) return;
    const balance = posted.slice(0, upTo).reduce((sum, one) => sum + one.delta, 0);
    this.snapshot = { free: points(balance - leased), leased: points(leased), position: upTo };
  }
}

describe('the balance that a till shows (N3)', () => {
  const posted = fc.array(fc.record({ own: fc.boolean(), delta: fc.integer({ min: -50, max: 50 }) }), { minLength: 1, maxLength: 20 });
  const script = posted.chain((list) =>
    fc.tuple(fc.constant(list), fc.array(fc.record({ upTo: fc.nat(list.length), leased: fc.nat(30), before: fc.nat(list.length) }), { maxLength: 20 })));

  it('is exact for what it has seen, in whatever order answers arrive, repeat or get lost', () => {
    fc.assert(
      fc.property(script, ([list, answers]) => {
        const till = new ModelTill();
        const check = (): void => {
          const seen = till.snapshot.position;
          const foreign = list.slice(0, seen).reduce((sum, one) => sum + (one.own ? 0 : one.delta), 0);
          const own = till.own.reduce((sum, effect) => sum + effect.delta, 0);
          expect(projectBalance(till.snapshot, till.own)).toBe(foreign + own);
        };
        list.forEach((one, index) => {
          if (one.own) till.commit(index + 1, one.delta);
          check();
          // An answer about a position is given once everything up to it is in the ledger.
          for (const answer of answers.filter(({ before, upTo }) => before === index && upTo <= index + 1)) {
            till.hear(answer, list);
            check();
          }
        });
        for (const answer of [...answers].reverse()) {
          till.hear(answer, list);
          check();
        }
        till.hear({ upTo: list.length, leased: 0 }, list);
        expect(projectBalance(till.snapshot, till.own)).toBe(list.reduce((sum, one) => sum + one.delta, 0));
      }),
      { numRuns: 1_000 },
    );
  });

  it('does not depend on the order of own entries', () => {
    const effect = fc.record({ position: fc.option(fc.nat(9), { nil: undefined }), delta: fc.integer({ min: -50, max: 50 }).map(points) }, { requiredKeys: ['delta'] });
    const lists = fc.array(effect, { maxLength: 12 }).chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(lists, fc.nat(9), ([one, other], position) => {
        const tidy = (list: typeof one): OwnEffect[] => list.map(({ position: at, delta }) => (at === undefined ? { delta } : { position: at, delta }));
        const snapshot = { free: points(100), leased: points(7), position };
        expect(projectBalance(snapshot, tidy(other))).toBe(projectBalance(snapshot, tidy(one)));
      }),
    );
  });
});
