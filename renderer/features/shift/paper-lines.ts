import type { PrintDocument, PrintLine } from '../../../shared/contract/printing.ts';
import type { ShiftReportView } from '../../../shared/contract/shift.ts';
import { formatDate, formatMoney, formatPoints, formatTime } from '../../i18n/format.ts';
import type { Language, Say } from '../../i18n/words.ts';

/** The parts of a shift's paper: the head, the sales, and the drawer. */
export interface ShiftLines {
  head: PrintLine[];
  sales: PrintLine[];
  drawer: PrintLine[];
}

/**
 * The X or Z report as lines, on the screen and on paper alike. Of an open shift, the drawer is shown without what should be
 * in it: it is counted first.
 */
export function shiftLines(report: ShiftReportView, { say, language }: { say: Say; language: Language }): ShiftLines {
  const { close, currency, sums, utcOffsetMinutes } = report;
  const money = (amount: number): string => formatMoney(amount, currency, language);
  const pair = (left: string, right: string, look?: 'strong' | 'soft'): PrintLine => ({ kind: 'pair', left, right, ...(look === undefined ? {} : { look }) });
  const text = (words: string, look?: 'title' | 'strong' | 'soft'): PrintLine => ({ kind: 'text', text: words, align: 'center', ...(look === undefined ? {} : { look }) });
  const some = (count: number, ...lines: PrintLine[]): PrintLine[] => (count === 0 ? [] : lines);
  const at = (ms: number, name: string): string => `${formatTime(ms, utcOffsetMinutes)} ${name}`;
  return {
    head: [
      text(report.storeName[language], 'title'), ...some(report.address.length, text(report.address, 'soft')),
      text(say(close === undefined ? 'shift.paper.x' : 'shift.paper.z'), 'strong'), text(formatDate(report.businessDate, language)),
      text(say('shift.paper.number', { number: report.number }), 'soft'),
      pair(say('shift.paper.opened'), at(report.openedMs, report.openedByName)),
      ...(close === undefined ? [] : [pair(say('shift.paper.closed'), at(close.wallMs, close.staffName))]),
    ],
    sales: [
      pair(say('shift.paper.sales', { count: sums.sales }), money(sums.totalMinor)),
      ...some(sums.vouchers, pair(say('shift.paper.vouchers', { count: sums.vouchers }), money(-sums.vouchersMinor))),
      ...some(sums.pointsMinor, pair(say('shift.paper.points'), money(-sums.pointsMinor))),
      ...some(sums.vouchers + sums.pointsMinor, pair(say('shift.paper.net'), money(sums.netMinor))),
      ...some(sums.voids, pair(say('shift.paper.voids', { count: sums.voids }), money(-sums.voidsMinor))),
      ...some(sums.refunds, pair(say('shift.paper.refunds', { count: sums.refunds }), money(-sums.refundsMinor))),
      pair(say('shift.paper.takings'), money(sums.netMinor - sums.voidsMinor - sums.refundsMinor), 'strong'),
      { kind: 'rule' },
      pair(say('shift.paper.redeemed'), formatPoints(sums.redeemed, language)),
      ...some(sums.atRisk, pair(say('shift.paper.atRisk'), formatPoints(sums.atRisk, language), 'soft')),
      pair(say('shift.paper.earned'), formatPoints(sums.earned, language)),
      ...some(sums.returned, pair(say('shift.paper.returned'), formatPoints(sums.returned, language))),
      ...some(sums.clawedBack, pair(say('shift.paper.clawedBack'), formatPoints(-sums.clawedBack, language))),
      ...some(report.staff.length, { kind: 'rule' }, { kind: 'text', text: say('shift.paper.staff'), look: 'strong' }),
      ...report.staff.map(({ name, sums: own }) => pair(say('shift.paper.person', { name, count: own.sales }), money(own.netMinor - own.voidsMinor - own.refundsMinor))),
    ],
    drawer: [
      pair(say('shift.paper.float'), money(report.floatMinor)),
      ...report.moves.map(({ event, cashMinor, reason }) => pair(`${say(event === 'pay-in' ? 'shift.paper.payIns' : 'shift.paper.payOuts')}: ${reason}`, money(event === 'pay-in' ? cashMinor : -cashMinor))),
      ...(close === undefined ? [] : [
        ...some(close.otherMinor, pair(say('shift.paper.other'), money(-close.otherMinor))),
        pair(say('shift.expected'), money(close.expectedMinor)), pair(say('shift.paper.counted'), money(close.countedMinor)),
        pair(say('shift.difference'), money(close.differenceMinor), 'strong'), ...some(close.counts - 1, { kind: 'text', text: say('shift.counts', { count: close.counts }), look: 'soft' } as const),
      ]),
      ...some(report.unsent, { kind: 'text', text: say('shift.paper.unsent', { count: report.unsent }), look: 'soft' }),
    ],
  };
}

/** The report for the core's printer. */
export function shiftDocument(report: ShiftReportView, words: { say: Say; language: Language }): PrintDocument {
  const { head, sales, drawer } = shiftLines(report, words);
  return { lines: [...head, { kind: 'rule' }, ...sales, { kind: 'rule' }, ...drawer] };
}
