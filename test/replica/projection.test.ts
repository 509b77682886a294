import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountDoc, OwnEntryDoc } from '../../shared/contract/documents.ts';
import { memberDelta } from '../../shared/domain/balance.ts';
import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { createProjection } from '../../shared/replica/projection.ts';
import { Office } from './support/office.ts';

/** One thing that happens to a till and its server; `at` picks among what there is to pick. */
type Step =
  | { do: 'sale'; redeem: number; earn: number }
  | { do: 'void'; at: number }
  | { do: 'elsewhere'; change: number }
  | { do: 'book'; count: number }
  | { do: 'snapshot' }
  | { do: 'arrive'; at: number; as: 'accounts' | 'visitors' }
  | { do: 'tell'; at: number }
  | { do: 'twice'; at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('sale' as const), redeem: fc.integer({ min: 0, max: 300 }), earn: fc.integer({ min: 0, max: 300 }) }),
  fc.record({ do: fc.constant('void' as const), at: fc.nat(50) }),
  fc.record({ do: fc.constant('elsewhere' as const), change: fc.integer({ min: -200, max: 200 }) }),
  fc.record({ do: fc.constant('book' as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ do: fc.constant('snapshot' as const) }),
  fc.record({ do: fc.constant('arrive' as const), at: fc.nat(50), as: fc.constantFrom('accounts' as const, 'visitors' as const) }),
  fc.record({ do: fc.constant('tell' as const), at: fc.nat(50) }),
  fc.record({ do: fc.constant('twice' as const), at: fc.nat(50) }),
);

function ownOf(seq: number, body: Partial<Entry>): OwnEntryDoc {
  const entry: Entry = {
    v: 1, id: `E${seq}`, store: 'S1', terminal: 'T1', epoch: 1, seq, prevHash: GENESIS_HASH, kind: 'sale', member: 'M', programme: 1, staff: 'maya',
    occurredAt: { ms: seq, n: 0 }, wallMs: seq, businessDate: '2026-03-14', ...body,
  };
  return {
    id: entry.id, store: 'S1', terminal: 'T1', epoch: 1, seq, kind: entry.kind, member: 'M', reverses: entry.reverses ?? '', businessDate: '2026-03-14',
    occurredMs: seq, hash: GENESIS_HASH, signature: '', entry,
  };
}

/** A till and its server side by side; the truth is kept apart from what the till was told. */
class Play {
  readonly office = new Office();
  readonly projection = createProjection();
  readonly own: OwnEntryDoc[] = [];
  readonly truth = new Map<string, number>();
  readonly snapshots: AccountDoc[] = [];
  readonly shown = new Map<'accounts' | 'visitors', AccountDoc>();
  private booked = 0;

  constructor() {
    this.office.addMember('M', 500);
    this.arrive(this.office.account('M'), 'accounts');
  }

  run(step: Step): void {
    const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
    switch (step.do) {
      case 'sale': {
        const redeem = { rule: 'r', points: points(step.redeem), discountMinor: minor(0), cover: { leases: [], atRisk: points(step.redeem) } };
        return this.add({ bill: { totalMinor: minor(100), netMinor: minor(100), currency: 'CNY' }, redeem, earn: { points: points(step.earn) } });
      }
      case 'void': {
        const sale = pick(this.own.filter((own) => own.kind === 'sale' && !this.own.some((other) => other.reverses === own.id)), step.at);
        if (sale === undefined) return;
        const { redeem, earn } = sale.entry;
        return this.add({
          kind: 'reversal', reverses: sale.id,
          reversal: { scope: 'void', returnPoints: redeem?.points ?? points(0), clawBackPoints: earn?.points ?? points(0), refundMinor: minor(0) },
        });
      }
      case 'elsewhere':
        return this.office.moveElsewhere('M', step.change);
      case 'book':
        for (const own of this.own.slice(this.booked, this.booked + step.count)) {
          this.truth.set(own.id, this.office.book(own).position);
          this.booked += 1;
        }
        return;
      case 'snapshot':
        this.snapshots.push(this.office.account('M'));
        return;
      case 'arrive': {
        const snapshot = pick(this.snapshots, step.at);
        if (snapshot !== undefined) this.arrive(snapshot, step.as);
        return;
      }
      case 'tell':
        return this.tell(pick(this.own, step.at));
      case 'twice': {
        const own = pick(this.own, step.at);
        if (own !== undefined) this.projection.putOwn([this.told(own)]);
      }
    }
  }

