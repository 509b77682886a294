import { useReducer, useState, type ReactNode } from 'react';
import type { MemberMatch, ReceiptView } from '../../../shared/contract/commands.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useWatch } from '../../host/context.tsx';
import { useApproval } from '../../host/use-approval.ts';
import { formatChange, formatPoints } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { Notice, Panel } from '../../ui/Panel.tsx';
import { Slip, SlipLine } from '../../ui/paper/Slip.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { ApproveStep, DoneStep } from './ActFrame.tsx';
import { ADJUST_REASONS, adjusting, hindranceOf, NOTHING_YET, reasonText, type AdjustAct, type Adjusting } from './adjust.ts';
import { FindStep } from './MemberFinder.tsx';

/** Adjusts a member's points by hand: who, how many more or fewer, why, and a manager's PIN. */
export function AdjustScreen({ onBack }: { onBack: () => void }) {
  const [turn, setTurn] = useState(0);
  return <OneAdjustment key={turn} onBack={onBack} onAgain={() => setTurn(turn + 1)} />;
}

function OneAdjustment({ onBack, onAgain }: { onBack: () => void; onAgain: () => void }) {
  const { say, language } = useWords();
  const host = useHost();
  const announce = useAnnouncer();
  const approval = useApproval();
  const [member, setMember] = useState<MemberMatch | null>(null);
  const [form, dispatch] = useReducer(adjusting, NOTHING_YET);
  const [step, setStep] = useState<'form' | 'pin' | 'done'>('form');
  const [done, setDone] = useState<ReceiptView>();
  const live = useWatch('member', member === null ? null : { member: member.id });
  if (member === null) {
    return <FindStep name="adjust" title={say('adjust.title')} label={say('lookup.label')} hint={say('adjust.find.hint')} back={say('acts.back')} but={null} onFound={setMember} onBack={onBack} />;
  }
  const balance = live?.balance ?? member.balance;
  const change = form.sign * form.points;
  const changeWords = say('adjust.done.body', { name: member.name, change: formatChange(change, language) });
  const settle = (outcome: Outcome<ReceiptView>): void => {
    if (!outcome.ok) return approval.refuse(outcome.refusal);
    setDone(outcome.value);
    setStep('done');
    announce.polite(changeWords);
  };
  const reason = form.reason === null ? '' : reasonText(say(`adjust.reason.${form.reason}`), form);
  const run = (): void => approval.submit((by) => host.call('adjustPoints', { entryId: approval.actId, approval: by, member: member.id, points: change, reason }), settle);
  if (step === 'done') {
    return <DoneStep name="adjust" title={say('adjust.done')} words={changeWords} onBack={onBack} onAgain={onAgain} again={say('adjust.again')} paper={<AdjustPaper member={member} before={done?.before ?? balance} change={change} reason={reason} />} />;
  }
  const paper = <AdjustPaper member={member} before={balance} change={change} reason={reason} />;
  if (step === 'pin') {
    return (
      <ApproveStep name="adjust" title={say('adjust.title')} paper={paper} approval={approval} act="adjust" go={say(change > 0 ? 'adjust.go.add' : 'adjust.go.take', { points: form.points })} onRun={run} onBack={() => setStep('form')}>
        <Notice tone="red" icon="warning" title={say(change > 0 ? 'adjust.go.add' : 'adjust.go.take', { points: form.points })}><p>{say('adjust.body', { name: member.name })}</p></Notice>
      </ApproveStep>
    );
  }
  return <Form member={member} balance={balance} form={form} dispatch={dispatch} paper={paper} onNext={() => setStep('pin')} onBack={() => setMember(null)} />;
}

function Form({ member, balance, form, dispatch, paper, onNext, onBack }: {
  member: MemberMatch;
  balance: number;
  form: Adjusting;
  dispatch: (act: AdjustAct) => void;
  paper: ReactNode;
  onNext: () => void;
  onBack: () => void;
}) {
  const { say, language } = useWords();
  const hindrance = hindranceOf(form, balance);
  const next = (): void => {
    if (hindrance === null) onNext();
  };
  const type = (text: string): void => dispatch({ do: 'type', text });
  const erase = (): void => dispatch({ do: 'erase' });
  useKeys({ onText: type, onBackspace: erase, onEnter: next, onEscape: onBack });
  return (
    <Frame
      name="adjust"
      paper={paper}
      keypad={
        <Keypad
          field={say(form.sign > 0 ? 'adjust.add' : 'adjust.take')}
          value={formatPoints(form.points, language)}
          hint={hindrance === 'too-many' ? say('adjust.tooMany', { points: Math.max(0, balance) }) : ''}
          onText={type}
          onBackspace={erase}
          primary={{ act: 'next', label: say('adjust.next'), isDisabled: hindrance !== null, onPress: next, ...(hindrance === null ? {} : { detail: say(`adjust.hindrance.${hindrance}`) }) }}
          actions={<Button onPress={onBack} shortcut="Esc" testId={TEST_IDS.actKeep}>{say('adjust.otherMember')}</Button>}
        />
      }
    >
      <h1 className="screen-title">{member.name}</h1>
      <div className="row" role="group" aria-label={say('adjust.title')}>
        {([1, -1] as const).map((sign) => (
          <Button key={sign} onPress={() => dispatch({ do: 'sign', sign })} isPressed={form.sign === sign} testId={TEST_IDS.adjustSign(sign)}>{say(sign > 0 ? 'adjust.add' : 'adjust.take')}</Button>
        ))}
      </div>
      <Panel title={say('manager.reason')}>
        <div className="row" role="group" aria-label={say('manager.reason')}>
          {ADJUST_REASONS.map((reason) => (
            <Button key={reason} onPress={() => dispatch({ do: 'reason', reason })} isPressed={form.reason === reason} testId={TEST_IDS.adjustReason(reason)}>{say(`adjust.reason.${reason}`)}</Button>
          ))}
        </div>
        <TextField label={say('adjust.detail')} value={form.detail} onChange={(text) => dispatch({ do: 'detail', text })} testId={TEST_IDS.reason} />
      </Panel>
    </Frame>
  );
}

/** The adjustment as paper: balance before and after, and why. */
function AdjustPaper({ member, before, change, reason }: { member: MemberMatch; before: number; change: number; reason: string }) {
  const { say, language } = useWords();
  return (
    <Slip
      label={say('adjust.title')}
      testId={TEST_IDS.story}
      stub={
        <dl className="slip-lines">
          <SlipLine label={say('receipt.before')}>{formatPoints(before, language)}</SlipLine>
          <SlipLine label={say('kind.adjustment')}>{formatChange(change, language)}</SlipLine>
          <SlipLine label={say('receipt.after')} strong>{formatPoints(before + change, language)}</SlipLine>
        </dl>
      }
    >
      <h2 className="about-title">{member.name}</h2>
      <p className="soft small">{say('member.card', { card: member.card })}</p>
      {reason !== '' && <p className="story-why">{reason}</p>}
    </Slip>
  );
}
