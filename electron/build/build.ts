import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { BUNDLES, bundleConfig, OUTPUT } from './bundles.ts';
import { hashSources, isBuilt, recordBuild } from './sources.ts';

/** The folder of the clone. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface BuildOptions {
  root?: string;
  outDir?: string;
  /** Builds although nothing has changed. */
  force?: boolean;
}

/** Builds main, preload and core into `dist/electron` unless they stand as built from these sources; answers whether it built. */
export async function buildDesktop({ root = ROOT, outDir = join(root, OUTPUT), force = false }: BuildOptions = {}): Promise<boolean> {
  const hash = hashSources(root);
  const stamp = join(outDir, '.sources');
  if (!force && isBuilt(BUNDLES.map(({ file }) => join(outDir, file)), stamp, hash)) return false;
  await replaceBundles(root, outDir);
  recordBuild(stamp, hash);
  return true;
}

/** Builds beside the folder and moves each file in whole: a till, or another build, never sees half a file. */
async function replaceBundles(root: string, outDir: string): Promise<void> {
  mkdirSync(outDir, { recursive: true });
  const fresh = mkdtempSync(join(dirname(outDir), '.electron-'));
  try {
    for (const bundle of BUNDLES) {
      await build(bundleConfig(root, bundle, fresh));
      renameSync(join(fresh, bundle.file), join(outDir, bundle.file));
    }
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await buildDesktop({ force: process.argv.includes('--force') });
  console.log(built ? 'Built main, preload and core into dist/electron.' : 'dist/electron is up to date.');
}
