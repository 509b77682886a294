import type { LocalText } from '../../../shared/domain/programme.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import type { Language } from '../../i18n/words.ts';
import { readAt } from './values.ts';

/** What a rule, a campaign, a voucher, a tier or an offer is called; its id while nobody has named it. */
export function titleFor(one: { id: string; name?: LocalText; text?: LocalText }, language: Language): string {
  const words = (one.name ?? one.text)?.[language].trim() ?? '';
  return words === '' ? one.id : words;
}

/** The title of the part at a pointer; undefined when nothing with an id stands there. */
export function titleOf(at: string, draft: ProgrammeDraft, language: Language): string | undefined {
  const found = readAt(draft, at);
  return typeof found === 'object' && found !== null && 'id' in found ? titleFor(found as Parameters<typeof titleFor>[0], language) : undefined;
}

/** A few names of many: `Silver, Gold and 3 more` is for the caller to say; here are those named and how many are left. */
export function firstOf(names: readonly string[], most: number): { named: readonly string[]; more: number } {
  return names.length <= most ? { named: names, more: 0 } : { named: names.slice(0, most - 1), more: names.length - most + 1 };
}
