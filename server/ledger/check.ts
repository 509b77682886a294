import { createPublicKey, hash as digest, verify, type KeyObject } from 'node:crypto';
import { Compile } from 'typebox/schema';
import { EntrySchema, type Envelope } from '../../shared/contract/entry.ts';
import { PushRequest } from '../../shared/contract/http.ts';
import { signingText } from '../../shared/domain/canonical.ts';
import type { Entry } from '../../shared/domain/entry.ts';

/** What an envelope must be proven to be: an entry of this chain, signed by the holder of this key. */
export interface CheckedChain {
  terminal: string;
  epoch: number;
  /** Ed25519, SPKI DER, base64. One, but where a restored server gave an epoch out again: then any of them signs. */
  publicKeys: readonly string[];
}

const schema = Compile(EntrySchema);
const request = Compile(PushRequest);
const keys = new Map<string, KeyObject>();
const KEYS_MOST = 10_000;

/**
 * Why each envelope of one push is no entry of this chain, or null where it is one, in their order. Entries that are linked by their hashes are proven by the signature of
 * the last one: whoever signed that hash signed, through `prevHash`, every byte before it. The signatures in between are
 * checked later (signatures.ts), unless `each` asks for all of them. A run whose last signature is false is checked one by
 * one, so that only what is false is set aside.
 */
export function checkPush(chain: CheckedChain, envelopes: readonly Envelope[], each = false): (string | null)[] {
  const read = envelopes.map((envelope) => readEntry(chain, envelope));
  const faults = read.map((found) => ('fault' in found ? found.fault : null));
  const look = (index: number): boolean => {
    const envelope = envelopes[index];
    const signed = envelope !== undefined && isSigned(chain.publicKeys, envelope);
    if (!signed) faults[index] = 'signature-invalid';
    return signed;
  };
  for (const run of runsOf(envelopes, read)) {
    const last = run.pop();
    if (last === undefined || (look(last) && !each)) continue;
    run.forEach(look);
  }
  return faults;
}

/** A push as its text was read and checked, in the order sent; flat, because it goes from thread to thread. */
export interface ReadPush {
  seqs: number[];
  /** Id, hash, signature and bytes of each envelope, one after the other. */
  texts: string[];
  faults: (string | null)[];
}

/** Members of an envelope in {@link ReadPush.texts}. */
const TEXTS = 4;

/**
 * Reads the body of a push, JSON in UTF-8, and checks what it holds as {@link checkPush} does; undefined when it does not fit
 * the contract.
 */
export function readPush(chain: CheckedChain, body: Uint8Array, each: boolean): ReadPush | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString());
  } catch {
    return undefined;
  }
  if (!request.Check(parsed)) return undefined;
  const { entries } = parsed;
  return {
    seqs: entries.map((envelope) => envelope.seq),
    texts: entries.flatMap(({ id, hash, signature, bytes }) => [id, hash, signature, bytes]),
    faults: checkPush(chain, entries, each),
  };
}

/** The envelopes of a push that was read. */
export function envelopesOf({ seqs, texts }: ReadPush): Envelope[] {
  return seqs.map((seq, index) => {
    const [id = '', hash = '', signature = '', bytes = ''] = texts.slice(index * TEXTS, (index + 1) * TEXTS);
    return { id, seq, hash, signature, bytes };
  });
}

/** Why an envelope is no entry of this chain, or null when it is one; its own signature is checked. */
export function findFault(chain: CheckedChain, envelope: Envelope): string | null {
  return checkPush(chain, [envelope])[0] ?? null;
}

/** Whether the holder of one of these keys (Ed25519, SPKI DER, base64) signed an entry's hash; no key proves nothing. */
export function isSigned(publicKeys: readonly string[], { hash, signature }: { hash: string; signature: string }): boolean {
  return publicKeys.some((publicKey) => verify(null, Buffer.from(signingText(hash)), keyOf(publicKey), Buffer.from(signature, 'base64')));
}