  private readonly heard = new Set<string>();

  private add(body: Partial<Entry>): void {
    const own = ownOf(this.own.length + 1, body);
    this.own.push(own);
    this.projection.putOwn([own]);
  }

  /** The own entry as the till's document stands: with its position once it was told. */
  private told(own: OwnEntryDoc): OwnEntryDoc {
    const position = this.heard.has(own.id) ? this.truth.get(own.id) : undefined;
    return position === undefined ? own : { ...own, position };
  }

  private tell(own: OwnEntryDoc | undefined): void {
    if (own === undefined || !this.truth.has(own.id)) return;
    this.heard.add(own.id);
    this.projection.putOwn([this.told(own)]);
  }

  /** As the server answers: what a snapshot includes of this till's entries is told before it. */
  arrive(snapshot: AccountDoc, as: 'accounts' | 'visitors'): void {
    for (const own of this.own) if ((this.truth.get(own.id) ?? Infinity) <= snapshot.position) this.tell(own);
    this.projection.putAccounts(as, [snapshot]);
    this.shown.set(as, snapshot);
  }

  /** From the truth alone: the newest of the snapshots shown, and every own entry that is not in it. */
  expected(): number {
    const [newest] = [...this.shown.values()].sort((a, b) => b.position - a.position);
    if (newest === undefined) throw new Error('a snapshot expected');
    const beyond = this.own.filter((own) => (this.truth.get(own.id) ?? Infinity) > newest.position);
    return newest.free + newest.leased + beyond.reduce((sum, own) => sum + memberDelta(own.entry), 0);
  }
}

describe('N3: the balance is exact for what the till has seen', () => {
  it('in whatever order snapshots, acknowledgements and entries come, late, twice and stale', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const play = new Play();
        for (const one of steps) {
          play.run(one);
          expect(play.projection.balance('M')).toBe(play.expected());
        }
      }),
      { numRuns: 400 },
    );
  });

  it('and is the account itself once everything was delivered', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const play = new Play();
        for (const one of steps) play.run(one);
        play.run({ do: 'book', count: 1_000 });
        play.arrive(play.office.account('M'), 'accounts');
        const { free, leased } = play.office.account('M');
        expect(play.projection.balance('M')).toBe(free + leased);
        expect(play.projection.waiting()).toEqual([]);
      }),
    );
  });
});

describe('a projection', () => {
  it('knows nothing of unknown members, and forgets one that is dropped', () => {
    const { projection } = new Play();
    expect(projection.balance('nobody')).toBeUndefined();
    projection.dropAccounts('accounts', ['M']);
    expect(projection.balance('M')).toBeUndefined();
  });

  it('counts at-risk points by member and day, and of the outage until the server has heard of them', () => {
    const play = new Play();
    play.run({ do: 'sale', redeem: 200, earn: 0 });
    play.run({ do: 'sale', redeem: 100, earn: 0 });
    expect(play.projection.atRiskUse('M', '2026-03-14')).toEqual({ memberToday: 300, thisOutage: 300 });
    expect(play.projection.atRiskUse('M', '2026-03-15')).toEqual({ memberToday: 0, thisOutage: 300 });
    play.run({ do: 'book', count: 1 });
    play.run({ do: 'tell', at: 0 });
    expect(play.projection.atRiskUse('M', '2026-03-14')).toEqual({ memberToday: 300, thisOutage: 100 });
    const aside = play.own[1];
    if (aside === undefined) throw new Error('an entry expected');
    play.projection.putOwn([{ ...aside, quarantined: 'signature-invalid' }]);
    expect(play.projection.atRiskUse('M', '2026-03-14').thisOutage).toBe(0);
    expect(play.projection.waiting().map((fact) => fact.id)).toEqual([aside.id]);
    expect(play.projection.unheard()).toBe(0);
  });
});
