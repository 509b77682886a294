import type { DemoMember } from './people.ts';
import { between, pick, type Random } from './random.ts';

/** One sale of the demo's past, before anything is decided about points. */
export interface Visit {
  atMs: number;
  store: string;
  /** Undefined: a guest without a card. */
  member: DemoMember | undefined;
  billMinor: number;
  wantsToRedeem: boolean;
  /** The cashier voids this sale a few minutes later. */
  voided: boolean;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** How busy each day of the week is, from Sunday. */
const WEEKDAY = [1.25, 0.7, 0.8, 0.9, 1, 1.3, 1.45];
/** Hours of the day, as often as people come in them. */
const HOURS = [8, 9, 10, 11, 11, 12, 12, 12, 13, 13, 14, 15, 16, 17, 17, 18, 18, 18, 19, 19, 19, 20, 20, 21];

/**
 * The visits of one day in order of time. `dayStartMs` is the day's midnight in the stores' time; nothing lies after
 * `untilMs`.
 */
export function visitsOfDay(
  random: Random,
  day: { index: number; dayStartMs: number; weekday: number; untilMs: number },
  members: readonly DemoMember[],
  stores: readonly [string, string],
): Visit[] {
  const visits: Visit[] = [];
  const busy = WEEKDAY[day.weekday] ?? 1;
  const time = (): number => day.dayStartMs + pick(random, HOURS) * HOUR_MS + between(random, 0, HOUR_MS - 1);
  for (const member of members) {
    // Every number is drawn whether or not it is used, so that one member's past does not shift another's.
    const comes = random() < member.visitChance * busy;
    const elsewhere = random() < 0.12;
    const visit: Visit = {
      atMs: time(),
      store: elsewhere ? other(stores, member.homeStore) : member.homeStore,
      member,
      billMinor: billOf(random, member.usualMinor),
      wantsToRedeem: random() < member.redeemChance,
      voided: random() < 0.008,
    };
    if (comes && day.index >= member.joinedDay) visits.push(visit);
  }
  const guests = Math.round(between(random, 2, 7) * busy);
  for (let i = 0; i < guests; i++) {
    visits.push({
      atMs: time(), store: random() < 0.58 ? stores[0] : stores[1], member: undefined,
      billMinor: billOf(random, 2_400), wantsToRedeem: false, voided: random() < 0.01,
    });
  }
  return visits.filter((visit) => visit.atMs + 10 * 60_000 < day.untilMs).sort((a, b) => a.atMs - b.atMs);
}

/** Days of the history: midnight of each in the stores' time, oldest first, the last one being today. */
export function daysUntil(nowMs: number, days: number, utcOffsetMinutes: number): { index: number; dayStartMs: number; weekday: number; untilMs: number }[] {
  const offsetMs = utcOffsetMinutes * 60_000;
  const today = Math.floor((nowMs + offsetMs) / DAY_MS);
  return Array.from({ length: days }, (_, index) => {
    const day = today - days + 1 + index;
    // 1 January 1970 was a Thursday.
    return { index, dayStartMs: day * DAY_MS - offsetMs, weekday: (((day + 4) % 7) + 7) % 7, untilMs: nowMs };
  });
}

/** A bill around what is usual, with the endings that prices have. */
function billOf(random: Random, usualMinor: number): number {
  const spread = 0.45 + random() * 0.7 + (random() < 0.12 ? random() * 1.6 : 0);
  return Math.max(250, Math.round((usualMinor * spread) / 50) * 50 - pick(random, [0, 0, 1, 5]));
}

const other = (stores: readonly [string, string], one: string): string => (stores[0] === one ? stores[1] : stores[0]);
