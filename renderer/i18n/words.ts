import { setupI18n, type I18n } from '@lingui/core';
import { compileMessage } from '@lingui/message-utils/compileMessage';
import { useLingui } from '@lingui/react';
import { en, type MessageId } from './en.ts';
import { zhCN } from './zh-CN.ts';

/** Languages of the till, as BCP 47 tags. */
export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

export const CATALOGUES: Readonly<Record<Language, Readonly<Record<MessageId, string>>>> = { en, 'zh-CN': zhCN };

/** Says a message in the current language. Values are by placeholder name. */
export type Say = (id: MessageId, values?: Record<string, string | number>) => string;

/** Lingui over both catalogues. Messages are compiled to plain arrays, never to code, so no eval is needed. */
export function createI18n(language: Language): I18n {
  const i18n = setupI18n();
  i18n.setMessagesCompiler(compileMessage);
  i18n.load({ en: { ...en }, 'zh-CN': { ...zhCN } });
  i18n.activate(language);
  return i18n;
}

export function isLanguage(text: string | null | undefined): text is Language {
  return LANGUAGES.some((one) => one === text);
}

/** The till's language on a machine that has not chosen one. */
export function guessLanguage(preferred: readonly string[]): Language {
  const first = preferred.find((tag) => /^(zh|en)\b/i.test(tag));
  return first !== undefined && first.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** Words and language of the nearest provider. */
export function useWords(): { say: Say; language: Language } {
  const { i18n } = useLingui();
  const language = isLanguage(i18n.locale) ? i18n.locale : 'en';
  return { say: sayWith(i18n), language };
}

/** {@link Say} over one Lingui instance, for code outside React. */
export function sayWith(i18n: I18n): Say {
  return (id, values) => i18n._(id, values);
}
