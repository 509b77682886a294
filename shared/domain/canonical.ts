import { assert } from './integers.ts';
import type { Entry, SignedEntry } from './entry.ts';

/**
 * Canonical JSON after RFC 8785 (JCS), for values made of safe integers, strings, booleans, null, arrays and plain
 * objects; absent (undefined) members are left out. Throws on anything else: only a bug brings a float here.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    assert(Number.isSafeInteger(value), 'canonical numbers are safe integers');
    return String(value === 0 ? 0 : value);
  }
  // Array.from, because map leaves holes as they are.
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  assert(typeof value === 'object' && isPlain(value), `canonical JSON has no ${typeof value} of this kind`);
  const members = Object.entries(value as Record<string, unknown>)
    .filter(([, member]) => member !== undefined)
    // JCS sorts by UTF-16 code units, which is what < on strings compares.
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`);
  return `{${members.join(',')}}`;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The canonical text of an entry, without hash and signature: what is hashed, sent and stored. */
export function canonicalEntry(entry: Entry | SignedEntry): string {
  const { hash: _hash, signature: _signature, ...body } = entry as SignedEntry;
  return canonicalJson(body);
}

/** The text a till signs for an entry's hash; the prefix keeps a signature from meaning anything else. */
export function signingText(hash: string): string {
  return `tillpoint-entry-1:${hash}`;
}
