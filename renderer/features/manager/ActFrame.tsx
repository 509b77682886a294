import type { ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import type { Approval } from '../../host/use-approval.ts';
import { useWords } from '../../i18n/words.ts';
import { Approvers } from '../../ui/Approvers.tsx';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad, Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { EmptyState, ErrorPanel } from '../../ui/Panel.tsx';
import { PinDots } from '../../ui/PinDots.tsx';

/** The last step of an act on an account: what it does, and the manager's PIN in place. */
export function ApproveStep({ name, title, paper, children, approval, act, go, onRun, onBack }: {
  name: string;
  title: string;
  paper: ReactNode;
  children: ReactNode;
  approval: Approval;
  act: string;
  go: string;
  onRun: () => void;
  onBack: () => void;
}) {
  const { say } = useWords();
  const { approver } = approval;
  useKeys({ onText: approval.type, onBackspace: approval.backspace, onEnter: onRun, onEscape: onBack });
  return (
    <Frame
      name={name}
      title={title}
      paper={paper}
      keypad={
        <Keypad
          field={approver === undefined ? say('signIn.pin') : say('signIn.pinOf', { name: approver.name })}
          value={<PinDots count={approval.digits} />}
          onText={approval.type}
          onBackspace={approval.backspace}
          primary={{ act, tone: 'danger', label: go, isDisabled: !approval.isReady, isBusy: approval.isBusy, onPress: onRun }}
          actions={<Button onPress={onBack} shortcut="Esc" testId={TEST_IDS.actKeep}>{say('refund.back')}</Button>}
        />
      }
    >
      {approval.problem !== null && <ErrorPanel title={say('refusal.label')} code={say('app.code', { code: approval.problem.code })} testId={TEST_IDS.refusal}>{approval.problem.words}</ErrorPanel>}
      {children}
      <Approvers managers={approval.managers} approver={approver} choose={approval.choose} />
    </Frame>
  );
}

/** An act that is done: what it did, and the way back. */
export function DoneStep({ name, title, paper, words, onBack, onAgain, again }: { name: string; title: string; paper: ReactNode; words: string; onBack: () => void; onAgain: () => void; again: string }) {
  const { say } = useWords();
  useKeys({ onEnter: onBack, onEscape: onBack });
  return (
    <Frame
      name={name}
      paper={paper}
      keypad={<IdleKeypad primary={{ act: 'back', label: say('acts.back'), onPress: onBack }} actions={<Button onPress={onAgain} testId={TEST_IDS.actAgain}>{again}</Button>} />}
    >
      <EmptyState icon="saved" title={title} testId={TEST_IDS.actDone}>{words}</EmptyState>
    </Frame>
  );
}
