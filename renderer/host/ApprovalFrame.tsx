import type { ReactNode } from 'react';
import { TEST_IDS } from '../app/testids.ts';
import { useWords } from '../i18n/words.ts';
import { Button } from '../ui/Button.tsx';
import { Frame } from '../ui/Frame.tsx';
import { Keypad, type PrimaryAct } from '../ui/Keypad.tsx';
import { useKeys } from '../ui/keys/KeyScope.tsx';
import { ErrorPanel } from '../ui/Panel.tsx';
import { PinDots } from '../ui/PinDots.tsx';
import type { Approval } from './use-approval.ts';

/** The last step of an act that needs a manager: what it does, and the PIN in place. `back` is the way out, also by Escape. */
export function ApprovalFrame({ name, title, paper, approval, primary, onRun, back, children }: {
  name: string;
  title: string;
  paper: ReactNode;
  approval: Pick<Approval, 'approver' | 'digits' | 'type' | 'backspace' | 'isReady' | 'isBusy' | 'problem'>;
  primary: Pick<PrimaryAct, 'act' | 'label' | 'detail' | 'tone'>;
  onRun: () => void;
  back: { label: string; testId: string; onPress: () => void };
  children: ReactNode;
}) {
  const { say } = useWords();
  const { approver, problem } = approval;
  useKeys({ onText: approval.type, onBackspace: approval.backspace, onEnter: onRun, onEscape: back.onPress });
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
          primary={{ ...primary, isDisabled: !approval.isReady, isBusy: approval.isBusy, onPress: onRun }}
          actions={<Button onPress={back.onPress} shortcut="Esc" testId={back.testId}>{back.label}</Button>}
        />
      }
    >
      {problem !== null && <ErrorPanel title={say('refusal.label')} code={say('app.code', { code: problem.code })} testId={TEST_IDS.refusal}>{problem.words}</ErrorPanel>}
      {children}
    </Frame>
  );
}
