import {
  createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign as signBytes, verify as verifyBytes, type KeyObject,
} from 'node:crypto';
import type { Store } from '../store/store.ts';

/** What the server signs and knows itself by; the same for every server on one database. */
export interface ServerKeys {
  /** Id of the server, made with its key. */
  id: string;
  /** Ed25519 public key, SPKI DER, base64. */
  publicKey: string;
  /** Key of challenges and session tokens. */
  secret: Buffer;
  /** Ed25519 signature of a text, base64. */
  sign(text: string): string;
}

/**
 * Reads the server's keys from `meta`, making them on first use. Several servers may start on one empty database at the
 * same time: the first insert wins and all read the same row.
 */
export async function loadServerKeys(store: Pick<Store, 'db'>): Promise<ServerKeys> {
  const row = (await readKeys(store)) ?? (await makeKeys(store));
  const kept = JSON.parse(row) as { id: string; privateKey: string; secret: string };
  const key = createPrivateKey({ key: Buffer.from(kept.privateKey, 'base64'), format: 'der', type: 'pkcs8' });
  return {
    id: kept.id,
    publicKey: createPublicKey(key).export({ format: 'der', type: 'spki' }).toString('base64'),
    secret: Buffer.from(kept.secret, 'base64'),
    sign: (text) => signBytes(null, Buffer.from(text), key).toString('base64'),
  };
}

const META_KEY = 'server-keys';

async function readKeys(store: Pick<Store, 'db'>): Promise<string | undefined> {
  const row = await store.db.selectFrom('meta').select('value').where('key', '=', META_KEY).executeTakeFirst();
  return row?.value;
}

async function makeKeys(store: Pick<Store, 'db'>): Promise<string> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const value = JSON.stringify({
    id: `S-${randomBytes(8).toString('hex')}`,
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
    secret: randomBytes(32).toString('base64'),
  });
  await store.db.insertInto('meta').values({ key: META_KEY, value }).onConflict((on) => on.column('key').doNothing()).execute();
  const kept = await readKeys(store);
  if (kept === undefined) throw new Error('the server keys were not kept');
  return kept;
}

/** A till's public key as sent (SPKI DER, base64), or undefined when it is no Ed25519 key. */
export function readPublicKey(text: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Whether `signature` (base64) over `text` was made with the private half of `publicKey`. */
export function signatureHolds(publicKey: string, text: string, signature: string): boolean {
  const key = readPublicKey(publicKey);
  return key !== undefined && verifyBytes(null, Buffer.from(text), key, Buffer.from(signature, 'base64'));
}
