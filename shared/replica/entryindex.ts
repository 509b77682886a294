import type { EntryFilter, EntryRow } from '../contract/history.ts';
import type { OwnEntryDoc, PostedEntryDoc } from '../contract/documents.ts';
import { entryNumber } from '../domain/entrynumber.ts';
import type { EntryKind } from '../domain/entry.ts';
import { points } from '../domain/integers.ts';
import { factOf, factState, ownPart, type EntryFact } from './entryfact.ts';
import { compileFilter, type FilterNames } from './entryfilter.ts';

/** Names that rows show, as they are known now. */
export interface RowNames extends FilterNames {
  person(staff: string): string;
}

/** Entries of a store in memory, newest first. */
export interface EntryIndex {
  put(source: 'own', documents: readonly OwnEntryDoc[]): void;
  put(source: 'posted', documents: readonly PostedEntryDoc[]): void;
  drop(source: 'own' | 'posted', ids: readonly string[]): void;
  size(): number;
  /** Raised by every change. */
  version(): number;
  staff(): string[];
  /** Entries that a filter finds, newest first; the same list again until something changes. */
  find(filter: EntryFilter, names: FilterNames, currency: string): readonly EntryFact[];
  row(fact: EntryFact, names: RowNames): EntryRow;
}

/** Kinds that the history shows; bookkeeping entries stay out of it. */
const SHOWN: ReadonlySet<EntryKind> = new Set(['sale', 'reversal', 'adjustment', 'transfer', 'expiry']);

/** Lists kept for questions that come again, as every page of one list does. */
const KEPT = 4;

/** Makes an empty index. */
export function createEntryIndex(): EntryIndex {
  const byId = new Map<string, EntryFact>();
  const order: EntryFact[] = [];
  const reversals = new Map<string, Set<EntryFact>>();
  const staffCounts = new Map<string, number>();
  const intern = createIntern();
  const found = new Map<string, readonly EntryFact[]>();
  let version = 0;
  const changed = (): void => {
    version += 1;
    found.clear();
  };
  const add = (fact: EntryFact): void => {
    byId.set(fact.id, fact);
    order.splice(placeOf(order, fact), 0, fact);
    staffCounts.set(fact.staff, (staffCounts.get(fact.staff) ?? 0) + 1);
    if (fact.reverses !== '') reversals.set(fact.reverses, (reversals.get(fact.reverses) ?? new Set()).add(fact));
  };
  const remove = (fact: EntryFact): void => {
    byId.delete(fact.id);
    order.splice(placeOf(order, fact), 1);
    const left = (staffCounts.get(fact.staff) ?? 1) - 1;
    if (left === 0) staffCounts.delete(fact.staff);
    else staffCounts.set(fact.staff, left);
    reversals.get(fact.reverses)?.delete(fact);
  };
  return {
    put(source: 'own' | 'posted', documents: readonly (OwnEntryDoc | PostedEntryDoc)[]) {
      for (const document of documents) {
        if (!SHOWN.has(document.kind)) continue;
        const known = byId.get(document.id);
        const fact = known ?? factOf(document, intern);
        if (source === 'own') fact.own = ownPart(document as OwnEntryDoc);
        else fact.posted = { shortfall: (document as PostedEntryDoc).shortfall };
        if (known === undefined) add(fact);
      }
      changed();
    },
    drop(source, ids) {
      for (const id of ids) {
        const fact = byId.get(id);
        if (fact === undefined) continue;
        fact[source] = undefined;
        if (fact.own === undefined && fact.posted === undefined) remove(fact);
      }
      changed();
    },
    size: () => order.length,
    version: () => version,
    staff: () => [...staffCounts.keys()],
    find(filter, names, currency) {
      const key = JSON.stringify(filter);
      const kept = found.get(key);
      if (kept !== undefined) return kept;
      const accepts = compileFilter(filter, names, currency);
      const list = accepts === undefined ? [...order] : order.filter(accepts);
      if (found.size >= KEPT) found.delete(found.keys().next().value ?? '');
      found.set(key, list);
      return list;
    },
    row: (fact, names) => rowOf(fact, names, { back: backOf(fact, reversals.get(fact.id)), reversed: byId.get(fact.reverses) }),
  };
}

/** Where an entry stands in the list, or would: newest first, the later id first among equals. */
export function placeOf(order: readonly EntryFact[], at: { occurredMs: number; id: string }): number {
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const one = order[middle];
    if (one !== undefined && (one.occurredMs > at.occurredMs || (one.occurredMs === at.occurredMs && one.id > at.id))) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The same text once: parsed documents hold a copy of each name in each entry. */
function createIntern(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const same = known.get(text);
    if (same !== undefined) return same;
    known.set(text, text);
    return text;
  };
}

function backOf(sale: EntryFact, reversals: ReadonlySet<EntryFact> | undefined): EntryRow['back'] {
  if (reversals === undefined || reversals.size === 0) return 'none';
  let goods = 0;
  for (const { scope, goodsMinor } of reversals) {
    if (scope === 'void') return 'void';
    goods += goodsMinor ?? sale.totalMinor;
  }
  return goods < sale.totalMinor ? 'part' : 'all';
}

function rowOf(fact: EntryFact, names: RowNames, { back, reversed }: { back: EntryRow['back']; reversed: EntryFact | undefined }): EntryRow {
  const { id, occurredMs, kind, scope, terminal, wallMs, businessDate, totalMinor, netMinor, redeemed, earned, returned, clawedBack, change } = fact;
  const holder = names.member(fact.member);
  return {
    entry: id, occurredMs, number: entryNumber(fact), kind, ...(scope === undefined ? {} : { scope }), terminal, wallMs, businessDate,
    staffName: names.person(fact.staff), memberName: holder?.name ?? '', card: holder?.card ?? '',
    // A reversal has no bill of its own: its money is that of the sale.
    currency: fact.currency !== '' ? fact.currency : kind === 'reversal' ? (reversed?.currency ?? '') : '',
    totalMinor, netMinor, redeemed, earned, returned, clawedBack, change, state: factState(fact), shortfall: fact.posted?.shortfall ?? fact.own?.shortfall ?? points(0),
    back, reversesNumber: reversed === undefined ? '' : entryNumber(reversed),
  };
}
