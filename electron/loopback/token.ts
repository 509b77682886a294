import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { readText, writeDurably } from '../core/durable.ts';

const FILE = 'window-token';
const TOKEN_BYTES = 32;
const SHAPE = /^[A-Za-z0-9_-]{43}$/;

/**
 * The token that lets a browser on this machine open the till. It stays the same in a folder, so that a page that is open
 * finds its way back to a core that was started again; deleting the file shuts every page out.
 */
export function openToken(folder: string): string {
  const path = join(folder, FILE);
  const kept = readText(path)?.trim();
  if (kept !== undefined && SHAPE.test(kept)) return kept;
  const token = randomBytes(TOKEN_BYTES).toString('base64url');
  writeDurably(path, `${token}\n`);
  return token;
}

/** Whether two tokens are the same, in a time that does not tell how much of them is. */
export function isSameToken(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
