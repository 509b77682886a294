import type { MemberView } from '../../../shared/contract/views.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatDate, formatMoment } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { PointsAmount } from '../../ui/Amount.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useNow } from '../../ui/use-now.ts';

/** Who is at the till, and what they have. Of the phone only the last digits are ever shown. */
export function MemberPanel({ member, onRemove }: { member: MemberView | null | undefined; onRemove: () => void }) {
  const { say } = useWords();
  if (member === null || member === undefined) return <section className="member-panel" aria-busy="true" />;
  return (
    <section className="member-panel" aria-label={member.name} data-testid={TEST_IDS.member} data-member={member.id}>
      <header className="member-head">
        <Avatar name={member.name} />
        <div className="member-who">
          <h2>{member.name}</h2>
          <p className="soft small">
            {say('member.card', { card: member.card })}
            {member.phoneTail !== '' && <> · {say('member.phone', { tail: member.phoneTail })}</>}
          </p>
        </div>
        <Button tone="quiet" onPress={onRemove} label={say('sale.removeMember')} testId={TEST_IDS.removeMember}><Icon name="close" /></Button>
      </header>
      <div className="member-balance">
        <p className="balance">
          <span className="soft small">{say('member.balance')}</span>
          <span className="balance-number"><PointsAmount points={member.balance} testId={TEST_IDS.balance} /> <small>{say('member.points', { points: member.balance })}</small></span>
        </p>
        <MemberCover member={member} />
      </div>
    </section>
  );
}

function MemberCover({ member }: { member: MemberView }) {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  return (
    <div className="member-cover small">
      {member.asOfMs !== null && (
        <p className="soft" data-testid={TEST_IDS.asOf}>
          {say('member.asOf', { time: formatMoment(member.asOfMs, nowMs, utcOffsetMinutes, language) })}
        </p>
      )}
      {member.expiry !== undefined && (
        <p className="soft cover" data-testid={TEST_IDS.expiry} data-past={member.expiry.isPast}>
          {member.expiry.isPast && <Icon name="warning" />}
          <span>{say(member.expiry.isPast ? 'member.expired' : 'member.expires', { points: member.expiry.points, date: formatDate(member.expiry.on, language) })}</span>
        </p>
      )}
      {member.mergedAway === true && <p className="cover" data-testid={TEST_IDS.mergedAway}><Icon name="warning" /><span>{say('member.mergedAway')}</span></p>}
      <p className="soft cover" data-testid={TEST_IDS.cover} data-cover={member.cover}>
        <Icon name="held" />
        <span>{say(`member.cover.${member.cover}`, { points: member.leased })}</span>
      </p>
    </div>
  );
}
