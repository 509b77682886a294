import { dayAt, formatDay } from '../../shared/domain/date.ts';
import type { Refusal, VoucherRefusal } from '../../shared/domain/refusal.ts';
import type { LimitEffect } from '../../shared/domain/limits.ts';
import { en, type MessageId } from './en.ts';
import type { Schedule } from '../../shared/domain/schedule.ts';
import { formatDate, formatMinute, formatMoney, formatShare, formatWeekdays } from './format.ts';
import type { Language, Say } from './words.ts';

/** What a refusal needs to be put into words. */
export interface ReasonContext {
  say: Say;
  language: Language;
  /** Currency of the bill. */
  currency: string;
  /** The store's time, minutes from UTC; absent: UTC, where only the day is said. */
  utcOffsetMinutes?: number;
}

/** A refusal in one or two sentences, with every number a person needs. */
export function refusalWords(refusal: Refusal, context: ReasonContext): string {
  const { say } = context;
  const money = (amountMinor: number): string => formatMoney(amountMinor, context.currency, context.language);
  switch (refusal.code) {
    case 'amount-too-large':
      return say('refusal.amount-too-large', { amount: money(refusal.maxMinor) });
    case 'lines-mismatch':
      return say('refusal.lines-mismatch', { amount: money(refusal.linesMinor) });
    case 'bill-below-minimum':
      return say('refusal.bill-below-minimum', { bill: money(refusal.billMinor), minimum: money(refusal.minimumMinor) });
    case 'share-limit':
      return say('refusal.share-limit', {
        share: formatShare(refusal.shareBp, context.language), amount: money(refusal.maxMinor), needed: refusal.needed,
      });
    case 'amount-limit':
      return say('refusal.amount-limit', { amount: money(refusal.maxMinor), needed: refusal.needed });
    case 'goods-limit':
      return say('refusal.goods-limit', { amount: money(refusal.maxMinor), needed: refusal.needed });
    case 'not-at-this-hour':
      return say('refusal.not-at-this-hour', { when: scheduleWords(refusal.schedule, context) });
    case 'tier-needed':
      return say('refusal.tier-needed', { tiers: new Intl.ListFormat(context.language, { type: 'disjunction' }).format(refusal.tiers) });
    case 'bill-exceeded':
      return say('refusal.bill-exceeded', { bill: money(refusal.billMinor), needed: refusal.needed });
    case 'not-covered': {
      const first = say('refusal.not-covered', { covered: refusal.covered, needed: refusal.needed });
      return joinSentences([first, say(`refusal.cap.${refusal.cap}`, { points: refusal.atRiskAllowed })], context.language);
    }
    case 'voucher-refused':
      return say('refusal.voucher-refused', { voucher: refusal.voucher, why: voucherWords(refusal.why, context) });
    default: {
      const { code, ...values } = refusal;
      return say(`refusal.${code}`, values);
    }
  }
}

/** Why a voucher takes nothing off, as the rest of a sentence that names it. */
export function voucherWords(why: VoucherRefusal, context: ReasonContext): string {
  const { say, language, currency, utcOffsetMinutes = 0 } = context;
  const dateOf = (ms: number): string => formatDate(formatDay(dayAt(ms, utcOffsetMinutes)), language);
  switch (why.code) {
    case 'tier-needed':
      return say('voucher.why.tier-needed', { tiers: new Intl.ListFormat(language, { type: 'disjunction' }).format(why.tiers) });
    case 'not-yet':
      return say('voucher.why.not-yet', { date: dateOf(why.fromMs) });
    case 'over':
      // The end is exclusive: the last day is that of the moment before it.
      return say('voucher.why.over', { date: dateOf(why.untilMs - 1) });
    case 'not-at-this-hour':
      return say('voucher.why.not-at-this-hour', { when: scheduleWords(why.schedule, context) });
    case 'bill-below-minimum':
      return say('voucher.why.bill-below-minimum', { bill: formatMoney(why.billMinor, currency, language), minimum: formatMoney(why.minimumMinor, currency, language) });
    default: {
      const { code, ...values } = why;
      return say(`voucher.why.${code}`, values);
    }
  }
}

/** Days and hours of a schedule, as they go into a sentence. */
export function scheduleWords({ weekdays, fromMinute, untilMinute }: Schedule, { say, language }: ReasonContext): string {
  const days = weekdays === undefined ? '' : formatWeekdays(weekdays, language);
  if (fromMinute === undefined && untilMinute === undefined) return say('when.days', { days });
  const hours = { from: formatMinute(fromMinute ?? 0), until: formatMinute(untilMinute ?? 1_440) };
  return days === '' ? say('when.hours', hours) : say('when.both', { days, ...hours });
}

/** The number of points that would work, or 0. */
export function allowedBy(refusal: Refusal): number {
  return 'allowed' in refusal ? refusal.allowed : 0;
}

/** A refusal with the question that takes the smaller number, as on the refused panel. */
export function refusalWithOffer(refusal: Refusal, context: ReasonContext): string {
  const words = refusalWords(refusal, context);
  const allowed = allowedBy(refusal);
  return allowed > 0 ? joinSentences([words, context.say('refusal.ask', { points: allowed })], context.language) : words;
}

/** One limit of a rule in words. */
export function limitWords(effect: LimitEffect, context: ReasonContext): string {
  return context.say(`sale.limit.${effect.limit}`, {
    points: effect.points,
    amount: formatMoney(effect.discountMinor, context.currency, context.language),
    share: formatShare(effect.shareBp ?? 10_000, context.language),
  });
}

/** Codes that ask the same of a person as another one. */
const SAME_WORDS: Readonly<Record<string, string>> = {
  malformed: 'not-accepted', invalid: 'not-accepted', 'not-found': 'not-accepted', 'signature-invalid': 'not-accepted',
  'hash-mismatch': 'not-accepted', 'chain-broken': 'not-accepted', 'too-large': 'not-accepted', 'token-missing': 'server-refused',
  'token-expired': 'server-refused', 'rate-limited': 'busy', 'nothing-free': 'quote-changed', 'member-unknown': 'not-accepted',
  unreachable: 'server-unreachable', 'document-invalid': 'sent-invalid', 'lease-invalid': 'sent-invalid',
};

/** A fault's sentence by its code, of the till or of the server; an unknown code falls back to the general sentence. */
export function faultWords(code: string, say: Say): string {
  const id = `fault.${SAME_WORDS[code] ?? code}`;
  return say(isMessageId(id) ? id : 'fault.internal');
}

function isMessageId(id: string): id is MessageId {
  return Object.hasOwn(en, id);
}

/** Chinese sentences follow each other without a space. */
function joinSentences(sentences: readonly string[], language: Language): string {
  return sentences.join(language === 'zh-CN' ? '' : ' ');
}
