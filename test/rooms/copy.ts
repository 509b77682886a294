import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../../electron/launch/bootstrap.mjs';

/** A copy of the product in a temporary folder, to plant violations in. */
export interface TreeCopy {
  root: string;
  /** Writes a file of the copy; the path is relative to its root. */
  plant(path: string, text: string): void;
  remove(): void;
}

const COPIED = ['shared', 'electron', 'renderer', 'server', 'tsconfig.json', 'package.json', 'eslint.config.js'];

/** Copies the product without its packages, which the copy borrows by a link. */
export function copyTree(): TreeCopy {
  const root = mkdtempSync(join(tmpdir(), 'tillpoint-rooms-'));
  for (const name of COPIED) cpSync(join(ROOT, name), join(root, name), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  return {
    root,
    plant(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
