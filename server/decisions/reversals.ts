import { plainAmount } from '../../shared/domain/currency.ts';
import type { Entry, Reversal, UsedVoucher } from '../../shared/domain/entry.ts';
import { minor, type Minor } from '../../shared/domain/integers.ts';
import type { Outcome, RefusalCode } from '../../shared/domain/refusal.ts';
import { refundOf, vouchersBack, voidOf } from '../../shared/domain/reversal.ts';
import { told, type Difference } from './compare.ts';

/** A reversal as the ledger holds it. */
export interface PostedReversal {
  entry: Entry;
  /** Whether its chain is forked: of two branches neither knows what the other one says. */
  isForked: boolean;
}

/** Reversals that a till may or may not have known are combined up to so many sums; of more nobody can say what it knew. */
const SUMS_MOST = 2_000;

/**
 * Decides a void or a refund again from the sale that it reverses, under the version of that sale: whose it is, what it gives back of
 * points, money and vouchers, what it claws back. `others` are the other reversals of the sale that are here. What a refund gives
 * back depends on those that its till knew: its own earlier ones for certain, and of the others any, so that what any of these give
 * is right. Empty while the sale is not here: it is decided when that comes.
 */
export function findReversalDifferences(one: PostedReversal, sale: Entry | undefined, others: readonly PostedReversal[]): Difference[] {
  const { entry } = one;
  const { reversal } = entry;
  if (entry.kind !== 'reversal' || reversal === undefined || sale === undefined) return [];
  const of = { entry, reversal, sale };
  const own = others.filter((other) => isOwnBefore(other, one));
  if (reversal.scope === 'void') return differencesFrom(of, voidOf(sale, own[0]?.entry.id), []);
  const differing = (earlier: readonly Reversal[]): Difference[] =>
    differencesFrom(of, refundOf(sale, reversal.goodsMinor ?? sale.bill?.totalMinor ?? minor(0), earlier), earlier);
  const maybe = others.filter((other) => !own.includes(other) && !isOwnAfter(other, one));
  const known = knownSets(reversalsOf(own), reversalsOf(maybe));
  if (known === undefined) return [];
  // What is told is by the set that explains the most.
  return known.map(differing).reduce((best, one) => (one.length < best.length ? one : best));
}

function isOwn({ entry, isForked }: PostedReversal, one: PostedReversal): boolean {
  return entry.terminal === one.entry.terminal && entry.epoch === one.entry.epoch && !isForked && !one.isForked;
}

const isOwnBefore = (other: PostedReversal, one: PostedReversal): boolean => isOwn(other, one) && other.entry.seq < one.entry.seq;
const isOwnAfter = (other: PostedReversal, one: PostedReversal): boolean => isOwn(other, one) && other.entry.seq > one.entry.seq;
const reversalsOf = (list: readonly PostedReversal[]): Reversal[] => list.flatMap(({ entry }) => entry.reversal ?? []);

/** Every set of reversals that a till may have known, one of each sum; undefined: too many. */
function knownSets(own: readonly Reversal[], maybe: readonly Reversal[]): Reversal[][] | undefined {
  let sets = new Map([['', [...own]]]);
  for (const more of maybe) {
    const next = new Map(sets);
    for (const set of sets.values()) {
      const wider = [...set, more];
      next.set(sumOf(wider), wider);
    }
    if (next.size > SUMS_MOST) return undefined;
    sets = next;
  }
  return [...sets.values()];
}

function sumOf(set: readonly Reversal[]): string {
  const sum = { goods: 0, returns: 0, claws: 0, money: 0, whole: 0 };
  for (const { goodsMinor, returnPoints, clawBackPoints, refundMinor } of set) {
    if (goodsMinor === undefined) sum.whole += 1;
    sum.goods += goodsMinor ?? 0;
    sum.returns += returnPoints;
    sum.claws += clawBackPoints;
    sum.money += refundMinor;
  }
  return Object.values(sum).join(' ');
}

interface Reversing {
  entry: Entry;
  reversal: Reversal;
  sale: Entry;
}

function differencesFrom({ entry, reversal, sale }: Reversing, given: Outcome<Reversal>, earlier: readonly Reversal[]): Difference[] {
  const money = (amount: Minor): string => plainAmount(amount, sale.bill?.currency ?? '');
  if (!given.ok) return [refused(given.refusal, reversal, money)];
  const { returnPoints, clawBackPoints, refundMinor } = given.value;
  const pairs: [Difference['what'], string, string][] = [
    ['programme', String(sale.programme), String(entry.programme)],
    ['member', sale.member ?? '', entry.member ?? ''],
    ['returned', String(returnPoints), String(reversal.returnPoints)],
    ['clawed-back', String(clawBackPoints), String(reversal.clawBackPoints)],
    ['refund', money(refundMinor), money(reversal.refundMinor)],
    ['voucher', codesOf(vouchersBack(sale, reversal, earlier)), codesOf(entry.vouchers ?? [])],
  ];
  return pairs.filter(([, expected, found]) => expected !== found).map((pair) => told(...pair));
}

function refused(refusal: { code: RefusalCode; maxMinor?: Minor }, reversal: Reversal, money: (amount: Minor) => string): Difference {
  if (refusal.code !== 'amount-too-large') return { what: 'returned', expected: '', found: String(reversal.returnPoints), reason: refusal.code };
  return { what: 'refund', expected: money(refusal.maxMinor ?? minor(0)), found: reversal.goodsMinor === undefined ? '' : money(reversal.goodsMinor), reason: refusal.code };
}

/** The vouchers given back, whatever their order. */
function codesOf(vouchers: readonly UsedVoucher[]): string {
  return vouchers.map(({ voucher }) => voucher).sort().join(' + ');
}
