import { checkAmount, currencyExponent } from '../../shared/domain/currency.ts';
import { LARGEST_AMOUNT, minor } from '../../shared/domain/integers.ts';
import type { Refusal } from '../../shared/domain/refusal.ts';

/**
 * An amount being typed. Digits fill from the right as on every till (7, 6, 8, 0 is 76.80); a decimal point turns what
 * stands into whole units and `decimals` then counts the digits after it.
 */
export interface AmountEntry {
  /** Minor units so far. */
  minor: number;
  decimals: number | null;
}

export const EMPTY_AMOUNT: AmountEntry = { minor: 0, decimals: null };

/** The entry after one more character. A character that does not fit leaves it as it was and says why. */
export function typeAmount(entry: AmountEntry, character: string, currency: string): { entry: AmountEntry; refusal: Refusal | null } {
  const exponent = currencyExponent(currency);
  if (exponent === undefined) return { entry, refusal: { code: 'currency-unknown', currency } };
  if (character === '.' || character === ',') return typePoint(entry, exponent);
  if (!/^[0-9]$/.test(character)) return { entry, refusal: null };
  const digit = Number(character);
  if (entry.decimals === null) return within({ minor: entry.minor * 10 + digit, decimals: null }, entry);
  if (entry.decimals >= exponent) return { entry, refusal: { code: 'amount-invalid', decimals: exponent } };
  const place = 10 ** (exponent - entry.decimals - 1);
  return within({ minor: entry.minor + digit * place, decimals: entry.decimals + 1 }, entry);
}

/** The entry without its last character. */
export function eraseAmount(entry: AmountEntry, currency: string): AmountEntry {
  const exponent = currencyExponent(currency) ?? 0;
  if (entry.decimals === null) return { minor: Math.floor(entry.minor / 10), decimals: null };
  if (entry.decimals === 0) return { minor: entry.minor / 10 ** exponent, decimals: null };
  const place = 10 ** (exponent - entry.decimals + 1);
  return { minor: entry.minor - (entry.minor % place), decimals: entry.decimals - 1 };
}

/** Why the amount cannot be a bill, or null when it can. */
export function checkEntry(entry: AmountEntry, currency: string): Refusal | null {
  const checked = checkAmount(entry.minor, currency);
  return checked.ok ? null : checked.refusal;
}

function typePoint(entry: AmountEntry, exponent: number): { entry: AmountEntry; refusal: Refusal | null } {
  if (exponent === 0) return { entry, refusal: { code: 'amount-invalid', decimals: 0 } };
  if (entry.decimals !== null) return { entry, refusal: null };
  return within({ minor: entry.minor * 10 ** exponent, decimals: 0 }, entry);
}

function within(next: AmountEntry, last: AmountEntry): { entry: AmountEntry; refusal: Refusal | null } {
  if (next.minor > LARGEST_AMOUNT) return { entry: last, refusal: { code: 'amount-too-large', maxMinor: minor(LARGEST_AMOUNT) } };
  return { entry: next, refusal: null };
}
