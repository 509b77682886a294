import type { FastifyInstance } from 'fastify';
import { issueCode } from '../../server/auth/codes.ts';
import { putStaff } from '../../server/directory/staff.ts';
import { putStore, type StoreInput } from '../../server/directory/stores.ts';
import { buildServer, type ServerOptions } from '../../server/http/app.ts';
import { createLedger, type Ledger } from '../../server/ledger/ledger.ts';
import { putMembers } from '../../server/members/members.ts';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import { openStore, type Store } from '../../server/store/store.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { createDatabase, type Engine, type TestDatabase } from './engines.ts';
import { TestTill } from './till.ts';

/** A server with a small chain: stores `north` and `south` of one region and `far` of another, members `A`, `B`, `Z`. */
export interface World {
  url: string;
  app: FastifyInstance;
  store: Store;
  ledger: Ledger;
  database: TestDatabase;
  /** A clock that tests may move; the server reads it. */
  clock: { skewMs: number };
  code(terminal: string, store?: string): Promise<string>;
  till(terminal: string, store?: string): Promise<TestTill>;
  close(): Promise<void>;
}

/** A store of the test chain. */
export function testStore(id: string, region: string): StoreInput {
  return {
    id, region, name: { en: id, 'zh-CN': id }, currency: 'USD', utcOffsetMinutes: 0, address: '1 Test Street',
    receiptFooter: { en: '', 'zh-CN': '' }, demo: false, leaseCap: points(5_000), leaseTermMs: 3_600_000,
    atRisk: { name: 'balanced', perSale: points(500), perMemberDay: points(1_000), perOutage: points(5_000) },
  };
}

/** Puts the small chain into an empty database. */
export async function fillChain(store: Store): Promise<void> {
  for (const [id, region] of [['north', 'R1'], ['south', 'R1'], ['far', 'R2']] as const) await putStore(store, testStore(id, region));
  await putStaff(store, { id: 'maya', store: 'north', name: 'Maya', role: 'cashier', pin: '1111' });
  await putStaff(store, { id: 'lin', store: 'south', name: '林', role: 'manager', pin: '2222' });
  await publishProgramme(store, {
    version: 1, name: { en: 'Test', 'zh-CN': '测试' }, currency: 'USD', effectiveFromMs: 0,
    earn: { points: points(1), perMinor: minor(100), basis: 'net' },
    redeem: [{ kind: 'ratio', id: 'points', name: { en: 'p', 'zh-CN': 'p' }, stepPoints: points(100), stepMinor: minor(100), multiple: points(100) }],
  });
  await putMembers(store, [
    { id: 'A', card: '60000001', name: 'Anna Whitfield', phone: '15550101234', region: 'R1', homeStore: 'north', joinedOn: '2026-01-01' },
    { id: 'B', card: '60000002', name: '王伟', phone: '8610000001234', region: 'R1', homeStore: 'south', joinedOn: '2026-01-01' },
    { id: 'Z', card: '60000003', name: 'Zoe 100%_Far', phone: '15550109999', region: 'R2', homeStore: 'far', joinedOn: '2026-01-01' },
  ]);
}

/** Opens a world on an empty database of an engine. */
export async function openWorld(engine: Engine, options: Partial<ServerOptions> = {}): Promise<World> {
  const database = await createDatabase(engine);
  const store = await openStore(database.where);
  const clock = { skewMs: 0 };
  const now = (): number => Date.now() + clock.skewMs;
  const ledger = createLedger(store, { now });
  await fillChain(store);
  const app = await buildServer({ store, ledger, now, ...options });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const code = (terminal: string, at = 'north'): Promise<string> => issueCode(store, { terminal, store: at, nowMs: now() });
  return {
    url, app, store, ledger, database, clock, code,
    till: async (terminal, at) => TestTill.open(url, await code(terminal, at)),
    async close() {
      // Connections that a till in this process keeps alive would hold the server open for more than a minute.
      app.server.closeAllConnections();
      await app.close();
      await ledger.close();
      await store.close();
      await database.remove();
    },
  };
}

/** What a refused request must leave as it was: every table in a count, and the heads. */
export async function fingerprint(store: Store): Promise<Record<string, unknown>> {
  const tables = [
    'entries', 'postings', 'accounts', 'chains', 'quarantine', 'leases', 'members', 'stores', 'staff', 'programmes', 'vouchers', 'voucher_uses', 'terminals',
    'terminal_keys', 'enrolment_codes',
  ] as const;
  const counts: Record<string, unknown> = {};
  for (const table of tables) {
    const row = await store.db.selectFrom(table).select((of) => of.fn.countAll().as('count')).executeTakeFirstOrThrow();
    counts[table] = Number(row.count);
  }
  counts['heads'] = await store.db.selectFrom('heads').select(['position', 'rev']).execute();
  counts['used'] = await store.db.selectFrom('enrolment_codes').select(['code_hash', 'used_at']).orderBy('code_hash').execute();
  return counts;
}
