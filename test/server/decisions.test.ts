import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findDifferences, type Difference } from '../../server/decisions/compare.ts';
import { PLAIN_SALE } from '../../shared/domain/context.ts';
import type { Entry, MemberFacts } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { EarnRule, OfferTemplate, Programme, RedemptionRule } from '../../shared/domain/programme.ts';
import { fixedRule, programmeOf, ratioRule } from '../domain/rules.ts';
import { anySale, entryOf, type SaleCase } from './decisioncases.ts';

/** Saturday 14 March 2026, noon UTC. */
const NOON_MS = Date.UTC(2026, 2, 14, 12);

function saleOf(part: Partial<SaleCase> & { redeem?: RedemptionRule[]; earn?: EarnRule } = {}): { entry: Entry; programme: Programme } {
  const { redeem = [ratioRule(100, 100, { multiple: points(100) }), fixedRule(1_500, 1_800)], earn, ...rest } = part;
  const programme = programmeOf(redeem, earn);
  const sale: SaleCase = {
    programme, billMinor: 5_000, lines: undefined, balance: 1_000, nowMs: NOON_MS, wanted: 1_000,
    context: { store: 'S1', utcOffsetMinutes: 0, redeemedToday: points(0), earnedToday: points(0), hasVouchers: false, isFirst: false }, ...rest,
  };
  return { entry: entryOf(sale), programme };
}

const at = (programme: Programme | undefined, utcOffsetMinutes: number | undefined = 0) => ({ programme, utcOffsetMinutes });
const whatOf = (differences: readonly Difference[]): string[] => differences.map((one) => one.what);
/** The entry with a part of it changed. */
const amended = (entry: Entry, change: (entry: Entry) => void): Entry => {
  const copy = structuredClone(entry);
  change(copy);
  return copy;
};

/** As entries were before they said what was known of the member. */
const unsaid = (entry: Entry): Entry => amended(entry, (copy) => delete copy.knew);

