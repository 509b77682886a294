import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { TEST_IDS } from '../app/testids.ts';
import { useWords } from '../i18n/words.ts';
import { Icon } from './Icon.tsx';

const DIGITS = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '00', '0'] as const;

export interface PrimaryAct {
  /** Name of the act for tests and styles, like `redeem`. */
  act: string;
  label: string;
  detail?: string;
  tone?: 'go' | 'danger';
  isDisabled?: boolean;
  isBusy?: boolean;
  onPress: () => void;
}

export interface KeypadProps {
  /** Where digits go and what they make; null when this screen takes no digits. */
  field: string | null;
  value: ReactNode;
  /** Words under the value, such as why a key was not taken. */
  hint?: ReactNode;
  onText: (text: string) => void;
  onBackspace: () => void;
  primary: PrimaryAct;
  /** Two smaller acts under the primary key. */
  actions?: ReactNode;
}

/** The right-hand column: what is typed, the numpad, the primary key. The same place and size on every screen. */
export function Keypad({ field, value, hint, onText, onBackspace, primary, actions }: KeypadProps) {
  const { say } = useWords();
  const idle = field === null;
  const shown = useRef<HTMLOutputElement>(null);
  // An amount that is cut off would be another amount: what is too wide gets smaller letters.
  useLayoutEffect(() => {
    const box = shown.current;
    if (box === null) return;
    box.dataset['long'] = 'false';
    box.dataset['long'] = String(box.scrollWidth > box.clientWidth);
  });
  return (
    <section className="keypad" data-idle={idle} aria-label={say('key.column')}>
      <div className="keypad-display">
        <span className="keypad-field" data-testid={TEST_IDS.keypadField}>{field ?? ''}</span>
        <output ref={shown} className="keypad-value" data-testid={TEST_IDS.keypadValue}>{value}</output>
        <span className="keypad-hint">{hint}</span>
      </div>
      <Numpad isDisabled={idle} onText={onText} onBackspace={onBackspace} />
      <PrimaryKey {...primary} />
      <div className="keypad-actions">{actions}</div>
    </section>
  );
}

/** The keypad of a screen that takes no digits: its place and its primary key stay. */
export function IdleKeypad({ primary, actions }: Pick<KeypadProps, 'primary' | 'actions'>) {
  return <Keypad field={null} value={'\u00a0'} onText={() => undefined} onBackspace={() => undefined} primary={primary} actions={actions} />;
}

interface NumpadProps {
  isDisabled: boolean;
  onText: (text: string) => void;
  onBackspace: () => void;
}

/** Digits for the finger. Not in the tab order: a keyboard has its own digits, and a pressed key must not keep the focus. */
export function Numpad({ isDisabled, onText, onBackspace }: NumpadProps) {
  const { say } = useWords();
  const common = { className: 'numpad-key', isDisabled, excludeFromTabOrder: true, preventFocusOnPress: true } as const;
  return (
    <div className="numpad" role="group" aria-label={say('key.pad')}>
      {DIGITS.map((digit) => (
        <AriaButton
          key={digit}
          {...common}
          data-testid={TEST_IDS.key(digit)}
          onPress={() => onText(digit)}
        >
          {digit}
        </AriaButton>
      ))}
      <AriaButton {...common} aria-label={say('key.backspace')} data-testid={TEST_IDS.keyBack} onPress={onBackspace}>
        <Icon name="backspace" />
      </AriaButton>
    </div>
  );
}

/** The one large key: it always does what Enter does. */
export function PrimaryKey({ act, label, detail, tone = 'go', isDisabled = false, isBusy = false, onPress }: PrimaryAct) {
  return (
    <AriaButton
      className={`primary primary-${tone}`}
      isDisabled={isDisabled}
      isPending={isBusy}
      preventFocusOnPress
      onPress={onPress}
      data-testid={TEST_IDS.primary}
      data-act={act}
      aria-keyshortcuts="Enter"
    >
      <span className="primary-words">
        <span className="primary-label">{label}</span>
        {detail !== undefined && <span className="primary-detail">{detail}</span>}
      </span>
      <Icon name="enter" />
    </AriaButton>
  );
}
