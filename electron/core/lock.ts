import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { CoreFailure } from './failure.ts';

const FILE = 'core.lock';
/** A core that is ending lets go within this time. */
const PATIENCE_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * Takes a till's folder for this process: two cores on one replica would fork its chain. The lock is SQLite's own on an
 * empty file, which the operating system drops when the process ends, however it ends. Answers how to give it back;
 * throws {@link CoreFailure} when another process keeps it.
 */
export async function lockFolder(folder: string, patienceMs: number = PATIENCE_MS): Promise<() => void> {
  const until = Date.now() + patienceMs;
  for (;;) {
    const database = new DatabaseSync(join(folder, FILE), { timeout: 0 });
    try {
      // A lock must be had on a full disk, too: nothing of it is written.
      database.exec('PRAGMA journal_mode = MEMORY');
      database.exec('BEGIN EXCLUSIVE');
      return () => database.close();
    } catch (error) {
      database.close();
      if (!isBusy(error)) throw error;
    }
    if (Date.now() >= until) throw new CoreFailure(`The till in ${folder} is already open; close it there first.`);
    await wait(LOOK_EVERY_MS);
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

const SQLITE_BUSY = 5;
