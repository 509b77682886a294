import type { ProgrammeDraft, PublishFault } from '../../../shared/domain/publish.ts';
import type { Language, Say } from '../../i18n/words.ts';
import { allFields } from './fields.ts';
import { titleOf } from './titles.ts';

/** What is wrong with a draft, and where: what publishing would say, or a number or a word that is not there yet. */
export interface DraftFault {
  at: string;
  code: PublishFault['code'] | 'missing' | 'too-small' | 'word-missing';
}

interface Words {
  say: Say;
  language: Language;
}

/** Why, as the rest of a sentence; what is needed depends on the part that needs it. */
function reasonWords({ at, code }: DraftFault, { say }: Pick<Words, 'say'>): string {
  if (code !== 'needs-one') return say(`rules.fault.${code}`);
  if (at.startsWith('/vouchers')) return say('rules.fault.needs-one.goods');
  if (at.startsWith('/tiers')) return say('rules.fault.needs-one.reach');
  return say(at.startsWith('/offers') ? 'rules.fault.needs-one.when' : 'rules.fault.needs-one');
}

/** Why, in a sentence, beside whatever is wrong. */
export function faultReason(fault: DraftFault, { say }: Pick<Words, 'say'>): string {
  const words = reasonWords(fault, { say });
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

/** A fault of a draft in a sentence: where it is, by the names that the editor shows, and why. */
export function publishFaultWords(fault: DraftFault, draft: ProgrammeDraft, { say, language }: Words): string {
  return `${placeWords(fault.at, draft, { say, language })}${language === 'zh-CN' ? '：' : ': '}${reasonWords(fault, { say })}`;
}

function placeWords(at: string, draft: ProgrammeDraft, { say, language }: Words): string {
  const name = ownerWords(at, draft, { say, language });
  const field = allFields(draft).find((one) => one.at === at);
  return field === undefined ? name : `${name}${language === 'zh-CN' ? '，' : ', '}${say(field.label)}`;
}

/** The part that a pointer leads into. */
function ownerWords(at: string, draft: ProgrammeDraft, { say, language }: Words): string {
  const title = titleOf(partOf(at), draft, language);
  if (title !== undefined) return `“${title}”`;
  if (at.startsWith('/tiers')) return say('rules.place.tiers.owner');
  return say(at.startsWith('/earn') ? 'rules.place.earn' : 'rules.place.programme');
}

/** The part of the editor that opens for a pointer: a rule, a campaign, a voucher, a tier, an offer, or one of the panels. */
export function partOf(at: string): string {
  const [part] = /^\/(redeem|earn\/multipliers|vouchers|tiers\/levels|offers)\/\d+/.exec(at) ?? [];
  if (part !== undefined) return part;
  if (at.startsWith('/earn/items')) return '/earn/items';
  return at.startsWith('/earn') ? '/earn' : at.startsWith('/tiers') ? '/tiers' : '/term';
}

/** Whether a fault is said beside the very thing that caused it, once its part is open; others are said at the head of the part. */
export function isBeside(at: string, draft: ProgrammeDraft): boolean {
  return allFields(draft).some((field) => field.at === at) || /\/(name|text)\/(en|zh-CN)$/.test(at) || /^\/earn\/items\/\d+\/(item|category)$/.test(at)
    || /^\/(redeem|earn\/multipliers|vouchers|offers)\/\d+\/(stores|tiers|offers)(\/\d+)?$/.test(at);
}
