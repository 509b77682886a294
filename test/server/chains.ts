import { randomBytes } from 'node:crypto';
import type { Envelope } from '../../shared/contract/entry.ts';
import { canonicalEntry } from '../../shared/domain/canonical.ts';
import { createHash } from 'node:crypto';
import type { Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Ledger } from '../../server/ledger/ledger.ts';
import { createLedger } from '../../server/ledger/ledger.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import type { PushResponse } from '../../shared/contract/http.ts';
import { createDatabase, type Engine, type TestDatabase } from './engines.ts';
import { TestTill } from './till.ts';
import { fillChain } from './world.ts';

/** A ledger on an empty database with the small chain of the tests, without HTTP around it. */
export interface LedgerWorld {
  store: Store;
  ledger: Ledger;
  database: TestDatabase;
  close(): Promise<void>;
}

/** Opens a ledger with the chain of `fillChain`. */
export async function openLedger(engine: Engine, options: Parameters<typeof createLedger>[1] = {}): Promise<LedgerWorld> {
  const database = await createDatabase(engine);
  const store = await openStore(database.where);
  await fillChain(store);
  const ledger = createLedger(store, options);
  return {
    store, ledger, database,
    async close() {
      await ledger.close();
      await store.close();
      await database.remove();
    },
  };
}

/** A till that is enrolled by hand, at its next epoch; it signs, and pushes go straight to a ledger. */
export async function enrolTill(store: Store, terminal: string, at = 'north'): Promise<TestTill> {
  const till = new TestTill('');
  const before = await store.db.selectFrom('terminals').select('epoch').where('id', '=', terminal).executeTakeFirst();
  const epoch = (before?.epoch ?? 0) + 1;
  const row = { store: at, label: terminal, status: 'active' as const, epoch, public_key: till.publicKey };
  await store.db.insertInto('terminals').values({ id: terminal, ...row }).onConflict((on) => on.column('id').doUpdateSet(row)).execute();
  await store.db.insertInto('terminal_keys').values({ terminal, epoch, public_key: till.publicKey, enrolled_at: 0 }).execute();
  till.enrolment = { server: 'S', serverKey: till.publicKey, terminal, epoch, store: at };
  return till;
}

/** The same till as it was: what a copied or restored device is. */
export function cloneTill(till: TestTill): TestTill {
  return Object.assign(Object.create(TestTill.prototype) as TestTill, till);
}

/** Pushes and expects an answer, not a refusal. */
export async function send(ledger: Ledger, till: TestTill, entries: readonly Envelope[]): Promise<PushResponse> {
  const { terminal, epoch } = till.identity;
  const outcome = await ledger.push({ terminal, epoch }, entries);
  if (!outcome.ok) throw new Error(`the push was refused: ${outcome.code}`);
  return outcome.response;
}

/** What became of each entry, in a line: `posted`, `duplicate`, or the reason why it was set aside. */
export function verdicts({ results }: PushResponse): string[] {
  return results.map((result) => (result.outcome === 'quarantined' ? (result.reason ?? '') : result.outcome));
}

/** An envelope with other bytes, hashed and signed anew: what only the holder of the key can forge. */
export function resign(till: TestTill, envelope: Envelope, change: (bytes: string) => string): Envelope {
  const bytes = change(envelope.bytes);
  const hash = createHash('sha256').update(bytes).digest('hex');
  return { ...envelope, bytes, hash, signature: till.signHash(hash) };
}

/** A signed entry changed as an object and written canonically again. */
export function amend(till: TestTill, envelope: Envelope, change: (entry: Entry) => object): Envelope {
  return resign(till, envelope, (bytes) => canonicalEntry(change(JSON.parse(bytes) as Entry) as Entry));
}

/** A sale of 50.00 that redeems points, covered by a lease when one is named. */
export function redeeming(till: TestTill, member: string, redeemed: number, lease?: string): Envelope {
  return till.entry({
    member,
    bill: { totalMinor: minor(5_000), netMinor: minor(5_000 - Math.min(redeemed, 5_000)), currency: 'USD' },
    redeem: {
      rule: 'points', points: points(redeemed), discountMinor: minor(Math.min(redeemed, 5_000)),
      cover: lease === undefined
        ? { leases: [], atRisk: points(redeemed) }
        : { leases: [{ lease, points: points(redeemed) }], atRisk: points(0) },
    },
  });
}

/** Every row of the ledger that says what happened, in order, without when it arrived. */
export async function dump(store: Store): Promise<unknown> {
  const entries = await store.db.selectFrom('entries').select(['position', 'id', 'hash', 'disposition', 'shortfall_points']).orderBy('position').execute();
  const postings = await store.db.selectFrom('postings').selectAll().orderBy('source').orderBy('line').execute();
  const accounts = await store.db.selectFrom('accounts').select(['id', 'balance', 'position']).orderBy('id').execute();
  const chains = await store.db.selectFrom('chains').select(['terminal', 'epoch', 'seq', 'hash']).orderBy('terminal').orderBy('epoch').execute();
  return { entries, postings, accounts, chains };
}

/** A new id, for what a test makes by itself. */
export const newId = (): string => `t-${randomBytes(8).toString('hex')}`;
