import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';

/** Tones: `plain` for most, `strong` for the one that matters in a panel, `danger` for what gives points back or refuses. */
export interface ButtonProps {
  children: ReactNode;
  onPress: () => void;
  tone?: 'plain' | 'strong' | 'danger' | 'quiet';
  isDisabled?: boolean;
  /** Key that does the same, shown on the button. */
  shortcut?: string;
  testId?: string;
  label?: string;
  className?: string;
  isPressed?: boolean;
}

/** A button of at least 48 px. */
export function Button({ children, onPress, tone = 'plain', isDisabled, shortcut, testId, label, className, isPressed }: ButtonProps) {
  return (
    <AriaButton
      className={`button button-${tone} ${className ?? ''}`}
      onPress={onPress}
      {...(isDisabled === undefined ? {} : { isDisabled })}
      {...(label === undefined ? {} : { 'aria-label': label })}
      {...(isPressed === undefined ? {} : { 'aria-pressed': isPressed })}
      {...(shortcut === undefined ? {} : { 'aria-keyshortcuts': shortcut })}
      data-testid={testId}
    >
      <span>{children}</span>
      {shortcut !== undefined && <kbd aria-hidden="true">{shortcut}</kbd>}
    </AriaButton>
  );
}
