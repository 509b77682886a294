import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkpointText, findContradiction, isIncluded, leafHash, nodeHash, pathOf, rootOf, type CheckpointLeaf,
} from '../../shared/domain/checkpoint.ts';
import { DISPOSITIONS } from '../../shared/domain/entry.ts';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

function leafAt(position: number): CheckpointLeaf {
  return { position, id: `e-${position}`, hash: sha256(String(position)), disposition: 'leased', leased: position, free: 0, shortfall: 0, returned: 0, clawedBack: 0 };
}

/** A tree of so many leaves. */
function treeOf(size: number): { leaves: CheckpointLeaf[]; hashes: string[]; root: string } {
  const leaves = Array.from({ length: size }, (_, index) => leafAt(index + 1));
  const hashes = leaves.map((leaf) => leafHash(leaf, sha256));
  return { leaves, hashes, root: rootOf(hashes, sha256) };
}

const treeAndIndex = fc.integer({ min: 1, max: 300 }).chain((size) => fc.tuple(fc.constant(size), fc.integer({ min: 0, max: size - 1 })));
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);

describe('the tree of a checkpoint', () => {
  it('has the shape of RFC 6962: the left part is the largest power of two that is smaller than the whole', () => {
    const [a = '', b = '', c = '', d = '', e = ''] = treeOf(5).hashes;
    const node = (left: string, right: string): string => nodeHash(left, right, sha256);
    expect(treeOf(1).root).toBe(a);
    expect(treeOf(3).root).toBe(node(node(a, b), c));
    expect(treeOf(5).root).toBe(node(node(node(a, b), node(c, d)), e));
    expect(pathOf([a, b, c, d, e], 4, sha256)).toEqual([node(node(a, b), node(c, d))]);
    expect(pathOf([a, b, c, d, e], 2, sha256)).toEqual([d, node(a, b), e]);
  });

  it('keeps leaves, nodes and the two signed texts apart', () => {
    const leaf = leafAt(1);
    const text = checkpointText({ server: 'S', day: '2026-03-01', position: 1, root: leafHash(leaf, sha256), madeAtMs: 5 });
    expect(text).toBe(`tillpoint-checkpoint-1:{"day":"2026-03-01","madeAtMs":5,"position":1,"root":"${leafHash(leaf, sha256)}","server":"S"}`);
    expect(leafHash(leaf, sha256)).toBe(sha256(`\u0000tillpoint-leaf-1:{"clawedBack":0,"disposition":"leased","free":0,"hash":"${leaf.hash}","id":"e-1","leased":1,"position":1,"returned":0,"shortfall":0}`));
    expect(nodeHash('a', 'b', sha256)).toBe(sha256('\u0001ab'));
  });

  it('proves every leaf of every tree', () => {
    fc.assert(fc.property(treeAndIndex, ([size, index]) => {
      const { leaves, hashes, root } = treeOf(size);
      const path = pathOf(hashes, index, sha256);
      expect(path.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)) + 1);
      expect(isIncluded(leaves[index] ?? leafAt(0), path, { position: size, root }, sha256)).toBe(true);
    }), { numRuns: 150 });
  });

  it('proves nothing that was changed: a leaf, its place, the path, its length, the root, or the size', () => {
    const change = fc.oneof(
      fc.record({ what: fc.constant('leaf' as const), name: fc.constantFrom('leased', 'free', 'shortfall', 'returned', 'clawedBack', 'position') }),
      fc.record({ what: fc.constant('disposition' as const) }), fc.record({ what: fc.constant('hash' as const), hash }),
      fc.record({ what: fc.constant('path' as const), hash, at: fc.nat() }), fc.record({ what: fc.constant('longer' as const), hash }),
      fc.record({ what: fc.constant('shorter' as const) }), fc.record({ what: fc.constant('root' as const), hash }),
    );
    fc.assert(fc.property(treeAndIndex, change, ([size, index], changed) => {
      const { leaves, hashes, root } = treeOf(size);
      const leaf = leaves[index] ?? leafAt(0);
      const path = pathOf(hashes, index, sha256);
      const proves = (one: CheckpointLeaf, way: readonly string[], top = root): boolean => isIncluded(one, way, { position: size, root: top }, sha256);
      switch (changed.what) {
        case 'leaf':
          return !proves({ ...leaf, [changed.name]: leaf.position + 1 }, path);
        case 'disposition':
          return DISPOSITIONS.every((disposition) => proves({ ...leaf, disposition }, path) === (disposition === leaf.disposition));
        case 'hash':
          return !proves({ ...leaf, hash: changed.hash }, path);
        case 'path':
          return path.length === 0 || !proves(leaf, path.with(changed.at % path.length, changed.hash));
        case 'longer':
          return !proves(leaf, [...path, changed.hash]);
        case 'shorter':
          return path.length === 0 || !proves(leaf, path.slice(0, -1));
        case 'root':
          return !proves(leaf, path, changed.hash);
      }
    }), { numRuns: 300 });
  });

  it('answers any input, also one from a hostile server, and throws for none', () => {
    const odd = fc.oneof(fc.integer(), fc.constantFrom(0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER, 2 ** 60));
    fc.assert(fc.property(odd, odd, fc.array(fc.string(), { maxLength: 60 }), fc.string(), (at, size, path, root) => {
      expect(isIncluded({ ...leafAt(1), position: Number.isSafeInteger(at) ? at : 1 }, path, { position: size, root }, sha256)).toBe(false);
    }));
  });

  it('a till finds what a server says otherwise than it knows', () => {
    const leaf = leafAt(7);
    const known = { id: leaf.id, hash: leaf.hash, position: 7, disposition: leaf.disposition, shortfall: 0 };
    expect(findContradiction(known, leaf)).toBeNull();
    expect(findContradiction({ ...known, shortfall: 1 }, leaf)).toBe('shortfall');
    expect(findContradiction({ ...known, disposition: 'free' }, leaf)).toBe('disposition');
    expect(findContradiction({ ...known, position: 8 }, leaf)).toBe('position');
    expect(findContradiction({ ...known, hash: 'x' }, leaf)).toBe('hash');
    expect(findContradiction({ ...known, id: 'x' }, leaf)).toBe('id');
  });
});
