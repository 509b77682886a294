import type { ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { useWords } from '../../i18n/words.ts';
import { Approvers } from '../../ui/Approvers.tsx';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { ErrorPanel, Notice } from '../../ui/Panel.tsx';
import { PinDots } from '../../ui/PinDots.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useActForm, type Intent } from './use-act.ts';

/** An act that needs a manager: what it does in words, why, and the manager's PIN, in place. */
export function Approval({ intent, paper, onKeep, onDone }: { intent: Intent; paper: ReactNode; onKeep: () => void; onDone: () => void }) {
  const { say } = useWords();
  const form = useActForm(intent, say(`manager.reason.${intent.act}`), onDone);
  const { approver } = form;
  useKeys({ onText: form.type, onBackspace: form.backspace, onEnter: form.run, onEscape: onKeep });
  return (
    <Frame
      name="manager"
      title={say('manager.title')}
      paper={paper}
      keypad={
        <Keypad
          field={approver === undefined ? say('signIn.pin') : say('signIn.pinOf', { name: approver.name })}
          value={<PinDots count={form.digits} />}
          onText={form.type}
          onBackspace={form.backspace}
          primary={{ act: intent.act, tone: 'danger', label: say(`manager.go.${intent.act}`), isDisabled: !form.isReady, isBusy: form.isBusy, onPress: form.run }}
          actions={<Button onPress={onKeep} shortcut="Esc" testId={TEST_IDS.actKeep}>{say('manager.keep')}</Button>}
        />
      }
    >
      {form.problem !== null && <ErrorPanel title={say('refusal.label')} code={say('app.code', { code: form.problem.code })} testId={TEST_IDS.refusal}>{form.problem.words}</ErrorPanel>}
      <Notice tone="red" icon="warning" title={say(`manager.${intent.act}.title`, { points: pointsOf(intent) })}>
        <p>{say(`manager.${intent.act}.body`)}</p>
      </Notice>
      <div className="manager-reason">
        <TextField label={say('manager.reason')} value={form.reason} onChange={form.setReason} testId={TEST_IDS.reason} />
        <Approvers managers={form.managers} approver={approver} choose={form.choose} />
      </div>
    </Frame>
  );
}

const pointsOf = (intent: Intent): number => (intent.act === 'reclaim' ? intent.lease.points - intent.lease.spent : intent.shortfall.open);
