import { memberDelta } from './balance.ts';
import type { Entry, Reversal } from './entry.ts';
import { minor, mulDivFloor, points, type Minor, type Points } from './integers.ts';
import type { Programme } from './programme.ts';
import { refundOf, voidOf } from './reversal.ts';
import { decideAgain, timeless, type Share, type Side } from './whatif-sale.ts';

/** What a programme came to over some days. Points and money are what is left after voids and refunds. */
export interface WhatIfTotals {
  /** Sales that redeemed. */
  redemptions: number;
  redeemed: Points;
  discountMinor: Minor;
  earned: Points;
  /** What members who bought own at the end, and what that is worth at the programme's best rate: what the store owes in goods. */
  outstanding: Points;
  liabilityMinor: Minor;
}

/** What the days were for one member: once as they were, once under the draft. */
export interface MemberTotals {
  redeemed: Points;
  discountMinor: Minor;
  earned: Points;
  balance: Points;
}

/** A member for whom the draft makes a difference; `gainMinor` is what it is worth to the member, below zero for a loss. */
export interface AffectedMember {
  member: string;
  gainMinor: Minor;
  actual: MemberTotals;
  draft: MemberTotals;
}

/** A draft tried on what was really sold. */
export interface WhatIf {
  sales: number;
  /** Sales of them to members: only they can differ. */
  memberSales: number;
  /** What was paid in all, before points. */
  billedMinor: Minor;
  actual: WhatIfTotals;
  draft: WhatIfTotals;
  /** Members for whom it makes a difference, and the ones with the largest. */
  affected: number;
  mostAffected: AffectedMember[];
}

/** What a replay works with. */
export interface ReplayParts {
  draft: Programme;
  /** Versions that decided what was sold; an entry names its own. */
  versions: readonly Programme[];
  /** The programme in force now, by whose rate the points that are outstanding are valued. */
  present: Programme | undefined;
  store: { id: string; utcOffsetMinutes: number };
  /** A member's balance now; undefined: not known here, and counted from 0. */
  balanceNow(member: string): number | undefined;
  /** Whether a member joined within the days that are replayed. */
  isNew(member: string): boolean;
  /** A member's tier now, which stands for the one at the time; undefined: none. */
  tierOf(member: string): string | undefined;
}

/**
 * A replay of entries, each given twice and both times in the order of time: first all to `note`, which finds out what
 * members had at the beginning, then all to `play`. It may be left between any two entries.
 */
export interface Replay {
  note(entry: Entry): void;
  play(entry: Entry): void;
  result(): WhatIf;
}

/** Members that a result names. */
export const MOST_AFFECTED = 10;

interface Life {
  actual: Side;
  draft: Side;
  sales: number;
}

/**
 * Starts a replay. Assumptions, which the screen says: who redeemed would redeem again, the best of the draft when it was the
 * best of its time, else as many points at most; who did not, would not; bills stay as they were; dates of rules and campaigns
 * are left out, so that the past is tried as if they held; what members did in other stores lies before the days.
 */
