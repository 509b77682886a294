import { createCipheriv, createDecipheriv, createPrivateKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { Type, type Static } from 'typebox';
import { PublicKey, strictObject } from '../../shared/contract/primitives.ts';
import { CoreFailure } from './failure.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SECRET_BYTES = 32;

/** A device key at rest: the private half as PKCS8 DER, base64, sealed or plain. */
export const StoredKeySchema = strictObject({
  publicKey: PublicKey,
  sealed: Type.Boolean(),
  private: Type.String({ minLength: 1, maxLength: 1_000 }),
});
export type StoredKey = Static<typeof StoredKeySchema>;

/** A till's Ed25519 key. */
export interface DeviceKey {
  /** SPKI DER, base64. */
  publicKey: string;
  /** Signature of a text, base64. */
  sign(text: string): string;
}

/** Makes a key pair and says how it is kept: sealed when the host has a secret of 32 bytes (base64). */
export function makeStoredKey(secret: string | null): StoredKey {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return storeKey(publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), privateKey, secret);
}

/** Opens a key; throws {@link CoreFailure} when it was sealed with another secret. */
export function openKey(stored: StoredKey, secret: string | null): DeviceKey {
  const privateKey = privateHalf(stored, secret);
  return {
    publicKey: stored.publicKey,
    sign: (text) => sign(null, Buffer.from(text, 'utf8'), privateKey).toString('base64'),
  };
}

/** The same key as this host keeps keys: a key from a host without a keychain is sealed on the first host that has one. */
export function sealAgain(stored: StoredKey, secret: string | null): StoredKey {
  return stored.sealed || secret === null ? stored : storeKey(stored.publicKey, privateHalf(stored, secret), secret);
}

function storeKey(publicKey: string, privateKey: KeyObject, secret: string | null): StoredKey {
  const bytes = privateKey.export({ format: 'der', type: 'pkcs8' });
  if (secret === null) return { publicKey, sealed: false, private: bytes.toString('base64') };
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, secretBytes(secret), nonce);
  // Bound to its public half, so that two sealed keys cannot be exchanged.
  cipher.setAAD(Buffer.from(publicKey));
  const sealed = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return { publicKey, sealed: true, private: Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64') };
}

function privateHalf(stored: StoredKey, secret: string | null): KeyObject {
  const bytes = Buffer.from(stored.private, 'base64');
  return createPrivateKey({ key: stored.sealed ? unseal(stored.publicKey, bytes, secret) : bytes, format: 'der', type: 'pkcs8' });
}

function unseal(publicKey: string, bytes: Buffer, secret: string | null): Buffer {
  if (secret === null) throw new CoreFailure('The till\'s key is sealed by this computer\'s keychain, which this program cannot open; start the till in its own app.');
  const decipher = createDecipheriv(CIPHER, secretBytes(secret), bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(publicKey));
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  } catch {
    throw new CoreFailure('The till\'s key was sealed on another computer or by another user; enrol this till again in an empty folder.');
  }
}

function secretBytes(secret: string): Buffer {
  const bytes = Buffer.from(secret, 'base64');
  if (bytes.length !== SECRET_BYTES) throw new CoreFailure(`The secret that seals the till's key must be ${SECRET_BYTES} bytes.`);
  return bytes;
}
