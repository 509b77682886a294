import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import type { Envelope } from '../../shared/contract/entry.ts';
import { canonicalEntry, signingText } from '../../shared/domain/canonical.ts';
import { tick, type Timestamp } from '../../shared/domain/clock.ts';
import { businessDate } from '../../shared/domain/date.ts';
import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import { between, type Random } from './random.ts';

/** What an entry says beside what its chain gives it. */
export type EntryBody = Pick<Entry, 'kind' | 'programme' | 'staff'> &
  Partial<Pick<Entry, 'member' | 'bill' | 'redeem' | 'earn' | 'reverses' | 'reversal' | 'lease'>>;

/** Writes a terminal's chain: numbers, hashes and signs entries as a till does. */
export interface ChainWriter {
  readonly terminal: string;
  readonly publicKey: string;
  /** The next entry of the chain, and what goes over the wire. */
  append(body: EntryBody, atMs: number): { entry: Entry; envelope: Envelope };
}

/** Makes a writer with a key of its own, for epoch 1 of a terminal. */
export function createChainWriter(at: { terminal: string; store: string; utcOffsetMinutes: number }, random: Random): ChainWriter {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  let seq = 0;
  let prevHash = GENESIS_HASH;
  let last: Timestamp | undefined;
  return {
    terminal: at.terminal,
    publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    append(body, atMs) {
      last = tick(last, atMs);
      seq += 1;
      const noise = Uint8Array.from({ length: 10 }, () => between(random, 0, 255));
      const entry: Entry = {
        v: 1, id: uuidV7(atMs, noise), store: at.store, terminal: at.terminal, epoch: 1, seq, prevHash, ...body,
        occurredAt: last, wallMs: atMs, businessDate: businessDate(atMs, at.utcOffsetMinutes),
      };
      const bytes = canonicalEntry(entry);
      const hash = createHash('sha256').update(bytes).digest('hex');
      prevHash = hash;
      const signature = sign(null, Buffer.from(signingText(hash)), privateKey).toString('base64');
      return { entry, envelope: { id: entry.id, seq, hash, signature, bytes } };
    },
  };
}
