import { useState } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { useWords } from '../../i18n/words.ts';
import { TextField } from '../../ui/TextField.tsx';
import { parseCategories } from './draft.ts';

/** Categories of goods that are left out, separated by commas; what is typed stays as it is typed. */
export function CategoriesField({ at, value, onChange }: { at: string; value: string[] | undefined; onChange: (categories: string[] | undefined) => void }) {
  const { say } = useWords();
  const [text, setText] = useState((value ?? []).join(', '));
  return (
    <TextField
      label={say('rules.excluded')}
      value={text}
      placeholder={say('rules.excluded.hint')}
      onChange={(typed) => {
        setText(typed);
        onChange(parseCategories(typed));
      }}
      testId={TEST_IDS.ruleField(`${at}/excludedCategories`)}
    />
  );
}
