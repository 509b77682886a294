import { describe, expect, it } from 'vitest';
import { demoProgramme, demoStores, STAFF, TILLS, VOUCHERS } from '../../server/demo/chain.ts';
import { makeMembers, withCheckDigit } from '../../server/demo/people.ts';
import { seeded } from '../../server/demo/random.ts';
import { daysUntil, visitsOfDay } from '../../server/demo/visits.ts';
import { findProgrammeFaults } from '../../shared/domain/programme-faults.ts';
import { businessDate } from '../../shared/domain/date.ts';

const STORES = ['harbour', 'lakeside'] as const;
const NOW = Date.UTC(2026, 2, 1, 15, 30);

describe('demo members', () => {
  const members = makeMembers(seeded(1), 500, STORES, 180);

  it('are 500 with cards and names of their own, in both styles of names', () => {
    expect(new Set(members.map((one) => one.card)).size).toBe(500);
    expect(new Set(members.map((one) => one.name)).size).toBe(500);
    const chinese = members.filter((one) => /^\p{Script=Han}{2,3}$/u.test(one.name));
    expect(chinese.length).toBe(200);
    for (const one of members) expect(one.name).toMatch(/^(\p{Script=Han}{2,3}|[A-Z][a-z]+ [A-Z][a-z]+)$/u);
  });

  it('have cards with a right check digit, and telephones that nobody has', () => {
    expect(withCheckDigit('7992739871')).toBe('79927398713');
    for (const { card, phone } of members) {
      expect(card).toMatch(/^6\d{7}$/);
      expect(withCheckDigit(card.slice(0, -1))).toBe(card);
      expect(phone).toMatch(/^(1555\d{7}|86100\d{8})$/);
    }
  });

  it('give their birthday, a third of them, on days all over the year', () => {
    const given = members.flatMap(({ birthday }) => birthday ?? []);
    expect(given).toHaveLength(167);
    for (const day of given) expect(day).toMatch(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/);
    expect(new Set(given.map((day) => day.slice(0, 2))).size).toBe(12);
  });

  it('are the same for the same seed and others for another', () => {
    expect(makeMembers(seeded(1), 500, STORES, 180)).toEqual(members);
    expect(makeMembers(seeded(2), 500, STORES, 180)).not.toEqual(members);
  });
});

describe('demo visits', () => {
  const members = makeMembers(seeded(1), 500, STORES, 180);
  const OFFSET = -300;
  const live = () => {
    const random = seeded(7);
    return daysUntil(NOW, 180, OFFSET).map((day) => ({ day, visits: visitsOfDay(random, day, members, STORES) }));
  };

  it('fill 180 days up to now, in order, inside opening hours of the store and nobody before joining', () => {
    const days = live();
    expect(days).toHaveLength(180);
    const total = days.reduce((sum, { visits }) => sum + visits.length, 0);
    expect(total).toBeGreaterThan(3_000);
    expect(total).toBeLessThan(12_000);
    for (const { day, visits } of days) {
      let before = 0;
      for (const visit of visits) {
        expect(visit.atMs).toBeGreaterThanOrEqual(before);
        before = visit.atMs;
        expect(visit.atMs).toBeLessThan(NOW);
        expect(businessDate(visit.atMs, OFFSET)).toBe(businessDate(day.dayStartMs, OFFSET));
        const hour = (visit.atMs - day.dayStartMs) / 3_600_000;
        expect(hour >= 8 && hour < 22).toBe(true);
        if (visit.member !== undefined) expect(visit.member.joinedDay).toBeLessThanOrEqual(day.index);
        expect(Number.isInteger(visit.billMinor) && visit.billMinor >= 200).toBe(true);
      }
    }
    expect(businessDate(days.at(-1)?.day.dayStartMs ?? 0, OFFSET)).toBe('2026-03-01');
    expect(days.at(-1)?.day.weekday).toBe(0);
  });

  it('are the same for the same seed', () => {
    expect(live()).toEqual(live());
  });
});

describe('the demo chain', () => {
  it('has two stores of one region, three tills, and cashier and manager at each store with PINs of their own', () => {
    const stores = demoStores(0);
    expect(stores.map((one) => one.id)).toEqual([...STORES]);
    expect(new Set(stores.map((one) => one.region)).size).toBe(1);
    expect(stores.every((one) => one.demo)).toBe(true);
    expect(TILLS.map((one) => one.store)).toEqual(['harbour', 'harbour', 'lakeside']);
    expect(new Set(STAFF.map((one) => one.pin)).size).toBe(STAFF.length);
    for (const store of STORES) {
      expect(STAFF.filter((one) => one.store === store).map((one) => one.role).sort()).toEqual(['cashier', 'manager']);
    }
    expect(demoProgramme(0).redeem.map((rule) => rule.kind)).toEqual(['ratio', 'fixed']);
    expect(findProgrammeFaults(demoProgramme(0))).toEqual([]);
    expect(VOUCHERS.map(({ rule }) => demoProgramme(0).vouchers?.find(({ id }) => id === rule)?.kind)).toEqual(['amount', 'percentage', 'free-item']);
  });
});
