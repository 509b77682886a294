import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CUT_STYLES, type CutStyle } from './cut.ts';
import { Disk } from './disk.ts';
import { parseRecords } from './records.ts';

const SOURCE = fileURLToPath(new URL('./recorder.c', import.meta.url));

/**
 * Compiles recorder.c into a folder. Answers the path of the library, or in a sentence why there is none: then only killed
 * processes can be tried, no power cuts.
 */
export async function compileRecorder(folder: string): Promise<{ library: string } | { missing: string }> {
  if (process.platform !== 'linux') return { missing: 'Power cuts are imitated on Linux only, so this run has none of them.' };
  const library = join(folder, 'recorder.so');
  try {
    await promisify(execFile)('gcc', ['-shared', '-fPIC', '-O2', '-Wall', '-Wextra', '-Werror', '-o', library, SOURCE, '-ldl', '-lpthread']);
    return { library };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { missing: 'Power cuts need a C compiler, so this run has none of them; install it with: sudo apt-get install -y gcc libc6-dev.' };
    }
    throw error;
  }
}

/** A folder whose power can be cut. */
export interface RecordedFolder {
  /** For the environment of the one process that works in the folder. */
  readonly env: Record<string, string>;
  /** While true, flushes do nothing: the control, which must lose something. */
  lie(on: boolean): void;
  /** Reads what the process did that was killed; to be called after each kill, before the next process starts. */
  killed(): void;
  /** The power comes back: the folder holds what was flushed, and of the rest what a disk may have written. */
  cut(random: () => number, style?: CutStyle): void;
}

/** Records a folder from now on; it is made when it is missing. The record, and the sign to lie, are kept beside `record`. */
export function recordFolder(library: string, folder: string, record: string): RecordedFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const root = realpathSync(folder);
  const lie = `${record}.lie`;
  const disk = new Disk(root);
  writeFileSync(record, '');
  return {
    env: { LD_PRELOAD: library, CRASH_DISK_ROOT: root, CRASH_DISK_RECORD: record, CRASH_DISK_LIE: lie },
    lie: (on) => (on ? writeFileSync(lie, '') : rmSync(lie, { force: true })),
    killed() {
      disk.play(parseRecords(readFileSync(record)));
      truncateSync(record, 0);
      disk.settle();
    },
    cut: (random, style = CUT_STYLES[Math.floor(random() * CUT_STYLES.length)] ?? 'nothing') => disk.cut(random, style),
  };
}