describe('a sale decided again', () => {
  it('never differs when the till decided it, whatever the server cannot know of it', () => {
    const seen = { redeemed: 0, earned: 0, vouchers: 0 };
    fc.assert(
      fc.property(anySale(false), fc.constantFrom(0, 60, -60), fc.boolean(), (sale, summer, isOld) => {
        const entry = isOld ? unsaid(entryOf(sale)) : entryOf(sale);
        if (entry.redeem !== undefined) seen.redeemed += 1;
        if (entry.earn !== undefined) seen.earned += 1;
        if (entry.vouchers !== undefined) seen.vouchers += 1;
        expect(findDifferences(entry, at(sale.programme, sale.context.utcOffsetMinutes + summer))).toEqual([]);
      }),
      { numRuns: 2_000, seed: 11 },
    );
    expect(seen.redeemed).toBeGreaterThan(100);
    expect(seen.vouchers).toBeGreaterThan(100);
    expect(seen.earned).toBeGreaterThan(200);
  });

  it('differs by one point and by one cent, wherever they are', () => {
    const seen = { redeemed: 0, earned: 0, vouchers: 0 };
    fc.assert(
      fc.property(anySale(true), fc.constantFrom(1, -1), (sale, by) => {
        const entry = entryOf(sale);
        const known = at(sale.programme, sale.context.utcOffsetMinutes);
        const plant = (change: (copy: Entry) => void): string[] => whatOf(findDifferences(amended(entry, change), known));
        if (entry.bill !== undefined) {
          expect(plant((copy) => void Object.assign(copy.bill ?? {}, { netMinor: (copy.bill?.netMinor ?? 0) + by }))).toEqual(['net']);
        }
        expect(plant((copy) => {
          const earned = (copy.earn?.points ?? 0) + by;
          if (earned < 0) copy.earn = { points: points(1) };
          else copy.earn = { ...copy.earn, points: points(earned) };
        })).toContain('earn');
        if (entry.earn !== undefined) seen.earned += 1;
        if (entry.vouchers !== undefined) {
          seen.vouchers += 1;
          expect(plant((copy) => void Object.assign(copy.vouchers?.[0] ?? {}, { discountMinor: (copy.vouchers?.[0]?.discountMinor ?? 0) + by }))).toEqual(expect.arrayContaining(['voucher', 'net']));
        }
        if (entry.redeem === undefined) return;
        seen.redeemed += 1;
        // A cent more or less off the bill, with the bill and the earning as that would make them.
        const { redeem } = entry;
        expect(plant((copy) => void Object.assign(copy.redeem ?? {}, { discountMinor: redeem.discountMinor + by }))).toEqual(expect.arrayContaining(['discount', 'net']));
        // A point more or less for the same discount.
        const taken = redeem.points + by;
        if (taken > 0) expect(plant((copy) => void Object.assign(copy.redeem ?? {}, { points: taken }))).toSatisfy((what: string[]) => what.includes('redeem') || what.includes('discount'));
      }),
      { numRuns: 1_000, seed: 12 },
    );
    expect(seen.redeemed).toBeGreaterThan(40);
    expect(seen.vouchers).toBeGreaterThan(40);
    expect(seen.earned).toBeGreaterThan(100);
  });

  it('says what the rules give and what the entry says', () => {
    const { entry, programme } = saleOf();
    expect(entry).toMatchObject({ redeem: { points: 1_000, discountMinor: 1_000 }, earn: { points: 40 } });
    const wrong = amended(entry, (copy) => {
      Object.assign(copy.redeem ?? {}, { discountMinor: 1_001 });
      Object.assign(copy.bill ?? {}, { netMinor: 3_998 });
      copy.earn = { points: points(41), expiresOn: '2027-01-01' };
    });
    expect(findDifferences(wrong, at(programme))).toEqual([
      { what: 'discount', expected: '10.00', found: '10.01' }, { what: 'net', expected: '39.99', found: '39.98' },
      { what: 'earn', expected: '39', found: '41' }, { what: 'expiry', expected: '', found: '2027-01-01' },
    ]);
  });

  it('says why the rules refuse a redemption, and how many points they allow', () => {
    const rule = ratioRule(1, 1, { maxShareBp: 1_000 });
    const { entry } = saleOf({ redeem: [{ ...rule, maxShareBp: 2_000 }] });
    expect(entry.redeem).toMatchObject({ points: 1_000 });
    expect(findDifferences(entry, at(programmeOf([rule])))).toEqual([{ what: 'redeem', expected: '500', found: '1000', reason: 'share-limit' }]);
    expect(findDifferences(entry, at(programmeOf([])))).toEqual([{ what: 'redeem', expected: '0', found: '1000', reason: 'rule-unknown' }]);
  });

  it('takes the version that the entry names, and says when there is none or it had not begun', () => {
    const { entry, programme } = saleOf();
    expect(findDifferences(entry, at(undefined))).toEqual([{ what: 'programme', expected: '', found: '1', reason: 'programme-missing' }]);
    expect(findDifferences(entry, at({ ...programme, effectiveFromMs: NOON_MS + 1 }))).toEqual([{ what: 'programme', expected: '', found: '1', reason: 'rule-not-valid-now' }]);
    expect(findDifferences(entry, at({ ...programme, effectiveFromMs: NOON_MS }))).toEqual([]);
    // A store's own programme: nowhere else, and not after its end.
    expect(findDifferences(entry, at({ ...programme, store: 'S1', effectiveUntilMs: NOON_MS + 1 }))).toEqual([]);
    expect(findDifferences(entry, at({ ...programme, store: 'S1', effectiveUntilMs: NOON_MS }))).toMatchObject([{ what: 'programme', reason: 'rule-not-valid-now' }]);
    expect(findDifferences(entry, at({ ...programme, store: 'S2' }))).toMatchObject([{ what: 'programme', reason: 'not-at-this-store' }]);
  });

  it('looks at the bill first: its lines, its currency', () => {
    const { entry, programme } = saleOf({ wanted: 0 });
    const withLines = amended(entry, (copy) => void Object.assign(copy.bill ?? {}, { lines: [{ item: 'tea', quantity: 1, totalMinor: 4_999 }] }));
    expect(findDifferences(withLines, at(programme))).toEqual([{ what: 'bill', expected: '49.99', found: '50.00', reason: 'lines-mismatch' }]);
    expect(findDifferences(entry, at({ ...programme, currency: 'EUR' }))).toMatchObject([{ what: 'bill', reason: 'currency-mismatch' }]);
    expect(whatOf(findDifferences(amended(entry, (copy) => delete copy.bill), at(programme)))).toEqual(['bill']);
  });

  it('knows the hours of the store, and allows for summer time', () => {
    const earn: EarnRule = { points: points(1), perMinor: minor(100), basis: 'gross', multipliers: [{ id: 'noon', name: { en: 'n', 'zh-CN': '午' }, factorBp: 20_000, schedule: { fromMinute: 720, untilMinute: 780 } }] };
    const redeem = [ratioRule(1, 1, { schedule: { fromMinute: 720, untilMinute: 780 } })];
    const { entry, programme } = saleOf({ earn, redeem });
    expect(entry).toMatchObject({ earn: { points: 100 }, redeem: { points: 1_000 } });
    for (const offset of [0, 60, -60]) expect(findDifferences(entry, at(programme, offset))).toEqual([]);
    expect(findDifferences(entry, at(programme, 180))).toEqual([
      { what: 'redeem', expected: '0', found: '1000', reason: 'not-at-this-hour' }, { what: 'earn', expected: '50', found: '100' },
    ]);
    // Of a store that is not known nobody can say what time it was there.
    expect(findDifferences(entry, at(programme, undefined))).toEqual([]);
  });

  it('of an entry that does not say it takes any tier, birthday and first purchase for possible, and nothing beside them', () => {
    const names = { en: 'n', 'zh-CN': '名' };
    const earn: EarnRule = {
      points: points(1), perMinor: minor(100), basis: 'gross', firstPurchase: points(7),
      multipliers: [{ id: 'birthday', name: names, factorBp: 30_000, birthday: true }, { id: 'gold', name: names, factorBp: 20_000, tiers: ['gold', 'black'] }],
    };
    const { entry, programme } = saleOf({ earn, wanted: 0 });
    const earned = (count: number): Entry => amended(unsaid(entry), (copy) => {
      copy.earn = { points: points(count) };
    });
    for (const possible of [50, 57, 100, 107, 150, 157]) expect(findDifferences(earned(possible), at(programme))).toEqual([]);
    for (const impossible of [49, 51, 99, 108, 158, 200]) expect(findDifferences(earned(impossible), at(programme))).toMatchObject([{ what: 'earn', expected: '50…157', found: String(impossible) }]);
  });

  it('of an entry that does not say it takes any personal offer for made, when a rule or a campaign asks for one', () => {
    const names = { en: 'n', 'zh-CN': '名' };
    const earn: EarnRule = { points: points(1), perMinor: minor(100), basis: 'gross', multipliers: [{ id: 'back', name: names, factorBp: 20_000, offers: ['back'] }] };
    const redeem = [ratioRule(1, 1, { tiers: ['gold'], offers: ['noon', 'back'] })];
    const context = { store: 'S1', utcOffsetMinutes: 0, redeemedToday: points(0), earnedToday: points(0), hasVouchers: false, isFirst: false, tier: 'gold', offer: 'back' };
    const { entry, programme } = saleOf({ earn, redeem, context });
    expect(entry).toMatchObject({ redeem: { points: 1_000 }, earn: { points: 100 } });
    expect(findDifferences(unsaid(entry), at(programme))).toEqual([]);
    const more = amended(unsaid(entry), (copy) => void Object.assign(copy.earn ?? {}, { points: 150 }));
    expect(findDifferences(more, at(programme))).toEqual([{ what: 'earn', expected: '50 / 100', found: '150' }]);
  });

  it('goes by what the entry says that the till knew of the member, exactly', () => {
    const names = { en: 'n', 'zh-CN': '名' };
    const earn: EarnRule = {
      points: points(1), perMinor: minor(100), basis: 'gross', firstPurchase: points(7),
      multipliers: [{ id: 'birthday', name: names, factorBp: 30_000, birthday: true }, { id: 'gold', name: names, factorBp: 20_000, tiers: ['gold', 'black'] }],
    };
    const { entry, programme } = saleOf({ earn, redeem: [ratioRule(1, 1, { tiers: ['gold'] })], wanted: 0 });
    expect(entry.knew).toEqual({});
    const differs = (knew: MemberFacts, earned: number, redeemed = 0): string[] => whatOf(findDifferences(amended(entry, (copy) => {
      Object.assign(copy, { knew, earn: { points: points(earned) } });
      if (redeemed > 0) Object.assign(copy, {
        bill: { ...copy.bill, netMinor: 5_000 - redeemed }, redeem: { rule: 'r0', points: redeemed, discountMinor: redeemed, cover: { leases: [], atRisk: redeemed } },
      });
    }), at(programme)));
    expect(differs({}, 50)).toEqual([]);
    expect(differs({}, 100)).toEqual(['earn']);
    expect(differs({ tier: 'black' }, 100)).toEqual([]);
    expect(differs({ tier: 'black' }, 50)).toEqual(['earn']);
    expect(differs({ tier: 'gold', first: true }, 107)).toEqual([]);
    expect(differs({ birthday: true }, 150)).toEqual([]);
    expect(differs({ tier: 'gold', birthday: true, first: true }, 157)).toEqual([]);
    expect(differs({ tier: 'gold' }, 100, 40)).toEqual([]);
    expect(differs({ tier: 'black' }, 100, 40)).toEqual(['redeem']);
    expect(findDifferences(amended(entry, (copy) => void Object.assign(copy, { knew: { tier: 'lead' } })), at(programme))).toEqual([{ what: 'tier', expected: '', found: 'lead' }]);
  });

  it('finds the offer that the entry names in the programme, at its hours, in its stores, for its tier and on the birthday', () => {
    const text = { en: 'n', 'zh-CN': '名' };
    const { entry, programme } = saleOf({ redeem: [ratioRule(1, 1, { offers: ['back'] })], wanted: 0 });
    const withOffer = (offer: Partial<OfferTemplate>): Programme => ({ ...programme, offers: [{ id: 'back', text, when: { awayBp: 15_000 }, ...offer }] });
    const named = (knew: MemberFacts): Entry => amended(entry, (copy) => void Object.assign(copy, { knew }));
    const told = [{ what: 'offer', expected: '', found: 'back' }];
    expect(findDifferences(named({ offer: 'back' }), at(programme))).toEqual(told);
    expect(findDifferences(named({ offer: 'back' }), at(withOffer({ id: 'other' })))).toEqual(told);
    expect(findDifferences(named({ offer: 'back' }), at(withOffer({})))).toEqual([]);
    const noon = withOffer({ schedule: { fromMinute: 720, untilMinute: 780 }, stores: ['S1'], tiers: ['gold'] });
    expect(findDifferences(named({ offer: 'back', tier: 'gold' }), at(noon))).toEqual([]);
    expect(findDifferences(named({ offer: 'back' }), at(noon))).toEqual(told);
    expect(findDifferences(named({ offer: 'back', tier: 'gold' }), at(noon, 180))).toEqual(told);
    expect(findDifferences(named({ offer: 'back', tier: 'gold' }), at(noon, undefined))).toEqual([]);
    const birthday = withOffer({ when: { birthday: true } });
    expect(findDifferences(named({ offer: 'back', birthday: true }), at(birthday))).toEqual([]);
    expect(findDifferences(named({ offer: 'back' }), at(birthday))).toEqual(told);
    // What it gives hangs on it.
    const redeemed = entryOf({ programme: withOffer({}), billMinor: 5_000, lines: undefined, balance: 1_000, nowMs: NOON_MS, wanted: 1_000, context: { ...PLAIN_SALE, store: 'S1', offer: 'back' } });
    expect(redeemed.redeem).toMatchObject({ points: 1_000 });
    expect(findDifferences(redeemed, at(withOffer({})))).toEqual([]);
    expect(findDifferences(amended(redeemed, (copy) => void Object.assign(copy, { knew: {} })), at(withOffer({})))).toMatchObject([{ what: 'redeem', reason: 'offer-needed' }]);
  });

  it('holds points at risk against the policy version that the entry names', () => {
    const { entry, programme } = saleOf();
    const policies = new Map([[7, { name: 'balanced' as const, perSale: points(1_000), perMemberDay: points(1_000), perOutage: points(1_000) }], [9, { name: 'strict' as const, perSale: points(0), perMemberDay: points(0), perOutage: points(0) }]]);
    const named = (policy: number | undefined, atRisk = 1_000): Entry => amended(entry, (copy) => void Object.assign(copy.redeem ?? {}, { cover: { leases: [], atRisk, ...(policy === undefined ? {} : { policy }) } }));
    const differs = (sale: Entry) => findDifferences(sale, { ...at(programme), policies });
    expect(differs(named(7))).toEqual([]);
    expect(differs(named(7, 1_001))).toEqual([{ what: 'at-risk', expected: '1000', found: '1001' }]);
    expect(differs(named(9, 1))).toEqual([{ what: 'at-risk', expected: '0', found: '1' }]);
    expect(differs(named(8))).toEqual([{ what: 'policy', expected: '', found: '8' }]);
    // From before versions were kept, or before entries named one.
    expect(differs(named(6))).toEqual([]);
    expect(differs(named(undefined))).toEqual([]);
    expect(findDifferences(named(8), at(programme))).toEqual([]);
  });

  it('takes any number below a cap of the day for possible, and none above', () => {
    const { entry, programme } = saleOf({ earn: { points: points(1), perMinor: minor(100), basis: 'gross', maxPerDay: points(30) }, wanted: 0 });
    expect(entry.earn?.points).toBe(30);
    for (const possible of [0, 1, 29]) {
      expect(findDifferences(amended(entry, (copy) => void Object.assign(copy.earn ?? {}, { points: possible })), at(programme))).toEqual([]);
    }
    expect(findDifferences(amended(entry, (copy) => void Object.assign(copy.earn ?? {}, { points: 31 })), at(programme))).toEqual([{ what: 'earn', expected: '0–30', found: '31' }]);
  });

  it('gives nothing to a sale without a member, and leaves what is no sale alone', () => {
    const { entry, programme } = saleOf({ wanted: 0 });
    const nobody = amended(entry, (copy) => delete copy.member);
    expect(findDifferences(nobody, at(programme))).toEqual([{ what: 'earn', expected: '0', found: '50' }]);
    expect(findDifferences(amended(nobody, (copy) => delete copy.earn), at(programme))).toEqual([]);
    expect(findDifferences({ ...entry, kind: 'shift' }, at(undefined))).toEqual([]);
  });
});
