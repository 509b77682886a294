import { TEST_IDS } from '../../app/testids.ts';
import { formatWeekdays } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';

const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;

/** Days of the week on which something holds; all of them is no limit. */
export function Weekdays({ at, chosen, onChange }: { at: string; chosen: number[] | undefined; onChange: (days: number[] | undefined) => void }) {
  const { say, language } = useWords();
  const toggle = (day: number): void => {
    const next = DAYS.filter((one) => (chosen ?? DAYS).includes(one as never) !== (one === day));
    onChange(next.length === 0 || next.length === DAYS.length ? undefined : [...next]);
  };
  return (
    <div className="choice" role="group" aria-label={say('rules.days')}>
      <span className="choice-label">{say('rules.days')}</span>
      <div className="row weekdays">
        {DAYS.map((day) => (
          <Button key={day} isPressed={chosen?.includes(day) ?? true} onPress={() => toggle(day)} testId={TEST_IDS.ruleField(`${at}/weekdays/${day}`)}>
            {formatWeekdays([day], language)}
          </Button>
        ))}
      </div>
    </div>
  );
}
