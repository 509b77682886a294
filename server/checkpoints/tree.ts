import { createHash } from 'node:crypto';
import type { Transaction } from 'kysely';
import { leafHash, pathOf, rootOf, type CheckpointLeaf } from '../../shared/domain/checkpoint.ts';
import { assert } from '../../shared/domain/integers.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';

/** Leaves in one record: a whole subtree, so that the tree grows by its blocks' roots alone. */
export const BLOCK = 256;
/** Characters of a hash in hex, as leaves are written one after the other. */
const HASH_LENGTH = 64;
/** Blocks read and written in one go: few enough that posting does not wait long. */
const BLOCKS_AT_ONCE = 16;

/** SHA-256 of a text, in hex. */
export const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

/** The tree over the first entries of a ledger: roots of its whole blocks, and the leaves behind the last of them. */
export interface Tree {
  roots: string[];
  tail: string[];
}

/** The tree up to a position, making the records of whole blocks that are not there yet. Entries never change, so it may be read in parts. */
export async function growTree(store: Store, position: number): Promise<Tree> {
  const whole = Math.floor(position / BLOCK);
  const roots = await store.snapshot((trx) => readRoots(trx, whole));
  while (roots.length < whole) {
    const first = roots.length;
    const count = Math.min(BLOCKS_AT_ONCE, whole - first);
    const leaves = await store.snapshot((trx) => readLeaves(trx, first * BLOCK, (first + count) * BLOCK));
    const blocks = Array.from({ length: count }, (_, index) => {
      const hashes = leaves.slice(index * BLOCK, (index + 1) * BLOCK).map((leaf) => leafHash(leaf, sha256));
      return { block: first + index, root: rootOf(hashes, sha256), leaves: hashes.join('') };
    });
    // Another server may be making the same ones.
    await store.write((trx) => trx.insertInto('checkpoint_blocks').values(blocks).onConflict((on) => on.column('block').doNothing()).execute());
    roots.push(...blocks.map((one) => one.root));
  }
  const tail = await store.snapshot((trx) => readLeaves(trx, whole * BLOCK, position));
  return { roots, tail: tail.map((leaf) => leafHash(leaf, sha256)) };
}

/** The root over a tree that has a leaf. Blocks are whole subtrees, so what is behind them is one more, as RFC 6962 splits. */
export function treeRoot({ roots, tail }: Tree): string {
  return rootOf(tail.length === 0 ? roots : [...roots, rootOf(tail, sha256)], sha256);
}

/** The path from the leaf of a position to the root of the tree up to another, as far as records of blocks are there. */
export async function readPath(trx: Transaction<Tables>, at: number, upTo: { position: number; tail: string }): Promise<string[]> {
  const whole = Math.floor(upTo.position / BLOCK);
  const roots = await readRoots(trx, whole);
  assert(roots.length === whole, 'a checkpoint has the records of its whole blocks');
  const tail = split(upTo.tail);
  const parts = tail.length === 0 ? roots : [...roots, rootOf(tail, sha256)];
  const block = Math.floor((at - 1) / BLOCK);
  const leaves = block < whole ? split((await readBlock(trx, block)).leaves) : tail;
  return [...pathOf(leaves, (at - 1) % BLOCK, sha256), ...pathOf(parts, block, sha256)];
}

/** The leaves after one position up to another. */
export async function readLeaves(trx: Transaction<Tables>, after: number, upTo: number): Promise<CheckpointLeaf[]> {
  const leaves = await trx
    .selectFrom('entries')
    .select([
      'position', 'id', 'hash', 'disposition', 'leased_points as leased', 'free_points as free', 'shortfall_points as shortfall',
      'returned_points as returned', 'clawed_points as clawedBack',
    ])
    .where('position', '>', after)
    .where('position', '<=', upTo)
    .orderBy('position')
    .execute();
  assert(leaves.length === upTo - after, `the ledger is gapless between positions ${after} and ${upTo}`);
  return leaves;
}

async function readRoots(trx: Transaction<Tables>, count: number): Promise<string[]> {
  const rows = await trx.selectFrom('checkpoint_blocks').select(['block', 'root']).where('block', '<', count).orderBy('block').execute();
  const firstHole = rows.findIndex((row, index) => row.block !== index);
  return (firstHole < 0 ? rows : rows.slice(0, firstHole)).map((row) => row.root);
}

function readBlock(trx: Transaction<Tables>, block: number) {
  return trx.selectFrom('checkpoint_blocks').select('leaves').where('block', '=', block).executeTakeFirstOrThrow();
}

function split(leaves: string): string[] {
  return Array.from({ length: leaves.length / HASH_LENGTH }, (_, index) => leaves.slice(index * HASH_LENGTH, (index + 1) * HASH_LENGTH));
}
