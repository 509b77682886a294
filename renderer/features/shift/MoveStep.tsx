import { useState } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost } from '../../host/context.tsx';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { ProblemPanel } from './parts.tsx';
import { useAmount } from './use-amount.ts';
import { useShiftAct } from './use-shift-act.ts';

/** Cash into the drawer or out of it: how much on the keypad, and why. */
export function MoveStep({ event, onDone }: { event: 'pay-in' | 'pay-out'; onDone: () => void }) {
  const { say } = useWords();
  const host = useHost();
  const isIn = event === 'pay-in';
  const amount = useAmount();
  const [reason, setReason] = useState(say(isIn ? 'shift.reason.payIn' : 'shift.reason.payOut'));
  const act = useShiftAct();
  const isReady = amount.minor > 0 && reason.trim() !== '';
  const type = (text: string): void => {
    act.forget();
    amount.type(text);
  };
  const go = (): void => {
    if (isReady) act.run(() => host.call('moveCash', { entryId: act.entryId, event, amountMinor: amount.minor, reason }), onDone);
  };
  useKeys({ onText: type, onBackspace: amount.backspace, onEnter: go, onEscape: onDone });
  return (
    <Frame
      name="shift"
      paper={null}
      keypad={
        <Keypad
          field={say('shift.amount')}
          value={amount.text}
          onText={type}
          onBackspace={amount.backspace}
          primary={{ act: event, label: say(isIn ? 'shift.payIn.go' : 'shift.payOut.go', { amount: amount.text }), isDisabled: !isReady, isBusy: act.isBusy, onPress: go }}
          actions={<Button onPress={onDone} shortcut="Esc" testId={TEST_IDS.shiftKeep}>{say('shift.keep')}</Button>}
        />
      }
    >
      <h1 className="screen-title">{say(isIn ? 'shift.payIn.title' : 'shift.payOut.title')}</h1>
      <ProblemPanel problem={act.problem} />
      <TextField label={say('shift.reason')} value={reason} onChange={setReason} testId={TEST_IDS.reason} />
    </Frame>
  );
}
