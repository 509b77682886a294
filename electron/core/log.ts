import { appendFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CoreFailure } from './failure.ts';

const FILE = 'core.log';
/** At this size the log begins anew and keeps one old file. */
const LARGEST_BYTES = 2 * 1024 * 1024;

/** Words and numbers beside a line; never a name, phone number, PIN, code, token or key. */
export type Facts = Record<string, string | number | boolean | null>;

/** The core's log: a file of JSON lines in the till's folder. */
export interface Log {
  info(what: string, facts?: Facts): void;
  /** Of an error only its kind, its codes and where it was thrown: messages can quote documents. */
  error(what: string, error: unknown, facts?: Facts): void;
}

/** Opens the log of a till's folder. */
export function openLog(folder: string): Log {
  const path = join(folder, FILE);
  let size = sizeOf(path);
  const write = (level: 'info' | 'error', what: string, facts: Facts): void => {
    const line = `${JSON.stringify({ at: new Date().toISOString(), level, what, ...facts })}\n`;
    try {
      if (size > LARGEST_BYTES) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, line, { mode: 0o600 });
      size += line.length;
    } catch {
      // A full disk must not stop a sale because of its log.
    }
  };
  return {
    info: (what, facts = {}) => write('info', what, facts),
    error: (what, error, facts = {}) => write('error', what, { ...facts, ...factsOf(error) }),
  };
}

/** What of an error may be kept. */
function factsOf(error: unknown): Facts {
  if (!(error instanceof Error)) return { kind: typeof error };
  const facts: Facts = { kind: error.name };
  for (const name of ['code', 'errcode', 'syscall'] as const) {
    const value: unknown = (error as unknown as Record<string, unknown>)[name];
    if (typeof value === 'string' || typeof value === 'number') facts[name] = value;
  }
  // Sentences of this program's own are written to be read.
  if (error instanceof CoreFailure) facts['message'] = error.message;
  // The stack begins with the message, which may itself look like frames.
  const frames = (error.stack ?? '').replace(error.message, '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 6).map((line) => line.trim());
  if (frames.length > 0) facts['stack'] = frames.join(' < ');
  return facts;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
