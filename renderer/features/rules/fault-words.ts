import type { ProgrammeDraft, PublishFault } from '../../../shared/domain/publish.ts';
import type { Language, Say } from '../../i18n/words.ts';
import { allFields } from './fields.ts';

/** A fault of a draft in a sentence: where it is, by the names that the editor shows, and why; `missing` is a number that is not there yet. */
export function publishFaultWords(fault: { at: string; code: PublishFault['code'] | 'missing' }, draft: ProgrammeDraft, { say, language }: { say: Say; language: Language }): string {
  return `${placeWords(fault.at, draft, { say, language })}${language === 'zh-CN' ? '：' : ': '}${say(`rules.fault.${fault.code}`)}`;
}

function placeWords(at: string, draft: ProgrammeDraft, { say, language }: { say: Say; language: Language }): string {
  const name = ownerWords(at, draft, { say, language });
  const field = allFields(draft).find((one) => one.at === at);
  return field === undefined ? name : `${name}${language === 'zh-CN' ? '，' : ', '}${say(field.label)}`;
}

/** The rule or campaign that a pointer leads into. */
function ownerWords(at: string, draft: ProgrammeDraft, { say, language }: { say: Say; language: Language }): string {
  const [, rule] = /^\/redeem\/(\d+)/.exec(at) ?? [];
  const [, campaign] = /^\/earn\/multipliers\/(\d+)/.exec(at) ?? [];
  const named = rule !== undefined ? draft.redeem[Number(rule)] : campaign !== undefined ? draft.earn.multipliers?.[Number(campaign)] : undefined;
  if (named !== undefined) return `“${named.name[language].trim() === '' ? named.id : named.name[language]}”`;
  return say(at.startsWith('/earn') ? 'rules.place.earn' : 'rules.place.programme');
}
