import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { findElectron } from '../electron/real.ts';
import { startBrowserTill } from './browser-till.ts';
import { startDesktopTill } from './desktop-till.ts';

/** A real till: a core in a process of its own and a window, in a browser or in Electron. */
export interface Till {
  terminal: string;
  /** The till's window, opened when there is none. */
  window(): Promise<Page>;
  /** Kills the core without a word. */
  killCore(): Promise<void>;
  /** Has the core back on the same folder, as after a power cut. */
  restoreCore(): Promise<void>;
  /** Kills what shows the window without a word; {@link Till.window} gives the next one. */
  killWindow(): Promise<void>;
  stop(): Promise<void>;
}

/** What a till is started with; `page` is the folder of {@link buildWindow}. */
export interface TillOptions {
  folder: string;
  server: string;
  code: string;
  page: string;
}

const WINDOW_CONFIG = fileURLToPath(new URL('../../renderer/vite.config.ts', import.meta.url));

/** Builds the window as the product does, into a folder of this test. */
export async function buildWindow(): Promise<{ folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tillpoint-window-'));
  await build({ configFile: WINDOW_CONFIG, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Starts a till in Electron when there is one (`ELECTRON_OVERRIDE_DIST_PATH`, or its package's own), else for a browser. */
export async function startTill(options: TillOptions): Promise<Till> {
  await mkdir(options.folder, { recursive: true });
  await chmod(options.folder, 0o700);
  const electron = findElectron();
  return electron === undefined ? startBrowserTill(options) : startDesktopTill(electron, options);
}
