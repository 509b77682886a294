import { currencyExponent, parseAmount } from '../../../shared/domain/currency.ts';
import type { OwnEntryDoc, PostedEntryDoc } from '../../../shared/contract/documents.ts';
import type { Entry } from '../../../shared/domain/entry.ts';
import type { EntryState } from '../../ui/StateChip.tsx';

export const HISTORY_FILTERS = ['all', 'sales', 'voids', 'open'] as const;
export type HistoryFilter = (typeof HISTORY_FILTERS)[number];

/** One line of the history. Amounts in minor units, points whole. */
export interface HistoryRow {
  entry: string;
  number: string;
  kind: Entry['kind'];
  wallMs: number;
  businessDate: string;
  currency: string;
  netMinor: number;
  redeemed: number;
  earned: number;
  member: boolean;
  state: EntryState;
  shortfall: number;
  reversedBy: boolean;
}

/** A Mango selector over the fields that both kinds of entry document have. */
export type Selector = Record<string, unknown>;

/** Number that people read and the receipt's barcode says: terminal, epoch and seq. */
export function entryNumber(doc: { terminal: string; epoch: number; seq: number }): string {
  return `${doc.terminal}-${doc.epoch}-${doc.seq}`;
}

/** The parts of an entry number, or undefined when the text is not one. */
export function parseNumber(text: string): { terminal: string; epoch: number; seq: number } | undefined {
  const match = /^([A-Za-z0-9._-]+)-(\d{1,9})-(\d{1,15})$/.exec(text.trim());
  const [, terminal, epoch, seq] = match ?? [];
  if (terminal === undefined || epoch === undefined || seq === undefined) return undefined;
  return { terminal, epoch: Number(epoch), seq: Number(seq) };
}

/** Kinds that the history of a store shows; bookkeeping entries stay out of it. */
const SHOWN_KINDS: readonly Entry['kind'][] = ['sale', 'reversal', 'adjustment', 'transfer', 'expiry'];

/**
 * What to ask a collection for. A search is an entry number as on the receipt, the last part of one, or an amount.
 * `open` asks for entries without a position, which only own entries can be.
 */
export function historySelector(filter: HistoryFilter, search: string, currency: string): Selector {
  const parts: Selector[] = [];
  if (filter === 'sales') parts.push({ kind: 'sale' });
  else if (filter === 'voids') parts.push({ kind: 'reversal' });
  else parts.push({ kind: { $in: [...SHOWN_KINDS] } });
  if (filter === 'open') parts.push({ position: { $exists: false } });
  const wanted = search.trim();
  if (wanted !== '') parts.push(searchSelector(wanted, currency));
  return parts.length === 1 && parts[0] !== undefined ? parts[0] : { $and: parts };
}

function searchSelector(wanted: string, currency: string): Selector {
  const number = parseNumber(wanted);
  if (number !== undefined) {
    // Scanners of Code 39 give capitals; terminals may be written in small letters.
    const terminals = [...new Set([number.terminal, number.terminal.toLowerCase(), number.terminal.toUpperCase()])];
    return { terminal: { $in: terminals }, epoch: number.epoch, seq: number.seq };
  }
  const amounts = amountsOf(wanted, currency);
  const any: Selector[] = amounts.flatMap((amount) => [{ 'entry.bill.totalMinor': amount }, { 'entry.bill.netMinor': amount }]);
  if (/^\d{1,15}$/.test(wanted)) any.push({ seq: Number(wanted) });
  // Nothing that could be looked for: a selector that no entry meets.
  return any.length === 0 ? { id: '' } : { $or: any };
}

/** Digits can be minor units as they are typed on the numpad, or whole units as they are written. */
function amountsOf(wanted: string, currency: string): number[] {
  const plain = wanted.replace(',', '.');
  const written = parseAmount(plain, currency);
  const amounts = new Set<number>();
  if (written.ok) amounts.add(written.value);
  if (/^\d{1,12}$/.test(plain) && (currencyExponent(currency) ?? 0) > 0 && Number(plain) > 0) amounts.add(Number(plain));
  return [...amounts];
}

/**
 * Own and posted entries as one list, newest first. An entry that is in both is one row: what the server booked wins, and
 * only an own entry can be unconfirmed.
 */
export function joinHistory(
  own: readonly OwnEntryDoc[],
  posted: readonly PostedEntryDoc[],
  reversals: ReadonlyMap<string, string>,
  limit: number,
): HistoryRow[] {
  const rows = new Map<string, { occurredMs: number; row: HistoryRow }>();
  for (const doc of own) rows.set(doc.id, { occurredMs: doc.occurredMs, row: rowOf(doc, ownState(doc), doc.shortfall ?? 0, reversals) });
  for (const doc of posted) {
    rows.set(doc.id, { occurredMs: doc.occurredMs, row: rowOf(doc, doc.shortfall > 0 ? 'shortfall' : 'confirmed', doc.shortfall, reversals) });
  }
  return [...rows.values()]
    .sort((a, b) => b.occurredMs - a.occurredMs || (b.row.entry < a.row.entry ? -1 : 1))
    .slice(0, limit)
    .map(({ row }) => row);
}

function ownState(doc: OwnEntryDoc): EntryState {
  if (doc.quarantined !== undefined) return 'quarantined';
  if ((doc.shortfall ?? 0) > 0) return 'shortfall';
  if (doc.position !== undefined) return 'confirmed';
  return (doc.entry.redeem?.cover.atRisk ?? 0) > 0 ? 'at-risk' : 'saved';
}

function rowOf(
  doc: OwnEntryDoc | PostedEntryDoc,
  state: EntryState,
  shortfall: number,
  reversals: ReadonlyMap<string, string>,
): HistoryRow {
  const { entry } = doc;
  return {
    entry: doc.id, number: entryNumber(doc), kind: doc.kind, wallMs: entry.wallMs, businessDate: doc.businessDate,
    currency: entry.bill?.currency ?? '', netMinor: entry.bill?.netMinor ?? entry.reversal?.refundMinor ?? 0,
    redeemed: entry.redeem?.points ?? 0, earned: entry.earn?.points ?? 0, member: doc.member !== '', state, shortfall,
    reversedBy: reversals.has(doc.id),
  };
}
