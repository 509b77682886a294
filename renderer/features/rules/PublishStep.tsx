import { TEST_IDS } from '../../app/testids.ts';
import { ApprovalFrame } from '../../host/ApprovalFrame.tsx';
import { useStore, useTill } from '../../host/context.tsx';
import { formatMoment } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Approvers } from '../../ui/Approvers.tsx';
import { Button } from '../../ui/Button.tsx';
import { Notice } from '../../ui/Panel.tsx';
import { useNow } from '../../ui/use-now.ts';
import { DraftPaper } from './DraftPaper.tsx';
import type { CardProps } from './Card.tsx';
import { withTerm } from './draft.ts';
import { usePublish, type PublishForm } from './use-publish.ts';
import type { RulesState } from './use-rules.ts';

/** What publishing does, in words, and the manager's PIN. */
export function PublishStep({ state, dispatch, onReread }: CardProps & { onReread: () => void }) {
  const { say } = useWords();
  const store = useStore();
  const { sync } = useTill();
  const form = usePublish(() => withTerm(state, Date.now(), store.utcOffsetMinutes), state.after, (version) => dispatch({ do: 'published', version }));
  const back = (): void => dispatch({ do: 'step', step: 'edit' });
  const { newer } = form;
  const canRun = form.isReady && newer === 0;
  const run = (): void => {
    if (canRun) form.run();
  };
  const version = state.after + 1;
  return (
    <ApprovalFrame
      name="rules"
      title={say('rules.title')}
      paper={<DraftPaper state={state} />}
      approval={{ ...form, isReady: canRun }}
      primary={{ act: 'publish-now', label: say('rules.publish.go', { version }) }}
      onRun={run}
      back={{ label: say('rules.publish.keep'), testId: TEST_IDS.actKeep, onPress: back }}
    >
      {newer > 0 && <Conflict form={form} onTheirs={onReread} onMine={() => dispatch({ do: 'after', version: newer })} />}
      {!sync.online && <Notice tone="amber" icon="offline" title={say('rules.offline.title')}><p>{say('rules.offline.body')}</p></Notice>}
      {newer === 0 && <Meaning state={state} version={version} />}
      <Approvers managers={form.managers} approver={form.approver} choose={form.choose} />
    </ApprovalFrame>
  );
}

/** Two wrote at once, and the other one was quicker: what to do is a person's choice. */
function Conflict({ form, onTheirs, onMine }: { form: PublishForm; onTheirs: () => void; onMine: () => void }) {
  const { say } = useWords();
  const mine = (): void => {
    form.forgetNewer();
    onMine();
  };
  return (
    <Notice
      tone="amber"
      icon="warning"
      title={say('rules.publish.conflict.title', { version: form.newer })}
      testId={TEST_IDS.rulesConflict}
      actions={
        <>
          <Button onPress={onTheirs} testId={TEST_IDS.conflict('theirs')}>{say('rules.publish.conflict.theirs')}</Button>
          <Button onPress={mine} testId={TEST_IDS.conflict('mine')}>{say('rules.publish.conflict.mine')}</Button>
        </>
      }
    >
      <p>{say('rules.publish.conflict.body')}</p>
    </Notice>
  );
}

function Meaning({ state, version }: { state: RulesState; version: number }) {
  const { say, language } = useWords();
  const store = useStore();
  const nowMs = useNow();
  const { effectiveFromMs: fromMs } = withTerm(state, nowMs, store.utcOffsetMinutes);
  const when = fromMs === undefined ? say('rules.publish.now') : say('rules.publish.from', { when: formatMoment(fromMs, nowMs, store.utcOffsetMinutes, language) });
  return (
    <Notice tone="quiet" icon="card" title={say('rules.publish.title', { version })}>
      <p>{state.draft.store === undefined ? say('rules.publish.chain', { when }) : say('rules.publish.store', { store: store.name[language], when })}</p>
      <p>{say('rules.publish.fact')}</p>
    </Notice>
  );
}
