import type { EntryRow } from '../../../shared/contract/history.ts';
import { plainAmount } from '../../../shared/domain/currency.ts';
import { minor } from '../../../shared/domain/integers.ts';
import { formatTime } from '../../i18n/format.ts';
import type { Say } from '../../i18n/words.ts';

/** Columns of the file, in its order. There is no column for a phone number, and no row holds one. */
const COLUMNS = [
  'number', 'kind', 'state', 'day', 'time', 'till', 'staff', 'member', 'card', 'currency', 'total', 'net', 'redeemed', 'earned', 'returned', 'clawedBack',
  'change', 'shortfall', 'back', 'reverses',
] as const;
type Column = (typeof COLUMNS)[number];

/** UTF-8's mark: without it spreadsheets read Chinese as another encoding. */
const MARK = '\uFEFF';

/** The first line of the file. */
export function csvHead(say: Say): string {
  return MARK + lineOf(COLUMNS.map((column) => textCell(say(`export.column.${column}`))));
}

/** Entries as lines of the file; money with the currency's decimals and what was paid back below 0, times at the store's offset. */
export function csvLines(rows: readonly EntryRow[], say: Say, utcOffsetMinutes: number): string {
  return rows.map((row) => {
    const cells = cellsOf(row, say, utcOffsetMinutes);
    return lineOf(COLUMNS.map((column) => cells[column]));
  }).join('');
}

function cellsOf(row: EntryRow, say: Say, utcOffsetMinutes: number): Record<Column, string> {
  const sign = row.kind === 'reversal' ? -1 : 1;
  const money = (amountMinor: number): string => (row.currency === '' ? '' : plainAmount(minor(amountMinor === 0 ? 0 : sign * amountMinor), row.currency));
  return {
    number: textCell(row.number), kind: textCell(say(row.scope === 'refund' ? 'kind.refund' : `kind.${row.kind}`)), state: textCell(say(`export.state.${row.state}`)),
    day: row.businessDate, time: formatTime(row.wallMs, utcOffsetMinutes), till: textCell(row.terminal), staff: textCell(row.staffName), member: textCell(row.memberName),
    card: textCell(row.card), currency: row.currency, total: money(row.totalMinor), net: money(row.netMinor), redeemed: String(row.redeemed), earned: String(row.earned),
    returned: String(row.returned), clawedBack: String(row.clawedBack), change: String(row.change), shortfall: String(row.shortfall),
    back: row.kind === 'sale' ? textCell(say(`export.back.${row.back}`)) : '', reverses: textCell(row.reversesNumber),
  };
}

/**
 * A text as a cell. One that a spreadsheet would take for a formula begins with an apostrophe: what a member is called must
 * not run on the machine of whoever opens the file. Source: OWASP, CSV injection; its list with the full-width signs.
 */
export function textCell(text: string): string {
  const safe = /^[\s]*[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text;
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Lines end as RFC 4180 says. */
function lineOf(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}
