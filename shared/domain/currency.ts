import { LARGEST_AMOUNT, minor, type Minor } from './integers.ts';
import type { Refusal } from './refusal.ts';

/** Minor-unit exponents by ISO 4217 code; only listed currencies are accepted. Source: ISO 4217 list one. */
const EXPONENTS: Readonly<Record<string, number>> = {
  AED: 2, AUD: 2, BHD: 3, BRL: 2, CAD: 2, CHF: 2, CLP: 0, CNY: 2, CZK: 2, DKK: 2, EUR: 2, GBP: 2, HKD: 2, HUF: 2,
  IDR: 2, ILS: 2, INR: 2, ISK: 0, JOD: 3, JPY: 0, KRW: 0, KWD: 3, MOP: 2, MXN: 2, MYR: 2, NOK: 2, NZD: 2, OMR: 3,
  PHP: 2, PLN: 2, SAR: 2, SEK: 2, SGD: 2, THB: 2, TND: 3, TRY: 2, TWD: 2, USD: 2, VND: 0, ZAR: 2,
};

/** The currency's number of decimals, or undefined when the code is unknown. */
export function currencyExponent(code: string): number | undefined {
  return Object.hasOwn(EXPONENTS, code) ? EXPONENTS[code] : undefined;
}

/**
 * Reads an amount as people type it ("76.80", "76", "0.5") into minor units.
 * Refuses unknown currencies, more decimals than the currency has, zero, and amounts above {@link LARGEST_AMOUNT}.
 */
export function parseAmount(text: string, currency: string): { ok: true; value: Minor } | { ok: false; refusal: Refusal } {
  const exponent = currencyExponent(currency);
  if (exponent === undefined) return { ok: false, refusal: { code: 'currency-unknown', currency } };
  const match = /^(\d{1,40})(?:\.(\d{1,6}))?$/.exec(text.trim());
  const whole = match?.[1];
  if (whole === undefined) return { ok: false, refusal: { code: 'amount-invalid', decimals: exponent } };
  const decimals = match?.[2] ?? '';
  if (decimals.length > exponent) return { ok: false, refusal: { code: 'amount-invalid', decimals: exponent } };
  const digits = BigInt(whole + decimals.padEnd(exponent, '0'));
  return checkAmount(digits > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(digits), currency);
}

/** Checks an amount that is already in minor units; the same refusals as {@link parseAmount}. */
export function checkAmount(value: number, currency: string): { ok: true; value: Minor } | { ok: false; refusal: Refusal } {
  const exponent = currencyExponent(currency);
  if (exponent === undefined) return { ok: false, refusal: { code: 'currency-unknown', currency } };
  if (!Number.isInteger(value) || value < 0) return { ok: false, refusal: { code: 'amount-invalid', decimals: exponent } };
  if (value === 0) return { ok: false, refusal: { code: 'amount-zero' } };
  if (value > LARGEST_AMOUNT) return { ok: false, refusal: { code: 'amount-too-large', maxMinor: minor(LARGEST_AMOUNT) } };
  return { ok: true, value: minor(value) };
}

/** Writes minor units as a plain decimal ("7680" USD is "76.80"), for files and logs; screens use Intl. */
export function plainAmount(value: Minor, currency: string): string {
  const exponent = currencyExponent(currency) ?? 2;
  const sign = value < 0 ? '-' : '';
  const digits = String(Math.abs(value)).padStart(exponent + 1, '0');
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * Checks a bill's total against its lines. Without lines this is {@link checkAmount}; with lines the total must be their
 * sum, and may be 0 (goods given free are a sale).
 */
export function checkBillTotal(
  totalMinor: number,
  currency: string,
  lines: readonly { totalMinor: Minor }[] | undefined,
): { ok: true; value: Minor } | { ok: false; refusal: Refusal } {
  if (lines === undefined || lines.length === 0) return checkAmount(totalMinor, currency);
  const sum = lines.reduce((total, line) => total + line.totalMinor, 0);
  if (sum !== totalMinor) return { ok: false, refusal: { code: 'lines-mismatch', linesMinor: minor(sum) } };
  if (totalMinor === 0 && currencyExponent(currency) !== undefined) return { ok: true, value: minor(0) };
  return checkAmount(totalMinor, currency);
}
