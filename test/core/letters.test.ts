import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, encode, printable } from '../../electron/core/printing/charset.ts';
import { pairLines, wrap } from '../../electron/core/printing/layout.ts';
import { PRINTER_CHARSETS } from '../../shared/contract/printing.ts';

describe('the letters of a printer', () => {
  it('are its charset\'s own bytes, Chinese and western, and what it lacks is a question mark', () => {
    expect(encode(printable('积分 −3 ¥76.80', 'gb18030'), 'gb18030')).toEqual([0xbb, 0xfd, 0xb7, 0xd6, 0x20, 0x2d, 0x33, 0x20, 0xa3, 0xa4, 0x37, 0x36, 0x2e, 0x38, 0x30]);
    expect(encode(printable('Café € ¥5', 'windows-1252'), 'windows-1252')).toEqual([0x43, 0x61, 0x66, 0xe9, 0x20, 0x80, 0x20, 0xa5, 0x35]);
    expect(printable('积分', 'windows-1252')).toBe('??');
    expect(printable('a\u001b\u0000b\u007f', 'gb18030')).toBe('ab');
  });

  it.each(PRINTER_CHARSETS)('in %s come back as they were, and no text can give a command', (charset) => {
    const decoder = new TextDecoder(charset);
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const letters = printable(text, charset);
      const bytes = encode(letters, charset);
      expect(decoder.decode(Uint8Array.from(bytes))).toBe(letters);
      expect(bytes.every((byte) => byte >= 0x20)).toBe(true);
    }));
  });

  it('stand in lines no wider than the paper, with every word of the text', () => {
    const text = fc.array(fc.constantFrom('Points', 'a', '积分抵扣', 'Maria-Theresia von Hohenstein', 'x'.repeat(70), '，'), { maxLength: 12 }).map((words) => words.join(' '));
    fc.assert(fc.property(text, fc.constantFrom(16, 24, 32, 48), fc.constantFrom('', '76.80', '1,000,000,000.00'), (words, columns, right) => {
      const lines = wrap(words, columns, 'gb18030');
      const pair = pairLines(words, right, columns, 'gb18030');
      for (const line of [...lines, ...pair]) expect(columnsOf(line, 'gb18030')).toBeLessThanOrEqual(columns);
      expect(lines.join('').replace(/\s/g, '')).toBe(words.replace(/\s/g, ''));
      expect(pair.join('').replace(/\s/g, '')).toBe((words + right).replace(/\s/g, ''));
      expect(pair.at(-1)?.endsWith(right)).toBe(true);
    }));
  });
});
