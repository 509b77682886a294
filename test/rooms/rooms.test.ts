import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/launch/bootstrap.mjs';
import { checkRooms, type RoomReport } from './check.ts';
import { copyTree, type TreeCopy } from './copy.ts';
import { ALLOWED, PLANTS, TARGETS } from './plants.ts';
import { ROOMS, RULES } from './rules.ts';

describe('the rooms of the product', () => {
  let report: RoomReport;
  beforeAll(async () => {
    report = await checkRooms(ROOT);
  });

  it.each(ROOMS)('reads modules in %s', (room) => {
    expect(report.modules[room]).toBeGreaterThan(0);
  });

  it('follows their imports', () => {
    expect(report.imports).toBeGreaterThan(100);
  });

  it('finds no forbidden import', () => {
    expect(report.violations).toEqual([]);
  });

  it('keeps what starts a clone in plain JavaScript', () => {
    const names = readdirSync(join(ROOT, 'electron/launch'));
    expect(names.filter((name) => !/\.(mjs|d\.mts)$/.test(name))).toEqual([]);
  });
});

describe('a planted import', () => {
  let tree: TreeCopy;
  let report: RoomReport;
  beforeAll(async () => {
    tree = copyTree();
    for (const [path, text] of Object.entries(TARGETS)) tree.plant(path, text);
    for (const { path, text } of [...PLANTS, ...ALLOWED]) tree.plant(path, text);
    report = await checkRooms(tree.root);
  });
  afterAll(() => tree.remove());

  const rulesBrokenBy = (path: string): string[] => [
    ...new Set(report.violations.filter(({ from }) => from === path).map(({ rule }) => rule)),
  ];

  it.each(PLANTS.map(({ path, rule }) => [path, rule] as const))('%s breaks %s', (path, rule) => {
    expect(rulesBrokenBy(path)).toContain(rule);
  });

  it.each(ALLOWED.map(({ path }) => path))('%s is let in', (path) => {
    expect(rulesBrokenBy(path)).toEqual([]);
  });

  it('is there for every rule', () => {
    expect(new Set(PLANTS.map(({ rule }) => rule))).toEqual(new Set(RULES.map(({ name }) => name)));
  });

  it('is in a file of its own', () => {
    const paths = [...PLANTS, ...ALLOWED].map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });
});
