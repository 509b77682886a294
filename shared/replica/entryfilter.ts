import type { EntryFilter, EntryGroup } from '../contract/history.ts';
import { currencyExponent, parseAmount } from '../domain/currency.ts';
import { parseNumber } from '../domain/entrynumber.ts';
import { factState, type EntryFact } from './entryfact.ts';

/** Members, as a filter asks for them. */
export interface FilterNames {
  member(id: string): { name: string; card: string } | undefined;
  /** Ids of the members that a text finds by card, end of the phone or name. */
  matching(text: string): ReadonlySet<string>;
}

type Accepts = (fact: EntryFact) => boolean;

const GROUPS: Record<Exclude<EntryGroup, 'all'>, Accepts> = {
  sales: ({ kind }) => kind === 'sale',
  voids: ({ kind, scope }) => kind === 'reversal' && scope !== 'refund',
  refunds: ({ kind, scope }) => kind === 'reversal' && scope === 'refund',
  corrections: ({ kind }) => kind === 'adjustment' || kind === 'transfer' || kind === 'expiry',
};

/** A filter as one function; undefined when it accepts every entry. */
export function compileFilter(filter: EntryFilter, names: FilterNames, currency: string): Accepts | undefined {
  const { group, state, staff, fromDay, untilDay } = filter;
  const parts: Accepts[] = [];
  if (fromDay !== undefined) parts.push(({ businessDate }) => businessDate >= fromDay);
  if (untilDay !== undefined) parts.push(({ businessDate }) => businessDate <= untilDay);
  if (group !== 'all') parts.push(GROUPS[group]);
  if (staff !== '') parts.push((fact) => fact.staff === staff);
  if (state === 'open') parts.push(({ own, posted }) => posted === undefined && own?.isPlaced !== true);
  else if (state !== 'any') parts.push((fact) => factState(fact) === state);
  const text = filter.text.trim();
  if (text !== '') parts.push(compileText(text, names, currency));
  return parts.length === 0 ? undefined : (fact) => parts.every((accepts) => accepts(fact));
}

/** What a text may mean: an entry's number alone, else whatever of amount, last part of a number, and member fits. */
function compileText(text: string, names: FilterNames, currency: string): Accepts {
  const number = parseNumber(text);
  if (number !== undefined) {
    // Scanners of Code 39 give capitals; terminals may be written in small letters.
    const terminal = number.terminal.toUpperCase();
    return (fact) => fact.seq === number.seq && fact.epoch === number.epoch && fact.terminal.toUpperCase() === terminal;
  }
  const amounts = amountsOf(text, currency);
  const seq = /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  const members = names.matching(text);
  return (fact) => fact.seq === seq || members.has(fact.member) || (fact.currency !== '' && (amounts.has(fact.totalMinor) || amounts.has(fact.netMinor)))
    || (fact.kind === 'reversal' && amounts.has(fact.netMinor));
}

/** Digits can be minor units as they are typed on the numpad, or whole units as they are written. */
function amountsOf(text: string, currency: string): ReadonlySet<number> {
  const plain = text.replace(',', '.');
  const written = parseAmount(plain, currency);
  const amounts = new Set<number>();
  if (written.ok) amounts.add(written.value);
  if (/^\d{1,12}$/.test(plain) && (currencyExponent(currency) ?? 0) > 0 && Number(plain) > 0) amounts.add(Number(plain));
  return amounts;
}
