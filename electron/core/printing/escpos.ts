import type { PrintDocument, PrinterCharset, PrinterSettings, PrintLine } from '../../../shared/contract/printing.ts';
import { encode, printable } from './charset.ts';
import { pairLines, wrap } from './layout.ts';

const [ESC, FS, GS] = [0x1b, 0x1c, 0x1d];
const LF = 0x0a;

/** Letters on a line and dots across, of the two papers (font A, 203 dots an inch). */
const PAPERS = { 58: { columns: 32, dots: 384 }, 80: { columns: 48, dots: 576 } } as const;

/** Opens the drawer on connector pin 2: 50 ms on, 500 ms off. */
const KICK = [ESC, 0x70, 0, 25, 250];

/** A document as the bytes of an ESC/POS printer. Source: Epson, ESC/POS Command Reference. */
export function escpos(document: PrintDocument, { charset, paper }: Pick<PrinterSettings, 'charset' | 'paper'>, drawer: boolean): Uint8Array {
  return Uint8Array.from([
    ...begin(charset),
    ...(drawer ? KICK : []),
    ...document.lines.flatMap((line) => lineBytes(line, charset, PAPERS[paper])),
    // Feeds the last line past the knife, then cuts, leaving one point.
    ESC, 0x64, 3, GS, 0x56, 66, 0,
  ]);
}

/** The bytes that open the drawer and print nothing. */
export function kick(): Uint8Array {
  return Uint8Array.from([ESC, 0x40, ...KICK]);
}

/** Resets the printer and chooses its letters: Chinese ones of two bytes, or the western code page 16 (WPC1252). */
function begin(charset: PrinterCharset): number[] {
  return [ESC, 0x40, ...(charset === 'gb18030' ? [FS, 0x26] : [FS, 0x2e, ESC, 0x74, 16])];
}

function lineBytes(line: PrintLine, charset: PrinterCharset, { columns, dots }: { columns: number; dots: number }): number[] {
  switch (line.kind) {
    case 'rule':
      return [...encode('-'.repeat(columns), charset), LF];
    case 'pair': {
      const lines = pairLines(printable(line.left, charset), printable(line.right, charset), columns, charset);
      return looked(line.look === 'strong', lines.flatMap((one) => [...encode(one, charset), LF]));
    }
    case 'text': {
      const isTitle = line.look === 'title';
      const lines = wrap(printable(line.text, charset), isTitle ? columns / 2 : columns, charset);
      const bytes = looked(isTitle || line.look === 'strong', lines.flatMap((one) => [...encode(one, charset), LF]));
      const sized = isTitle ? [GS, 0x21, 0x11, ...bytes, GS, 0x21, 0] : bytes;
      return line.align === 'center' ? [ESC, 0x61, 1, ...sized, ESC, 0x61, 0] : sized;
    }
    case 'code':
      return barcode(line.text, dots);
  }
}

const looked = (isStrong: boolean, bytes: number[]): number[] => (isStrong ? [ESC, 0x45, 1, ...bytes, ESC, 0x45, 0] : bytes);

/** Code 39 in bars of two dots, centred; a code that is wider than the paper is left out: its number stands above. */
function barcode(text: string, dots: number): number[] {
  const data = encode(text, 'windows-1252');
  const width = (data.length + 2) * 16 * 2;
  if (width > dots) return [];
  return [ESC, 0x61, 1, GS, 0x68, 64, GS, 0x77, 2, GS, 0x48, 0, GS, 0x6b, 69, data.length, ...data, LF, ESC, 0x61, 0];
}
