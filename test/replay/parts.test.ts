import { describe, expect, it } from 'vitest';
import { minor, points } from '../../shared/domain/integers.ts';
import { quote } from '../../shared/domain/quote.ts';
import { differenceOf, expectTotals } from './oracle.ts';
import { readOptions, ReplayError } from './options.ts';
import { planOutages } from './outages.ts';
import { PROGRAMME } from './programme.ts';
import { duration, showProgress } from './progress.ts';
import type { Purchase } from './purchases.ts';
import { createTeller } from './stories.ts';

const buy = (member: string, valueMinor: number): Purchase => ({ line: 1, member, day: '19970101', items: 1, valueMinor });

describe('the stories', () => {
  it('tell of a redemption that nothing covered, with what the till had and where the member had been, and of no other', () => {
    const said: string[] = [];
    const tell = createTeller((line) => said.push(line));
    const sale = { redeemed: 0, atRisk: 0, earned: 49, netMinor: 4_900 };
    const visit = { member: '7', day: '19970101', terminal: 'T1', isCut: true };
    tell(visit, sale);
    tell(visit, { ...sale, redeemed: 500, attempt: { covered: true, refused: false, waitMs: 3 } });
    tell({ ...visit, day: '19970102' }, { ...sale, redeemed: 400, attempt: { covered: false, refused: true, waitMs: 3, hand: { wanted: 500, leased: 12, account: { free: 1, leased: 490 } } } });
    expect(said).toEqual(["Not covered: member 7 at T1 on 19970102 wanted 500 and redeemed 400; leases in hand 12; the server's last word: 1 free, 490 leased. "
      + 'Before: 19970101 T1 cut off +49, 19970101 T1 cut off +49 -500.']);
  });
});

describe('the oracle', () => {
  it('redeems by hand-made figures: from 500 points, whole steps, at most half of the bill', () => {
    // 499.99 earns 499, too few to redeem; 1.50 earns 1 (500); 9.99 takes 4 steps (half is 4.995), pays 5.99, earns 5.
    const totals = expectTotals([buy('A', 49_999), buy('A', 150), buy('A', 999), buy('B', 0)]);
    expect(totals).toEqual({
      sales: 4, members: 2, earned: 505, redeemed: 400, redemptions: 1, outstanding: 105, netMinor: 49_999 + 150 + 599, shortfall: 0,
      quarantined: 0,
    });
  });

  it('takes all whole steps of the balance when the bill allows', () => {
    expect(expectTotals([buy('A', 75_050), buy('A', 100_000)])).toMatchObject({ earned: 750 + 993, redeemed: 700 });
  });

  it('agrees with the programme that the tills are given, over bills and balances', () => {
    for (let bill = 100; bill < 3_000; bill += 37) {
      for (const balance of [0, 499, 500, 501, 999, 1_000, 100_000]) {
        const priming = expectTotals([buy('A', balance * 100)]);
        const both = expectTotals([buy('A', balance * 100), buy('A', bill)]);
        const decided = quote({
          programme: PROGRAMME, billMinor: bill, currency: 'USD', balance: points(balance), nowMs: 1,
          cover: { leased: points(balance), atRiskAllowed: points(0), cap: 'policy' },
        });
        const proposed = decided.ok ? decided.value.proposed : null;
        expect(proposed?.points ?? 0).toBe(both.redeemed);
        expect(minor(both.netMinor - priming.netMinor)).toBe(proposed?.netMinor ?? bill);
        expect(both.earned - priming.earned).toBe(proposed?.earnPoints ?? (decided.ok ? decided.value.earnWithoutRedeeming : -1));
      }
    }
  });

  it('names every figure that differs', () => {
    const expected = expectTotals([buy('A', 999)]);
    const totals = { ...expected, entries: 1, position: 1, alarms: 0, decided: 1, invariants: { I1: true, I2: true, I3: true } };
    expect(differenceOf(totals, expected)).toBeUndefined();
    expect(differenceOf({ ...totals, earned: 8, sales: 2 }, expected)).toBe(
      'The ledger differs from the file: sales is 2, must be 1; earned is 8, must be 9.',
    );
  });
});

