import type { TillErrorCode } from '../contract/errors.ts';
import type { TillFault } from '../contract/rpc.ts';

/** What a command ends with when it can answer neither a value nor a refusal. `detail` holds numbers and ids, never secrets. */
export class TillError extends Error {
  readonly code: TillErrorCode;
  readonly detail: Record<string, string | number> | undefined;

  constructor(code: TillErrorCode, detail?: Record<string, string | number>, cause?: unknown) {
    super(`till error: ${code}`, cause === undefined ? undefined : { cause });
    this.name = 'TillError';
    this.code = code;
    this.detail = detail;
  }

  /** As it crosses to the window: the cause stays in the core. */
  toFault(): TillFault {
    return { code: this.code, message: this.message, ...(this.detail === undefined ? {} : { detail: this.detail }) };
  }
}

/** The TillError that any thrown value stands for: a full disk and a damaged file are told apart, the rest is a bug. */
export function tillError(thrown: unknown): TillError {
  if (thrown instanceof TillError) return thrown;
  return new TillError(storageFault(thrown, 0) ?? 'internal', undefined, thrown);
}

/** Result codes of SQLite that say something to a cashier. Source: sqlite.org/rescode.html. */
const SQLITE_CODES: Readonly<Record<number, TillErrorCode>> = { 10: 'replica-damaged', 11: 'replica-damaged', 13: 'disk-full', 26: 'replica-damaged' };
const SYSTEM_CODES: Readonly<Record<string, TillErrorCode>> = { ENOSPC: 'disk-full', EDQUOT: 'disk-full' };

function storageFault(thrown: unknown, depth: number): TillErrorCode | undefined {
  // Storages wrap what the engine threw; a few layers are enough, and a loop of causes must not hang the till.
  if (typeof thrown !== 'object' || thrown === null || depth > 5) return undefined;
  const { errcode, code, cause } = thrown as { errcode?: unknown; code?: unknown; cause?: unknown };
  // The low byte is the primary code of an extended one.
  if (typeof errcode === 'number' && SQLITE_CODES[errcode & 0xff] !== undefined) return SQLITE_CODES[errcode & 0xff];
  if (typeof code === 'string' && SYSTEM_CODES[code] !== undefined) return SYSTEM_CODES[code];
  return storageFault(cause, depth + 1);
}
