import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkAmount, checkBillTotal, currencyExponent, parseAmount, plainAmount } from '../../shared/domain/currency.ts';
import { LARGEST_AMOUNT, minor } from '../../shared/domain/integers.ts';

const CODES = ['USD', 'CNY', 'EUR', 'JPY', 'KRW', 'KWD', 'BHD', 'VND'] as const;
const code = fc.constantFrom(...CODES);
const refused = (outcome: ReturnType<typeof parseAmount>) => (outcome.ok ? undefined : outcome.refusal);

describe('currencies', () => {
  it('have the decimals that Intl knows', () => {
    for (const currency of CODES) {
      const { maximumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
      expect(currencyExponent(currency), currency).toBe(maximumFractionDigits);
    }
  });

  it.each(['XXX', 'usd', '', 'toString', '__proto__', 'constructor', 'US'])('does not know %j', (currency) => {
    expect(currencyExponent(currency)).toBeUndefined();
    expect(refused(parseAmount('1', currency))).toEqual({ code: 'currency-unknown', currency });
    expect(refused(checkAmount(100, currency))).toEqual({ code: 'currency-unknown', currency });
    expect(refused(checkBillTotal(0, currency, [{ totalMinor: minor(0) }]))).toEqual({ code: 'currency-unknown', currency });
  });
});

describe('an amount as people type it', () => {
  it.each([
    ['76.80', 'USD', 7_680], ['76', 'USD', 7_600], ['0.5', 'USD', 50], ['0.01', 'USD', 1], [' 12.30 ', 'CNY', 1_230], ['007', 'EUR', 700],
    ['500', 'JPY', 500], ['0.001', 'KWD', 1], ['1.5', 'BHD', 1_500], ['10000000000', 'USD', LARGEST_AMOUNT],
  ])('%j in %s is %i minor units', (text, currency, value) => {
    expect(parseAmount(text, currency)).toEqual({ ok: true, value });
  });

  it.each([
    ['0', 'USD', { code: 'amount-zero' }],
    ['0.00', 'USD', { code: 'amount-zero' }],
    ['0.001', 'USD', { code: 'amount-invalid', decimals: 2 }],
    ['1.5', 'JPY', { code: 'amount-invalid', decimals: 0 }],
    ['0.0001', 'KWD', { code: 'amount-invalid', decimals: 3 }],
    ['1000000000000000', 'USD', { code: 'amount-too-large', maxMinor: LARGEST_AMOUNT }],
    ['9'.repeat(30), 'USD', { code: 'amount-too-large', maxMinor: LARGEST_AMOUNT }],
    ['10000000000.01', 'USD', { code: 'amount-too-large', maxMinor: LARGEST_AMOUNT }],
  ])('%s in %s is refused', (text, currency, refusal) => {
    expect(refused(parseAmount(text, currency))).toEqual(refusal);
  });

  it.each(['', ' ', '.', '.5', '5.', '-1', '+1', '1e3', '1,000.00', '1 000', '0x10', 'NaN', 'Infinity', '１２', '1.2.3', '12\n34'])('%j is no amount', (text) => {
    expect(refused(parseAmount(text, 'USD'))).toEqual({ code: 'amount-invalid', decimals: 2 });
  });

  it('reads back what it writes, in every currency', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: LARGEST_AMOUNT }), code, (value, currency) => {
        expect(parseAmount(plainAmount(minor(value), currency), currency)).toEqual({ ok: true, value });
      }),
    );
  });

  it('never throws, whatever is typed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.double().map(String), fc.stringMatching(/^[0-9.,]{0,40}$/)), fc.oneof(code, fc.string()), (text, currency) => {
        const outcome = parseAmount(text, currency);
        if (outcome.ok) expect(Number.isSafeInteger(outcome.value) && outcome.value > 0 && outcome.value <= LARGEST_AMOUNT).toBe(true);
      }),
    );
  });
});

describe('an amount in minor units', () => {
  it.each([
    [0, { code: 'amount-zero' }],
    [0.001, { code: 'amount-invalid', decimals: 2 }],
    [-1, { code: 'amount-invalid', decimals: 2 }],
    [NaN, { code: 'amount-invalid', decimals: 2 }],
    [Infinity, { code: 'amount-invalid', decimals: 2 }],
    [10 ** 15, { code: 'amount-too-large', maxMinor: LARGEST_AMOUNT }],
    [LARGEST_AMOUNT + 1, { code: 'amount-too-large', maxMinor: LARGEST_AMOUNT }],
  ])('%s is refused', (value, refusal) => {
    expect(refused(checkAmount(value, 'USD'))).toEqual(refusal);
  });

  it('is written as a plain decimal', () => {
    expect(plainAmount(minor(7_680), 'USD')).toBe('76.80');
    expect(plainAmount(minor(5), 'USD')).toBe('0.05');
    expect(plainAmount(minor(-5), 'USD')).toBe('-0.05');
    expect(plainAmount(minor(500), 'JPY')).toBe('500');
    expect(plainAmount(minor(1), 'KWD')).toBe('0.001');
  });
});

describe("a bill's total against its lines", () => {
  const lines = (...totals: number[]) => totals.map((total) => ({ totalMinor: minor(total) }));

  it('is their sum', () => {
    expect(checkBillTotal(300, 'USD', lines(100, 200))).toEqual({ ok: true, value: 300 });
    expect(refused(checkBillTotal(301, 'USD', lines(100, 200)))).toEqual({ code: 'lines-mismatch', linesMinor: 300 });
    expect(refused(checkBillTotal(NaN, 'USD', lines(100)))).toEqual({ code: 'lines-mismatch', linesMinor: 100 });
  });

  it('may be 0 when goods were given free, and is a slip when there are none', () => {
    expect(checkBillTotal(0, 'USD', lines(0, 0))).toEqual({ ok: true, value: 0 });
    expect(refused(checkBillTotal(0, 'USD', []))).toEqual({ code: 'amount-zero' });
    expect(refused(checkBillTotal(0, 'USD', undefined))).toEqual({ code: 'amount-zero' });
  });

  it('is bounded as every amount is', () => {
    expect(refused(checkBillTotal(LARGEST_AMOUNT + 1, 'USD', lines(LARGEST_AMOUNT, 1)))).toEqual({ code: 'amount-too-large', maxMinor: LARGEST_AMOUNT });
  });
});
