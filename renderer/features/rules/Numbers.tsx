import { useId } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatDate, formatFactor, formatMinute, formatMoment, formatMoney, formatPoints, formatShare } from '../../i18n/format.ts';
import { useWords, type Language } from '../../i18n/words.ts';
import { useNow } from '../../ui/use-now.ts';
import { FaultLines, useFaultsAt } from './Faults.tsx';
import type { Field } from './field.ts';
import type { RulesAct, RulesState } from './use-rules.ts';
import { valueOf } from './use-rules.ts';
import { dayOf } from './values.ts';

/** What values are read with: the currency, the language, and the store's time. */
export interface ReadContext {
  currency: string;
  language: Language;
  utcOffsetMinutes: number;
  nowMs: number;
}

/** A value as people read it. */
export function formatField(field: Field, value: number, { currency, language, utcOffsetMinutes, nowMs }: ReadContext): string {
  switch (field.unit) {
    case 'money':
      return formatMoney(value, currency, language);
    case 'percent':
      return formatShare(value, language);
    case 'factor':
      return formatFactor(value, language);
    case 'hour':
      return formatMinute(value);
    case 'first-day':
    case 'last-day': {
      const day = dayOf(field, value, utcOffsetMinutes);
      return day === undefined ? formatMoment(value, nowMs, utcOffsetMinutes, language) : formatDate(day, language);
    }
    case 'points':
    case 'count':
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
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  const id = useId();
  const faults = useFaultsAt(field.at);
  const words = value === undefined ? say(`rules.field.${field.optional ?? 'off'}`) : formatField(field, value, { currency, language, utcOffsetMinutes, nowMs });
  return (
    <div className="number">
      <AriaButton
        className="number-key"
        aria-pressed={isActive}
        onPress={onChoose}
        data-testid={TEST_IDS.ruleField(field.at)}
        data-value={value ?? ''}
        data-wrong={faults.length > 0}
        {...(faults.length > 0 ? { 'aria-describedby': id } : {})}
      >
        <span className="number-key-label">{say(field.label)}</span>
        <span className={value === undefined ? 'number-key-value soft' : 'number-key-value'}>{words}</span>
      </AriaButton>
      {faults.length > 0 && <div id={id}><FaultLines lines={faults} at={field.at} /></div>}
    </div>
  );
}

/** The numbers of a part, each a key. */
export function Numbers({ fields, state, dispatch }: { fields: readonly Field[]; state: RulesState; dispatch: (act: RulesAct) => void }) {
  return (
    <div className="rule-numbers">
      {fields.map((field) => (
        <NumberKey key={field.at} field={field} value={valueOf(state, field)} currency={state.draft.currency} isActive={state.active?.at === field.at} onChoose={() => dispatch({ do: 'choose', field })} />
      ))}
    </div>
  );
}
