import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { Transaction } from 'kysely';
import type { Envelope } from '../../shared/contract/entry.ts';
import { canonicalEntry, signingText } from '../../shared/domain/canonical.ts';
import { GENESIS_HASH, SERVER_TERMINAL, type Entry } from '../../shared/domain/entry.ts';
import { assert } from '../../shared/domain/integers.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import { postBatch, type Head } from '../ledger/batch.ts';
import { makePush } from '../ledger/push.ts';
import type { Engine, Tables } from '../store/tables.ts';

/** What an entry of the server says beside what its chain gives it. */
export type ServerBody = Pick<Entry, 'kind' | 'store' | 'businessDate'> & Partial<Pick<Entry, 'member' | 'expired' | 'lot' | 'lease' | 'reason' | 'approvedBy'>>;

/** The chain that a running server writes: an epoch of its own, whose key is never stored. */
export interface ServerChain {
  /** Signs entries that follow the chain's head, inside the transaction that is going to post them and has locked the head. */
  append(trx: Transaction<Tables>, bodies: readonly ServerBody[], nowMs: number): Promise<SignedRun>;
}

/** Entries of one chain, signed. */
export interface SignedRun {
  terminal: string;
  epoch: number;
  envelopes: Envelope[];
  /** To be called once the transaction is committed: the epoch is this chain's from then on. */
  committed(): void;
}

const MINUTE_MS = 60_000;

/**
 * Makes the chain of a running server. Each start enrols an epoch of its own with the first entry it has to write: the key
 * lives in memory alone, so neither a copy of the database nor a restored one can go on with a chain that was begun.
 */
export function createServerChain(): ServerChain {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  let enrolled: number | undefined;

  /** An epoch is above all before it, and names the minute, so that one of a restored server is not one that was lost. */
  const enrol = async (trx: Transaction<Tables>, nowMs: number): Promise<number> => {
    const last = await trx
      .selectFrom('terminal_keys').select('epoch').where('terminal', '=', SERVER_TERMINAL).orderBy('epoch', 'desc').limit(1).executeTakeFirst();
    const epoch = Math.max((last?.epoch ?? 0) + 1, Math.floor(nowMs / MINUTE_MS));
    await trx.insertInto('terminal_keys').values({ terminal: SERVER_TERMINAL, epoch, public_key: key, enrolled_at: nowMs }).execute();
    return epoch;
  };

  return {
    async append(trx, bodies, nowMs) {
      const epoch = enrolled ?? (await enrol(trx, nowMs));
      const head = await trx
        .selectFrom('chains').select(['seq', 'hash']).where('terminal', '=', SERVER_TERMINAL).where('epoch', '=', epoch).executeTakeFirst();
      let { seq, hash } = head ?? { seq: 0, hash: GENESIS_HASH };
      const envelopes = bodies.map((body, index): Envelope => {
        seq += 1;
        const entry: Entry = {
          v: 1, id: uuidV7(nowMs, randomBytes(10)), terminal: SERVER_TERMINAL, epoch, seq, prevHash: hash, ...body, programme: 0,
          staff: SERVER_TERMINAL, occurredAt: { ms: nowMs, n: index }, wallMs: nowMs,
        };
        const bytes = canonicalEntry(entry);
        hash = createHash('sha256').update(bytes).digest('hex');
        return { id: entry.id, seq, hash, signature: sign(null, Buffer.from(signingText(hash)), privateKey).toString('base64'), bytes };
      });
      return { terminal: SERVER_TERMINAL, epoch, envelopes, committed: () => void (enrolled = epoch) };
    },
  };
}

/** Writes and posts what the server itself says, in a transaction that has locked the head. `committed` is to be called after its commit. */
export async function postOwn(
  engine: Engine, trx: Transaction<Tables>, chain: ServerChain, bodies: readonly ServerBody[], nowMs: number,
): Promise<{ head: Head; committed(): void }> {
  const signed = await chain.append(trx, bodies, nowMs);
  const posted = await postBatch(engine, trx, [makePush(signed, signed.envelopes, signed.envelopes.map(() => null))], nowMs);
  const all = posted.outcomes.every((one) => one.ok && one.response.results.every(({ outcome }) => outcome === 'posted'));
  assert(all, 'the server books its own entries');
  return { head: posted.head, committed: signed.committed };
}
