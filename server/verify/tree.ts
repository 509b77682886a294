import { createHash } from 'node:crypto';
import { textOf } from './fact.ts';
import type { Faults } from './faults.ts';
import { isSigned, type Keys } from './signatures.ts';
import type { Row, Source } from './source.ts';

/** Entries in one record of leaves. */
const BLOCK = 256;
const HASH_LENGTH = 64;
/** A hole in the positions that is wider than this is no ledger any more; roots are then not looked for. */
const WIDEST_HOLE = 1_000_000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const nodeOf = (left: string, right: string): string => sha256(`\u0001${left}${right}`);

/** What a signed checkpoint covers of one entry. */
export function leafOf(row: Row): string {
  const text = `tillpoint-leaf-1:{"clawedBack":${textOf(row, 'clawed_points')},"disposition":${JSON.stringify(row['disposition'])},` +
    `"free":${textOf(row, 'free_points')},"hash":${JSON.stringify(row['hash'])},"id":${JSON.stringify(row['id'])},` +
    `"leased":${textOf(row, 'leased_points')},"position":${textOf(row, 'position')},"returned":${textOf(row, 'returned_points')},` +
    `"shortfall":${textOf(row, 'shortfall_points')}}`;
  return sha256(`\u0000${text}`);
}

interface Checkpoint {
  day: string;
  position: number;
  root: string;
  signature: string;
  madeAt: string;
  /** Leaves after the last whole block. */
  tail: string;
}

/** A Merkle tree (RFC 6962) over the ledger as it is read, held against every checkpoint on the way. */
export class Tree {
  readonly #source: Source;
  readonly #faults: Faults;
  readonly #checkpoints: Checkpoint[];
  /** Roots of whole subtrees, the largest first: one for each binary digit of the number of leaves. */
  readonly #stack: { root: string; size: number }[] = [];
  /** Leaves since the last whole block, with the ids of their entries. */
  #block: { leaf: string; id: string }[] = [];
  #size = 0;
  #next = 0;
  #isBroken = false;

  private constructor(source: Source, faults: Faults, checkpoints: Checkpoint[]) {
    this.#source = source;
    this.#faults = faults;
    this.#checkpoints = checkpoints;
  }

  /** Reads the checkpoints, and holds each against its signature. */
  static async open(source: Source, faults: Faults, keys: Keys): Promise<Tree> {
    const server = await readServerId(source);
    const checkpoints: Checkpoint[] = [];
    for (const row of await source.all('select day, position, root, signature, made_at, tail from checkpoints order by position, day')) {
      const one = {
        day: textOf(row, 'day'), position: Number(row['position']), root: textOf(row, 'root'), signature: textOf(row, 'signature'),
        madeAt: textOf(row, 'made_at'), tail: textOf(row, 'tail'),
      };
      const text = `tillpoint-checkpoint-1:{"day":${JSON.stringify(one.day)},"madeAtMs":${one.madeAt},"position":${one.position},` +
        `"root":${JSON.stringify(one.root)},"server":${JSON.stringify(server)}}`;
      if (keys.server === undefined || !(await isSigned(keys.server, text, one.signature))) {
        faults.add('checkpoint-signature', { id: `checkpoint:${one.day}` }, 'the signature of the checkpoint', "made with the server's key over what the row says", one.signature);
      }
      checkpoints.push(one);
    }
    return new Tree(source, faults, checkpoints);
  }

  get checkpoints(): number {
    return this.#checkpoints.length;
  }

  /** Takes the next entry in the order of positions. */
  async add(row: Row): Promise<void> {
    const position = Number(row['position']);
    if (this.#isBroken || position <= this.#size) return;
    if (position - this.#size > WIDEST_HOLE) {
      this.#isBroken = true;
      return;
    }
    while (this.#size < position - 1) await this.#push('0'.repeat(HASH_LENGTH), '');
    await this.#push(leafOf(row), textOf(row, 'id'));
  }

  /** Says which checkpoints were not reached. */
  finish(head: number): void {
    for (const { day, position } of this.#checkpoints.slice(this.#next)) {
      this.#faults.add('checkpoint-beyond-head', { id: `checkpoint:${day}` }, 'the ledger is shorter than when the checkpoint was made', `at least ${position} entries`, Math.min(head, this.#size));
    }
  }

  async #push(leaf: string, id: string): Promise<void> {
    this.#size += 1;
    this.#block.push({ leaf, id });
    this.#stack.push({ root: leaf, size: 1 });
    for (let [left, right] = this.#stack.slice(-2); left !== undefined && right !== undefined && left.size === right.size; [left, right] = this.#stack.slice(-2)) {
      this.#stack.splice(-2, 2, { root: nodeOf(left.root, right.root), size: left.size * 2 });
    }
    if (this.#block.length === BLOCK) {
      await this.#checkBlock();
      this.#block = [];
    }
    for (let one = this.#checkpoints[this.#next]; one !== undefined && one.position <= this.#size; one = this.#checkpoints[++this.#next]) this.#checkRoot(one);
  }

  /** The root over everything so far: the whole subtrees, from the smallest up. */
  #root(): string {
    const roots = this.#stack.map((one) => one.root);
    return roots.reduceRight((right, left) => nodeOf(left, right));
  }

  #checkRoot(one: Checkpoint): void {
    const found = this.#root();
    if (one.root === found) return;
    this.#checkLeaves(this.#block, one.tail);
    this.#faults.add('checkpoint-root', { position: one.position, id: `checkpoint:${one.day}` }, `the root over the entries up to position ${one.position}`, one.root, found);
  }

  /** The record of a whole block names the entries that differ, where the root only says that one does. */
  async #checkBlock(): Promise<void> {
    const block = this.#size / BLOCK - 1;
    const [row] = await this.#source.all('select root, leaves from checkpoint_blocks where block = ?', [block]);
    if (row === undefined) {
      const last = this.#checkpoints.at(-1)?.position ?? 0;
      if (last >= this.#size) this.#faults.add('checkpoint-record', { position: this.#size, id: `block:${block}` }, 'the record of its leaves', 'one', 'none');
      return;
    }
    const leaves = this.#block.map((one) => one.leaf);
    this.#checkLeaves(this.#block, textOf(row, 'leaves'));
    let level = leaves;
    while (level.length > 1) level = level.flatMap((one, index) => (index % 2 === 0 ? [nodeOf(one, level[index + 1] ?? '')] : []));
    if (level[0] !== row['root']) this.#faults.add('checkpoint-record', { position: this.#size, id: `block:${block}` }, 'the root of its leaves', level[0], row['root']);
  }

  #checkLeaves(block: readonly { leaf: string; id: string }[], recorded: string): void {
    const first = this.#size - block.length + 1;
    block.forEach(({ leaf, id }, index) => {
      const expected = recorded.slice(index * HASH_LENGTH, (index + 1) * HASH_LENGTH);
      if (expected === leaf || id === '' || expected === '') return;
      this.#faults.add('checkpoint-leaf', { position: first + index, id }, 'it is not the entry that a checkpoint covers at this position', expected, leaf);
    });
  }
}

async function readServerId(source: Source): Promise<string> {
  const [row] = await source.all("select value from meta where key = 'server-keys'");
  try {
    return (JSON.parse(textOf(row ?? {}, 'value')) as { id: string }).id;
  } catch {
    return '';
  }
}
