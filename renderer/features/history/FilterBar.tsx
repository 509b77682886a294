import { useState } from 'react';
import type { EntryList } from '../../../shared/contract/history.ts';
import { ENTRY_GROUPS, ENTRY_SEARCH_STATES } from '../../../shared/contract/history.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { formatDate } from '../../i18n/format.ts';
import { useWords, type Say } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { DAY_CHOICES, isDay, type Choices } from './filter.ts';

const PICKERS = ['day', 'group', 'state', 'staff'] as const;
type Picker = (typeof PICKERS)[number];

interface FilterBarProps {
  choices: Choices;
  onChoose: (choices: Choices) => void;
  staff: EntryList['staff'];
}

/** Four pickers that say what is chosen; a tap on one shows its choices below, a tap on a choice takes it. */
export function FilterBar({ choices, onChoose, staff }: FilterBarProps) {
  const { say, language } = useWords();
  const [open, setOpen] = useState<Picker | null>(null);
  const take = (change: Partial<Choices>): void => {
    onChoose({ ...choices, ...change });
    setOpen(null);
  };
  const words: Record<Picker, string> = {
    day: typeof choices.day === 'object' ? formatDate(choices.day.on, language) : say(`history.day.${choices.day}`),
    group: say(`history.group.${choices.group}`),
    state: say(`history.state.${choices.state}`),
    staff: staff.find(({ id }) => id === choices.staff)?.name ?? say('history.staff.any'),
  };
  return (
    <>
      <div className="history-pickers" role="group" aria-label={say('history.filter')}>
        {PICKERS.map((one) => (
          <Button
            key={one} className={isChosen(choices, one) ? 'history-picker history-picker-set' : 'history-picker'} isPressed={open === one}
            label={say('history.picker', { what: say(`history.pick.${one}`), value: words[one] })}
            onPress={() => setOpen(open === one ? null : one)} testId={TEST_IDS.picker(one)}
          >
            {words[one]}
          </Button>
        ))}
      </div>
      {open !== null && (
        <div className="row history-choices" role="group" aria-label={say(`history.pick.${open}`)}>
          {optionsOf(open, staff, say).map(({ id, label, change, isNow }) => (
            <Button key={id} onPress={() => take(change)} isPressed={isNow(choices)} testId={TEST_IDS.filter(id)}>{label}</Button>
          ))}
          {open === 'day' && <OneDay choices={choices} onDay={(on) => take({ day: { on } })} />}
        </div>
      )}
    </>
  );
}

function isChosen({ day, group, state, staff }: Choices, picker: Picker): boolean {
  return { day: day !== 'any', group: group !== 'all', state: state !== 'any', staff: staff !== '' }[picker];
}

interface Option {
  id: string;
  label: string;
  change: Partial<Choices>;
  isNow: (choices: Choices) => boolean;
}

function optionsOf(picker: Picker, staff: EntryList['staff'], say: Say): Option[] {
  switch (picker) {
    case 'day':
      return DAY_CHOICES.map((day) => ({ id: `day-${day}`, label: say(`history.day.${day}`), change: { day }, isNow: (so) => so.day === day }));
    case 'group':
      return ENTRY_GROUPS.map((group) => ({ id: group, label: say(`history.group.${group}`), change: { group }, isNow: (so) => so.group === group }));
    case 'state':
      return ENTRY_SEARCH_STATES.map((state) => ({ id: state, label: say(`history.state.${state}`), change: { state }, isNow: (so) => so.state === state }));
    case 'staff':
      return [{ id: '', name: say('history.staff.any') }, ...staff].map(({ id, name }) => (
        { id: `by-${id === '' ? 'any' : id}`, label: name, change: { staff: id }, isNow: (so) => so.staff === id }
      ));
  }
}

/** A day by its date; taken once it is one. */
function OneDay({ choices, onDay }: { choices: Choices; onDay: (day: string) => void }) {
  const { say } = useWords();
  const [text, setText] = useState(typeof choices.day === 'object' ? choices.day.on : '');
  return (
    <label className="history-date">
      <span className="soft">{say('history.day.on')}</span>
      <input
        type="date" value={text} data-testid={TEST_IDS.filter('day-on')}
        onChange={(event) => {
          setText(event.target.value);
          if (isDay(event.target.value)) onDay(event.target.value);
        }}
      />
    </label>
  );
}
