import fc from 'fast-check';
import { Compile } from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { findFault, isCanonical } from '../../server/ledger/check.ts';
import { EntrySchema } from '../../shared/contract/entry.ts';
import { canonicalEntry, canonicalJson } from '../../shared/domain/canonical.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { resign } from './chains.ts';
import { TestTill } from './till.ts';

const schema = Compile(EntrySchema);

/** A till that was never at a server; checking needs no more than its key. */
function lonelyTill(): TestTill {
  const till = new TestTill('');
  till.enrolment = { server: 'S', serverKey: till.publicKey, terminal: 'T1', epoch: 1, store: 'north' };
  return till;
}

/** Rewrites a JSON text in ways that keep its meaning or nearly do: order of members, spaces, spellings of numbers and letters. */
const REWRITES: ((text: string) => string)[] = [
  (text) => text,
  (text) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse())),
  (text) => text.replace(/"bill":\{(.*?),"netMinor":(\d+)/, '"bill":{"netMinor":$2,$1'),
  (text) => text.replace(',', ', '),
  (text) => ` ${text}`,
  (text) => text.replace(/"points":(\d+)/, '"points":$1.0'),
  (text) => text.replace(/"n":\d+/, '"n":-0'),
  (text) => text.replace(/"n":\d+/, '"n":1e0'),
  (text) => text.replace('"staff":"maya"', '"staff":"\\u006daya"'),
  (text) => text.replace('"v":1', '"v":1,"v":1'),
];

describe('the canonical form, as the server checks it', () => {
  it('agrees with the writer of canonical text on every entry and every way to spell it', () => {
    const till = lonelyTill();
    const spelt = fc.record({
      earned: fc.integer({ min: 0, max: 1_000 }), reference: fc.string({ unit: 'binary', maxLength: 30 }), rewrite: fc.constantFrom(...REWRITES),
    });
    let sound = 0;
    fc.assert(fc.property(spelt, ({ earned, reference, rewrite }) => {
      const plain = JSON.parse(till.sale('A', earned).bytes) as Entry;
      const text = rewrite(canonicalJson({ ...plain, bill: { ...plain.bill, reference } }));
      const entry: unknown = JSON.parse(text);
      if (!schema.Check(entry)) return;
      const canonical = canonicalEntry(entry) === text;
      if (canonical) sound += 1;
      expect(isCanonical(entry, text)).toBe(canonical);
    }), { numRuns: 500 });
    expect(sound).toBeGreaterThan(20);
    expect(sound).toBeLessThan(400);
  });

  it('is asked of every entry', () => {
    const till = lonelyTill();
    const chain = { terminal: 'T1', epoch: 1, publicKeys: [till.publicKey] };
    const sale = till.sale('A', 1);
    expect(findFault(chain, sale)).toBeNull();
    for (const rewrite of REWRITES.slice(1)) {
      const other = resign(till, sale, rewrite);
      expect(other.bytes).not.toBe(sale.bytes);
      expect(findFault(chain, other)).toBe('not-canonical');
    }
  });
});
