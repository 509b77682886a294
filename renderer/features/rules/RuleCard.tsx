import { Button as AriaButton } from 'react-aria-components';
import type { ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import type { LocalText, RedemptionRule } from '../../../shared/domain/programme.ts';
import { useStore } from '../../host/context.tsx';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useNow } from '../../ui/use-now.ts';
import { CategoriesField } from './CategoriesField.tsx';
import { Choices } from './Choices.tsx';
import { removeRule } from './draft.ts';
import { fieldsOfRule, writeAt, type Field } from './fields.ts';
import { NumberKey } from './Numbers.tsx';
import { joined, ruleSentences, type SentenceContext } from './sentences.ts';
import { valueOf, type RulesAct, type RulesState } from './use-rules.ts';
import { Weekdays } from './Weekdays.tsx';

export interface CardProps {
  state: RulesState;
  dispatch: (act: RulesAct) => void;
}

/** What the sentences of the draft are written with. */
export function useSentences(currency: string): SentenceContext {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  return { say, language, currency, nowMs: useNow(), utcOffsetMinutes };
}

/** A part of the draft as sentences; a press opens what can be changed of it. */
export function Card({ at, name, sentences, state, dispatch, children }: CardProps & { at: string; name: string; sentences: readonly string[]; children: ReactNode }) {
  const { say, language } = useWords();
  const isOpen = state.open === at;
  return (
    <div className="rule-card" data-open={isOpen} role="group" aria-label={name}>
      <AriaButton className="rule-head" aria-expanded={isOpen} aria-label={say('rules.open', { name })} onPress={() => dispatch({ do: 'open', at: isOpen ? null : at })} data-testid={TEST_IDS.rule(at)}>
        <span className="rule-name">{name}</span>
      </AriaButton>
      <p className="rule-words" data-testid={TEST_IDS.ruleWords(at)}>{joined(sentences, language)}</p>
      {isOpen && <div className="rule-parts">{children}</div>}
    </div>
  );
}

/** The numbers of a part, each a key. */
export function Numbers({ fields, state, dispatch }: CardProps & { fields: readonly Field[] }) {
  return (
    <div className="rule-numbers">
      {fields.map((field) => (
        <NumberKey key={field.at} field={field} value={valueOf(state, field)} currency={state.draft.currency} isActive={state.active?.at === field.at} onChoose={() => dispatch({ do: 'choose', field })} />
      ))}
    </div>
  );
}

/** The name of a rule or campaign, in both languages. */
export function Names({ at, name, state, dispatch }: CardProps & { at: string; name: LocalText }) {
  const { say } = useWords();
  return (
    <>
      {(['en', 'zh-CN'] as const).map((language) => (
        <TextField
          key={language}
          label={say(`rules.name.${language}`)}
          value={name[language]}
          onChange={(text) => dispatch({ do: 'draft', draft: writeAt(state.draft, `${at}/name/${language}`, text.slice(0, 200)) })}
          testId={TEST_IDS.ruleField(`${at}/name/${language}`)}
        />
      ))}
    </>
  );
}

/** One redemption rule. */
export function RuleCard({ rule, index, state, dispatch }: CardProps & { rule: RedemptionRule; index: number }) {
  const { say, language } = useWords();
  const context = useSentences(state.draft.currency);
  const at = `/redeem/${index}`;
  const write = (member: string, value: unknown): void => dispatch({ do: 'draft', draft: writeAt(state.draft, `${at}/${member}`, value) });
  const parts = { state, dispatch };
  return (
    <Card {...parts} at={at} name={rule.name[language].trim() === '' ? rule.id : rule.name[language]} sentences={ruleSentences(rule, context)}>
      <Numbers {...parts} fields={fieldsOfRule(state.draft, index)} />
      <Weekdays at={at} chosen={rule.schedule?.weekdays} onChange={(days) => write('schedule/weekdays', days)} />
      <Choices
        label={say('rules.vouchers')}
        options={[['yes', say('rules.vouchers.yes')], ['no', say('rules.vouchers.no')]]}
        chosen={rule.withVouchers === false ? 'no' : 'yes'}
        onChoose={(one) => write('withVouchers', one === 'no' ? false : undefined)}
        testId={(one) => TEST_IDS.ruleField(`${at}/withVouchers/${one}`)}
      />
      <CategoriesField at={at} value={rule.excludedCategories} onChange={(categories) => write('excludedCategories', categories)} />
      <Names {...parts} at={at} name={rule.name} />
      <div className="row">
        <Button
          tone="danger"
          onPress={() => {
            dispatch({ do: 'draft', draft: removeRule(state.draft, index) });
            dispatch({ do: 'open', at: null });
          }}
          testId={TEST_IDS.ruleRemove(at)}
        >
          {say('rules.remove')}
        </Button>
      </div>
    </Card>
  );
}
