import { canonicalJson } from './canonical.ts';
import type { Disposition } from './entry.ts';
import { assert } from './integers.ts';

/**
 * Signed checkpoints: the root of a Merkle tree over the first `position` entries of the ledger, signed by the server. The
 * tree has the shape and the separated prefixes of RFC 6962; hashes are SHA-256 over UTF-8 text, written in hex, so that a
 * host needs no more than the function that also hashes entries.
 */
export interface SignedCheckpoint {
  /** Id of the server that made it. */
  server: string;
  /** UTC day, YYYY-MM-DD; there is one checkpoint a day. */
  day: string;
  /** It covers every entry up to this position. */
  position: number;
  /** Hex. */
  root: string;
  madeAtMs: number;
  /** Ed25519 over {@link checkpointText}, base64. */
  signature: string;
}

/** What the tree holds of one entry: what the till made, by its hash, and what the server made of it, in points. */
export interface CheckpointLeaf {
  position: number;
  id: string;
  hash: string;
  disposition: Disposition;
  leased: number;
  free: number;
  shortfall: number;
  returned: number;
  clawedBack: number;
}

/** A till's own knowledge of one of its entries, to hold against a leaf. */
export interface KnownEntryState {
  id: string;
  hash: string;
  position: number;
  disposition: Disposition;
  shortfall: number;
}

/** SHA-256 of a text's UTF-8 bytes, in hex. */
export type Sha256 = (text: string) => string;

/** The text that the server signs. */
export function checkpointText({ server, day, position, root, madeAtMs }: Omit<SignedCheckpoint, 'signature'>): string {
  return `tillpoint-checkpoint-1:${canonicalJson({ server, day, position, root, madeAtMs })}`;
}

/** The hash of a leaf; its prefix keeps a leaf from passing as a node. */
export function leafHash(leaf: CheckpointLeaf, sha256: Sha256): string {
  const { position, id, hash, disposition, leased, free, shortfall, returned, clawedBack } = leaf;
  return sha256(`\u0000tillpoint-leaf-1:${canonicalJson({ position, id, hash, disposition, leased, free, shortfall, returned, clawedBack })}`);
}

/** The hash of a node over its two children. */
export function nodeHash(left: string, right: string, sha256: Sha256): string {
  return sha256(`\u0001${left}${right}`);
}

/** The root over leaves (or over roots of equal whole subtrees); there is none over nothing. */
export function rootOf(hashes: readonly string[], sha256: Sha256): string {
  const [only] = hashes;
  assert(only !== undefined, 'a tree has a leaf');
  if (hashes.length === 1) return only;
  const split = largestPowerBelow(hashes.length);
  return nodeHash(rootOf(hashes.slice(0, split), sha256), rootOf(hashes.slice(split), sha256), sha256);
}

/** The hashes that lead from one leaf to the root, from the leaf up (RFC 6962, 2.1.1). */
export function pathOf(hashes: readonly string[], index: number, sha256: Sha256): string[] {
  assert(index >= 0 && index < hashes.length, 'the leaf is in the tree');
  if (hashes.length === 1) return [];
  const split = largestPowerBelow(hashes.length);
  return index < split
    ? [...pathOf(hashes.slice(0, split), index, sha256), rootOf(hashes.slice(split), sha256)]
    : [...pathOf(hashes.slice(split), index - split, sha256), rootOf(hashes.slice(0, split), sha256)];
}

/**
 * Whether a path leads from a leaf, at its position, to the root of a checkpoint (RFC 9162, 2.1.3.2). That the checkpoint is
 * the server's is for its signature to show. Any input is answered; nothing throws.
 */
export function isIncluded(leaf: CheckpointLeaf, path: readonly string[], checkpoint: Pick<SignedCheckpoint, 'position' | 'root'>, sha256: Sha256): boolean {
  const size = checkpoint.position;
  if (!Number.isSafeInteger(leaf.position) || !Number.isSafeInteger(size) || leaf.position < 1 || leaf.position > size) return false;
  let index = leaf.position - 1;
  let last = size - 1;
  let hash = leafHash(leaf, sha256);
  for (const sibling of path) {
    if (last === 0) return false;
    if (index % 2 === 1 || index === last) {
      hash = nodeHash(sibling, hash, sha256);
      // A node without a right sibling rises until it has one.
      while (index % 2 === 0 && index > 0) [index, last] = [half(index), half(last)];
    } else hash = nodeHash(hash, sibling, sha256);
    [index, last] = [half(index), half(last)];
  }
  return last === 0 && hash === checkpoint.root;
}

/** What a leaf says otherwise than the till knows of its entry, or null when they agree. */
export function findContradiction(known: KnownEntryState, leaf: CheckpointLeaf): 'id' | 'hash' | 'position' | 'disposition' | 'shortfall' | null {
  for (const name of ['id', 'hash', 'position', 'disposition', 'shortfall'] as const) if (known[name] !== leaf[name]) return name;
  return null;
}

function half(value: number): number {
  return Math.floor(value / 2);
}

function largestPowerBelow(count: number): number {
  let power = 1;
  while (power * 2 < count) power *= 2;
  return power;
}
