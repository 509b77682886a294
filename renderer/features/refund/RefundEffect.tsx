import type { RefundPreview } from '../../../shared/contract/refund.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatDate, formatMoment } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Amount, PointsAmount } from '../../ui/Amount.tsx';
import { Notice, Panel } from '../../ui/Panel.tsx';
import { SlipLine } from '../../ui/paper/Slip.tsx';
import { useNow } from '../../ui/use-now.ts';

/** What a refund gives back, in numbers: money, points to and from the member, vouchers, what is owed, and what is left. */
export function RefundEffect({ preview }: { preview: RefundPreview }) {
  const { say, language } = useWords();
  const { currency, member, earnedUntil } = preview;
  return (
    <>
      <section className="refund-effect" data-testid={TEST_IDS.refundEffect} data-refund={preview.refundMinor} data-returned={preview.returned} data-clawed={preview.clawedBack}>
        <div className="refund-pay">
          <span>{say('refund.payBack')}</span>
          <strong><Amount minor={preview.refundMinor} currency={currency} /></strong>
        </div>
        <dl className="slip-lines">
          <SlipLine label={say('refund.goods')} soft><Amount minor={preview.goodsMinor} currency={currency} /></SlipLine>
          {preview.returned > 0 && (
            <SlipLine label={<Explained words={say('refund.returned')} how={say('refund.returnedHow')} />}><PointsAmount points={preview.returned} signed /></SlipLine>
          )}
          {preview.clawedBack > 0 && (
            <SlipLine label={<Explained words={say('refund.clawedBack')} how={earnedUntil === undefined ? '' : say('refund.clawedBackHow', { date: formatDate(earnedUntil, language) })} />}>
              <PointsAmount points={-preview.clawedBack} signed />
            </SlipLine>
          )}
          {member !== null && (
            <SlipLine label={say('refund.balance', { name: member.name })}><PointsAmount points={member.before} />{' → '}<PointsAmount points={member.after} /></SlipLine>
          )}
          {preview.vouchers.map(({ voucher, name }) => (
            <SlipLine key={voucher} label={say('refund.voucher', { voucher: name?.[language] ?? voucher })}>{say('refund.voucherBack')}</SlipLine>
          ))}
          {preview.leftAfterMinor > 0 && <SlipLine label={say('refund.left')} soft><Amount minor={preview.leftAfterMinor} currency={currency} /></SlipLine>}
        </dl>
      </section>
      {member !== null && member.owes > 0 && (
        <Notice tone="red" icon="warning" title={say('refund.owes.title', { points: member.owes })} testId={TEST_IDS.refundOwes}><p>{say('refund.owes.body')}</p></Notice>
      )}
      {preview.earlier.length > 0 && <Earlier preview={preview} />}
    </>
  );
}

function Explained({ words, how }: { words: string; how: string }) {
  return <>{words}{how !== '' && <span className="soft receipt-how">{how}</span>}</>;
}

function Earlier({ preview }: { preview: RefundPreview }) {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  return (
    <Panel title={say('refund.earlier')} testId={TEST_IDS.refundEarlier}>
      <dl className="slip-lines">
        {preview.earlier.map(({ entry, number, wallMs, refundMinor }) => (
          <SlipLine key={entry} label={`${number} · ${formatMoment(wallMs, nowMs, utcOffsetMinutes, language)}`}><Amount minor={refundMinor} currency={preview.currency} /></SlipLine>
        ))}
      </dl>
    </Panel>
  );
}
