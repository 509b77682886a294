import { useState } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { useWords } from '../../i18n/words.ts';
import { TextField } from '../../ui/TextField.tsx';
import { parseList } from './draft.ts';

/** Categories or items of goods, separated by commas; what is typed stays as it is typed. */
export function ListField({ at, label, hint, value, onChange }: {
  at: string;
  label: string;
  /** An example of what can be typed. */
  hint?: string;
  value: string[] | undefined;
  onChange: (words: string[] | undefined) => void;
}) {
  const { say } = useWords();
  const [text, setText] = useState((value ?? []).join(', '));
  // After an undo the draft says something else than what was typed last.
  const isStale = parseList(text)?.join() !== value?.join();
  return (
    <TextField
      label={label}
      value={isStale ? (value ?? []).join(', ') : text}
      placeholder={hint ?? say('rules.excluded.hint')}
      onChange={(typed) => {
        setText(typed);
        onChange(parseList(typed));
      }}
      testId={TEST_IDS.ruleField(at)}
    />
  );
}
