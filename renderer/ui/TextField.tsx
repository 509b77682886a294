import type { ReactNode, Ref } from 'react';
import { FieldError, Input, Label, TextField as AriaTextField } from 'react-aria-components';

export interface TextFieldProps {
  label: string;
  value: string;
  onChange: (text: string) => void;
  placeholder?: string;
  testId?: string;
  inputRef?: Ref<HTMLInputElement>;
  icon?: ReactNode;
  onFocus?: () => void;
  hideLabel?: boolean;
  autoFocus?: boolean;
  type?: 'text' | 'search';
  /** What is wrong with it, said below. */
  problem?: string;
}

/** One line of text. The browser's suggestions stay off: a till shows members, not memories. */
export function TextField({ label, value, onChange, placeholder, testId, inputRef, icon, onFocus, hideLabel = false, autoFocus = false, type = 'text', problem }: TextFieldProps) {
  return (
    <AriaTextField className="text-field" value={value} onChange={onChange} autoFocus={autoFocus} {...(onFocus === undefined ? {} : { onFocus })} type={type} isInvalid={problem !== undefined}>
      <Label className={hideLabel ? 'visually-hidden' : 'text-field-label'}>{label}</Label>
      <span className="text-field-box">
        {icon}
        <Input ref={inputRef ?? null} placeholder={placeholder ?? ''} autoComplete="off" spellCheck={false} data-testid={testId} />
      </span>
      {problem !== undefined && <FieldError className="field-problem">{problem}</FieldError>}
    </AriaTextField>
  );
}
