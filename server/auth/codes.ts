import { createHash, randomInt } from 'node:crypto';
import { SERVER_TERMINAL } from '../../shared/domain/entry.ts';
import type { Store } from '../store/store.ts';

/** How long an enrolment code may be used, milliseconds. */
export const CODE_MS = 24 * 60 * 60_000;

/** Crockford's base 32: no letter that is read as a digit. Ten of them are 50 bits. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A new one-time code as people read it, `K7PQM-3XW0A`. */
export function makeCode(): string {
  const letters = Array.from({ length: 10 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}

/** The code without what people add or mistake: case, spaces, dashes, O for 0, I and L for 1. */
export function normaliseCode(code: string): string {
  return code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
}

/** What is kept of a code: a hash, so that a read database enrols nobody. */
export function codeHash(code: string): string {
  return createHash('sha256').update(`tillpoint-code-1:${normaliseCode(code)}`).digest('hex');
}

/**
 * Issues a one-time code that enrols `terminal` at `store`, creating the terminal or raising its epoch. The code is
 * returned once and only its hash is kept; codes of the same terminal that are still open end with it.
 */
export async function issueCode(
  store: Store,
  what: { terminal: string; store: string; nowMs: number; validMs?: number },
): Promise<string> {
  if (what.terminal === SERVER_TERMINAL) throw new Error('assertion failed: this name is the server\'s own, no till\'s');
  const code = makeCode();
  await store.db.transaction().execute(async (trx) => {
    await trx.deleteFrom('enrolment_codes').where('terminal', '=', what.terminal).where('used_at', 'is', null).execute();
    await trx
      .insertInto('enrolment_codes')
      .values({
        code_hash: codeHash(code), terminal: what.terminal, store: what.store,
        expires_at: what.nowMs + (what.validMs ?? CODE_MS), used_at: null,
      })
      .execute();
  });
  return code;
}
