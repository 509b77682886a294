import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Desktop } from './desktop.ts';

const FILE = 'device-secret';
const SECRET_BYTES = 32;

/** The 32 bytes (base64) that seal the device key at rest; null where the operator does without a keychain. */
export type SecretOutcome =
  | { ok: true; secret: string | null }
  /** `unreadable`: there is a secret, and making another would lose the device key; `no-keychain`: none can be kept. */
  | { ok: false; reason: 'unreadable' | 'no-keychain'; file: string };

export interface SecretOptions {
  safeStorage: Desktop['safeStorage'];
  platform: NodeJS.Platform;
  /** The operator lets file permissions alone guard the device key. */
  allowPlain: boolean;
}

/**
 * The secret of a data folder, made and kept under the system's keychain at the first start. A secret that is there but
 * cannot be opened is never replaced.
 */
export async function openSecret(folder: string, options: SecretOptions): Promise<SecretOutcome> {
  const file = join(folder, FILE);
  const kept = readKept(file);
  if (kept === 'unreadable') return { ok: false, reason: 'unreadable', file };
  if (!(await hasKeychain(options))) {
    if (kept !== undefined) return { ok: false, reason: 'unreadable', file };
    return options.allowPlain ? { ok: true, secret: null } : { ok: false, reason: 'no-keychain', file };
  }
  return kept === undefined ? makeSecret(file, options) : readSecret(file, kept, options);
}

/** Whether a real keychain guards what is encrypted; Chromium's `basic_text` on Linux is one password known to all. */
async function hasKeychain({ safeStorage, platform }: SecretOptions): Promise<boolean> {
  if (!(await safeStorage.isAsyncEncryptionAvailable())) return false;
  return platform !== 'linux' || !['basic_text', 'unknown'].includes(safeStorage.getSelectedStorageBackend());
}

async function makeSecret(file: string, { safeStorage }: SecretOptions): Promise<SecretOutcome> {
  const secret = randomBytes(SECRET_BYTES).toString('base64');
  writeDurably(file, await safeStorage.encryptStringAsync(secret));
  return { ok: true, secret };
}

async function readSecret(file: string, kept: Buffer, { safeStorage }: SecretOptions): Promise<SecretOutcome> {
  const opened = await safeStorage.decryptStringAsync(kept).catch(() => undefined);
  if (opened === undefined || Buffer.from(opened.result, 'base64').length !== SECRET_BYTES) return { ok: false, reason: 'unreadable', file };
  if (opened.shouldReEncrypt) writeDurably(file, await safeStorage.encryptStringAsync(opened.result));
  return { ok: true, secret: opened.result };
}

/** The file's bytes; undefined only when there is no such file. */
function readKept(file: string): Buffer | undefined | 'unreadable' {
  try {
    return readFileSync(file);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'unreadable';
  }
}

/** Replaces a file whole and on the disk: a power cut leaves the old one or the new one. */
function writeDurably(file: string, bytes: Buffer): void {
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w', 0o600);
  try {
    writeSync(handle, bytes);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
  // Windows cannot sync a folder, and keeps the rename in its own journal.
  if (process.platform === 'win32') return;
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
