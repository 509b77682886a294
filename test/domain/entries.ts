import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';
import { minor } from '../../shared/domain/integers.ts';

/** An entry with every required field; `part` says what the test is about. */
export function entryOf(part: Partial<Entry> & Pick<Entry, 'kind'>): Entry {
  return {
    v: 1, id: 'e1', store: 's1', terminal: 'T1', epoch: 1, seq: 1, prevHash: GENESIS_HASH, programme: 1, staff: 'maya',
    occurredAt: { ms: 1_000, n: 0 }, wallMs: 1_000, businessDate: '2026-03-01', ...part,
  };
}

/** A sale of 76.80. */
export function saleEntry(part: Partial<Entry> = {}): Entry {
  return entryOf({ kind: 'sale', bill: { totalMinor: minor(7_680), netMinor: minor(7_680), currency: 'USD' }, ...part });
}
