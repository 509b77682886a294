import { currencyExponent } from './currency.ts';
import { LARGEST_AMOUNT } from './integers.ts';
import { discountFor, leastOf } from './limits.ts';
import type { EarnMultiplier, EarnRule, Programme, RedemptionRule } from './programme.ts';
import { findMemberFaults } from './tiers-faults.ts';
import { findVoucherFaults } from './voucher-faults.ts';

/** Why a programme that has the right form makes no sense; a closed list. */
export const PROGRAMME_FAULTS = [
  'currency-unknown', 'name-missing', 'id-taken', 'dates-out-of-order', 'over-before-it-begins', 'never-reached', 'no-discount', 'contradiction',
  'no-effect', 'needs-one', 'too-large', 'tier-unknown', 'offer-unknown',
] as const;
export type ProgrammeFaultCode = (typeof PROGRAMME_FAULTS)[number];

/** One fault: where (a JSON pointer into the document), its code, and a sentence with the numbers, in English, for who edits it. */
export interface ProgrammeFault {
  at: string;
  code: ProgrammeFaultCode;
  message: string;
}

/** Most points that a rule may name: from a thousand million on it is a slip of the hand. */
export const MOST_RULE_POINTS = 999_999_999;

/** Everything that is wrong with a programme whose form is right; empty when it may be published. */
export function findProgrammeFaults(programme: Programme): ProgrammeFault[] {
  const faults: ProgrammeFault[] = [];
  const add = (at: string, code: ProgrammeFaultCode, message: string): void => void faults.push({ at, code, message });
  if (currencyExponent(programme.currency) === undefined) add('/currency', 'currency-unknown', `${programme.currency} is no currency of ISO 4217 that is known here.`);
  checkName(programme.name, '/name', add);
  checkTerm(programme, add);
  const ids = new Set<string>();
  programme.redeem.forEach((rule, index) => {
    const at = `/redeem/${index}`;
    if (ids.has(rule.id)) add(`${at}/id`, 'id-taken', `Two rules have the id ${rule.id}; an entry names the rule by it.`);
    ids.add(rule.id);
    checkName(rule.name, `${at}/name`, add);
    checkDates(rule, at, programme, add);
    checkStores(rule, at, programme, add);
    checkRule(rule, at, add);
    checkLarge(rule, POINTS_OF_RULE, at, add);
  });
  checkEarning(programme.earn, programme, add);
  programme.vouchers?.forEach((rule, index) => {
    const at = `/vouchers/${index}`;
    checkName(rule.name, `${at}/name`, add);
    checkDates(rule, at, programme, add);
    checkStores(rule, at, programme, add);
    checkHours(rule, at, add);
  });
  for (const { at, code, message } of findVoucherFaults(programme.vouchers ?? [])) add(`/vouchers${at}`, code, message);
  programme.offers?.forEach((offer, index) => {
    checkDates(offer, `/offers/${index}`, programme, add);
    checkHours(offer, `/offers/${index}`, add);
  });
  for (const { at, code, message } of findMemberFaults(programme)) add(at, code, message);
  return faults;
}

type Add = (at: string, code: ProgrammeFaultCode, message: string) => void;

function checkName(name: { en: string; 'zh-CN': string }, at: string, add: Add): void {
  for (const language of ['en', 'zh-CN'] as const) {
    if (name[language].trim() === '') add(`${at}/${language}`, 'name-missing', 'A name is shown to people in both languages.');
  }
}

function checkDates({ validFromMs, validUntilMs }: { validFromMs?: number; validUntilMs?: number }, at: string, programme: Programme, add: Add): void {
  if (validFromMs !== undefined && validUntilMs !== undefined && validUntilMs <= validFromMs) {
    add(`${at}/validUntilMs`, 'dates-out-of-order', 'It ends before it begins.');
  } else if (validUntilMs !== undefined && validUntilMs <= programme.effectiveFromMs) {
    add(`${at}/validUntilMs`, 'over-before-it-begins', 'It is over before this version takes effect.');
  }
}

/** The term of a programme: only a store's own has an end, after which the chain's holds there again. */
function checkTerm({ store, effectiveFromMs, effectiveUntilMs }: Programme, add: Add): void {
  if (effectiveUntilMs === undefined) return;
  if (store === undefined) add('/effectiveUntilMs', 'contradiction', 'The programme of all stores ends when its next version begins; only a store\'s own has an end.');
  if (effectiveUntilMs <= effectiveFromMs) add('/effectiveUntilMs', 'dates-out-of-order', 'The programme ends before it begins.');
}

/** A store's own programme reaches no other store, and nothing after its end. */
function checkStores({ stores, validFromMs }: { stores?: string[]; validFromMs?: number }, at: string, { store, effectiveUntilMs }: Programme, add: Add): void {
  if (store !== undefined && stores !== undefined && !stores.includes(store)) add(`${at}/stores`, 'never-reached', `It holds only in other stores, and the programme is that of ${store}.`);
  if (effectiveUntilMs !== undefined && validFromMs !== undefined && validFromMs >= effectiveUntilMs) {
    add(`${at}/validFromMs`, 'never-reached', 'It begins when the programme is over.');
  }
}

