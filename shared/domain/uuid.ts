import { assert } from './integers.ts';

/** A UUIDv7 (RFC 9562, 5.7) of a moment and 10 random bytes. */
export function uuidV7(ms: number, random: Uint8Array): string {
  assert(Number.isSafeInteger(ms) && ms >= 0 && ms < 2 ** 48, 'uuid time fits 48 bits');
  assert(random.length === 10, 'uuid takes 10 random bytes');
  const bytes = new Uint8Array(16);
  let rest = ms;
  for (let i = 5; i >= 0; i--) {
    bytes[i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
