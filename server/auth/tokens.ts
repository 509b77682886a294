import { createHmac, createSecretKey, randomBytes, timingSafeEqual, type KeyObject } from 'node:crypto';

/** How long a session token holds, milliseconds. */
export const TOKEN_MS = 15 * 60_000;
/** How long a challenge may be answered, milliseconds. */
export const CHALLENGE_MS = 2 * 60_000;

/** Who a session token speaks for. */
export interface TokenClaims {
  terminal: string;
  epoch: number;
  /** Last moment of the token, by the server's clock. */
  expiresMs: number;
}

/** A challenge that the server need not remember: its moment, random bytes, and a MAC over both. */
export function makeChallenge(secret: Buffer, nowMs: number): string {
  const body = `${nowMs.toString(36)}.${randomBytes(16).toString('base64url')}`;
  return `${body}.${mac(secret, `challenge:${body}`)}`;
}

/** Whether a challenge was made with this secret (by any server that shares it) and is still fresh. */
export function challengeHolds(secret: Buffer, challenge: string, nowMs: number): boolean {
  const cut = challenge.lastIndexOf('.');
  if (cut < 0) return false;
  const body = challenge.slice(0, cut);
  if (!same(mac(secret, `challenge:${body}`), challenge.slice(cut + 1))) return false;
  const madeMs = parseInt(body.split('.', 1)[0] ?? '', 36);
  // A second of tolerance: servers that share a database may differ by that much.
  return Number.isSafeInteger(madeMs) && madeMs <= nowMs + 1_000 && nowMs - madeMs <= CHALLENGE_MS;
}

/** A session token: the claims, readable, and a MAC over them. */
export function makeToken(secret: Buffer, claims: TokenClaims): string {
  const body = Buffer.from(`${claims.terminal}\n${claims.epoch}\n${claims.expiresMs}`).toString('base64url');
  return `${body}.${mac(secret, `token:${body}`)}`;
}

/** The claims of a token that this secret made, whether or not it has expired; undefined for any other text. */
export function readToken(secret: Buffer, token: string): TokenClaims | undefined {
  const cut = token.indexOf('.');
  if (cut <= 0 || token.length > 400) return undefined;
  const body = token.slice(0, cut);
  if (!same(mac(secret, `token:${body}`), token.slice(cut + 1))) return undefined;
  const [terminal, epoch, expiresMs] = Buffer.from(body, 'base64url').toString().split('\n');
  if (terminal === undefined || epoch === undefined || expiresMs === undefined) return undefined;
  return { terminal, epoch: Number(epoch), expiresMs: Number(expiresMs) };
}

/** Keys made of secrets: one that is made anew for each MAC takes as long as the MAC itself. */
const keys = new WeakMap<Buffer, KeyObject>();

function mac(secret: Buffer, text: string): string {
  const key = keys.get(secret) ?? createSecretKey(secret);
  keys.set(secret, key);
  return createHmac('sha256', key).update(text).digest('base64url');
}

function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
