import type { EarnStep } from '../../../shared/domain/earn.ts';
import { earnShortWords } from '../../i18n/earnings.ts';
import { formatDate, formatTime } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { Amount, PointsAmount } from '../Amount.tsx';
import { code39 } from './code39.ts';
import { Slip, SlipLine } from './Slip.tsx';

/** What a receipt shows. Amounts in minor units, points whole, times at the store's offset. */
export interface ReceiptContent {
  kind: string;
  number: string;
  storeName: { en: string; 'zh-CN': string };
  address: string;
  footer: { en: string; 'zh-CN': string };
  staffName: string;
  wallMs: number;
  businessDate: string;
  utcOffsetMinutes: number;
  currency: string;
  totalMinor: number;
  discountMinor: number;
  netMinor: number;
  /** Vouchers of a sale; of a reversal, those that it gave back. */
  vouchers?: readonly { voucher: string; name?: { en: string; 'zh-CN': string }; discountMinor: number }[];
  memberName: string;
  cardTail: string;
  redeemed: number;
  atRisk: number;
  earned: number;
  earnSteps?: readonly EarnStep[];
  rule?: { en: string; 'zh-CN': string };
  returned: number;
  clawedBack: number;
  before: number | null;
  after: number | null;
  reversedBy: string;
  /** Of a reversal: whether it voided the sale or refunded goods of it. */
  scope?: 'void' | 'refund';
  /** Of a sale that was reversed: how, and goods that have not come back. */
  back?: { scope: 'void' | 'refund'; leftMinor: number };
}

/** The receipt as paper: on the screen, and the only thing that is printed. */
export function ReceiptPaper({ receipt, torn = false }: { receipt: ReceiptContent; torn?: boolean }) {
  const { say } = useWords();
  const withMember = receipt.memberName !== '' || receipt.cardTail !== '';
  return (
    <Slip
      label={say('receipt.title', { number: receipt.number })}
      torn={torn && withMember}
      testId={TEST_IDS.receipt}
      stub={
        <>
          {withMember && <StubLines receipt={receipt} />}
          <ReceiptFoot receipt={receipt} />
        </>
      }
    >
      <ReceiptHead receipt={receipt} />
      <MoneyLines receipt={receipt} />
    </Slip>
  );
}

function ReceiptHead({ receipt }: { receipt: ReceiptContent }) {
  const { say, language } = useWords();
  return (
    <header className="receipt-head">
      <h2>{receipt.storeName[language]}</h2>
      {receipt.address !== '' && <p className="soft small">{receipt.address}</p>}
      <p className="small">
        {formatDate(receipt.businessDate, language)} {formatTime(receipt.wallMs, receipt.utcOffsetMinutes)}
      </p>
      <p className="small" data-testid={TEST_IDS.receiptNumber}>{say('receipt.number', { number: receipt.number })}</p>
      <p className="small">{say('receipt.served', { name: receipt.staffName })}</p>
      {receipt.kind === 'reversal' && <p className="receipt-mark">{say(receipt.scope === 'refund' ? 'receipt.refundOf' : 'receipt.voidOf')}</p>}
      {receipt.reversedBy !== '' && <p className="receipt-mark">{say(backWords(receipt))}</p>}
    </header>
  );
}

/** How a sale stands that was reversed, the last time by what is said of it. */
export function backWords({ back }: ReceiptContent): 'receipt.wasVoided' | 'receipt.wasRefunded' | 'receipt.partlyRefunded' {
  if (back === undefined || back.scope === 'void') return 'receipt.wasVoided';
  return back.leftMinor === 0 ? 'receipt.wasRefunded' : 'receipt.partlyRefunded';
}

function MoneyLines({ receipt }: { receipt: ReceiptContent }) {
  const { say, language } = useWords();
  const { currency, rule } = receipt;
  const { vouchers = [] } = receipt;
  // Points are what the vouchers did not take off.
  const byPoints = receipt.kind === 'reversal' ? receipt.discountMinor : receipt.discountMinor - vouchers.reduce((sum, one) => sum + one.discountMinor, 0);
  const net = receipt.kind === 'reversal' ? 'receipt.refunded' : 'receipt.net';
  return (
    <dl className="slip-lines">
      <SlipLine label={say(receipt.scope === 'refund' ? 'receipt.goodsBack' : 'receipt.total')}><Amount minor={receipt.totalMinor} currency={currency} /></SlipLine>
      {vouchers.map(({ voucher, name, discountMinor }) => (
        <SlipLine key={voucher} label={say(receipt.kind === 'reversal' ? 'receipt.voucherBack' : 'receipt.voucher', { voucher: name?.[language] ?? voucher })} soft={receipt.kind === 'reversal'}>
          <Amount minor={-discountMinor} currency={currency} />
        </SlipLine>
      ))}
      {byPoints > 0 && <SlipLine label={say('receipt.discount')}><Amount minor={-byPoints} currency={currency} /></SlipLine>}
      {rule !== undefined && <SlipLine label={<span className="receipt-how">{rule[language]}</span>} soft>{''}</SlipLine>}
      <SlipLine label={say(net)} strong><Amount minor={receipt.netMinor} currency={currency} /></SlipLine>
    </dl>
  );
}

function StubLines({ receipt }: { receipt: ReceiptContent }) {
  const { say, language } = useWords();
  const { currency, earnSteps } = receipt;
  const changes: [Parameters<typeof say>[0], number][] = [
    ['receipt.redeemed', -receipt.redeemed],
    ['receipt.earned', receipt.earned],
    ['receipt.returned', receipt.returned],
    ['receipt.clawedBack', -receipt.clawedBack],
  ];
  return (
    <dl className="slip-lines">
      <SlipLine label={receipt.memberName === '' ? say('receipt.member') : receipt.memberName}>
        {receipt.cardTail === '' ? '' : say('receipt.cardTail', { tail: receipt.cardTail })}
      </SlipLine>
      {receipt.before !== null && <SlipLine label={say('receipt.before')}><PointsAmount points={receipt.before} /></SlipLine>}
      {changes.filter(([, change]) => change !== 0).map(([id, change]) => (
        <SlipLine key={id} label={say(id)}><PointsAmount points={change} signed /></SlipLine>
      ))}
      {earnSteps !== undefined && (
        <SlipLine label={<span className="receipt-how">{earnShortWords(earnSteps, { say, language, currency })}</span>} soft>{''}</SlipLine>
      )}
      {receipt.after !== null && (
        <SlipLine label={say('receipt.after')} strong><PointsAmount points={receipt.after} testId={TEST_IDS.receiptAfter} /></SlipLine>
      )}
    </dl>
  );
}

function ReceiptFoot({ receipt }: { receipt: ReceiptContent }) {
  const { say, language } = useWords();
  const barcode = code39(receipt.number);
  return (
    <footer className="receipt-foot">
      {receipt.atRisk > 0 && <p className="small">{say('state.at-risk')}</p>}
      {barcode !== undefined && (
        <svg className="barcode" viewBox={`0 0 ${barcode.width} 40`} preserveAspectRatio="none" role="img" aria-label={say('receipt.barcode', { number: receipt.number })}>
          {barcode.bars.map((bar) => <rect key={bar.x} x={bar.x} y="0" width={bar.width} height="40" />)}
        </svg>
      )}
      {receipt.footer[language] !== '' && <p className="small">{receipt.footer[language]}</p>}
      {(receipt.redeemed > 0 || receipt.earned > 0) && <p className="soft receipt-rounding">{say('receipt.rounding')}</p>}
    </footer>
  );
}
