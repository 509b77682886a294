import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

/** A change of one piece of the product's text, for a run that must then fail. */
export interface Patch {
  /** Path of the file from the top of the repository. */
  file: string;
  from: string;
  to: string;
}

const ROOT = pathToFileURL(join(import.meta.dirname, '..', '..')).href;
const inside = (name: string): string => `${ROOT}/test/simulate/inside/${name}.ts`;

/** What modules of the product get in the place of what they ask for: whose path, what, and by which module. */
const EXCHANGED: readonly { from: RegExp; asks: RegExp; gets: string }[] = [
  { from: /\/(server|electron\/core)\//, asks: /^node:crypto$/, gets: inside('crypto') },
  { from: /\/(server|electron\/core)\//, asks: /^node:timers\/promises$/, gets: inside('timers') },
  // RxDB's collections may be open once in a process; its storage below them is the till's own, and stays.
  { from: /\/electron\/core\/opening\.ts$/, asks: /\/shared\/replica\/database\.ts$/, gets: inside('replica') },
  { from: /\/electron\/core\/storage\/databases\.ts$/, asks: /\/connection\.ts$/, gets: inside('connection') },
  { from: /\/shared\/replica\/sync\/pull\.ts$/, asks: /^rxdb\/plugins\/(core|replication)$/, gets: inside('replication') },
];

/**
 * Directories are pulled every 12 seconds instead of every 2 while the ledger moves: a third of all requests would be for
 * what did not change, and a history is as long in virtual time as in the shop.
 */
const CALMER: Patch = { file: 'shared/replica/sync/timing.ts', from: 'directorySpacingMs: 2_000,', to: 'directorySpacingMs: 12_000,' };

/** Exchanges what needs real time, chance and RxDB's collections, and patches sources; before any module of the product is loaded. */
export function exchangeModules(asked: readonly Patch[] = []): void {
  const patches = [CALMER, ...asked];
  const open = new Set(patches);
  registerHooks({
    resolve(specifier, context, next) {
      const found = EXCHANGED.find(({ from, asks }) => from.test(context.parentURL ?? '') && asks.test(specifier));
      return found === undefined ? next(specifier, context) : { url: found.gets, format: 'module-typescript', shortCircuit: true };
    },
    load(url, context, next) {
      const loaded = next(url, context);
      const wanted = patches.filter(({ file }) => url === `${ROOT}/${file}`);
      if (wanted.length === 0) return loaded;
      let source = String(loaded.source);
      for (const patch of wanted) {
        if (source.split(patch.from).length !== 2) throw new Error(`the text to patch does not stand once in ${patch.file}: ${patch.from}`);
        source = source.replace(patch.from, () => patch.to);
        open.delete(patch);
      }
      return { ...loaded, source };
    },
  });
  process.on('exit', () => {
    for (const { file } of open) {
      process.stderr.write(`the patched file ${file} was never loaded\n`);
      process.exitCode = 3;
    }
  });
}
