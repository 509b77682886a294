import type { MemberView } from '../../../shared/contract/views.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatDate, formatMoment } from '../../i18n/format.ts';
import { offerReason } from '../../i18n/offers.ts';
import { useWords } from '../../i18n/words.ts';
import { PointsAmount } from '../../ui/Amount.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useNow } from '../../ui/use-now.ts';

/** Who is at the till, and what they have. Of the phone only the last digits are ever shown. */
export function MemberPanel({ member, onRemove }: { member: MemberView | null | undefined; onRemove: () => void }) {
  const { say, language } = useWords();
  if (member === null || member === undefined) return <section className="member-panel" aria-busy="true" />;
  return (
    <section className="member-panel" aria-label={member.name} data-testid={TEST_IDS.member} data-member={member.id}>
      <header className="member-head">
        <Avatar name={member.name} />
        <div className="member-who">
          <h2>{member.name}{member.tier !== undefined && <> <Chip tone="quiet" icon="star" testId={TEST_IDS.tier}>{member.tier.name[language]}</Chip></>}</h2>
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
      {member.offer !== undefined && <PersonalOffer offer={member.offer} />}
    </section>
  );
}

/** What may be said to the member now, in a line: the merchant's words, and why. */
function PersonalOffer({ offer }: { offer: NonNullable<MemberView['offer']> }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  const why = offer.because.map((reason) => offerReason(reason, { say, language, currency }));
  return (
    <p className="member-offer" data-testid={TEST_IDS.offer} data-offer={offer.id}>
      <Icon name="star" />
      <span className="member-offer-words"><strong>{offer.text[language]}</strong> <span className="soft small">{why.join(language === 'zh-CN' ? '' : ' ')}</span></span>
    </p>
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