type Read = { entry: Entry } | { fault: string };

/** Indexes of sound envelopes in the order of seq, cut wherever one does not name the hash of the one before it. */
function runsOf(envelopes: readonly Envelope[], read: readonly Read[]): number[][] {
  const order = envelopes.map((_, index) => index).sort((a, b) => (envelopes[a]?.seq ?? 0) - (envelopes[b]?.seq ?? 0));
  const runs: number[][] = [];
  let before: Envelope | undefined;
  for (const index of order) {
    const [envelope, found] = [envelopes[index], read[index]];
    if (envelope === undefined || found === undefined || 'fault' in found) {
      before = undefined;
      continue;
    }
    const linked = before !== undefined && envelope.seq === before.seq + 1 && found.entry.prevHash === before.hash;
    if (linked) runs.at(-1)?.push(index);
    else runs.push([index]);
    before = envelope;
  }
  return runs;
}

/**
 * Reads the entry of an envelope, or says why it is none, leaving its signature aside. The answer depends on nothing but the
 * arguments, so it may be found in any thread and before any transaction. A reason begins with a word of a closed list; a
 * fault of form also says where.
 */
function readEntry(chain: CheckedChain, envelope: Envelope): Read {
  const { bytes, hash } = envelope;
  if (digest('sha256', bytes) !== hash) return { fault: 'hash-mismatch' };
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes);
  } catch {
    return { fault: 'unreadable' };
  }
  if (!schema.Check(parsed)) return { fault: `invalid:${placeOf(parsed)}` };
  // The schema's type and the domain's say the same; the contract proves it to the compiler.
  const entry: Entry = parsed;
  // The bytes must be the one way to write the entry, or two texts would be one entry with two hashes.
  if (!isCanonical(entry, bytes)) return { fault: 'not-canonical' };
  const fault = findContradiction(chain, envelope, entry);
  return fault === null ? { entry } : { fault };
}

/**
 * Whether `bytes` is the canonical text of an entry that was read from it and fits the schema: nothing but the order of
 * members is left to look at then, which takes a seventh of the time of writing the entry anew.
 */
export function isCanonical(entry: Entry, bytes: string): boolean {
  return JSON.stringify(entry) === bytes && isSorted(entry);
}

function isSorted(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isSorted);
  let before = '';
  for (const name of Object.keys(value)) {
    if (name < before || !isSorted((value as Record<string, unknown>)[name])) return false;
    before = name;
  }
  return true;
}

/** What the schema cannot say: the envelope and the entry name the same, and the parts of the entry fit each other. */
function findContradiction(chain: CheckedChain, envelope: Envelope, entry: Entry): string | null {
  if (entry.terminal !== chain.terminal || entry.epoch !== chain.epoch) return 'other-chain';
  if (entry.id !== envelope.id || entry.seq !== envelope.seq) return 'envelope-mismatch';
  if (entry.redeem !== undefined) {
    if (entry.kind !== 'sale' || entry.member === undefined) return 'redeem-without-member';
    const { points, cover } = entry.redeem;
    const named = cover.leases.reduce<number>((sum, part) => sum + part.points, 0);
    // Points at risk may name a lease, too: one that was asked for, and may have been granted without the till's knowledge.
    if (named > points || cover.atRisk > points || named + cover.atRisk < points) return 'cover-mismatch';
  }
  if (entry.bill !== undefined && entry.bill.netMinor > entry.bill.totalMinor) return 'bill-mismatch';
  return null;
}

function keyOf(publicKey: string): KeyObject {
  const known = keys.get(publicKey);
  if (known !== undefined) return known;
  if (keys.size >= KEYS_MOST) keys.clear();
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  keys.set(publicKey, key);
  return key;
}

/** Where the first fault of form is, as a JSON pointer; short enough for the till's list of reasons. */
function placeOf(entry: unknown): string {
  const [, errors] = schema.Errors(entry);
  return (errors[0]?.instancePath ?? '').slice(0, 120);
}
