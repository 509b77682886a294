import { useState } from 'react';
import type { ShiftReportView } from '../../../shared/contract/shift.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useTill } from '../../host/context.tsx';
import { PrinterNotice } from '../../host/PrinterNotice.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { usePrinter } from '../../host/use-printer.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { LONGEST_PIN, PinDots, SHORTEST_PIN } from '../../ui/PinDots.tsx';
import { Earlier } from './Earlier.tsx';
import { Facts, ProblemPanel } from './parts.tsx';
import { shiftDocument } from './paper-lines.ts';
import { ShiftPaper } from './ShiftPaper.tsx';
import { useAmount } from './use-amount.ts';
import { useShiftAct } from './use-shift-act.ts';

/** No shift is open: the float that the last one began with, a PIN, and the large key. Earlier shifts lie beside it. */
export function OpenStep({ closed, onBack, onOpened }: { closed: ShiftReportView | null; onBack: () => void; onOpened: () => void }) {
  const words = useWords();
  const { say } = words;
  const { print } = usePrinter();
  const host = useHost();
  const [chosen, setChosen] = useState<string | null>(null);
  const asked = useAnswer(chosen === null ? null : `shift ${chosen}`, () => host.call('shiftReport', { shift: chosen }));
  const shown = chosen === null ? closed : asked?.ok === true ? asked.value : null;
  const form = useOpening(onOpened);
  useKeys({ onText: form.type, onBackspace: form.backspace, onEnter: form.go, onEscape: onBack });
  return (
    <Frame
      name="shift"
      paper={shown !== null && <ShiftPaper report={shown} />}
      keypad={
        <Keypad
          field={form.isFloat ? say('shift.float') : say('signIn.pinOf', { name: form.name })}
          value={form.isFloat ? form.float.text : <PinDots count={form.digits} />}
          onText={form.type}
          onBackspace={form.backspace}
          primary={{ act: form.isFloat ? 'float' : 'open-shift', ...form.primary, onPress: form.go }}
          actions={
            <>
              <Button onPress={onBack} testId={TEST_IDS.shiftKeep}>{say('nav.backToSale')}</Button>
              <Button onPress={() => shown !== null && print(shiftDocument(shown, words))} isDisabled={shown === null} testId={TEST_IDS.print}>{say('shift.print')}</Button>
            </>
          }
        />
      }
    >
      <h1 className="screen-title">{say(closed === null ? 'shift.none.title' : 'shift.closed')}</h1>
      <ProblemPanel problem={form.problem} />
      <PrinterNotice />
      <p>{say('shift.none.body')}</p>
      <Panel title={say('shift.open.title')}>
        <Facts facts={[{ label: say('shift.float'), value: form.float.text, testId: TEST_IDS.shiftFloat, minor: form.float.minor }]} />
        <div className="row"><Button onPress={form.toggleFloat} isPressed={form.isFloat}>{say(form.isFloat ? 'shift.float.done' : 'shift.float.change')}</Button></div>
      </Panel>
      <Earlier chosen={chosen ?? closed?.shift ?? null} onChoose={setChosen} />
    </Frame>
  );
}

/** The form: digits go to the PIN, or to the float while that is being changed. */
function useOpening(onOpened: () => void) {
  const { say } = useWords();
  const host = useHost();
  const { staff, usualFloatMinor } = useTill();
  const float = useAmount(usualFloatMinor ?? 0);
  // A till that never had a float asks for it first.
  const [isFloat, setFloat] = useState(usualFloatMinor === undefined);
  const [pin, setPin] = useState('');
  const act = useShiftAct();
  const open = (): void => {
    if (staff === null || pin.length < SHORTEST_PIN) return;
    setPin('');
    act.run(() => host.call('openShift', { entryId: act.entryId, approval: { staff: staff.id, pin }, floatMinor: float.minor }), onOpened);
  };
  return {
    float, isFloat, digits: pin.length, name: staff?.name ?? '', problem: act.problem,
    toggleFloat: () => setFloat(!isFloat),
    type: (text: string): void => {
      act.forget();
      if (isFloat) float.type(text);
      else setPin((so) => (so + text.replace(/\D/g, '')).slice(0, LONGEST_PIN));
    },
    backspace: () => (isFloat ? float.backspace() : setPin((so) => so.slice(0, -1))),
    go: () => (isFloat ? setFloat(false) : open()),
    primary: isFloat
      ? { label: say('shift.float.done') }
      : { label: say('shift.open.go'), detail: say('shift.open.detail', { amount: float.text }), isDisabled: pin.length < SHORTEST_PIN, isBusy: act.isBusy },
  };
}
