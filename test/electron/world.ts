import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { boot, type BootReport } from '../../electron/main/boot.ts';
import { BOOT_PLAN } from '../../electron/main/plan.ts';
import type { Locks } from './fakes/app.ts';
import { createFakeDesktop, type FakeDesktop, type FakeDesktopOptions } from './fakes/desktop.ts';

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tillpoint-desktop-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  return folder;
}

/** A folder of the app with a page to load. */
export function appFolder(page = '<!doctype html><title>till</title>'): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'dist', 'renderer'), { recursive: true });
  writeFileSync(join(folder, 'dist', 'renderer', 'index.html'), page);
  return folder;
}

/** One machine and its user: where the app is installed, which data folders are in use, and the keychain's key. */
export interface Machine {
  appPath: string;
  userData: string;
  locks: Locks;
  key: Buffer;
}

export function createMachine(): Machine {
  return { appPath: appFolder(), userData: join(temporaryFolder(), 'Tillpoint'), locks: new Map(), key: randomBytes(32) };
}

export interface TillOptions extends Partial<FakeDesktopOptions> {
  machine?: Machine;
  /** Changes the fake before the app starts on it. */
  prepare?: (fake: FakeDesktop) => void;
}

/** Starts the app with the real plan on a fake Electron. */
export async function startTill(options: TillOptions = {}): Promise<FakeDesktop & { report: BootReport }> {
  const { machine = createMachine(), prepare, ...others } = options;
  const fake = createFakeDesktop({ ...machine, ...others });
  prepare?.(fake);
  const report = await boot(BOOT_PLAN, fake.desktop);
  return { ...fake, report };
}

/** Lets everything that is due happen. */
export async function settle(rounds = 8): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
