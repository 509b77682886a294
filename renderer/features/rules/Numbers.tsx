import { Button as AriaButton } from 'react-aria-components';
import { TEST_IDS } from '../../app/testids.ts';
import { formatMinute, formatMoney, formatPoints, formatShare } from '../../i18n/format.ts';
import { useWords, type Language } from '../../i18n/words.ts';
import type { Field } from './fields.ts';
import { formatFactor } from './sentences.ts';

/** A value as people read it. */
export function formatField(field: Field, value: number, currency: string, language: Language): string {
  switch (field.unit) {
    case 'money':
      return formatMoney(value, currency, language);
    case 'percent':
      return formatShare(value, language);
    case 'factor':
      return formatFactor(value, language);
    case 'hour':
      return formatMinute(value);
    case 'points':
    case 'months':
      return formatPoints(value, language);
  }
}

/** A number that is chosen by a press and changed on the keypad. */
export function NumberKey({ field, value, currency, isActive, onChoose }: {
  field: Field;
  value: number | undefined;
  currency: string;
  isActive: boolean;
  onChoose: () => void;
}) {
  const { say, language } = useWords();
  const words = value === undefined ? say(field.optional === 'zero' ? 'rules.field.zero' : 'rules.field.off') : formatField(field, value, currency, language);
  return (
    <AriaButton className="number-key" aria-pressed={isActive} onPress={onChoose} data-testid={TEST_IDS.ruleField(field.at)} data-value={value ?? ''}>
      <span className="number-key-label">{say(field.label)}</span>
      <span className={value === undefined ? 'number-key-value soft' : 'number-key-value'}>{words}</span>
    </AriaButton>
  );
}
