import type { Transaction } from 'kysely';
import type { ProgrammeDoc } from '../../shared/contract/documents.ts';
import type { PublishRequest } from '../../shared/contract/programmes.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { decidePublication, type PublishPlace } from '../../shared/domain/publish.ts';
import { refusal, type ServerRefusal } from '../http/errors.ts';
import type { Head } from '../ledger/batch.ts';
import { lockHead } from '../ledger/reading.ts';
import { nextRevs } from '../store/directory.ts';
import type { Store } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import type { ProgrammesTable } from '../store/versions.ts';

/** A version that is published, and where the head then was; without a head it had been published before. */
export type Published = { ok: true; programme: ProgrammeDoc; head?: Head } | ServerRefusal;

/**
 * Publishes a version by the act of a manager of a store. Nothing has changed when it is refused: `not-approved` when the
 * approver is no active manager there, `programme-changed` when the writer had not seen the newest version, `invalid` with the
 * place and the reason when the programme makes no sense. The same act again is answered with what it published.
 */
export function publishByAct(store: Store, of: string, request: PublishRequest, nowMs: number): Promise<Published> {
  return store.write((trx) => publishIn(store, trx, of, request, nowMs));
}

async function publishIn(store: Store, trx: Transaction<Tables>, of: string, request: PublishRequest, nowMs: number): Promise<Published> {
  // Whoever comes second waits here, and then sees what the first one has published.
  const { position } = await lockHead(store.engine, trx);
  const people = await trx.selectFrom('staff').select(['id', 'role']).where('store', '=', of).where('active', '=', 1).execute();
  const approver = people.find((person) => person.id === request.approvedBy);
  if (approver?.role !== 'manager') return refusal('not-approved', 'Only an active manager of this store can publish a programme.', '/approvedBy');
  if (!people.some((person) => person.id === request.staff)) return refusal('not-approved', 'This person does not work at this store.', '/staff');
  const before = await trx.selectFrom('programmes').selectAll().where('act', '=', request.act).executeTakeFirst();
  if (before !== undefined) {
    if (before.published_in !== of) return refusal('invalid', 'Another act has this id.', '/act');
    return { ok: true, programme: toProgramme(before) };
  }
  const published = await trx.selectFrom('programmes').select(['version', 'store']).execute();
  const decided = decidePublication({
    draft: request.programme, after: request.after, nowMs, place: await placeOf(trx, of),
    published: published.map((row) => ({ version: row.version, ...(row.store === null ? {} : { store: row.store }) })),
  });
  if (!decided.ok) return refused(decided);
  const rev = await nextRevs(trx, 1);
  const row = { ...rowOf(decided.programme, rev), act: request.act, published_in: of, staff: request.staff, approved_by: request.approvedBy, published_at: nowMs };
  await trx.insertInto('programmes').values(row).execute();
  return { ok: true, programme: toProgramme(row), head: { position, rev } };
}

function refused(decided: Exclude<ReturnType<typeof decidePublication>, { ok: true }>): ServerRefusal {
  if ('newer' in decided) return refusal('programme-changed', `Version ${decided.newer} is the newest one; read it and decide again.`, '/after');
  const [fault] = decided.faults;
  return refusal('invalid', fault?.message ?? 'The programme makes no sense.', `/programme${fault?.at ?? ''}`);
}

async function placeOf(trx: Transaction<Tables>, of: string): Promise<PublishPlace> {
  const rows = await trx.selectFrom('stores').select(['id', 'document']).execute();
  const own = rows.find((row) => row.id === of);
  const { currency = '' } = own === undefined ? {} : (JSON.parse(own.document) as { currency?: string });
  return { store: of, currency, stores: rows.map((row) => row.id) };
}

/** The row of a programme that an operator publishes. */
export function rowOf(programme: Programme, rev: number): ProgrammesTable {
  return {
    id: `v${programme.version}`, version: programme.version, document: JSON.stringify(programme), rev, store: programme.store ?? null,
    act: null, published_in: null, staff: null, approved_by: null, published_at: null,
  };
}

/** A programme as tills pull it. */
export function toProgramme(row: ProgrammesTable): ProgrammeDoc {
  const { published_in: store, staff, approved_by: approvedBy, published_at: atMs } = row;
  const isByAct = store !== null && staff !== null && approvedBy !== null && atMs !== null;
  return {
    ...(JSON.parse(row.document) as Programme), id: row.id, rev: row.rev,
    ...(isByAct ? { published: { atMs, store, staff, approvedBy } } : {}),
  };
}
