import type { Static } from 'typebox';
import { sessionText, type SessionRequest } from '../../shared/contract/http.ts';
import { refusal, type ServerRefusal } from '../http/errors.ts';
import type { Store } from '../store/store.ts';
import { admitAgain, certificateHolds } from './certificate.ts';
import { signatureHolds, type ServerKeys } from './keys.ts';
import { challengeHolds, makeToken, TOKEN_MS } from './tokens.ts';

/**
 * Opens a session for a till that can sign a fresh challenge with the key of one of its enrolments. An earlier epoch
 * may still open one: what it recorded before it enrolled again has to arrive. A till whose enrolment a restore has lost
 * shows its certificate and is admitted again under its own key.
 */
export async function openSession(
  store: Store,
  keys: ServerKeys,
  request: Static<typeof SessionRequest>,
  nowMs: number,
): Promise<{ ok: true; value: { token: string; expiresInMs: number } } | ServerRefusal> {
  const { terminal, epoch, challenge, signature, lost } = request;
  if (!challengeHolds(keys.secret, challenge, nowMs)) {
    return refusal('token-expired', 'The challenge is too old or not of this server; ask for a new one.', '/challenge');
  }
  const text = sessionText(terminal, epoch, challenge);
  const isSigned = (publicKey: string): boolean => signatureHolds(publicKey, text, signature);
  if (lost !== undefined) {
    if (!certificateHolds(keys, { terminal, epoch, store: lost.store }, lost.certificate)) {
      return refusal('not-enrolled', 'This server did not make this enrolment; enrol the till with a one-time code.', '/lost');
    }
    const admitted = isSigned(lost.certificate.publicKey) && (await admitAgain(store, { terminal, epoch, store: lost.store }, lost.certificate.publicKey, nowMs));
    if (!admitted) return refusal('not-enrolled', 'This enrolment cannot be taken in again; enrol the till with a one-time code.', '/lost');
  }
  const rows = await store.db
    .selectFrom('terminal_keys')
    .innerJoin('terminals', 'terminals.id', 'terminal_keys.terminal')
    .select(['terminal_keys.public_key', 'terminals.status'])
    .where('terminal_keys.terminal', '=', terminal)
    .where('terminal_keys.epoch', '=', epoch)
    .execute();
  if (rows.length === 0) return refusal('not-enrolled', 'This till is not enrolled here; enrol it with a one-time code.');
  const row = rows.find(({ public_key: publicKey }) => isSigned(publicKey));
  if (row === undefined) return refusal('signature-invalid', 'The signature does not fit the key of this enrolment.', '/signature');
  if (row.status !== 'active') return refusal('terminal-revoked', 'This till has been revoked; enrol it with a new code.');
  const token = makeToken(keys.secret, { terminal, epoch, expiresMs: nowMs + TOKEN_MS });
  return { ok: true, value: { token, expiresInMs: TOKEN_MS } };
}