export function startReplay(parts: ReplayParts): Replay {
  const draft = timeless(parts.draft);
  const versions = new Map(parts.versions.map((one) => [one.version, one]));
  const moved = new Map<string, number>();
  const lives = new Map<string, Life>();
  const sales = new Map<string, Played>();
  const counts = { sales: 0, memberSales: 0, billedMinor: 0, actual: 0, draft: 0 };
  const lifeOf = (member: string): Life => {
    const known = lives.get(member);
    if (known !== undefined) return known;
    const opening = Math.max(0, (parts.balanceNow(member) ?? 0) - (moved.get(member) ?? 0));
    const life = { actual: newSide(opening), draft: newSide(opening), sales: 0 };
    lives.set(member, life);
    return life;
  };
  const playSale = (entry: Entry, member: string): void => {
    const life = lifeOf(member);
    // More was redeemed than is known here: it came from another store, and would have come under the draft, too.
    const lacking = Math.max(0, (entry.redeem?.points ?? 0) - life.actual.balance);
    for (const side of [life.actual, life.draft]) side.balance += lacking;
    const isFirst = life.sales === 0 && parts.isNew(member);
    const tier = parts.tierOf(member);
    const at = { entry, store: parts.store, isFirst, ...(tier === undefined ? {} : { tier }) };
    const would = decideAgain(at, life, { draft, version: versions.get(entry.programme) });
    const was: Share = { points: entry.redeem?.points ?? 0, discountMinor: entry.redeem?.discountMinor ?? 0, earned: entry.earn?.points ?? 0 };
    life.sales += 1;
    counts.memberSales += 1;
    counts.actual += was.points > 0 ? 1 : 0;
    counts.draft += would.points > 0 ? 1 : 0;
    take(life.actual, was, entry.businessDate);
    take(life.draft, would, entry.businessDate);
    sales.set(entry.id, { actual: entry, draft: underDraft(entry, would), given: [] });
  };
  return {
    note(entry) {
      for (const [member, change] of changesOf(entry)) moved.set(member, (moved.get(member) ?? 0) + change);
    },
    play(entry) {
      if (entry.kind === 'sale') {
        counts.sales += 1;
        counts.billedMinor += entry.bill?.totalMinor ?? 0;
        if (entry.member !== undefined) playSale(entry, entry.member);
        return;
      }
      if (entry.kind === 'reversal' && entry.member !== undefined && entry.reversal !== undefined) {
        const played = entry.reverses === undefined ? undefined : sales.get(entry.reverses);
        playReversal(lifeOf(entry.member), entry.reversal, played, entry.businessDate);
        return;
      }
      for (const [member, change] of changesOf(entry)) for (const side of sidesOf(lifeOf(member))) side.balance += change;
    },
    result: () => resultOf(lives, counts, { draft, present: parts.present }),
  };
}

const newSide = (balance: number): Side => ({ balance, redeemed: 0, discountMinor: 0, earned: 0, today: { day: '', redeemed: 0, earned: 0 } });
const sidesOf = (life: Life): Side[] => [life.actual, life.draft];

/** A sale as it was and as the draft would have made it, with what was given back of the latter so far. */
interface Played {
  actual: Entry;
  draft: Entry;
  given: Reversal[];
}

/** What an entry changes in the balances of members. */
function changesOf(entry: Entry): [string, number][] {
  if (entry.member === undefined) return [];
  const own = memberDelta(entry);
  const { transfer } = entry;
  return transfer === undefined ? [[entry.member, own]] : [[entry.member, own], [transfer.toMember, transfer.points]];
}

function take(side: Side, share: Share, day: string): void {
  if (side.today.day !== day) side.today = { day, redeemed: 0, earned: 0 };
  side.today.redeemed += share.points;
  side.today.earned += share.earned;
  side.redeemed += share.points;
  side.discountMinor += share.discountMinor;
  side.earned += share.earned;
  side.balance += share.earned - share.points;
}

function underDraft(sale: Entry, would: Share): Entry {
  const { redeem: _redeem, earn: _earn, bill, ...rest } = sale;
  return {
    ...rest,
    ...(bill === undefined ? {} : { bill: { ...bill, netMinor: minor(bill.netMinor + (sale.redeem?.discountMinor ?? 0) - would.discountMinor) } }),
    redeem: { rule: 'draft', points: points(would.points), discountMinor: minor(would.discountMinor), cover: { leases: [], atRisk: points(0) } },
    earn: { points: points(would.earned) },
  };
}

/** What was given back is given back under the draft, too, of the sale that the draft would have made. */
function playReversal(life: Life, real: Reversal, played: Played | undefined, day: string): void {
  if (played === undefined) {
    // Of a sale before these days: it moves balances, and what was redeemed and earned in these days stays as it is.
    for (const side of sidesOf(life)) side.balance += real.returnPoints - real.clawBackPoints;
    return;
  }
  const again = againOf(played, real);
  give(life.actual, real, day, discountBack(played.actual, real));
  give(life.draft, again, day, discountBack(played.draft, again));
  played.given.push(again);
}

