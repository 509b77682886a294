import type { ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { ApprovalFrame } from '../../host/ApprovalFrame.tsx';
import type { Approval } from '../../host/use-approval.ts';
import { useWords } from '../../i18n/words.ts';
import { Approvers } from '../../ui/Approvers.tsx';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { EmptyState } from '../../ui/Panel.tsx';

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
  return (
    <ApprovalFrame
      name={name}
      title={title}
      paper={paper}
      approval={approval}
      primary={{ act, tone: 'danger', label: go }}
      onRun={onRun}
      back={{ label: say('refund.back'), testId: TEST_IDS.actKeep, onPress: onBack }}
    >
      {children}
      <Approvers managers={approval.managers} approver={approval.approver} choose={approval.choose} />
    </ApprovalFrame>
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
