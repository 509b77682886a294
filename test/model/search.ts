import { broken, type Invariant } from './invariants.ts';
import { ARRIVES_AGAIN, successors } from './moves.ts';
import type { Setting } from './rules.ts';
import { at, describe, initialRow, pack, SERVER_SIZE, SIZE, unpack, WORDS, type Row } from './state.ts';

/** What a search came to. */
export interface Found {
  /** Distinct states. */
  states: number;
  /** Steps from the start to the farthest state seen. */
  depth: number;
  /** True when there was nothing left to explore within the bounds of the model. */
  complete: boolean;
  violations: number;
  /** The invariant that broke first, and the shortest way there. */
  first?: { invariant: Invariant; trace: string[] };
}

/** Set of packed states in the order of their discovery, with open addressing in typed arrays. */
class States {
  readonly words: Uint32Array;
  readonly parents: Uint32Array;
  readonly #slots: Uint32Array;
  readonly #mask: number;
  count = 0;

  constructor(most: number) {
    let size = 1 << 10;
    while (size < most * 1.6) size *= 2;
    this.words = new Uint32Array(most * WORDS);
    this.parents = new Uint32Array(most);
    this.#slots = new Uint32Array(size);
    this.#mask = size - 1;
  }

  /** Adds the state that stands behind the last one; false when it was there. */
  addLast(parent: number): boolean {
    const offset = this.count * WORDS;
    let slot = this.#hash(offset);
    for (let held = this.#slots[slot] as number; held !== 0; held = this.#slots[slot] as number) {
      if (this.#isSame((held - 1) * WORDS, offset)) return false;
      slot = (slot + 1) & this.#mask;
    }
    this.#slots[slot] = ++this.count;
    this.parents[this.count - 1] = parent;
    return true;
  }

  #hash(offset: number): number {
    let hash = 0x811c9dc5;
    for (let word = 0; word < WORDS; word++) {
      hash = Math.imul(hash ^ (this.words[offset + word] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ (hash >>> 13), 0x85ebca6b);
    return (hash ^ (hash >>> 16)) & this.#mask;
  }

  #isSame(one: number, other: number): boolean {
    for (let word = 0; word < WORDS; word++) if (this.words[one + word] !== this.words[other + word]) return false;
    return true;
  }
}

/**
 * Explores every order of events breadth-first, up to `limit` distinct states, and stops at the first broken invariant:
 * breadth-first, so that its trace is a shortest one.
 */
export function search(options: { limit: number; setting: Setting; progress?: (states: number, depth: number) => void }): Found {
  const { limit, setting, progress } = options;
  const states = new States(limit + 1);
  const row = initialRow();
  const next = new Int8Array(SIZE);
  pack(row, states.words, 0);
  states.addLast(0);
  let depth = 0;
  let levelEnd = 1;
  for (let index = 0; index < states.count; index++) {
    if (index === levelEnd) {
      depth++;
      levelEnd = states.count;
      progress?.(states.count, depth);
    }
    unpack(states.words, index * WORDS, row);
    let found: { invariant: Invariant; action: string } | undefined;
    successors(row, next, (action, detail) => {
      if (found !== undefined || states.count >= limit) return;
      const invariant = action === ARRIVES_AGAIN && !isSameServer(row, next) ? 'N2' : broken(next);
      if (invariant !== null) {
        found = { invariant, action: `${action} ${detail}` };
        return;
      }
      pack(next, states.words, states.count * WORDS);
      states.addLast(index);
    }, setting);
    if (found !== undefined) {
      const { invariant, action } = found;
      return { states: states.count, depth: depth + 1, complete: false, violations: 1, first: { invariant, trace: [...traceTo(states, index, setting), action] } };
    }
    if (states.count >= limit) return { states: states.count, depth: depth + 1, complete: false, violations: 0 };
  }
  return { states: states.count, depth, complete: true, violations: 0 };
}

function isSameServer(row: Row, next: Row): boolean {
  for (let field = 0; field < SERVER_SIZE; field++) if (at(row, field) !== at(next, field)) return false;
  return true;
}

/** The steps from the start to a state, found again from its parents. */
function traceTo(states: States, last: number, setting: Setting): string[] {
  const path: number[] = [];
  for (let index = last; index !== 0; index = states.parents[index] as number) path.unshift(index);
  const row = initialRow();
  const next = new Int8Array(SIZE);
  const packed = new Uint32Array(WORDS);
  return path.map((index) => {
    let step = '';
    const wanted = states.words.subarray(index * WORDS, (index + 1) * WORDS);
    successors(row, next, (action, detail) => {
      if (step !== '') return;
      pack(next, packed, 0);
      if (packed.every((word, place) => word === wanted[place])) step = `${action} ${detail}`;
    }, setting);
    unpack(states.words, index * WORDS, row);
    return `${step}\n      ${describe(row)}`;
  });
}
