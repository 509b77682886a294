import type { Static } from 'typebox';
import type { EnrolRequest, Enrolment } from '../../shared/contract/http.ts';
import { refusal, type ServerRefusal } from '../http/errors.ts';
import type { Store } from '../store/store.ts';
import { makeCertificate } from './certificate.ts';
import { codeHash } from './codes.ts';
import { readPublicKey, type ServerKeys } from './keys.ts';

/** How far beyond what the server knows a till's word moves an epoch: no till can use up the numbers. */
const EPOCHS_MOST = 100_000;

/**
 * Makes a terminal of a till that holds a one-time code. An existing terminal gets the next epoch, above all that the till says
 * it has had; the keys of earlier epochs stay known, so that their entries can still be checked. A till that repeats its request with the same key (it
 * never saw the answer) gets the same enrolment again.
 */
export async function enrol(
  store: Store,
  keys: ServerKeys,
  request: Static<typeof EnrolRequest>,
  nowMs: number,
): Promise<{ ok: true; value: Enrolment } | ServerRefusal> {
  if (readPublicKey(request.publicKey) === undefined) {
    return refusal('invalid', 'The public key is not an Ed25519 key.', '/publicKey');
  }
  const hash = codeHash(request.code);
  return store.db.transaction().execute(async (trx) => {
    // Taking the code by an update makes two tills with one code queue at its row; only one sees a row changed.
    const taken = await trx
      .updateTable('enrolment_codes')
      .set({ used_at: nowMs })
      .where('code_hash', '=', hash)
      .where('used_at', 'is', null)
      .where('expires_at', '>', nowMs)
      .executeTakeFirst();
    const code = await trx.selectFrom('enrolment_codes').selectAll().where('code_hash', '=', hash).executeTakeFirst();
    if (code === undefined) return refusal('code-unknown', 'This enrolment code is not known.');
    const before = await trx.selectFrom('terminals').selectAll().where('id', '=', code.terminal).executeTakeFirst();
    const answer = (epoch: number): { ok: true; value: Enrolment } => {
      const made = { terminal: code.terminal, epoch, store: code.store };
      return { ok: true, value: { server: keys.id, serverKey: keys.publicKey, ...made, certificate: makeCertificate(keys, made, request.publicKey) } };
    };
    if (taken.numUpdatedRows !== 1n) {
      if (code.used_at === null) return refusal('code-expired', 'This enrolment code has expired; ask for a new one.');
      if (before?.public_key === request.publicKey && before.status === 'active') return answer(before.epoch);
      return refusal('code-used', 'This enrolment code has been used; ask for a new one.');
    }
    const known = before?.epoch ?? 0;
    const earlier = (request.earlier ?? []).flatMap((one) => (one.terminal === code.terminal ? [Math.min(one.epoch, known + EPOCHS_MOST)] : []));
    const epoch = Math.max(known, ...earlier) + 1;
    const terminal = { store: code.store, status: 'active' as const, epoch, public_key: request.publicKey };
    await (before === undefined
      ? trx.insertInto('terminals').values({ id: code.terminal, label: code.terminal, ...terminal })
      : trx.updateTable('terminals').set(terminal).where('id', '=', code.terminal)
    ).execute();
    await trx
      .insertInto('terminal_keys')
      .values({ terminal: code.terminal, epoch, public_key: request.publicKey, enrolled_at: nowMs })
      .execute();
    return answer(epoch);
  });
}
