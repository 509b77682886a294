import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { EmptyState, Notice } from '../../ui/Panel.tsx';
import { EditStep } from './EditStep.tsx';
import { PublishStep } from './PublishStep.tsx';
import { TryStep } from './TryStep.tsx';
import { useRules, type KeptRules } from './use-rules.ts';

/** The rules of the programme: written as sentences, looked at with a sample bill, tried on what was sold, published by PIN. */
export function RulesScreen({ kept, onBack }: { kept: KeptRules; onBack: () => void }) {
  const { state, list, dispatch, reread } = useRules(kept);
  if (state === null) return <Beginning isRead={list !== undefined} onBegin={() => void reread()} onBack={onBack} />;
  switch (state.step) {
    case 'edit':
      return <EditStep state={state} inForce={list?.inForce ?? 0} dispatch={dispatch} onBack={onBack} />;
    case 'try':
      return <TryStep state={state} dispatch={dispatch} />;
    case 'publish':
      return <PublishStep state={state} dispatch={dispatch} onReread={() => void reread()} />;
    case 'done':
      return <Published version={state.published} onBack={onBack} />;
  }
}

/** Before there is a draft: the versions are being read, or there are none yet. */
function Beginning({ isRead, onBegin, onBack }: { isRead: boolean; onBegin: () => void; onBack: () => void }) {
  const { say } = useWords();
  useKeys({ onEnter: isRead ? onBegin : onBack, onEscape: onBack });
  return (
    <Frame
      name="rules"
      title={say('rules.title')}
      paper={null}
      keypad={
        <IdleKeypad
          primary={isRead ? { act: 'begin', label: say('rules.begin'), onPress: onBegin } : { act: 'back', label: say('rules.back'), onPress: onBack }}
          actions={<Button onPress={onBack} shortcut="Esc" testId={TEST_IDS.actKeep}>{say('rules.back')}</Button>}
        />
      }
    >
      {isRead
        ? <EmptyState icon="card" title={say('rules.none.title')} testId={TEST_IDS.rulesNone}>{say('rules.none.body')}</EmptyState>
        : <p className="soft" role="status">{say('rules.loading')}</p>}
    </Frame>
  );
}

function Published({ version, onBack }: { version: number; onBack: () => void }) {
  const { say, language } = useWords();
  const store = useStore();
  useKeys({ onEnter: onBack, onEscape: onBack });
  return (
    <Frame
      name="rules"
      title={say('rules.title')}
      paper={<p className="soft history-open">{store.name[language]}</p>}
      keypad={<IdleKeypad primary={{ act: 'back', label: say('rules.back'), onPress: onBack }} />}
    >
      <Notice tone="quiet" icon="confirmed" title={say('rules.done.title', { version })} testId={TEST_IDS.rulesDone}><p>{say('rules.done.body')}</p></Notice>
    </Frame>
  );
}
