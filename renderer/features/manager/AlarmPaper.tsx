import type { AlarmRow } from '../../../shared/contract/alarms.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatMoment } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Slip, SlipLine } from '../../ui/paper/Slip.tsx';
import { useNow } from '../../ui/use-now.ts';
import { alarmKind } from './queue.ts';

/** An alarm as paper: which entry, what it means, and of a sale that was decided otherwise each difference with both sides. */
export function AlarmPaper({ alarm }: { alarm: AlarmRow }) {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  const kind = alarmKind(alarm);
  const told = (text: string): string => (text === '' ? say('manager.alarm.nothing') : text);
  return (
    <Slip label={say(`manager.alarm.${kind}`)} testId={TEST_IDS.story} stub={<p className="story-why">{say(`manager.alarm.${kind}.body`)}</p>}>
      <h2 className="about-title">{alarm.number}</h2>
      <dl className="slip-lines">
        <SlipLine label={say('manager.story.till')}>{alarm.terminal}</SlipLine>
        <SlipLine label={say('manager.alarm.raised')}>{formatMoment(alarm.raisedMs, nowMs, utcOffsetMinutes, language)}</SlipLine>
      </dl>
      {alarm.uses?.map(({ voucher, why, discount }) => (
        <section key={voucher} className="story-why">
          <h3 className="small">{voucher}</h3>
          <dl className="slip-lines">
            <SlipLine label={say('manager.alarm.differs.voucher')}>{discount}</SlipLine>
          </dl>
          <p className="soft small">{say(`manager.alarm.excess.${why}`)}</p>
        </section>
      ))}
      {alarm.differences.map(({ what, expected, found, reason }) => (
        <section key={what} className="story-why">
          <h3 className="small">{say(`manager.alarm.differs.${what}`)}</h3>
          <dl className="slip-lines">
            <SlipLine label={say('manager.alarm.expected')}>{told(expected)}</SlipLine>
            <SlipLine label={say('manager.alarm.found')}>{told(found)}</SlipLine>
          </dl>
          {reason !== undefined && <p className="soft small">{say('manager.alarm.reason', { reason })}</p>}
        </section>
      ))}
    </Slip>
  );
}
