import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { useNow } from '../../ui/use-now.ts';
import type { CardProps } from './Card.tsx';
import { withTerm } from './draft.ts';
import { FaultList, FaultScope } from './Faults.tsx';
import { formatField } from './Numbers.tsx';
import { previewOf } from './preview.ts';
import { SamplePaper } from './SamplePaper.tsx';
import { EarnSection, OfferSection, RedeemSection, TermSection, TierSection, VoucherSection } from './Sections.tsx';
import { joined } from './sentences.ts';
import { isChanged, valueOf, type RulesState } from './use-rules.ts';
import { isDay, typedDay } from './values.ts';

/** The draft in sentences; a press opens one, and the keypad changes its numbers. The paper says what the draft says of a sample. */
export function EditStep({ state, inForce, dispatch, onBack }: CardProps & { inForce: number; onBack: () => void }) {
  const { say, language } = useWords();
  const { id: store, currency, utcOffsetMinutes } = useStore();
  // To the minute: a rule of hours changes its answer then, and nothing else should be reckoned again.
  const nowMs = Math.floor(useNow() / 60_000) * 60_000;
  const preview = previewOf(withTerm(state, nowMs, utcOffsetMinutes), state.sample, { store, currency, utcOffsetMinutes, nowMs, stores: state.stores.map(({ id }) => id) });
  const isSound = preview.faults.length === 0;
  const parts = { state, dispatch };
  const tryIt = (): void => {
    if (isSound) dispatch({ do: 'step', step: 'try' });
  };
  useKeys({ onText: (text) => dispatch({ do: 'type', text }), onBackspace: () => dispatch({ do: 'erase' }), onEnter: tryIt, onEscape: () => closeOne(parts, onBack) });
  return (
    <Frame
      name="rules"
      paper={<SamplePaper preview={preview} {...parts} />}
      keypad={<EditKeypad {...parts} faults={preview.faults.length} onTry={tryIt} onBack={onBack} />}
    >
      <FaultScope faults={preview.faults} draft={state.draft}>
        <header className="rules-head">
          <h1 className="screen-title">{say('rules.title')}</h1>
          <p className="soft">{joined([inForce > 0 ? say('rules.inForce', { version: inForce }) : '', say('rules.basedOn', { version: state.base }), say('rules.field.none')], language)}</p>
          {isChanged(state) && (
            <div className="row rules-kept">
              <span className="soft">{say('rules.kept')}</span>
              <Button onPress={() => dispatch({ do: 'discard' })} testId={TEST_IDS.rulesDiscard}>{say('rules.discard')}</Button>
            </div>
          )}
        </header>
        <FaultList onOpen={(at) => dispatch({ do: 'open', at })} />
        <RedeemSection {...parts} />
        <EarnSection {...parts} />
        <VoucherSection {...parts} />
        <TierSection {...parts} />
        <OfferSection {...parts} />
        <TermSection {...parts} />
      </FaultScope>
    </Frame>
  );
}

/** One press takes back one layer: the number that is chosen, the part that stands open, then the editor. */
function closeOne({ state, dispatch }: CardProps, leave: () => void): void {
  if (state.active !== null) dispatch({ do: 'unchoose' });
  else if (state.open !== null) dispatch({ do: 'open', at: null });
  else leave();
}

function EditKeypad({ state, dispatch, faults, onTry, onBack }: CardProps & { faults: number; onTry: () => void; onBack: () => void }) {
  const { say } = useWords();
  const { active, past } = state;
  // Three acts leave no room for the key's name.
  const hasLimit = active?.optional === 'off';
  return (
    <Keypad
      field={active === null ? null : say(active.label)}
      value={useTypedValue(state)}
      hint={active !== null && (isDay(active) || active.unit === 'hour') ? <span className="soft">{say(isDay(active) ? 'rules.field.dayHint' : 'rules.field.hourHint')}</span> : ''}
      onText={(text) => dispatch({ do: 'type', text })}
      onBackspace={() => dispatch({ do: 'erase' })}
      primary={{ act: 'try', label: say('rules.try'), isDisabled: faults > 0, onPress: onTry, ...(faults === 0 ? {} : { detail: say('rules.faultCount', { count: faults }) }) }}
      actions={
        <>
          <Button onPress={onBack} testId={TEST_IDS.actKeep} {...(hasLimit ? {} : { shortcut: 'Esc' })}>{say('rules.leave')}</Button>
          <Button onPress={() => dispatch({ do: 'undo' })} isDisabled={past.length === 0} testId={TEST_IDS.ruleUndo}>{say('rules.undo')}</Button>
          {hasLimit && <Button onPress={() => dispatch({ do: 'clear' })} testId={TEST_IDS.clear}>{say('rules.clear')}</Button>}
        </>
      }
    />
  );
}

/** What is being typed: the number as it stands, or a date as far as it has come. */
function useTypedValue(state: RulesState): string {
  const { language } = useWords();
  const { currency, utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  const { active, typed } = state;
  if (active === null) return '\u00a0';
  if (isDay(active) && typed !== '' && typed.length < 8) return typedDay(typed);
  const value = valueOf(state, active);
  return value === undefined ? '\u00a0' : formatField(active, value, { currency, language, utcOffsetMinutes, nowMs });
}
