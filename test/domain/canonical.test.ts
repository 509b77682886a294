import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntrySchema } from '../../shared/contract/entry.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import { canonicalEntry, canonicalJson, signingText } from '../../shared/domain/canonical.ts';
import { leaseText } from '../../shared/domain/lease.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { saleEntry } from './entries.ts';

/** JSON of whole numbers, as entries are made of. */
const json = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value), (_key, part: unknown) =>
  typeof part === 'number' ? Math.trunc(part % 1e15) || 0 : part) as unknown);

/** The same value with the members of every object in another order. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (value === null || typeof value !== 'object') return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, member] of Object.entries(value).reverse()) copy[key] = shuffled(member);
  return copy;
}

describe('canonical JSON (RFC 8785)', () => {
  it('sorts members by UTF-16 code units: the example of section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign', '\r': 'Carriage Return', '\ufb33': 'Hebrew Letter Dalet With Dagesh', '1': 'One', '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control', '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    expect(Object.values(JSON.parse(canonicalJson(value)) as object)[0]).toBe('One');
    expect([...canonicalJson(value).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).toEqual([
      'Carriage Return', 'One', 'Control', 'Latin Small Letter O With Diaeresis', 'Euro Sign', 'Emoji: Grinning Face', 'Hebrew Letter Dalet With Dagesh',
    ]);
  });

  it('escapes as the example of section 3.2.2 and nothing more', () => {
    const value = { string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/', literals: [null, true, false] };
    expect(canonicalJson(value)).toBe('{"literals":[null,true,false],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}');
    expect(canonicalJson('\u2028余额\u007f')).toBe('"\u2028余额\u007f"');
  });

  it('is one text for one value, in whatever order its members stand, and parses back to it', () => {
    fc.assert(
      fc.property(json, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(shuffled(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(value);
      }),
    );
  });

  it('leaves out what is absent, and has no minus zero and no blank', () => {
    expect(canonicalJson({ b: 1, a: undefined, c: [{ d: undefined }] })).toBe('{"b":1,"c":[{}]}');
    expect(canonicalJson([-0, 0, -1])).toBe('[0,0,-1]');
    expect(canonicalJson({})).toBe('{}');
  });

  it.each([
    ['a fraction', 0.5], ['a number beyond 2^53', 2 ** 53], ['NaN', NaN], ['undefined', undefined], ['a function', () => 1], ['a bigint', 1n], ['a symbol', Symbol('a')],
    ['a date', new Date(0)], ['a map', new Map([[1, 2]])], ['a hole', new Array<number>(2)], ['bytes', new Uint8Array(2)],
  ])('throws on %s, also inside', (_name, value) => {
    expect(() => canonicalJson(value)).toThrow(/assertion failed/);
    expect(() => canonicalJson([{ inside: [value] }])).toThrow(/assertion failed/);
  });
});

describe('the canonical text of an entry', () => {
  const entry = saleEntry({ member: 'm1' });

  it('is the same with and without hash and signature', () => {
    expect(canonicalEntry({ ...entry, hash: 'a'.repeat(64), signature: 'b' })).toBe(canonicalEntry(entry));
    expect(canonicalEntry(entry)).not.toContain('"hash"');
  });

  it('of an entry from before members were added is the text that was signed then', () => {
    const sold = saleEntry({
      member: 'm1', earn: { points: points(5) },
      redeem: { rule: 'r', points: points(9), discountMinor: minor(9), cover: { leases: [], atRisk: points(9) } },
    });
    expect(canonicalEntry(sold)).toBe(
      '{"bill":{"currency":"USD","netMinor":7680,"totalMinor":7680},"businessDate":"2026-03-01","earn":{"points":5},"epoch":1,"id":"e1","kind":"sale","member":"m1",'
      + `"occurredAt":{"ms":1000,"n":0},"prevHash":"${'0'.repeat(64)}","programme":1,`
      + '"redeem":{"cover":{"atRisk":9,"leases":[]},"discountMinor":9,"points":9,"rule":"r"},"seq":1,"staff":"maya","store":"s1","terminal":"T1","v":1,"wallMs":1000}',
    );
    const checked = JSON.parse(canonicalEntry(sold)) as Entry;
    expect(compileCheck(EntrySchema)(checked)).toBe(true);
    expect(createHash('sha256').update(canonicalEntry(checked)).digest('hex')).toBe('6f0c5a5ea3fd71dcad91363ed265a7dd5207e36c6c18ad111170c3190a631b2c');
  });

  it('changes with every member', () => {
    for (const key of Object.keys(entry)) {
      const { [key]: _left, ...rest } = entry as unknown as Record<string, unknown>;
      expect(canonicalJson(rest), key).not.toBe(canonicalEntry(entry));
    }
  });
});

describe('signed texts', () => {
  const lease = { id: 'l1', member: 'm1', terminal: 'T1', epoch: 1, points: points(5), spendByMs: 9 };

  it('cannot be taken for each other', () => {
    expect(signingText('ab')).toBe('tillpoint-entry-1:ab');
    expect(leaseText(lease)).toBe('tillpoint-lease-1:{"epoch":1,"id":"l1","member":"m1","points":5,"spendByMs":9,"terminal":"T1"}');
  });

  it('of a lease change with every term of it and with nothing else', () => {
    for (const change of [{ id: 'l2' }, { member: 'm2' }, { terminal: 'T2' }, { epoch: 2 }, { points: points(6) }, { spendByMs: 8 }]) {
      expect(leaseText({ ...lease, ...change })).not.toBe(leaseText(lease));
    }
    const document = { ...lease, state: 'open', rev: 7 };
    expect(leaseText(document)).toBe(leaseText(lease));
  });
});
