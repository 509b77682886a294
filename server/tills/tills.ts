import { AtRiskPolicySchema, type StoreDoc } from '../../shared/contract/documents.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import type { AtRiskPolicy } from '../../shared/domain/atrisk.ts';
import { SERVER_TERMINAL } from '../../shared/domain/entry.ts';
import { issueCode } from '../auth/codes.ts';
import { revokeTerminal } from '../auth/terminals.ts';
import { nextRevs } from '../store/directory.ts';
import type { Store } from '../store/store.ts';

/** A terminal as its operator sees it. */
export interface ListedTill {
  terminal: string;
  label: string;
  store: string;
  status: 'active' | 'revoked';
  epoch: number;
  /** Last seq that the server holds of its present chain; 0: none. */
  seq: number;
  /** Leases that it holds, which nobody else can spend. */
  openLeases: number;
}

/** What was done, or why nothing was, in one sentence. */
export type Done<T> = { ok: true; value: T } | { ok: false; message: string };

/** Every till of the chain of stores, by store and name. */
export async function listTills(store: Store): Promise<ListedTill[]> {
  const rows = await store.db
    .selectFrom('terminals')
    .leftJoin('chains', (join) => join.onRef('chains.terminal', '=', 'terminals.id').onRef('chains.epoch', '=', 'terminals.epoch'))
    .select((of) => [
      'terminals.id', 'terminals.label', 'terminals.store', 'terminals.status', 'terminals.epoch', 'chains.seq',
      of.selectFrom('leases').select((lease) => lease.fn.countAll().as('count'))
        .whereRef('leases.terminal', '=', 'terminals.id').where('leases.state', '=', 'open').as('open'),
    ])
    .where('terminals.id', '<>', SERVER_TERMINAL)
    .orderBy('terminals.store').orderBy('terminals.id')
    .execute();
  return rows.map(({ id, label, store: at, status, epoch, seq, open }) => ({ terminal: id, label, store: at, status, epoch, seq: seq ?? 0, openLeases: Number(open ?? 0) }));
}

/** A one-time code that makes a till this terminal, at a store; codes of it that are still open end. */
export async function giveCode(store: Store, { terminal, at, nowMs }: { terminal: string; at: string; nowMs: number }): Promise<Done<{ code: string }>> {
  if (terminal === SERVER_TERMINAL) return { ok: false, message: `${terminal} is the server's own name; choose another.` };
  const known = await store.db.selectFrom('stores').select('id').where('id', '=', at).executeTakeFirst();
  if (known === undefined) return noStore(store, at);
  return { ok: true, value: { code: await issueCode(store, { terminal, store: at, nowMs }) } };
}

/**
 * Ends a till's right to ask the server for anything; within a second everywhere. What it sold offline is taken when it is
 * enrolled again, and what it holds by lease is for a manager to reclaim (L5).
 */
export async function revokeTill(store: Store, terminal: string): Promise<Done<ListedTill>> {
  const before = (await listTills(store)).find((one) => one.terminal === terminal);
  if (before === undefined) return { ok: false, message: `There is no till ${terminal}; \`npm run tills -- list\` shows all of them.` };
  await revokeTerminal(store, terminal);
  return { ok: true, value: { ...before, status: 'revoked' } };
}

const isPolicy = compileCheck(AtRiskPolicySchema);

/**
 * Gives a store another at-risk policy (L9). The document becomes a new version of the store's, `rev`, which its tills pull; one
 * that is offline goes on with the version that it has.
 */
export async function setPolicy(store: Store, at: string, policy: unknown): Promise<Done<{ store: string; policy: AtRiskPolicy; rev: number }>> {
  if (!isPolicy(policy)) return { ok: false, message: 'A policy has "name" (strict, balanced or generous) and "perSale", "perMemberDay" and "perOutage" in whole points from 0 up, and nothing else.' };
  const { name, perSale, perMemberDay, perOutage } = policy;
  if ((name === 'strict') !== (perSale + perMemberDay + perOutage === 0)) return { ok: false, message: 'The strict policy is the one in which every number is 0.' };
  if (perSale > perMemberDay || perSale > perOutage) return { ok: false, message: 'What a sale may redeem at risk is never reached: a member\'s day, or an outage, allows less.' };
  const rev = await store.write(async (trx) => {
    const row = await trx.selectFrom('stores').select('document').where('id', '=', at).executeTakeFirst();
    if (row === undefined) return undefined;
    const next = await nextRevs(trx, 1);
    const document: StoreDoc = { ...(JSON.parse(row.document) as StoreDoc), atRisk: policy, rev: next };
    await trx.insertInto('policies').values({ store: at, version: next, document: JSON.stringify(policy) }).execute();
    await trx.updateTable('stores').set({ document: JSON.stringify(document), rev: next }).where('id', '=', at).execute();
    return next;
  });
  return rev === undefined ? noStore(store, at) : { ok: true, value: { store: at, policy, rev } };
}

async function noStore(store: Store, at: string): Promise<{ ok: false; message: string }> {
  const rows = await store.db.selectFrom('stores').select('id').orderBy('id').execute();
  return { ok: false, message: `There is no store ${at}; there ${rows.length === 0 ? 'is none yet' : `are ${rows.map(({ id }) => id).join(', ')}`}.` };
}
