import { useState } from 'react';
import type { ShiftCount, ShiftReportView } from '../../../shared/contract/shift.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useStore } from '../../host/context.tsx';
import { formatMoney } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad, Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { Notice, Panel } from '../../ui/Panel.tsx';
import { Facts, ProblemPanel } from './parts.tsx';
import { useAmount, type Amount } from './use-amount.ts';
import { useShiftAct } from './use-shift-act.ts';

interface CountStepProps {
  onKeep: () => void;
  onClosed: (report: ShiftReportView) => void;
}

/** The blind count: what is in the drawer first, then what should be, and only then the close. */
export function CountStep({ onKeep, onClosed }: CountStepProps) {
  const [count, setCount] = useState<ShiftCount | null>(null);
  const cash = useAmount();
  const other = useAmount();
  if (count !== null) return <Counted count={count} onAgain={() => setCount(null)} onClosed={onClosed} />;
  return <Counting cash={cash} other={other} onKeep={onKeep} onCounted={setCount} />;
}

function Counting({ cash, other, onKeep, onCounted }: { cash: Amount; other: Amount; onKeep: () => void; onCounted: (count: ShiftCount) => void }) {
  const { say } = useWords();
  const host = useHost();
  const [isOther, setOther] = useState(false);
  const act = useShiftAct();
  const field = isOther ? other : cash;
  const type = (text: string): void => {
    act.forget();
    field.type(text);
  };
  const go = (): void => act.run(() => host.call('countShift', { countedMinor: cash.minor, otherMinor: other.minor }), onCounted);
  useKeys({ onText: type, onBackspace: field.backspace, onEnter: go, onEscape: onKeep });
  const fields = [
    { label: say('shift.count.cash'), amount: cash, isOn: !isOther, choose: () => setOther(false), testId: TEST_IDS.shiftCash },
    { label: say('shift.count.other'), amount: other, isOn: isOther, choose: () => setOther(true), testId: TEST_IDS.shiftOther },
  ];
  return (
    <Frame
      name="shift"
      paper={null}
      keypad={
        <Keypad
          field={say(isOther ? 'shift.count.otherShort' : 'shift.count.cash')}
          value={field.text}
          onText={type}
          onBackspace={field.backspace}
          primary={{ act: 'count', label: say('shift.count.go'), isBusy: act.isBusy, onPress: go }}
          actions={<Button onPress={onKeep} shortcut="Esc" testId={TEST_IDS.shiftKeep}>{say('shift.keep')}</Button>}
        />
      }
    >
      <h1 className="screen-title">{say('shift.count.title')}</h1>
      <ProblemPanel problem={act.problem} />
      <p>{say('shift.count.body')}</p>
      <div className="shift-rows" role="group" aria-label={say('shift.count.title')}>
        {fields.map(({ label, amount, isOn, choose, testId }) => (
          <Button key={testId} className="shift-field" onPress={choose} isPressed={isOn} testId={testId} label={`${label}: ${amount.text}`}>
            {label} <b className="nowrap">{amount.text}</b>
          </Button>
        ))}
      </div>
    </Frame>
  );
}

function Counted({ count, onAgain, onClosed }: { count: ShiftCount; onAgain: () => void; onClosed: (report: ShiftReportView) => void }) {
  const { say, language } = useWords();
  const host = useHost();
  const { currency } = useStore();
  const act = useShiftAct();
  const { countedMinor, otherMinor, expectedMinor, differenceMinor, counts, unsent } = count;
  const money = (amount: number): string => formatMoney(amount, currency, language);
  const go = (): void => act.run(() => host.call('closeShift', { entryId: act.entryId, countedMinor, otherMinor }), onClosed);
  useKeys({ onEnter: go, onEscape: onAgain });
  const words = differenceMinor === 0 ? say('shift.difference.none') : say(differenceMinor < 0 ? 'shift.difference.less' : 'shift.difference.more', { amount: money(Math.abs(differenceMinor)) });
  return (
    <Frame
      name="shift"
      paper={null}
      keypad={
        <IdleKeypad
          primary={{ act: 'close-shift', label: say('shift.close.go'), isBusy: act.isBusy, onPress: go }}
          actions={<Button onPress={onAgain} shortcut="Esc" testId={TEST_IDS.shiftKeep}>{say('shift.count.again')}</Button>}
        />
      }
    >
      <h1 className="screen-title">{say('shift.counted.title')}</h1>
      <ProblemPanel problem={act.problem} />
      <Panel>
        <Facts
          facts={[
            { label: say('shift.count.cash'), value: money(countedMinor) },
            ...(otherMinor === 0 ? [] : [{ label: say('shift.count.otherShort'), value: money(otherMinor) }]),
            { label: say('shift.expected'), value: money(expectedMinor), testId: TEST_IDS.shiftExpected, minor: expectedMinor },
            { label: say('shift.difference'), value: money(differenceMinor), testId: TEST_IDS.shiftDifference, minor: differenceMinor },
          ]}
        />
        <p role="status">{words} <span className="soft">{say('shift.counts', { count: counts })}</span></p>
      </Panel>
      {unsent > 0 && <Notice tone="amber" icon="saved" title={say('shift.unsent', { count: unsent })} testId={TEST_IDS.shiftUnsent}><p>{say('shift.unsentBody')}</p></Notice>}
    </Frame>
  );
}
