import { cpSync, existsSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the next commit of a till is stopped dead, for good. */
export type CrashPoint = 'before-write' | 'after-write' | 'before-answer' | 'unflushed';

/** A till's folder while one process lives on it; when that is killed, the next one gets a copy of what would be on the disk. */
export interface Life {
  readonly folder: string;
  dead: boolean;
  /** Set to have the process die in its next commit. */
  crashAt: CrashPoint | undefined;
  /** Called when it does. */
  onCrash: (at: CrashPoint) => void;
  /** Bytes of each log that were flushed. */
  readonly flushed: Map<string, number>;
}

const lives = new Map<string, Life>();

/** Begins a life on a folder. */
export function beginLife(folder: string): Life {
  const life: Life = { folder, dead: false, crashAt: undefined, onCrash: () => undefined, flushed: new Map() };
  lives.set(folder, life);
  return life;
}

/** Forgets every life of the history before. */
export const forgetLives = (): void => lives.clear();

const lifeOf = (file: string): Life | undefined => lives.get(dirname(file));
const logOf = (file: string): string => `${file}-wal`;

/** Notes that all of a replica's log has been flushed. */
export function noteFlushed(file: string): void {
  const log = logOf(file);
  const life = lifeOf(file);
  if (life !== undefined && existsSync(log)) life.flushed.set(log, statSync(log).size);
}

/** A commit of the chain begins or has been written; a process that dies here never goes on. */
export async function atCommit(file: string, point: CrashPoint): Promise<void> {
  const life = lifeOf(file);
  if (life === undefined || (life.crashAt !== point && !life.dead)) return;
  if (!life.dead) {
    life.crashAt = undefined;
    life.onCrash(point);
  }
  await new Promise(() => undefined);
}

/** A write that waits for a later flush has been made: a power cut here takes it away. */
export function atUnflushed(file: string): void {
  const life = lifeOf(file);
  if (life === undefined || life.dead || life.crashAt !== 'unflushed') return;
  life.crashAt = undefined;
  life.onCrash('unflushed');
}

/** Copies a folder as a kill leaves it. With `power`, what was not flushed is gone; answers how many bytes that were. */
export function copyKilled(life: Life, folder: string, power: boolean): number {
  cpSync(life.folder, folder, { recursive: true });
  let lost = 0;
  for (const name of power ? readdirSync(folder).filter((each) => each.endsWith('-wal')) : []) {
    const flushed = life.flushed.get(join(life.folder, name)) ?? 0;
    const { size } = statSync(join(folder, name));
    if (size > flushed) {
      lost += size - flushed;
      truncateSync(join(folder, name), flushed);
    }
  }
  return lost;
}
