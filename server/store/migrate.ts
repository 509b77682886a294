import { CompiledQuery, sql, type Kysely, type Transaction } from 'kysely';
import { memberBirthdays } from './migrations/birthdays.ts';
import { checkpointTables } from './migrations/checkpoints.ts';
import { differencesTable } from './migrations/differences.ts';
import { ledgerTables } from './migrations/ledger.ts';
import { policiesTable } from './migrations/policies.ts';
import { publishing } from './migrations/publishing.ts';
import { quarantinePlaces } from './migrations/quarantine.ts';
import { recallColumns } from './migrations/recalls.ts';
import { keysOfEpochs } from './migrations/regained.ts';
import { settlingTables } from './migrations/settling.ts';
import { tierTables } from './migrations/tiers.ts';
import { voucherTables } from './migrations/vouchers.ts';
import type { Engine, Tables } from './tables.ts';

/** The database has seen a migration that this version does not know. */
export class NewerSchemaError extends Error {
  override readonly name = 'NewerSchemaError';
  readonly found: number;
  readonly known: number;

  constructor(found: number, known: number) {
    super(`schema ${found} is newer than ${known}`);
    this.found = found;
    this.known = known;
  }
}

/** Every migration in order, as statements of an engine; one that has landed is never edited, only followed. */
const MIGRATIONS: readonly ((engine: Engine) => readonly string[])[] = [ledgerTables, settlingTables, checkpointTables, recallColumns, quarantinePlaces, keysOfEpochs, voucherTables, publishing, differencesTable, tierTables, policiesTable, memberBirthdays];

/** Any number that other programs on the same PostgreSQL do not lock. */
const LOCK = 6_124_711_803;

/**
 * Brings the tables to this version, forward only, in one transaction under a lock: of servers that start together one
 * migrates and the others find it done.
 * @throws NewerSchemaError and changes nothing when the database is ahead
 */
export async function migrate(db: Kysely<Tables>, engine: Engine): Promise<void> {
  await db.transaction().execute(async (trx) => {
    if (engine === 'postgres') await sql`select pg_advisory_xact_lock(${LOCK}::bigint)`.execute(trx);
    const version = await readVersion(trx);
    if (version > MIGRATIONS.length) throw new NewerSchemaError(version, MIGRATIONS.length);
    if (version === MIGRATIONS.length) return;
    for (const statements of MIGRATIONS.slice(version)) {
      for (const text of statements(engine)) await trx.executeQuery(CompiledQuery.raw(text));
    }
    await trx
      .insertInto('meta')
      .values({ key: 'schema', value: String(MIGRATIONS.length) })
      .onConflict((on) => on.column('key').doUpdateSet((of) => ({ value: of.ref('excluded.value') })))
      .execute();
  });
}

async function readVersion(trx: Transaction<Tables>): Promise<number> {
  await sql`create table if not exists meta (key text primary key, value text not null)`.execute(trx);
  const row = await trx.selectFrom('meta').select('value').where('key', '=', 'schema').executeTakeFirst();
  return Number(row?.value ?? 0);
}
