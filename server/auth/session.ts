import { sessionText } from '../../shared/contract/http.ts';
import { refusal, type ServerRefusal } from '../http/errors.ts';
import type { Store } from '../store/store.ts';
import { signatureHolds, type ServerKeys } from './keys.ts';
import { challengeHolds, makeToken, TOKEN_MS } from './tokens.ts';

/**
 * Opens a session for a till that can sign a fresh challenge with the key of one of its enrolments. An earlier epoch
 * may still open one: what it recorded before it enrolled again has to arrive.
 */
export async function openSession(
  store: Store,
  keys: ServerKeys,
  request: { terminal: string; epoch: number; challenge: string; signature: string },
  nowMs: number,
): Promise<{ ok: true; value: { token: string; expiresInMs: number } } | ServerRefusal> {
  if (!challengeHolds(keys.secret, request.challenge, nowMs)) {
    return refusal('token-expired', 'The challenge is too old or not of this server; ask for a new one.', '/challenge');
  }
  const row = await store.db
    .selectFrom('terminal_keys')
    .innerJoin('terminals', 'terminals.id', 'terminal_keys.terminal')
    .select(['terminal_keys.public_key', 'terminals.status'])
    .where('terminal_keys.terminal', '=', request.terminal)
    .where('terminal_keys.epoch', '=', request.epoch)
    .executeTakeFirst();
  if (row === undefined) return refusal('not-enrolled', 'This till is not enrolled here; enrol it with a one-time code.');
  const text = sessionText(request.terminal, request.epoch, request.challenge);
  if (!signatureHolds(row.public_key, text, request.signature)) {
    return refusal('signature-invalid', 'The signature does not fit the key of this enrolment.', '/signature');
  }
  if (row.status !== 'active') return refusal('terminal-revoked', 'This till has been revoked; enrol it with a new code.');
  const token = makeToken(keys.secret, { terminal: request.terminal, epoch: request.epoch, expiresMs: nowMs + TOKEN_MS });
  return { ok: true, value: { token, expiresInMs: TOKEN_MS } };
}
