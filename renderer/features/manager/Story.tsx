import type { ReactNode } from 'react';
import type { OpenLeaseRow, ShortfallStory } from '../../../shared/contract/reports.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatMoment, formatPoints } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Slip, SlipLine } from '../../ui/paper/Slip.tsx';
import { useNow } from '../../ui/use-now.ts';

/** Moments in the store's time, with the day when it is not today. */
function useMoments(): (ms: number) => string {
  const { language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  return (ms) => formatMoment(ms, nowMs, utcOffsetMinutes, language);
}

/** A shortfall as paper: what was sold and how it was covered, when the till was out of touch, and who else took the points. */
export function ShortfallPaper({ story }: { story: ShortfallStory }) {
  const { say, language } = useWords();
  const moment = useMoments();
  const points = (count: number): string => formatPoints(count, language);
  return (
    <Slip
      label={say('manager.short', { points: story.points })}
      testId={TEST_IDS.story}
      stub={
        <dl className="slip-lines">
          <SlipLine label={say('manager.story.short')} strong>{points(story.points)}</SlipLine>
          <SlipLine label={say('manager.story.open')} strong>{points(story.open)}</SlipLine>
        </dl>
      }
    >
      <h2 className="about-title">{story.number}</h2>
      <dl className="slip-lines">
        <SlipLine label={say('manager.story.member')}>{story.memberName ?? say('manager.nobody')}</SlipLine>
        <SlipLine label={say('manager.story.till')}>{story.terminal}</SlipLine>
        <SlipLine label={say('manager.story.sold')}>{moment(story.occurredMs)}</SlipLine>
        <SlipLine label={say('manager.story.arrived')}>{moment(story.receivedMs)}</SlipLine>
        <SlipLine label={say('manager.story.redeemed')}>{points(story.redeemed)}</SlipLine>
        <SlipLine label={say('manager.story.leased')} soft>{points(story.leased)}</SlipLine>
        <SlipLine label={say('manager.story.free')} soft>{points(story.free)}</SlipLine>
      </dl>
      <Why story={story} moment={moment} points={points} />
      {story.leases.map(({ lease, reclaim }) => reclaim !== undefined && <p key={lease} className="story-why">{say('manager.story.reclaimed', { reason: reclaim.reason })}</p>)}
      {story.resolutions.map(({ entry, how, points: ended, reason }) => <p key={entry} className="story-why">{say('manager.story.ended', { how, points: ended, reason })}</p>)}
    </Slip>
  );
}

/** Why there were too few points: the outage, and what happened to them meanwhile. */
function Why({ story, moment, points }: { story: ShortfallStory; moment: (ms: number) => string; points: (count: number) => string }): ReactNode {
  const { say } = useWords();
  const { lastHeardMs, meanwhile, occurredMs, receivedMs } = story;
  if (meanwhile.length === 0) return <p className="story-why">{say('manager.story.why.none')}</p>;
  const until = moment(receivedMs);
  return (
    <>
      <p className="story-why">
        {lastHeardMs === undefined ? say('manager.story.why.other', { from: moment(occurredMs), until }) : say('manager.story.why.offline', { from: moment(lastHeardMs), until })}
      </p>
      <dl className="slip-lines">
        {meanwhile.map((one) => <SlipLine key={one.entry} label={`${one.number} · ${moment(one.occurredMs)}`}>{points(one.points)}</SlipLine>)}
      </dl>
    </>
  );
}

/** Points that a till holds, as paper: since when, until when, and whether that till can still give them back. */
export function LeasePaper({ lease }: { lease: OpenLeaseRow }) {
  const { say, language } = useWords();
  const moment = useMoments();
  const points = (count: number): string => formatPoints(count, language);
  return (
    <Slip
      label={say('manager.held', { points: lease.points - lease.spent })}
      testId={TEST_IDS.story}
      stub={
        <dl className="slip-lines">
          <SlipLine label={say('manager.lease.points')} strong>{points(lease.points)}</SlipLine>
          <SlipLine label={say('manager.lease.spent')} soft>{points(lease.spent)}</SlipLine>
        </dl>
      }
    >
      <h2 className="about-title">{lease.memberName}</h2>
      <dl className="slip-lines">
        <SlipLine label={say('manager.story.till')}>{lease.label === '' ? lease.terminal : lease.label}</SlipLine>
        <SlipLine label={say('manager.lease.granted')}>{moment(lease.grantedMs)}</SlipLine>
        <SlipLine label={say('manager.lease.spendBy')}>{moment(lease.spendByMs)}</SlipLine>
        {lease.lastHeardMs !== undefined && <SlipLine label={say('manager.lease.heard')}>{moment(lease.lastHeardMs)}</SlipLine>}
      </dl>
      <p className="story-why">{say(`manager.lease.holder.${lease.holder}`)}</p>
    </Slip>
  );
}
