import type { PrintDocument, PrintLine } from '../../../shared/contract/printing.ts';
import { earnShortWords } from '../../i18n/earnings.ts';
import { formatChange, formatDate, formatMoney, formatPoints, formatTime } from '../../i18n/format.ts';
import type { Language, Say } from '../../i18n/words.ts';
import { code39 } from './code39.ts';
import { backWords, type ReceiptContent } from './ReceiptPaper.tsx';

interface Words {
  say: Say;
  language: Language;
}

/** A receipt for the core's printer: what the paper on the screen says, line by line. */
export function receiptDocument(receipt: ReceiptContent, words: Words): PrintDocument {
  const withMember = receipt.memberName !== '' || receipt.cardTail !== '';
  return { lines: [...headLines(receipt, words), { kind: 'rule' }, ...moneyLines(receipt, words), ...(withMember ? [{ kind: 'rule' } as const, ...memberLines(receipt, words)] : []), ...footLines(receipt, words)] };
}

function headLines(receipt: ReceiptContent, { say, language }: Words): PrintLine[] {
  const marks = [
    ...(receipt.kind === 'reversal' ? [say(receipt.scope === 'refund' ? 'receipt.refundOf' : 'receipt.voidOf')] : []),
    ...(receipt.reversedBy === '' ? [] : [say(backWords(receipt))]),
  ];
  return [
    text(receipt.storeName[language], 'title'),
    ...(receipt.address === '' ? [] : [text(receipt.address)]),
    text(`${formatDate(receipt.businessDate, language)} ${formatTime(receipt.wallMs, receipt.utcOffsetMinutes)}`),
    text(say('receipt.number', { number: receipt.number })),
    text(say('receipt.served', { name: receipt.staffName })),
    ...marks.map((mark) => text(mark, 'strong')),
  ];
}

function moneyLines(receipt: ReceiptContent, { say, language }: Words): PrintLine[] {
  const money = (amount: number): string => formatMoney(amount, receipt.currency, language);
  const { rule, vouchers = [] } = receipt;
  const isBack = receipt.kind === 'reversal';
  // Points are what the vouchers did not take off.
  const byPoints = isBack ? receipt.discountMinor : receipt.discountMinor - vouchers.reduce((sum, one) => sum + one.discountMinor, 0);
  return [
    pair(say(receipt.scope === 'refund' ? 'receipt.goodsBack' : 'receipt.total'), money(receipt.totalMinor)),
    ...vouchers.map(({ voucher, name, discountMinor }) =>
      pair(say(isBack ? 'receipt.voucherBack' : 'receipt.voucher', { voucher: name?.[language] ?? voucher }), money(-discountMinor))),
    ...(byPoints > 0 ? [pair(say('receipt.discount'), money(-byPoints))] : []),
    ...(rule === undefined ? [] : [plain(rule[language])]),
    pair(say(isBack ? 'receipt.refunded' : 'receipt.net'), money(receipt.netMinor), 'strong'),
  ];
}

function memberLines(receipt: ReceiptContent, { say, language }: Words): PrintLine[] {
  const { after, before, currency, earnSteps } = receipt;
  const changes = [
    ['receipt.redeemed', -receipt.redeemed], ['receipt.earned', receipt.earned], ['receipt.returned', receipt.returned], ['receipt.clawedBack', -receipt.clawedBack],
  ] as const;
  return [
    pair(receipt.memberName === '' ? say('receipt.member') : receipt.memberName, receipt.cardTail === '' ? '' : say('receipt.cardTail', { tail: receipt.cardTail })),
    ...(before === null ? [] : [pair(say('receipt.before'), formatPoints(before, language))]),
    ...changes.filter(([, change]) => change !== 0).map(([id, change]) => pair(say(id), formatChange(change, language))),
    ...(earnSteps === undefined ? [] : [plain(earnShortWords(earnSteps, { say, language, currency }))]),
    ...(after === null ? [] : [pair(say('receipt.after'), formatPoints(after, language), 'strong')]),
  ];
}

function footLines(receipt: ReceiptContent, { say, language }: Words): PrintLine[] {
  const code = receipt.number.toUpperCase();
  return [
    { kind: 'rule' },
    ...(receipt.atRisk > 0 ? [text(say('state.at-risk'))] : []),
    ...(code39(code) === undefined ? [] : [{ kind: 'code', text: code } as const]),
    ...(receipt.footer[language] === '' ? [] : [text(receipt.footer[language])]),
    ...(receipt.redeemed > 0 || receipt.earned > 0 ? [text(say('receipt.rounding'))] : []),
  ];
}

const text = (words: string, look?: 'title' | 'strong'): PrintLine => ({ kind: 'text', text: fit(words), align: 'center', ...(look === undefined ? {} : { look }) });
const plain = (words: string): PrintLine => ({ kind: 'text', text: fit(words) });
const pair = (left: string, right: string, look?: 'strong'): PrintLine => ({ kind: 'pair', left: fit(left), right: fit(right), ...(look === undefined ? {} : { look }) });

/** A line of the contract holds so many letters. */
const LONGEST = 300;
const fit = (words: string): string => (words.length <= LONGEST ? words : `${words.slice(0, LONGEST - 3)}...`);
