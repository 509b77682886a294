import type { PrinterCharset } from '../../../shared/contract/printing.ts';
import { columnsOf } from './charset.ts';

/** A printable text in lines of at most so many columns: cut between words, in Chinese between any letters. */
export function wrap(text: string, columns: number, charset: PrinterCharset): string[] {
  const lines: string[] = [];
  let line = '';
  // Words with the space behind them, and wide letters one by one.
  for (const piece of text.match(/[\u2e80-\uffef]|[^\s\u2e80-\uffef]+\s*|\s+/gu) ?? []) {
    if (columnsOf(`${line}${piece.trimEnd()}`, charset) <= columns) {
      line += piece;
      continue;
    }
    if (line.trim() !== '') lines.push(line.trimEnd());
    line = piece;
    while (columnsOf(line.trimEnd(), charset) > columns) {
      const head = cut(line, columns, charset);
      lines.push(head);
      line = line.slice(head.length);
    }
  }
  if (line.trim() !== '' || lines.length === 0) lines.push(line.trimEnd());
  return lines;
}

/** Words at the left and a number at the right, on one line when they fit. */
export function pairLines(left: string, right: string, columns: number, charset: PrinterCharset): string[] {
  const room = columns - columnsOf(right, charset) - 1;
  // A number that leaves no room for words stands alone.
  const lines = room < 8 ? [...wrap(left, columns, charset), ''] : wrap(left, room, charset);
  const last = lines.pop() ?? '';
  const gap = Math.max(0, columns - columnsOf(last, charset) - columnsOf(right, charset));
  return [...lines, `${last}${' '.repeat(gap)}${right}`];
}

function cut(text: string, columns: number, charset: PrinterCharset): string {
  let head = '';
  for (const letter of text) {
    if (columnsOf(head + letter, charset) > columns) break;
    head += letter;
  }
  return head;
}
