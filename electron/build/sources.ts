import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** Everything that a build of the desktop app depends on, as paths of the clone; installed packages count by their lock. */
const SOURCES = [
  'electron/main', 'electron/preload', 'electron/core', 'electron/build', 'shared', 'package.json', 'package-lock.json', 'tsconfig.json',
] as const;

/** SHA-256 over names and contents of all sources below a root, hex. */
export function hashSources(root: string): string {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((source) => filesOf(join(root, source))).sort()) {
    const bytes = readFileSync(file);
    // The length keeps two files from being read as one.
    hash.update(`${relative(root, file).split(sep).join('/')}\0${bytes.length}\0`).update(bytes);
  }
  return hash.digest('hex');
}

/** Whether what was built stands and was built from these sources. */
export function isBuilt(outputs: readonly string[], stamp: string, hash: string): boolean {
  return outputs.every((output) => existsSync(output)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
}

/** Records what was built; written last, so that a build that was cut off is done again. */
export function recordBuild(stamp: string, hash: string): void {
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}

function filesOf(path: string): string[] {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