function againOf({ draft, given }: Played, real: Reversal): Reversal {
  const outcome = real.scope === 'void' ? voidOf(draft, undefined) : refundOf(draft, real.goodsMinor ?? draft.bill?.totalMinor ?? minor(0), given);
  return outcome.ok ? outcome.value : real;
}

/** The discount that ends with a reversal: all of it with a void, else what the goods were less what is paid back for them. */
function discountBack(sale: Entry, { scope, goodsMinor, refundMinor }: Reversal): number {
  return scope === 'void' || goodsMinor === undefined ? (sale.redeem?.discountMinor ?? 0) : Math.max(0, goodsMinor - refundMinor);
}

function give(side: Side, { returnPoints, clawBackPoints }: Reversal, day: string, discountMinor: number): void {
  take(side, { points: -returnPoints, discountMinor: -discountMinor, earned: -clawBackPoints }, day);
}

/** Far above what any store owes, and small enough for sums to stay exact. */
const MOST_WORTH = 1_000_000_000_000_000;

/** What a number of points is worth at a programme's best rate, whatever the limits; nothing when it redeems nothing. */
export function worthOf(held: number, programme: Programme | undefined): Minor {
  const owned = Math.max(0, held);
  const worths = (programme?.redeem ?? []).map((rule) => (rule.kind === 'ratio'
    ? mulDivFloor(owned, rule.stepMinor, rule.stepPoints, MOST_WORTH)
    : mulDivFloor(owned, rule.discountMinor, rule.points, MOST_WORTH)));
  return minor(Math.max(0, ...worths));
}

interface Counts {
  sales: number;
  memberSales: number;
  billedMinor: number;
  actual: number;
  draft: number;
}

function resultOf(lives: ReadonlyMap<string, Life>, counts: Counts, by: { draft: Programme; present: Programme | undefined }): WhatIf {
  const affected: AffectedMember[] = [];
  for (const [member, life] of lives) {
    if (life.sales === 0) continue;
    const [actual, draft] = [totalsOf(life.actual), totalsOf(life.draft)];
    const isSame = actual.redeemed === draft.redeemed && actual.earned === draft.earned && actual.discountMinor === draft.discountMinor;
    const gain = draft.discountMinor + worthOf(draft.balance, by.draft) - actual.discountMinor - worthOf(actual.balance, by.present);
    if (!isSame || gain !== 0) affected.push({ member, gainMinor: minor(gain), actual, draft });
  }
  affected.sort((a, b) => Math.abs(b.gainMinor) - Math.abs(a.gainMinor) || (a.member < b.member ? -1 : 1));
  const buyers = [...lives.values()].filter((life) => life.sales > 0);
  return {
    sales: counts.sales, memberSales: counts.memberSales, billedMinor: minor(counts.billedMinor),
    actual: sumOf(buyers.map((life) => life.actual), counts.actual, by.present), draft: sumOf(buyers.map((life) => life.draft), counts.draft, by.draft),
    affected: affected.length, mostAffected: affected.slice(0, MOST_AFFECTED),
  };
}

const totalsOf = ({ redeemed, discountMinor, earned, balance }: Side): MemberTotals =>
  ({ redeemed: points(redeemed), discountMinor: minor(discountMinor), earned: points(earned), balance: points(balance) });

function sumOf(sides: readonly Side[], redemptions: number, programme: Programme | undefined): WhatIfTotals {
  const sum = (of: (side: Side) => number): number => sides.reduce((total, side) => total + of(side), 0);
  const outstanding = sum((side) => Math.max(0, side.balance));
  return {
    redemptions, redeemed: points(sum((side) => side.redeemed)), discountMinor: minor(sum((side) => side.discountMinor)),
    earned: points(sum((side) => side.earned)), outstanding: points(outstanding), liabilityMinor: worthOf(outstanding, programme),
  };
}
