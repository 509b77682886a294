import { dayNumber, formatDay, numberedDay } from '../../shared/domain/date.ts';
import { between, pick, type Random } from './random.ts';

/** A demo member, and how this person shops. */
export interface DemoMember {
  id: string;
  card: string;
  name: string;
  /** Digits with country code; from ranges that no telephone has. */
  phone: string;
  homeStore: string;
  /** Chance of a visit on an ordinary day. */
  visitChance: number;
  /** Middle of this member's bills, minor units. */
  usualMinor: number;
  /** Chance of redeeming at a visit when there is enough to redeem. */
  redeemChance: number;
  /** MM-DD; not everybody gives it. */
  birthday?: string;
  /** First day of membership, counted from the first day of the history; negative when it was earlier. */
  joinedDay: number;
}

const FIRST_OF_2026 = dayNumber({ year: 2026, month: 1, day: 1 });

const GIVEN = [
  'Anna', 'James', 'Sofia', 'Oliver', 'Grace', 'Henry', 'Isabel', 'Leo', 'Nora', 'Samuel', 'Clara', 'Thomas', 'Ruby', 'Felix', 'Alice',
  'Marcus', 'Hannah', 'Victor', 'Elena', 'Simon', 'Julia', 'Owen', 'Miriam', 'Patrick', 'Zoe', 'Adam', 'Lucy', 'Rafael', 'Ingrid', 'Noah',
] as const;
const FAMILY = [
  'Whitfield', 'Carter', 'Moreno', 'Hughes', 'Bennett', 'Lindqvist', 'Okafor', 'Sullivan', 'Marchetti', 'Brooks', 'Fischer', 'Novak',
  'Delgado', 'Palmer', 'Hartley', 'Dubois', 'Kowalski', 'Reyes', 'Ashford', 'Tanaka', 'Kaur', 'Andersen', 'Murphy', 'Silva', 'Barnes',
] as const;
const FAMILY_ZH = [...'王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许邓冯韩曹'];
const GIVEN_ZH = [
  '伟', '芳', '娜', '敏', '静', '磊', '洋', '勇', '艳', '杰', '晓明', '丽华', '建国', '雪梅', '志强', '雨桐', '子涵', '浩然', '欣怡', '俊杰',
  '思远', '佳琪', '文博', '梦洁', '天宇', '若曦', '嘉豪', '诗涵', '海燕', '明辉',
] as const;

/** Members of a demo chain, the same for the same random stream; two fifths have Chinese names. */
export function makeMembers(random: Random, count: number, stores: readonly [string, string], days: number): DemoMember[] {
  const names = new Set<string>();
  const cards = new Set<string>();
  return Array.from({ length: count }, (_, index) => {
    const chinese = index % 5 === 1 || index % 5 === 3;
    const name = fresh(names, () => (chinese ? pick(random, FAMILY_ZH) + pick(random, GIVEN_ZH) : `${pick(random, GIVEN)} ${pick(random, FAMILY)}`));
    return {
      id: `M${String(index + 1).padStart(4, '0')}`,
      card: fresh(cards, () => withCheckDigit(String(between(random, 6_000_000, 6_999_999)))),
      name,
      phone: chinese ? `86100${digits(random, 8)}` : `1555${digits(random, 7)}`,
      homeStore: random() < 0.58 ? stores[0] : stores[1],
      ...habit(random, index),
      ...(index % 3 === 0 ? { birthday: birthdayOf(index) } : {}),
      joinedDay: random() < 0.7 ? -between(random, 1, 700) : between(random, 0, days - 10),
    };
  });
}

/** The first members come often, so that a visitor of the demo meets people with points. */
function habit(random: Random, index: number): Pick<DemoMember, 'visitChance' | 'usualMinor' | 'redeemChance'> {
  const roll = index < 10 ? 0 : random();
  const visitChance = roll < 0.15 ? 0.1 + random() * 0.08 : roll < 0.6 ? 0.03 + random() * 0.04 : 0.008 + random() * 0.012;
  return { visitChance, usualMinor: between(random, 900, 7_500), redeemChance: random() < 0.3 ? 0.05 : 0.1 + random() * 0.35 };
}

/** Spread over the year without a draw, so that birthdays shift nobody's past. */
function birthdayOf(index: number): string {
  return formatDay(numberedDay(FIRST_OF_2026 + ((index * 37) % 365))).slice(5);
}

/** Adds the check digit of ISO/IEC 7812 (Luhn), so that a mistyped card is noticed. */
export function withCheckDigit(body: string): string {
  const sum = [...body].reverse().reduce((total, letter, index) => {
    const digit = Number(letter) * (index % 2 === 0 ? 2 : 1);
    return total + (digit > 9 ? digit - 9 : digit);
  }, 0);
  return body + String((10 - (sum % 10)) % 10);
}

const digits = (random: Random, length: number): string => Array.from({ length }, () => String(between(random, 0, 9))).join('');

function fresh(seen: Set<string>, make: () => string): string {
  for (;;) {
    const one = make();
    if (seen.has(one)) continue;
    seen.add(one);
    return one;
  }
}
