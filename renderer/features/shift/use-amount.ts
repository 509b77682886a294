import { useState } from 'react';
import { useStore } from '../../host/context.tsx';
import { formatMoney } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { eraseAmount, typeAmount, type AmountEntry } from '../../ui/amount-entry.ts';

/** Money being typed on the keypad; what it begins with is replaced by the first digit. */
export interface Amount {
  minor: number;
  text: string;
  type: (text: string) => void;
  backspace: () => void;
}

export function useAmount(initialMinor = 0): Amount {
  const { language } = useWords();
  const { currency } = useStore();
  const [typed, setTyped] = useState<AmountEntry | null>(null);
  const entry = typed ?? { minor: initialMinor, decimals: null };
  return {
    minor: entry.minor,
    text: formatMoney(entry.minor, currency, language),
    type: (text) => setTyped((so) => Array.from(text).reduce<AmountEntry>((next, one) => typeAmount(next, one, currency).entry, so ?? { minor: 0, decimals: null })),
    backspace: () => setTyped(eraseAmount(entry, currency)),
  };
}
