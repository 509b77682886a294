import { enrolmentText, type Certificate } from '../../shared/contract/http.ts';
import type { Store } from '../store/store.ts';
import { signatureHolds, type ServerKeys } from './keys.ts';

/** Who an enrolment is of. */
export interface CertifiedEnrolment {
  terminal: string;
  epoch: number;
  store: string;
}

/** What a till keeps, to show it to this server should it lose the enrolment. */
export function makeCertificate(keys: ServerKeys, enrolment: CertifiedEnrolment, publicKey: string): Certificate {
  return { publicKey, signature: keys.sign(enrolmentText({ ...enrolment, publicKey })) };
}

/** Whether this server, or the one whose backup it was restored from, made the enrolment for the key. */
export function certificateHolds(keys: ServerKeys, enrolment: CertifiedEnrolment, { publicKey, signature }: Certificate): boolean {
  return signatureHolds(keys.publicKey, enrolmentText({ ...enrolment, publicKey }), signature);
}

/**
 * Takes an enrolment back in that a restore has lost: its key, and the terminal when it has none as new. A later enrolment
 * of the terminal stays the present one. Where the epoch was given out again meanwhile, both keys write one chain, and what
 * they both claim is a fork (L8). Answers whether there is such a store.
 */
export async function admitAgain(store: Store, enrolment: CertifiedEnrolment, publicKey: string, nowMs: number): Promise<boolean> {
  const { terminal, epoch, store: at } = enrolment;
  return store.write(async (trx) => {
    const known = await trx.selectFrom('stores').select('id').where('id', '=', at).executeTakeFirst();
    if (known === undefined) return false;
    await trx
      .insertInto('terminal_keys')
      .values({ terminal, epoch, public_key: publicKey, enrolled_at: nowMs })
      .onConflict((on) => on.columns(['terminal', 'epoch', 'public_key']).doNothing())
      .execute();
    const state = { store: at, status: 'active' as const, epoch, public_key: publicKey };
    await trx
      .insertInto('terminals')
      .values({ id: terminal, label: terminal, ...state })
      .onConflict((on) => on.column('id').doUpdateSet(state).where('terminals.epoch', '<', epoch))
      .execute();
    return true;
  });
}
