import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { drawByte } from '../clock.ts';

// The product's cryptography, with chance from the history's seed: the same seed gives the same keys, ids and signatures.
export * from 'node:crypto';

/** Bytes of the history's chance. */
export const randomBytes = (size: number): Buffer => Buffer.from(Array.from({ length: size }, drawByte));

/** A whole number below a bound, of the history's chance. */
export const randomInt = (below: number): number => randomBytes(4).readUInt32BE() % below;

// The PKCS8 head of an Ed25519 private key (RFC 8410, section 7).
const ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** An Ed25519 pair of the history's chance. */
export function generateKeyPairSync() {
  const privateKey = createPrivateKey({ key: Buffer.concat([ED25519, randomBytes(32)]), format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

/** A quick stand-in for scrypt: PINs are not what a history tests, and scrypt would take most of its time, in another thread. */
export function scrypt(password: string, salt: Buffer, _size: number, _cost: unknown, done: (error: null, hash: Buffer) => void): void {
  const hash = createHash('sha256').update(salt).update(password).digest();
  queueMicrotask(() => done(null, hash));
}