const POINTS_OF_RULE = ['stepPoints', 'points', 'minBalance', 'maxPointsPerSale', 'maxPointsPerDay', 'multiple'] as const;
const POINTS_OF_EARNING = ['points', 'perVisit', 'firstPurchase', 'maxPerSale', 'maxPerDay'] as const;

function checkLarge(part: object, names: readonly string[], at: string, add: Add): void {
  for (const name of names) {
    const value = (part as Record<string, unknown>)[name];
    if (typeof value === 'number' && value > MOST_RULE_POINTS) add(`${at}/${name}`, 'too-large', `At most ${MOST_RULE_POINTS} points can be meant here; ${value} are a slip of the hand.`);
  }
}

/** Limits that no number of points can meet together. */
function checkRule(rule: RedemptionRule, at: string, add: Add): void {
  const least = leastOf(rule);
  if (discountFor(rule, least) > LARGEST_AMOUNT) add(at, 'contradiction', `The fewest points, ${least}, are already worth more than any bill can be.`);
  if (rule.kind === 'fixed' && rule.multiple !== undefined && rule.points % rule.multiple !== 0) {
    add(`${at}/multiple`, 'contradiction', `The ${rule.points} points of the reward are no multiple of ${rule.multiple}.`);
  }
  for (const [name, most] of [['maxPointsPerSale', rule.maxPointsPerSale], ['maxPointsPerDay', rule.maxPointsPerDay]] as const) {
    if (most !== undefined && most < least) add(`${at}/${name}`, 'never-reached', `At most ${most} points are allowed, and the fewest that buy anything are ${least}.`);
  }
  if (rule.maxShareBp === 0) add(`${at}/maxShareBp`, 'no-discount', 'A share of 0 lets points pay nothing.');
  const smallest = discountFor(rule, least);
  if (rule.maxDiscountMinor !== undefined && rule.maxDiscountMinor < smallest) {
    add(`${at}/maxDiscountMinor`, 'never-reached', `At most ${rule.maxDiscountMinor} is allowed, and the smallest discount is ${smallest}.`);
  }
  checkHours(rule, at, add);
}

function checkHours({ schedule }: Pick<RedemptionRule, 'schedule'>, at: string, add: Add): void {
  if (schedule === undefined) return;
  const { weekdays, fromMinute, untilMinute } = schedule;
  if (weekdays === undefined && fromMinute === undefined && untilMinute === undefined) add(`${at}/schedule`, 'no-effect', 'A schedule without days and hours limits nothing.');
  if (fromMinute !== undefined && fromMinute === untilMinute) add(`${at}/schedule/untilMinute`, 'contradiction', 'The hours begin and end at the same minute; leave both out for the whole day.');
}

function checkEarning(earn: EarnRule, programme: Programme, add: Add): void {
  checkLarge(earn, POINTS_OF_EARNING, '/earn', add);
  earn.items?.forEach((bonus, index) => checkLarge(bonus, ['points'], `/earn/items/${index}`, add));
  const ids = new Set<string>();
  earn.multipliers?.forEach((one, index) => {
    const at = `/earn/multipliers/${index}`;
    if (ids.has(one.id)) add(`${at}/id`, 'id-taken', `Two campaigns have the id ${one.id}.`);
    ids.add(one.id);
    checkName(one.name, `${at}/name`, add);
    checkDates(one, at, programme, add);
    checkStores(one, at, programme, add);
    checkHours(one, at, add);
    if (one.factorBp === 10_000) add(`${at}/factorBp`, 'no-effect', 'A factor of 10,000 basis points changes nothing.');
    if (earn.combine !== 'product') checkNeverLargest(one, index, earn.multipliers ?? [], add);
  });
  earn.items?.forEach((bonus, index) => {
    if ((bonus.item === undefined) === (bonus.category === undefined)) add(`/earn/items/${index}`, 'needs-one', 'A bonus is for an item or for a category: name one of them.');
  });
  if (earn.points === 0 && earn.perVisit === undefined && earn.items === undefined && earn.firstPurchase === undefined && (earn.multipliers?.length ?? 0) > 0) {
    add('/earn/multipliers', 'no-effect', 'The amount earns nothing, so that no campaign can multiply it.');
  }
  if (earn.maxPerSale !== undefined && earn.maxPerDay !== undefined && earn.maxPerDay < earn.maxPerSale) {
    add('/earn/maxPerSale', 'never-reached', `A sale may earn ${earn.maxPerSale}, but a day only ${earn.maxPerDay}.`);
  }
}

/** Of campaigns that hold at once only the largest counts; one that holds always and is larger hides a smaller one for good. */
function checkNeverLargest(one: EarnMultiplier, index: number, all: readonly EarnMultiplier[], add: Add): void {
  const isAlways = (other: EarnMultiplier): boolean =>
    other.schedule === undefined && other.stores === undefined && other.tiers === undefined && other.birthday === undefined && other.offers === undefined
    && other.validFromMs === undefined && other.validUntilMs === undefined;
  const hider = all.find((other, place) => place !== index && isAlways(other) && other.factorBp > one.factorBp);
  if (hider !== undefined) add(`/earn/multipliers/${index}`, 'never-reached', `The campaign ${hider.id} always holds and is larger.`);
}
