import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BUNDLES } from '../../electron/build/bundles.ts';
import { hashSources, isBuilt, recordBuild } from '../../electron/build/sources.ts';
import { temporaryFolder } from './world.ts';

function clone(): string {
  const root = temporaryFolder();
  for (const folder of ['electron/main', 'electron/core/storage', 'shared/domain', 'renderer']) mkdirSync(join(root, folder), { recursive: true });
  for (const file of ['electron/main/main.ts', 'electron/core/storage/order.ts', 'shared/domain/quote.ts', 'renderer/main.ts', 'package-lock.json']) {
    writeFileSync(join(root, file), file);
  }
  return root;
}

describe('a build', () => {
  it('is of other sources when any file changes, comes, goes or is renamed, and only then', () => {
    const root = clone();
    const first = hashSources(root);
    expect(hashSources(clone())).toBe(first);
    writeFileSync(join(root, 'renderer/main.ts'), 'the window has a build of its own');
    expect(hashSources(root)).toBe(first);
    const seen = new Set([first]);
    for (const file of ['electron/core/storage/order.ts', 'shared/domain/quote.ts', 'package-lock.json', 'shared/domain/new.ts']) {
      writeFileSync(join(root, file), 'changed');
      seen.add(hashSources(root));
    }
    expect(seen.size).toBe(5);
  });

  it('stands only while every file is there and the sources are the same', () => {
    const folder = temporaryFolder();
    const stamp = join(folder, '.sources');
    const outputs = BUNDLES.map(({ file }) => join(folder, file));
    for (const file of outputs.slice(1)) writeFileSync(file, '');
    recordBuild(stamp, 'a');
    expect(isBuilt(outputs, stamp, 'a')).toBe(false);
    writeFileSync(outputs[0] ?? '', '');
    expect([isBuilt(outputs, stamp, 'a'), isBuilt(outputs, stamp, 'b'), isBuilt(outputs, join(folder, 'none'), 'a')]).toEqual([true, false, false]);
  });
});
