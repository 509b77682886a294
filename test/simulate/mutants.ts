import type { Fault } from './faults.ts';
import type { Patch } from './hooks.ts';

/** A rule of the product that is taken out, and how soon the simulation must notice. */
export interface Mutant {
  rule: string;
  what: string;
  patches: readonly Patch[];
  faults: readonly Fault[];
  /** It fails within so many seeds, from 1 on. */
  within: number;
}

const SETTLEMENT = 'shared/domain/settlement.ts';
const BATCH = 'server/ledger/batch.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    rule: 'L1', what: 'a grant leaves the points free', faults: [], within: 5,
    patches: [{ file: 'server/leases/leases.ts', from: 'balance: account.balance - granted,', to: 'balance: account.balance,' }],
  },
  {
    rule: 'L2', what: 'a till spends a lease beyond its grant', faults: ['partition'], within: 20,
    patches: [{ file: 'shared/domain/lease.ts', from: 'return points(lease.points - spent);', to: 'return points(lease.points);' }],
  },
  {
    rule: 'L3', what: 'a lease past its time is released by the server', faults: ['lot-expiry', 'partition'], within: 40,
    patches: [{
      file: 'server/leases/leases.ts', from: '  const account = await lockAccount(engine, trx, request.member);',
      to: `  for (const old of await trx.selectFrom('leases').selectAll().where('state', '=', 'open').where('member', '=', request.member).where('spend_by', '<', nowMs).execute()) {
        const left = old.points - old.spent;
        await trx.updateTable('accounts').set((of) => ({ balance: of('balance', '+', left) })).where('id', '=', memberAccount(old.member)).execute();
        await trx.updateTable('accounts').set({ balance: 0 }).where('id', '=', leaseAccount(old.id)).execute();
        await trx.insertInto('postings').values({ source: old.id, line: 1, from_account: leaseAccount(old.id), to_account: memberAccount(old.member), points: left, kind: 'lease' }).execute();
        await trx.updateTable('leases').set({ state: 'closed' }).where('id', '=', old.id).execute();
      }
      const account = await lockAccount(engine, trx, request.member);`,
    }],
  },
  {
    rule: 'L4', what: 'a close counts although something before it is missing', faults: ['poison'], within: 30,
    patches: [{ file: SETTLEMENT, from: 'own ? state.chainWhole !== false :', to: 'own ? true :' }],
  },
  {
    rule: 'L5', what: 'anybody takes a lease back without an approver', faults: ['poison'], within: 40,
    patches: [{ file: SETTLEMENT, from: 'entry.approvedBy !== undefined && entry.reason !== undefined', to: 'entry.reason !== undefined' }],
  },
  {
    rule: 'L6', what: 'entries of a fork are set aside', faults: ['till-cloned', 'till-restored'], within: 20,
    patches: [{ file: BATCH, from: "    if (place === 'forked') this.#freeze(chain, seq);", to: "    if (place === 'forked') return this.#setAside(chain, item, 'chain-broken');" }],
  },
  {
    rule: 'L7', what: 'free points are taken before the named leases', faults: [], within: 10,
    patches: [{
      file: SETTLEMENT, from: 'Math.min(part.points, lease.remaining - before) : 0', to: 'Math.min(part.points, lease.remaining - before, Math.max(0, entry.redeem.points - state.free)) : 0',
    }],
  },
  {
    rule: 'L8', what: 'a fork does not freeze the epoch', faults: ['till-cloned', 'till-restored'], within: 20,
    patches: [{ file: BATCH, from: "    if (place === 'forked') this.#freeze(chain, seq);", to: '' }],
  },
  {
    rule: 'L9', what: 'nothing caps what is redeemed at risk', faults: ['partition'], within: 20,
    patches: [{ file: 'shared/domain/atrisk.ts', from: 'allowed: points(tightest.allowed)', to: 'allowed: points(1_000_000)' }],
  },
  {
    rule: 'L9', what: 'the cap of an outage is not kept', faults: ['partition'], within: 40,
    patches: [{ file: 'shared/domain/atrisk.ts', from: 'Math.max(0, policy.perOutage - used.thisOutage)', to: 'policy.perOutage' }],
  },
  {
    rule: 'idempotency', what: 'an entry that comes again is booked again', faults: ['duplicate', 'half-ack'], within: 10,
    patches: [{ file: BATCH, from: '    if (known !== undefined) {\n      const ours', to: '    if (known !== undefined && known.seq < 0) {\n      const ours' }],
  },
  {
    rule: 'fsync', what: 'a sale is answered before it is flushed', faults: ['partition', 'power-cut'], within: 60,
    patches: [{ file: 'electron/core/storage/databases.ts', from: 'const later = !atomic &&', to: 'const later = atomic ||' }],
  },
  {
    rule: 'sentinel', what: 'a replica behind its sentinel trades', faults: ['till-restored', 'partition'], within: 40,
    patches: [{
      file: 'electron/core/opening.ts', from: "return standing === 'behind' ? 'replica-behind' : standing === 'other' ? 'replica-swapped' : undefined;", to: 'return undefined;',
    }],
  },
  {
    rule: 'chain head', what: 'a till takes any head for its own', faults: ['till-restored', 'till-cloned', 'server-restored'], within: 40,
    patches: [{ file: 'shared/replica/sync/push.ts', from: '    if (own === chain.hash) {', to: '    if (chain.seq >= 0) {' }],
  },
  {
    rule: 'epoch', what: 'a restored server gives an epoch out again and takes no lost enrolment in', faults: ['till-cloned', 'server-restored'], within: 20,
    patches: [
      { file: 'server/auth/session.ts', from: 'if (lost !== undefined) {', to: 'if (lost !== undefined && epoch < 0) {' },
      { file: 'server/auth/enrol.ts', from: 'Math.max(known, ...earlier) + 1', to: 'known + 1' },
    ],
  },
  {
    rule: 'earlier chains', what: 'a restored server is not offered again what earlier enrolments had sent', faults: ['till-cloned', 'till-restored', 'server-restored'], within: 20,
    patches: [
      { file: 'electron/core/recovery.ts', from: 'return recovered === null || offered === undefined || (heard !== undefined && offered.incarnation !== heard);', to: 'return recovered === null;' },
      { file: 'electron/core/identity.ts', from: '.map(({ enrolment, key }) => ({ enrolment, key, recovered: null }));', to: '.map(({ code, ...one }) => ({ recovered: null, ...one }));' },
    ],
  },
];
