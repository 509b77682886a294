import { randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { StaffDoc } from '../../shared/contract/documents.ts';
import { nextRevs } from '../store/directory.ts';
import type { Store } from '../store/store.ts';

/** A person who works at a store, as an operator names one. The PIN is hashed at once and never kept. */
export interface StaffInput extends Pick<StaffDoc, 'id' | 'store' | 'name' | 'role'> {
  /** 4 to 8 digits. */
  pin: string;
}

/** Adds a person, or changes the one with this id: name, role, store, PIN; active again. */
export async function putStaff(store: Store, input: StaffInput): Promise<void> {
  if (!/^\d{4,8}$/.test(input.pin)) throw new Error('assertion failed: a PIN is 4 to 8 digits');
  const salt = randomBytes(16);
  const hash = await hashPin(input.pin, salt);
  await store.db.transaction().execute(async (trx) => {
    const rev = await nextRevs(trx, 1);
    const row = {
      store: input.store, name: input.name, role: input.role, active: 1, pin_salt: salt.toString('base64'), pin_hash: hash.toString('base64'), rev,
    };
    await trx.insertInto('staff').values({ id: input.id, ...row }).onConflict((on) => on.column('id').doUpdateSet(row)).execute();
  });
}

/** scrypt as the contract says (N 16384, r 8, p 1, 32 bytes) over the digits and the raw salt. */
function hashPin(pin: string, salt: Buffer): Promise<Buffer> {
  return (promisify(scrypt) as (password: string, salt: Buffer, length: number, options: object) => Promise<Buffer>)(pin, salt, 32, {
    N: 16_384, r: 8, p: 1,
  });
}