describe('the command line', () => {
  it('has one till, one store, no outage and SQLite when nothing is said', () => {
    expect(readOptions(['f.txt'], {})).toEqual({ file: 'f.txt', tills: 1, stores: 1, offline: 0, stray: 0.02, seed: 1, engine: 'sqlite', json: false, stories: false });
  });

  it('reads every option', () => {
    const args = ['--tills', '4', 'f.txt', '--stores', '2', '--offline', '.25', '--seed', '9', '--engine', 'postgres', '--json', '--stories'];
    expect(readOptions(args, { DATABASE_URL: 'postgres://x/y' })).toEqual({
      file: 'f.txt', tills: 4, stores: 2, offline: 0.25, stray: 0.02, seed: 9, engine: 'postgres', databaseUrl: 'postgres://x/y', json: true, stories: true,
    });
  });

  it('takes PostgreSQL when DATABASE_URL names one, unless told otherwise', () => {
    expect(readOptions(['f'], { DATABASE_URL: 'postgres://x/y' })).toMatchObject({ engine: 'postgres', databaseUrl: 'postgres://x/y' });
    expect(readOptions(['f', '--engine', 'sqlite'], { DATABASE_URL: 'postgres://x/y' })).not.toHaveProperty('databaseUrl');
  });

  it('opens as many tills as stores when only stores are named', () => {
    expect(readOptions(['f', '--stores', '3'], {})).toMatchObject({ tills: 3, stores: 3 });
  });

  it.each([
    [[], 'Name a file of purchases.'],
    [['a', 'b'], 'Name one file only; "b" is too many.'],
    [['a', '--tills', '0'], '--tills must be a whole number from 1 to 64; it is "0".'],
    [['a', '--tills', '1.5'], '--tills must be a whole number from 1 to 64; it is "1.5".'],
    [['a', '--tills', '2', '--stores', '3'], '--stores 3 needs at least as many tills; --tills is 2.'],
    [['a', '--offline', '1.01'], '--offline must be a share from 0 to 1, like 0.3; it is "1.01".'],
    [['a', '--offline', 'NaN'], '--offline must be a share'],
    [['a', '--seed', '4294967296'], '--seed must be a whole number from 0 to 4294967295'],
    [['a', '--engine', 'mysql'], '--engine must be sqlite or postgres; it is "mysql".'],
    [['a', '--speed', '3'], "Unknown option '--speed'."],
    [['a', '--tills'], "Option '--tills <value>' argument missing."],
  ])('refuses %j in one sentence', (args, sentence) => {
    expect(() => readOptions(args, {})).toThrow(ReplayError);
    expect(() => readOptions(args, {})).toThrow(sentence);
  });
});

describe('outages', () => {
  it.each([0, 0.1, 0.3, 0.5, 0.8, 1])('take a share of %f of the days', (share) => {
    const cut = planOutages(20_000, share, 7, 0).filter(Boolean).length / 20_000;
    expect(cut).toBeGreaterThanOrEqual(share === 0 ? 0 : share - 0.03);
    expect(cut).toBeLessThanOrEqual(share === 0 ? 0 : share + 0.03);
  });

  it('are the same for the same seed and till, and differ between seeds and tills', () => {
    const plan = (seed: number, till: number): string => planOutages(200, 0.4, seed, till).map(Number).join('');
    expect(plan(1, 0)).toBe(plan(1, 0));
    expect(new Set([plan(1, 0), plan(1, 1), plan(2, 0)]).size).toBe(3);
  });

  it('last a day where the share allows it, and as long as it needs where it does not', () => {
    const mean = (share: number): number => {
      const plan = planOutages(20_000, share, 1, 0);
      return plan.filter(Boolean).length / plan.filter((cut, day) => cut && plan[day - 1] !== true).length;
    };
    expect(mean(0.3)).toBe(1);
    expect(mean(0.8)).toBeGreaterThan(3.5);
  });
});

describe('progress', () => {
  /** A stream that keeps what is written, and a clock that a test moves. */
  function screen(isTTY: boolean) {
    const written: string[] = [];
    let nowMs = 0;
    const out = { isTTY, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
    return { written, progress: showProgress(1_000, out, () => nowMs), wait: (ms: number) => (nowMs += ms) };
  }

  it('draws a bar on a terminal, not more often than is seen', () => {
    const { written, progress, wait } = screen(true);
    progress.at(1, '19970101');
    expect(written).toEqual([]);
    wait(1_000);
    progress.at(250, '19970102');
    progress.at(251, '19970102');
    expect(written).toHaveLength(1);
    expect(written[0]).toContain('[███████░');
    expect(written[0]).toContain('25% 250 of 1,000 purchases, 19970102, 250/s, 3 s left');
  });

  it('writes plain lines elsewhere, and the last one once', () => {
    const { written, progress, wait } = screen(false);
    wait(1_000);
    progress.at(10, '19970101');
    wait(5_000);
    progress.at(20, '19970101');
    progress.at(1_000, '19970103');
    progress.at(1_000, '19970103');
    progress.end();
    expect(written).toHaveLength(2);
    expect(written[1]).toMatch(/^100% 1,000 of 1,000 purchases, 19970103, \d+\/s\n$/);
  });

  it('says durations as people do', () => {
    expect([duration(4.4), duration(59.6), duration(185)]).toEqual(['4 s', '1 min 00 s', '3 min 05 s']);
  });
});
