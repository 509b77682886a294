import { builtinModules } from 'node:module';
import { join } from 'node:path';
import type { InlineConfig } from 'vite';

/** One file of the desktop app and what it is built from, as paths of the clone. */
export interface Bundle {
  entry: string;
  file: string;
  format: 'cjs' | 'es';
}

/** Where the bundles go, as a path of the clone. */
export const OUTPUT = 'dist/electron';

/**
 * Each process of the desktop app is one file with all it imports inside, so that no node_modules is packed: 3 files instead
 * of thousands start faster from the archive, and what is not imported is not shipped. A sandboxed preload must be CommonJS.
 */
export const BUNDLES: readonly Bundle[] = [
  { entry: 'electron/main/main.ts', file: 'main.cjs', format: 'cjs' },
  { entry: 'electron/preload/preload.ts', file: 'preload.cjs', format: 'cjs' },
  { entry: 'electron/core/utility.ts', file: 'core.mjs', format: 'es' },
];

/** Only what the runtime brings itself stays an import. */
const EXTERNAL = new Set(['electron', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)]);

/** Vite's settings for one bundle, written to a folder. */
export function bundleConfig(root: string, { entry, file, format }: Bundle, outDir: string): InlineConfig {
  return {
    root,
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: join(root, entry),
      outDir,
      // The three bundles share the folder.
      emptyOutDir: false,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        external: (id) => EXTERNAL.has(id) || id.startsWith('node:'),
        output: { format, entryFileNames: file, codeSplitting: false },
      },
    },
  };
}
