import type { Transaction } from 'kysely';
import type { Store } from '../store/store.ts';
import { isOneOf } from '../store/rows.ts';
import type { Engine, Tables } from '../store/tables.ts';
import { startAudit, type Audit, type AuditOptions } from './audit.ts';
import { createChecker } from './checker.ts';
import { chainKey } from './reading.ts';

/** Entries looked at in one go, about 20 ms of one thread. */
const PAGE = 250;

/**
 * Looks at every signature in the ledger once, behind the posting: an entry may have been booked on the signature of a later
 * one that names its hash (check.ts), and then its own, if it is false, proves nothing to anybody who is shown it alone.
 * What is false raises an alarm; the entry stays, because it is a fact.
 */
export function startSignatureAudit(store: Store, options: AuditOptions = {}): Audit {
  const { now = Date.now } = options;
  const checker = createChecker(1);
  const audit = startAudit(store, {
    mark: 'signatures',
    read: (trx, after) => readPage(store.engine, trx, after),
    async find(rows) {
      const signed = await checker.checkSignatures(rows.map(({ publicKeys, hash, signature }) => ({ publicKeys, hash, signature })));
      const alarms = rows.filter((_, index) => signed[index] !== true).map(({ id, terminal, epoch, seq }): Tables['alarms'] => (
        { id: `signature:${id}`, kind: 'signature', terminal, epoch, seq, raised_at: now() }));
      return { alarms };
    },
  }, options);
  return {
    ...audit,
    async stop() {
      const stopped = audit.stop();
      await checker.close();
      await stopped;
    },
  };
}

/** The next entries after a position, with the keys of each one's enrolment. */
async function readPage(engine: Engine, trx: Transaction<Tables>, after: number) {
  const entries = await trx.selectFrom('entries').select(['position', 'id', 'terminal', 'epoch', 'seq', 'hash', 'signature'])
    .where('position', '>', after).orderBy('position').limit(PAGE).execute();
  const keys = await trx.selectFrom('terminal_keys').select(['terminal', 'epoch', 'public_key'])
    .where(isOneOf(engine, 'terminal', [...new Set(entries.map(({ terminal }) => terminal))])).execute();
  const byChain = Map.groupBy(keys, chainKey);
  return entries.map((entry) => ({ ...entry, publicKeys: (byChain.get(chainKey(entry)) ?? []).map((key) => key.public_key) }));
}
