import type { EntryStory, StoryMember, StoryReversal } from '../../../shared/contract/story.ts';
import { formatChange, formatDate, formatMoment, formatMoney } from '../../i18n/format.ts';
import type { Language, Say } from '../../i18n/words.ts';

/** What a story needs to be put into words. */
export interface StoryContext {
  say: Say;
  language: Language;
  nowMs: number;
  utcOffsetMinutes: number;
}

/** One step of a story: when it happened, where that is known, and what. */
export interface StoryStep {
  id: 'made' | 'decided' | 'covered' | 'gave' | 'posted' | 'waiting' | 'aside' | `reversed-${string}`;
  when: string;
  sentences: string[];
}

/** Reasons of the server for setting an entry aside that there are words for. */
const ASIDE = ['signature-invalid', 'hash-mismatch', 'chain-broken', 'malformed', 'invalid', 'too-large'] as const;

/** An entry's story, in the order in which it happened. */
export function storyWords(story: EntryStory, context: StoryContext): StoryStep[] {
  const { say, language, nowMs, utcOffsetMinutes } = context;
  const moment = (ms: number): string => formatMoment(ms, nowMs, utcOffsetMinutes, language);
  const decided = decidedWords(story, context);
  const covered = coveredWords(story, context);
  const gave = gaveWords(story, context);
  const steps: StoryStep[] = [{ id: 'made', when: moment(story.wallMs), sentences: madeWords(story, context) }];
  if (decided.length > 0) steps.push({ id: 'decided', when: '', sentences: decided });
  if (covered.length > 0) steps.push({ id: 'covered', when: '', sentences: covered });
  if (gave.length > 0) steps.push({ id: 'gave', when: '', sentences: gave });
  const { posted, quarantined } = story;
  if (quarantined !== undefined) steps.push({ id: 'aside', when: '', sentences: asideWords(quarantined, say) });
  else if (posted === undefined) steps.push({ id: 'waiting', when: '', sentences: [say(story.state === 'at-risk' ? 'story.waiting.risk' : 'story.waiting')] });
  else steps.push({ id: 'posted', when: posted.receivedMs === undefined ? '' : moment(posted.receivedMs), sentences: postedWords(story, posted, say) });
  for (const one of story.reversals) steps.push({ id: `reversed-${one.entry}`, when: moment(one.wallMs), sentences: reversedWords(one, story.currency, context) });
  return steps;
}

const nameOf = ({ name, card }: StoryMember, say: Say): string => (name !== '' ? name : card !== '' ? say('member.card', { card }) : say('story.unknownMember'));

/** Who did what, at which till, for whom, approved by whom and why. */
function madeWords(story: EntryStory, { say, language }: StoryContext): string[] {
  const who = { staff: story.staffName, till: story.terminal };
  const member = story.member === undefined ? undefined : nameOf(story.member, say);
  const amount = formatMoney(story.netMinor, story.currency, language);
  const first = ((): string => {
    switch (story.kind) {
      case 'sale':
        return member === undefined ? say('story.sold', { ...who, amount }) : say('story.soldTo', { ...who, amount, member });
      case 'reversal':
        return say(story.scope === 'refund' ? 'story.refunded' : 'story.voided', { ...who, number: story.reverses?.number ?? say('story.unknownSale') });
      case 'adjustment':
        return story.adjusted?.settles === undefined
          ? say('story.adjusted', { ...who, member: member ?? '', change: formatChange(story.adjusted?.points ?? 0, language) })
          : say(`story.settled.${story.adjusted.settles.how}`, { ...who, points: story.adjusted.points, number: story.adjusted.settles.number ?? say('story.unknownSale') });
      case 'transfer':
        return say(story.toMember?.isMerge === true ? 'story.merged' : 'story.transferred', { ...who, member: member ?? '', to: story.toMember === undefined ? '' : nameOf(story.toMember, say) });
      case 'expiry':
        return say('story.expired', { points: story.expired ?? 0, member: member ?? '' });
      case 'lease-close':
      case 'enrolment':
      case 'shift':
        return say(`kind.${story.kind}`);
    }
  })();
  return [
    first, ...(story.approvedBy === undefined ? [] : [say('story.approved', { name: story.approvedBy })]),
    ...(story.reason === undefined ? [] : [say('story.reason', { reason: story.reason })]),
  ];
}

