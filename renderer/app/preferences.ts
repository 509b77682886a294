import { useCallback, useEffect, useState } from 'react';
import type { I18n } from '@lingui/core';
import { createI18n, guessLanguage, isLanguage, type Language } from '../i18n/words.ts';
import { applyTheme, isTheme, type Theme } from '../ui/theme.ts';

const LANGUAGE_KEY = 'tillpoint.language';
const THEME_KEY = 'tillpoint.theme';

export interface Preferences {
  i18n: I18n;
  language: Language;
  theme: Theme;
  setLanguage: (language: Language) => void;
  setTheme: (theme: Theme) => void;
}

/** Language and theme of this machine, kept in the browser: they are nobody's data. */
export function usePreferences(): Preferences {
  const [language, setLanguage] = useState(readLanguage);
  const [theme, setTheme] = useState(readTheme);
  const [i18n] = useState(() => createI18n(language));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => applyTheme(document.documentElement, theme), [theme]);
  const changeLanguage = useCallback((next: Language) => {
    localStorage.setItem(LANGUAGE_KEY, next);
    i18n.activate(next);
    setLanguage(next);
  }, [i18n]);
  const changeTheme = useCallback((next: Theme) => {
    localStorage.setItem(THEME_KEY, next);
    setTheme(next);
  }, []);
  return { i18n, language, theme, setLanguage: changeLanguage, setTheme: changeTheme };
}

function readLanguage(): Language {
  const kept = localStorage.getItem(LANGUAGE_KEY);
  return isLanguage(kept) ? kept : guessLanguage(navigator.languages);
}

function readTheme(): Theme {
  const kept = localStorage.getItem(THEME_KEY);
  return isTheme(kept) ? kept : 'system';
}
