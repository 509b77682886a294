import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatMoment } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { useNow } from '../../ui/use-now.ts';
import { Names, useWrite, type CardProps } from './Card.tsx';
import { Choices } from './Choices.tsx';
import { ENDS, STARTS, startMs } from './draft.ts';
import { faultReason } from './fault-words.ts';
import { FaultLines, useFaultsOf } from './Faults.tsx';
import { fieldsOfTerm } from './fields.ts';
import { Numbers } from './Numbers.tsx';

/** Where the draft shall hold, from when, for how long, and what it is called. */
export function TermPanel({ state, dispatch }: CardProps) {
  const { say, language } = useWords();
  const store = useStore();
  const nowMs = useNow();
  const write = useWrite({ state, dispatch });
  const { unsaid } = useFaultsOf('/term');
  const { draft, start, end } = state;
  const choosePlace = (place: 'chain' | 'store'): void => {
    write('/store', place === 'store' ? store.id : undefined);
    // Only a store's own rules have an end.
    if (place === 'chain') dispatch({ do: 'when', end: 'never', nowMs });
  };
  const fromMs = start === 'date' ? undefined : startMs(start, nowMs, store.utcOffsetMinutes);
  return (
    <div className="rule-card rule-parts">
      <FaultLines lines={[...new Set(unsaid.map((fault) => faultReason(fault, { say })))]} at="/term" />
      <Choices
        label={say('rules.scope')}
        options={[['chain', say('rules.scope.chain')], ['store', say('rules.scope.store', { store: store.name[language] })]]}
        chosen={draft.store === undefined ? 'chain' : 'store'}
        onChoose={choosePlace}
        testId={(scope) => TEST_IDS.ruleField(`/scope/${scope}`)}
      />
      <Choices
        label={say('rules.start')}
        options={STARTS.map((one) => [one, say(`rules.start.${one}`)] as const)}
        chosen={start}
        onChoose={(one) => dispatch({ do: 'when', start: one, nowMs })}
        testId={(one) => TEST_IDS.ruleField(`/start/${one}`)}
      />
      {fromMs !== undefined && <p className="soft">{say('rules.start.at', { when: formatMoment(fromMs, nowMs, store.utcOffsetMinutes, language) })}</p>}
      {draft.store === undefined ? <p className="soft">{say('rules.end.chain')}</p> : (
        <Choices
          label={say('rules.end')}
          options={ENDS.map((one) => [one, say(`rules.end.${one}`)] as const)}
          chosen={end}
          onChoose={(one) => dispatch({ do: 'when', end: one, nowMs })}
          testId={(one) => TEST_IDS.ruleField(`/end/${one}`)}
        />
      )}
      <Numbers fields={fieldsOfTerm(draft)} state={state} dispatch={dispatch} />
      <Names at="" name={draft.name} state={state} dispatch={dispatch} />
      <p className="soft">{say('rules.currency', { currency: draft.currency })}</p>
    </div>
  );
}