/** By which version and rule, and what came of it. */
function decidedWords(story: EntryStory, { say, language }: StoryContext): string[] {
  const { programme, redeemed, earned, vouchers = [] } = story;
  const words: string[] = [];
  if (programme !== undefined) words.push(programme.name === undefined ? say('story.version', { version: programme.version }) : say('story.versionNamed', { version: programme.version, name: programme.name[language] }));
  if (redeemed !== undefined) {
    const numbers = { points: redeemed.points, amount: formatMoney(redeemed.discountMinor, story.currency, language) };
    words.push(redeemed.rule === undefined ? say('story.redeemed', numbers) : say('story.redeemedBy', { ...numbers, rule: redeemed.rule[language] }));
  }
  if (story.kind === 'sale') for (const { voucher, name, discountMinor } of vouchers) words.push(say('story.voucher', { voucher: name?.[language] ?? voucher, amount: formatMoney(discountMinor, story.currency, language) }));
  if (earned !== undefined && earned.points > 0) {
    words.push(earned.expiresOn === undefined ? say('story.earned', { points: earned.points }) : say('story.earnedUntil', { points: earned.points, date: formatDate(earned.expiresOn, language) }));
  }
  return words;
}

/** How the till covered what was redeemed, when it decided. */
function coveredWords({ redeemed }: EntryStory, { say }: StoryContext): string[] {
  if (redeemed === undefined) return [];
  const held = redeemed.leases.map(({ lease, points }) => say('story.cover.lease', { points, lease }));
  return [...held, ...(redeemed.atRisk > 0 ? [say('story.cover.risk', { points: redeemed.atRisk })] : [])];
}

function gaveWords({ gaveBack, currency }: EntryStory, { say, language }: StoryContext): string[] {
  return gaveBack === undefined ? [] : backWords(gaveBack, currency, { say, language });
}

function backWords({ refundMinor, returned, clawedBack }: { refundMinor: number; returned: number; clawedBack: number }, currency: string, { say, language }: Pick<StoryContext, 'say' | 'language'>): string[] {
  return [
    say('story.paidBack', { amount: formatMoney(refundMinor, currency, language) }),
    ...(returned > 0 ? [say('story.returned', { points: returned })] : []), ...(clawedBack > 0 ? [say('story.clawedBack', { points: clawedBack })] : []),
  ];
}

/** Where the server booked it, and how it found it covered. */
function postedWords({ redeemed }: EntryStory, posted: NonNullable<EntryStory['posted']>, say: Say): string[] {
  const { position, disposition, shortfall } = posted;
  const covered = redeemed === undefined && disposition !== 'forked' ? undefined : disposition;
  return [
    say('story.posted', { position }), ...(covered === undefined || covered === 'shortfall' ? [] : [say(`story.disposition.${covered}`)]),
    ...(shortfall > 0 ? [say('state.shortfall', { points: shortfall })] : []),
  ];
}

function asideWords(reason: string, say: Say): string[] {
  const known = ASIDE.find((one) => one === reason);
  return [say('story.aside'), known === undefined ? say('story.aside.other', { reason }) : say(`story.aside.${known}`)];
}

/** What a reversal did to the entry, who made it and whether the server has it. */
function reversedWords(one: StoryReversal, currency: string, context: StoryContext): string[] {
  const { say, language } = context;
  const values = { number: one.number, staff: one.staffName, amount: formatMoney(one.goodsMinor, currency, language) };
  return [
    say(one.scope === 'refund' ? 'story.wasRefunded' : 'story.wasVoided', values), ...(one.approvedBy === undefined ? [] : [say('story.approved', { name: one.approvedBy })]),
    ...backWords(one, currency, context), ...(one.state === 'confirmed' ? [] : [say('story.notYet')]),
  ];
}
