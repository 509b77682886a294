import { Button as AriaButton } from 'react-aria-components';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useStore, useTill } from '../../host/context.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { formatDate, formatTime } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Amount } from '../../ui/Amount.tsx';
import { Panel } from '../../ui/Panel.tsx';

/** Earlier shifts of this till, each one tap from its Z report. */
export function Earlier({ chosen, onChoose }: { chosen: string | null; onChoose: (shift: string) => void }) {
  const { say, language } = useWords();
  const host = useHost();
  const { shift } = useTill();
  const { currency, utcOffsetMinutes } = useStore();
  const rows = useAnswer(`shifts ${shift?.shift ?? ''}`, () => host.call('listShifts', {})) ?? [];
  if (rows.length === 0) return null;
  return (
    <Panel title={say('shift.earlier')}>
      <div className="shift-rows" role="group" aria-label={say('shift.earlier')}>
        {rows.map((row) => (
          <AriaButton key={row.shift} className="last-sale" aria-pressed={row.shift === chosen} onPress={() => onChoose(row.shift)} data-testid={TEST_IDS.shiftRow(row.shift)}>
            <span className="last-sale-number">{formatDate(row.businessDate, language)}</span>
            <span className="soft nowrap">
              {formatTime(row.openedMs, utcOffsetMinutes)} – {row.closedMs === null ? say('shift.stillOpen') : formatTime(row.closedMs, utcOffsetMinutes)}
            </span>
            <b>{row.differenceMinor === null ? '' : <Amount minor={row.differenceMinor} currency={currency} />}</b>
          </AriaButton>
        ))}
      </div>
    </Panel>
  );
}
