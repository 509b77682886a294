import { useState } from 'react';
import type { OpenShiftView, ShiftReportView } from '../../../shared/contract/shift.ts';
import { businessDate } from '../../../shared/domain/date.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useStore, useTill } from '../../host/context.tsx';
import { PrinterNotice } from '../../host/PrinterNotice.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { usePrinter } from '../../host/use-printer.ts';
import { formatDate, formatMoment } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { Notice } from '../../ui/Panel.tsx';
import { useNow } from '../../ui/use-now.ts';
import { CountStep } from './CountStep.tsx';
import { Earlier } from './Earlier.tsx';
import { MoveStep } from './MoveStep.tsx';
import { OpenStep } from './OpenStep.tsx';
import { shiftDocument } from './paper-lines.ts';
import { ShiftPaper } from './ShiftPaper.tsx';

type Step = 'look' | 'pay-in' | 'pay-out' | 'count';

/** The shift: opened, its drawer moved and counted, and closed, with its report beside. */
export function ShiftScreen({ onBack }: { onBack: () => void }) {
  const { shift } = useTill();
  const [step, setStep] = useState<Step>('look');
  const [closed, setClosed] = useState<ShiftReportView | null>(null);
  const look = (): void => setStep('look');
  if (shift === undefined) {
    const reset = (): void => {
      setClosed(null);
      look();
    };
    return <OpenStep closed={closed} onBack={onBack} onOpened={reset} />;
  }
  if (step === 'count') return <CountStep onKeep={look} onClosed={setClosed} />;
  if (step !== 'look') return <MoveStep event={step} onDone={look} />;
  return <LookStep shift={shift} onStep={setStep} onBack={onBack} />;
}

function LookStep({ shift, onStep, onBack }: { shift: OpenShiftView; onStep: (step: Step) => void; onBack: () => void }) {
  const words = useWords();
  const { say, language } = words;
  const { print } = usePrinter();
  const host = useHost();
  const { sync } = useTill();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  const [chosen, setChosen] = useState<string | null>(null);
  const outcome = useAnswer(JSON.stringify([chosen, shift.shift, sync.waiting]), () => host.call('shiftReport', { shift: chosen }));
  const report = outcome?.ok === true ? outcome.value : null;
  const day = formatDate(shift.businessDate, language);
  const isOld = shift.businessDate !== businessDate(nowMs, utcOffsetMinutes);
  useKeys({ onEnter: () => onStep('count'), onEscape: onBack });
  return (
    <Frame
      name="shift"
      paper={report !== null && <ShiftPaper report={report} />}
      keypad={
        <IdleKeypad
          primary={{ act: 'count', label: say('shift.count'), onPress: () => onStep('count') }}
          actions={
            <>
              <Button onPress={onBack} testId={TEST_IDS.shiftKeep}>{say('nav.backToSale')}</Button>
              <Button onPress={() => report !== null && print(shiftDocument(report, words))} isDisabled={report === null} testId={TEST_IDS.print}>{say('shift.print')}</Button>
            </>
          }
        />
      }
    >
      <h1 className="screen-title">{say('shift.isOpen')}</h1>
      <p>{say('shift.since', { time: formatMoment(shift.openedMs, nowMs, utcOffsetMinutes, language), name: shift.openedBy })}<br /><span className="soft">{say('shift.day', { day })}</span></p>
      {isOld && <Notice tone="amber" icon="warning" title={say('shift.old.title', { day })} testId={TEST_IDS.shiftOld}><p>{say('shift.old.body')}</p></Notice>}
      <PrinterNotice />
      <div className="row">
        <Button onPress={() => onStep('pay-in')} testId={TEST_IDS.shiftIn}>{say('shift.payIn')}</Button>
        <Button onPress={() => onStep('pay-out')} testId={TEST_IDS.shiftOut}>{say('shift.payOut')}</Button>
      </div>
      <Earlier chosen={chosen ?? shift.shift} onChoose={setChosen} />
    </Frame>
  );
}
