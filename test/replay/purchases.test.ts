import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { byDay, dayStartMs, parsePurchase, PurchaseFileError, readPurchases, type Purchase } from './purchases.ts';

describe('a line of purchases', () => {
  it.each([
    [' 00001 19970101  1   11.77', { member: '00001', day: '19970101', items: 1, valueMinor: 1_177 }],
    ['00002 19970112 12 12345.00 ', { member: '00002', day: '19970112', items: 12, valueMinor: 1_234_500 }],
    ['7 20000229 1 0.00', { member: '7', day: '20000229', items: 1, valueMinor: 0 }],
    ['7\t19991231\t3\t0.07', { member: '7', day: '19991231', items: 3, valueMinor: 7 }],
  ])('%j', (text, expected) => {
    expect(parsePurchase(text, 9)).toEqual({ line: 9, ...expected });
  });

  it.each([
    ['', 'expected'], ['00001', 'expected'], ['00001 19970101 1 11.7', 'expected'], ['00001 19970101 1 11', 'expected'], ['00001 19970101 1 -1.00', 'expected'],
    ['00001 19970101 1 1,000.00', 'expected'], ['00001 19970101 1 11.77 more', 'expected'], ['m1 19970101 1 11.77', 'expected'], ['00001 1997010 1 11.77', 'expected'],
    ['00001 19970229 1 11.77', 'is no date'], ['00001 19971301 1 11.77', 'is no date'], ['00001 19970100 1 11.77', 'is no date'], ['00001 19000229 1 1.00', 'is no date'],
  ])('%j is refused with its place', (text, why) => {
    expect(() => parsePurchase(text, 9, 'shop.txt')).toThrow(PurchaseFileError);
    expect(() => parsePurchase(text, 9, 'shop.txt')).toThrow(`shop.txt:9: `);
    expect(() => parsePurchase(text, 9, 'shop.txt')).toThrow(why);
  });

  it('reads every amount in cents exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99_999_999_999 }), (cents) => {
        const text = `1 19970101 1 ${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
        expect(parsePurchase(text, 1).valueMinor).toBe(cents);
      }),
    );
  });
});

describe('a file of purchases', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tillpoint-purchases-'));
    file = join(folder, 'shop.txt');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is read in date order, and in file order within a day, whatever ends its lines', async () => {
    writeFileSync(file, '3 19970102 1 3.00\r\n1 19970101 1 1.00\r\n\r\n2 19970102 1 2.00\r\n4 19961231 1 4.00');
    const purchases = await readPurchases(file);
    expect(purchases.map(({ member }) => member)).toEqual(['4', '1', '3', '2']);
    expect(purchases.map(({ line }) => line)).toEqual([5, 2, 1, 4]);
  });

  it('is refused at its first wrong line', async () => {
    writeFileSync(file, '1 19970101 1 1.00\n\nrubbish\n');
    await expect(readPurchases(file)).rejects.toThrow(/shop\.txt:3: expected/);
    await expect(readPurchases(file)).rejects.toBeInstanceOf(PurchaseFileError);
  });

  it('is refused when it is empty, missing or a folder', async () => {
    writeFileSync(file, '\n\n');
    await expect(readPurchases(file)).rejects.toThrow(/holds no purchases/);
    await expect(readPurchases(join(folder, 'none.txt'))).rejects.toThrow(/Cannot read .*none\.txt/);
    await expect(readPurchases(folder)).rejects.toBeInstanceOf(PurchaseFileError);
  });
});

describe('days', () => {
  it('begin at midnight, and are NaN when there is no such day', () => {
    expect(dayStartMs('19970101')).toBe(Date.UTC(1997, 0, 1));
    expect(dayStartMs('20000229')).toBe(Date.UTC(2000, 1, 29));
    for (const none of ['19970229', '19970431', '00000000', '', '1997-1-1', 'abcdefgh']) expect(dayStartMs(none)).toBeNaN();
  });

  it('hold their purchases in order, none lost and none twice', () => {
    const day = fc.constantFrom('19970101', '19970102', '19970105');
    fc.assert(
      fc.property(fc.array(day, { maxLength: 20 }), (days) => {
        const purchases = [...days].sort().map((of, index): Purchase => ({ line: index + 1, member: '1', day: of, items: 1, valueMinor: 1 }));
        const lists = byDay(purchases);
        expect(lists.flat()).toEqual(purchases);
        expect(lists.map((list) => new Set(list.map((one) => one.day)).size)).toEqual(lists.map(() => 1));
        expect(new Set(lists.map((list) => list[0]?.day)).size).toBe(lists.length);
      }),
    );
  });
});
