import type { PrinterCharset } from '../../../shared/contract/printing.ts';

/** Letters that a printer's charset lacks, or has elsewhere, and what is printed for them. */
const INSTEAD: Readonly<Record<PrinterCharset, Readonly<Record<string, string>>>> = {
  // The yen sign of two bytes is the wide one.
  gb18030: { '\u2212': '-', '\u00a0': ' ', '\u202f': ' ', '\u00a5': '\uffe5', '\u2018': '\'', '\u2019': '\'' },
  'windows-1252': { '\u2212': '-', '\u00a0': ' ', '\u202f': ' ', '\uffe5': '\u00a5' },
};

const tables = new Map<PrinterCharset, ReadonlyMap<string, number>>();

/** The bytes of each letter in a charset, from Node's own decoder of it, so that no table is kept here. */
function tableOf(charset: PrinterCharset): ReadonlyMap<string, number> {
  const known = tables.get(charset);
  if (known !== undefined) return known;
  const decoder = new TextDecoder(charset);
  const table = new Map<string, number>();
  const add = (code: number, bytes: number[]): void => {
    const letter = decoder.decode(Uint8Array.from(bytes));
    if (Array.from(letter).length === 1 && letter !== '\ufffd' && !table.has(letter)) table.set(letter, code);
  };
  if (charset === 'windows-1252') {
    for (let byte = 0xa0; byte <= 0xff; byte++) add(byte, [byte]);
    for (let byte = 0x80; byte < 0xa0; byte++) add(byte, [byte]);
  } else {
    // The part of two bytes, which is what printers have; GB18030's four bytes they do not.
    for (let high = 0x81; high <= 0xfe; high++) {
      for (let low = 0x40; low <= 0xfe; low++) if (low !== 0x7f) add(high * 256 + low, [high, low]);
    }
  }
  tables.set(charset, table);
  return table;
}

/** A text as a printer of a charset can print it: what it has no letter for becomes a question mark, control letters go. */
export function printable(text: string, charset: PrinterCharset): string {
  const table = tableOf(charset);
  return Array.from(text.normalize('NFC'), (letter) => {
    const known = INSTEAD[charset][letter] ?? letter;
    if (known < ' ' || known === '\x7f') return '';
    return known < '\x7f' || table.has(known) ? known : '?';
  }).join('');
}

/** The bytes of a printable text. */
export function encode(text: string, charset: PrinterCharset): number[] {
  const table = tableOf(charset);
  return Array.from(text).flatMap((letter) => {
    if (letter < '\x7f') return [letter.charCodeAt(0)];
    const code = table.get(letter) ?? 0x3f;
    return code > 0xff ? [code >> 8, code & 0xff] : [code];
  });
}

/** Columns of a printable text: a letter of two bytes is as wide as two. */
export function columnsOf(text: string, charset: PrinterCharset): number {
  return encode(text, charset).length;
}
