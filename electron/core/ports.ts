import { createHash, createPublicKey, randomBytes, scrypt, verify, type KeyObject } from 'node:crypto';
import type { TillPorts } from '../../shared/replica/ports.ts';
import type { DeviceKey } from './key.ts';
import type { Sentinel } from './sentinel.ts';

/** How PINs are hashed (shared/contract/documents.ts, StaffSchema). */
const SCRYPT = { N: 16_384, r: 8, p: 1 } as const;
const PIN_HASH_BYTES = 32;

/** Leases are looked at when they are answered, pulled and used; a proof costs more than all else there and is made once. */
const PROOFS_KEPT = 2_000;

function createProven() {
  const proofs = new Set<string>();
  return {
    has: (proof: string): boolean => proofs.has(proof),
    add(proof: string): void {
      const [oldest] = proofs;
      if (proofs.size >= PROOFS_KEPT && oldest !== undefined) proofs.delete(oldest);
      proofs.add(proof);
    },
  };
}

/** Time, chance and keys of a till, from Node. */
export function createPorts({ key, sentinel, now = Date.now }: { key: DeviceKey; sentinel: Sentinel; now?: () => number }): TillPorts {
  const keys = new Map<string, KeyObject>();
  const publicKeyOf = (text: string): KeyObject => {
    const known = keys.get(text) ?? createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    keys.set(text, known);
    return known;
  };
  const proven = createProven();
  return {
    nowMs: now,
    random: (bytes) => new Uint8Array(randomBytes(bytes)),
    sha256: (text) => createHash('sha256').update(text, 'utf8').digest('hex'),
    sign: key.sign,
    verify(publicKey, text, signature) {
      const proof = `${publicKey} ${signature} ${text}`;
      if (proven.has(proof)) return true;
      try {
        const holds = verify(null, Buffer.from(text, 'utf8'), publicKeyOf(publicKey), Buffer.from(signature, 'base64'));
        if (holds) proven.add(proof);
        return holds;
      } catch {
        // What is not a key has signed nothing.
        return false;
      }
    },
    hashPin: (pin, salt) => new Promise((resolve, reject) => {
      scrypt(pin, Buffer.from(salt, 'base64'), PIN_HASH_BYTES, SCRYPT, (error, hash) => {
        if (error === null) resolve(hash.toString('base64'));
        else reject(error);
      });
    }),
    advanceSentinel: async (head) => sentinel.advance(head),
  };
}
