import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const PROGRAMS: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'electron',
  win32: 'electron.exe',
  darwin: join('Electron.app', 'Contents', 'MacOS', 'Electron'),
};

/** Electron's program when it is installed here, by its own variable or as its package installs it; end-to-end tests then drive it. */
export function findElectron(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  const program = PROGRAMS[platform];
  if (program === undefined) return undefined;
  const path = join(env['ELECTRON_OVERRIDE_DIST_PATH'] || join(ROOT, 'node_modules', 'electron', 'dist'), program);
  return existsSync(path) ? path : undefined;
}
