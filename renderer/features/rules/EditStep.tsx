import type { ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { Notice, Panel } from '../../ui/Panel.tsx';
import { useNow } from '../../ui/use-now.ts';
import { addCampaign, addRule } from './draft.ts';
import { CampaignCard, EarnCard } from './EarnCards.tsx';
import { publishFaultWords } from './fault-words.ts';
import { formatField } from './Numbers.tsx';
import { previewOf, type Preview } from './preview.ts';
import { RuleCard } from './RuleCard.tsx';
import { SamplePaper } from './SamplePaper.tsx';
import { TermPanel } from './TermPanel.tsx';
import { joined } from './sentences.ts';
import { valueOf, type RulesAct, type RulesState } from './use-rules.ts';

interface StepProps {
  state: RulesState;
  dispatch: (act: RulesAct) => void;
}

/** The draft in sentences; a press opens one, and the keypad changes its numbers. The paper says what the draft says of a sample. */
export function EditStep({ state, inForce, dispatch, onBack }: StepProps & { inForce: number; onBack: () => void }) {
  const { say, language } = useWords();
  const { id: store, currency, utcOffsetMinutes } = useStore();
  // To the minute: a rule of hours changes its answer then, and nothing else should be reckoned again.
  const nowMs = Math.floor(useNow() / 60_000) * 60_000;
  const preview = previewOf(state.draft, state.sample, { store, currency, utcOffsetMinutes, nowMs });
  const isSound = preview.missing.length === 0 && preview.faults.length === 0;
  const { active } = state;
  const type = (text: string): void => dispatch({ do: 'type', text });
  const erase = (): void => dispatch({ do: 'erase' });
  const tryIt = (): void => {
    if (isSound) dispatch({ do: 'step', step: 'try' });
  };
  useKeys({ onText: type, onBackspace: erase, onEnter: tryIt, onEscape: onBack });
  const value = active === null ? undefined : valueOf(state, active);
  return (
    <Frame
      name="rules"
      paper={<SamplePaper preview={preview} state={state} onChoose={(field) => dispatch({ do: 'choose', field })} onTier={(tier) => dispatch({ do: 'tier', tier })} />}
      keypad={
        <Keypad
          field={active === null ? null : say(active.label)}
          value={active === null || value === undefined ? '\u00a0' : formatField(active, value, currency, language)}
          onText={type}
          onBackspace={erase}
          primary={{ act: 'try', label: say('rules.try'), isDisabled: !isSound, onPress: tryIt }}
          actions={
            <>
              <Button onPress={onBack} shortcut="Esc" testId={TEST_IDS.actKeep}>{say('rules.back')}</Button>
              {active?.optional === 'off' && <Button onPress={() => dispatch({ do: 'clear' })} testId={TEST_IDS.clear}>{say('rules.clear')}</Button>}
            </>
          }
        />
      }
    >
      <header className="history-head">
        <h1 className="screen-title">{say('rules.title')}</h1>
        <p className="soft">{joined([inForce > 0 ? say('rules.inForce', { version: inForce }) : '', say('rules.basedOn', { version: state.base }), say('rules.field.none')], language)}</p>
      </header>
      <Faults preview={preview} state={state} />
      <RedeemPanel state={state} dispatch={dispatch} />
      <EarnPanel state={state} dispatch={dispatch} />
      <TermPanel state={state} dispatch={dispatch} />
    </Frame>
  );
}

/** Everything that keeps the draft from being published, each with its place. */
function Faults({ preview, state }: { preview: Preview; state: RulesState }): ReactNode {
  const { say, language } = useWords();
  const faults = [...preview.missing.map(({ at }) => ({ at, code: 'missing' as const })), ...preview.faults];
  const lines = [...new Set(faults.map((fault) => publishFaultWords(fault, state.draft, { say, language })))];
  if (lines.length === 0) return null;
  return (
    <Notice tone="red" icon="warning" title={say('rules.faults')} testId={TEST_IDS.rulesFaults}>
      <ul className="plain-list">{lines.map((line) => <li key={line}>{line}</li>)}</ul>
    </Notice>
  );
}

function RedeemPanel({ state, dispatch }: StepProps) {
  const { say } = useWords();
  const { draft } = state;
  const add = (kind: 'ratio' | 'fixed'): void => {
    dispatch({ do: 'draft', draft: addRule(draft, kind) });
    dispatch({ do: 'open', at: `/redeem/${draft.redeem.length}` });
  };
  return (
    <Panel title={say('rules.redeem')}>
      {draft.redeem.length === 0 && <p className="soft">{say('rules.redeem.nothing')}</p>}
      {draft.redeem.map((rule, index) => <RuleCard key={rule.id} rule={rule} index={index} state={state} dispatch={dispatch} />)}
      <div className="row">
        <Button onPress={() => add('ratio')} testId={TEST_IDS.ruleAdd('ratio')}>{say('rules.add.ratio')}</Button>
        <Button onPress={() => add('fixed')} testId={TEST_IDS.ruleAdd('fixed')}>{say('rules.add.fixed')}</Button>
      </div>
    </Panel>
  );
}

function EarnPanel({ state, dispatch }: StepProps) {
  const { say } = useWords();
  const { draft } = state;
  const campaigns = draft.earn.multipliers ?? [];
  const add = (): void => {
    dispatch({ do: 'draft', draft: addCampaign(draft) });
    dispatch({ do: 'open', at: `/earn/multipliers/${campaigns.length}` });
  };
  return (
    <Panel title={say('rules.earn')}>
      <EarnCard state={state} dispatch={dispatch} />
      {campaigns.map((one, index) => <CampaignCard key={one.id} one={one} index={index} state={state} dispatch={dispatch} />)}
      <div className="row"><Button onPress={add} testId={TEST_IDS.ruleAdd('campaign')}>{say('rules.add.campaign')}</Button></div>
    </Panel>
  );
}
