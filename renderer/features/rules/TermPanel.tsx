import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatMoment } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Panel } from '../../ui/Panel.tsx';
import { useNow } from '../../ui/use-now.ts';
import { Choices } from './Choices.tsx';
import { ENDS, startMs, STARTS } from './draft.ts';
import { writeAt } from './fields.ts';
import type { CardProps } from './RuleCard.tsx';

/** Where the draft shall hold, from when, and for how long. */
export function TermPanel({ state, dispatch }: CardProps) {
  const { say, language } = useWords();
  const store = useStore();
  const nowMs = useNow();
  const { draft, start, end } = state;
  const fromMs = startMs(start, nowMs, store.utcOffsetMinutes);
  return (
    <Panel title={say('rules.term')}>
      <Choices
        label={say('rules.scope')}
        options={[['chain', say('rules.scope.chain')], ['store', say('rules.scope.store', { store: store.name[language] })]]}
        chosen={draft.store === undefined ? 'chain' : 'store'}
        onChoose={(scope) => dispatch({ do: 'draft', draft: writeAt(draft, '/store', scope === 'store' ? store.id : undefined) })}
        testId={(scope) => TEST_IDS.ruleField(`/scope/${scope}`)}
      />
      <Choices
        label={say('rules.start')}
        options={STARTS.map((one) => [one, say(`rules.start.${one}`)] as const)}
        chosen={start}
        onChoose={(one) => dispatch({ do: 'when', start: one })}
        testId={(one) => TEST_IDS.ruleField(`/start/${one}`)}
      />
      {fromMs !== undefined && <p className="soft">{say('rules.start.at', { when: formatMoment(fromMs, nowMs, store.utcOffsetMinutes, language) })}</p>}
      {draft.store !== undefined && (
        <Choices
          label={say('rules.end')}
          options={ENDS.map((one) => [one, say(`rules.end.${one}`)] as const)}
          chosen={end}
          onChoose={(one) => dispatch({ do: 'when', end: one })}
          testId={(one) => TEST_IDS.ruleField(`/end/${one}`)}
        />
      )}
    </Panel>
  );
}
