import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Transaction } from 'kysely';
import type { Static } from 'typebox';
import type { LeaseDoc, StoreDoc } from '../../shared/contract/documents.ts';
import type { ServerErrorCode } from '../../shared/contract/errors.ts';
import type { OpenLeases, OpenLeasesQuery } from '../../shared/contract/reports.ts';
import { leaseAccount, memberAccount, type Posting } from '../../shared/domain/account.ts';
import { points, type Points } from '../../shared/domain/integers.ts';
import { grantSize, leaseText, type Lease } from '../../shared/domain/lease.ts';
import { moveLots, nextExpiry, spendablePoints, type Lots } from '../../shared/domain/lots.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import type { ServerKeys } from '../auth/keys.ts';
import type { Head } from '../ledger/batch.ts';
import { lockAccounts } from '../ledger/bookreading.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readLots, readToday, writeLots } from '../ledger/lots.ts';
import { lockHead } from '../ledger/reading.ts';
import type { Store } from '../store/store.ts';
import type { AccountsTable, Engine, Tables } from '../store/tables.ts';
import { readOpenLeases } from './open.ts';
import { callBack, isHeld } from './recall.ts';

/** A granted lease, or why there is none. */
export type Grant = { ok: true; lease: LeaseDoc } | { ok: false; code: ServerErrorCode };

interface LeaseRequest {
  member: string;
  points?: Points;
  lease?: string;
  seq?: number;
  recall?: boolean;
}

/** How often it is looked whether a lease that was called back has come. */
const LOOK_MS = 30;

/** Grants of members' points to tills (ledger.md, Leases). */
export interface Leases {
  /**
   * L1: moves free points of a member into escrow for one terminal and epoch: what is asked for (all when nothing is),
   * never more than is free or than the store's cap. Refuses with `member-unknown`, `nothing-free`, `epoch-frozen`,
   * `terminal-revoked` or `not-enrolled`, and then nothing has changed. `lease` is the id to give it: a till that asks again
   * under an id that it was granted before gets that lease, as it now stands; `invalid` when the id is somebody else's.
   * `seq` is the last entry that the till had made when it chose that id: none up to it can spend the lease. Points past
   * their last day are not granted; those of a member who was merged are its successor's. `recall` first calls back what
   * other tills hold of the member, and waits a little for it.
   */
  grant(till: { terminal: string; epoch: number }, request: LeaseRequest): Promise<Grant>;
  /** What the tills of a store hold, the oldest first: what a manager looks through for the leases of a lost till (L5). */
  open(store: string, query: Static<typeof OpenLeasesQuery>): Promise<OpenLeases>;
}

/** Makes the grantor. `now`: the server's clock, from which a lease's spend-by is counted. */
export function createLeases(store: Store, ledger: Ledger, keys: ServerKeys, { now }: { now: () => number }): Leases {
  const waitForRecall = async (terminal: string, request: LeaseRequest): Promise<void> => {
    const recall = await callBack(store, terminal, request, now());
    if (recall?.head !== undefined) ledger.moved(recall.head);
    while (recall !== undefined && now() < recall.untilMs && (await isHeld(store, recall.leases))) await sleep(LOOK_MS);
  };
  return {
    async grant(till, request) {
      if (request.recall) await waitForRecall(till.terminal, request);
      const outcome = await store.write((trx) => grantIn(store.engine, trx, keys, till, request, now()));
      if (!outcome.ok) return outcome;
      if (outcome.head !== undefined) ledger.moved(outcome.head);
      return { ok: true, lease: outcome.lease };
    },
    open: (of, query) => readOpenLeases(store, of, query, now()),
  };
}

/** Without a head, nothing moved: the lease had been granted before. */
type Granted = { ok: true; lease: LeaseDoc; head?: Head } | { ok: false; code: ServerErrorCode };

async function grantIn(
  engine: Engine,
  trx: Transaction<Tables>,
  keys: ServerKeys,
  till: { terminal: string; epoch: number },
  request: LeaseRequest,
  nowMs: number,
): Promise<Granted> {
  // The head first, like every writer: see postBatch.
  const head = await lockHead(engine, trx);
  const standing = await readStanding(trx, till);
  if (!standing.ok) return standing;
  const earlier = request.lease === undefined ? undefined : await readEarlier(trx, till, request.member, request.lease);
  if (earlier !== undefined) return earlier;
  const account = await lockAccount(engine, trx, request.member);
  if (account === undefined) return { ok: false, code: 'member-unknown' };
  const lots = await readLots(engine, trx, account.next_expiry === null ? [] : [account.id], []);
  const today = await readToday(trx, nowMs, lots, []);
  const free = spendablePoints(points(account.balance), lots.held.get(account.id), today);
  const granted = grantSize(free, request.points, standing.store.leaseCap);
  if (granted === 0) return { ok: false, code: 'nothing-free' };
  const lease: Lease = {
    id: request.lease ?? uuidV7(nowMs, randomBytes(10)), member: request.member, terminal: till.terminal, epoch: till.epoch, points: granted,
    spendByMs: nowMs + standing.store.leaseTermMs,
  };
  const signature = keys.sign(leaseText(lease));
  const [accountRev, leaseRev] = [head.rev + 1, head.rev + 2];
  const posting: Posting = { from: memberAccount(account.member), to: leaseAccount(lease.id), points: granted };
  moveLots(lots, posting, { today, balance: points(account.balance) });
  // An id that the server makes now stands in no entry that is already here.
  const grantedSeq = request.lease === undefined ? standing.seq : (request.seq ?? 0);
  await writeGrant(trx, { lease, signature, nowMs, account, posting, lots, accountRev, leaseRev, grantedSeq });
  await writeLots(engine, trx, lots);
  const moved = { position: head.position, rev: leaseRev };
  await trx.updateTable('heads').set({ rev: leaseRev }).where('shard', '=', 0).execute();
  return { ok: true, lease: { ...lease, signature, state: 'open', rev: leaseRev }, head: moved };
}

/** What an id that a till chose stands for already: its own lease again, or a refusal; undefined when it is new. */
async function readEarlier(trx: Transaction<Tables>, till: { terminal: string; epoch: number }, member: string, id: string): Promise<Granted | undefined> {
  const row = await trx.selectFrom('leases').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) {
    // An entry's id is taken, too, also of one that moved nothing: both name the source of postings.
    const taken = await trx.selectFrom('entries').select('id').where('id', '=', id).executeTakeFirst();
    return taken === undefined ? undefined : { ok: false, code: 'invalid' };
  }
  const { terminal, epoch, points: granted, spend_by: spendByMs, signature, state, rev } = row;
  if (terminal !== till.terminal || epoch !== till.epoch || row.member !== member) return { ok: false, code: 'invalid' };
  return { ok: true, lease: { id, member, terminal, epoch, points: points(granted), spendByMs, signature, state, rev } };
}

/** Whether the till may be granted anything, and the caps of its store. */
async function readStanding(
  trx: Transaction<Tables>,
  { terminal, epoch }: { terminal: string; epoch: number },
): Promise<{ ok: true; store: Pick<StoreDoc, 'leaseCap' | 'leaseTermMs'>; seq: number } | { ok: false; code: ServerErrorCode }> {
  const row = await trx
    .selectFrom('terminals')
    .innerJoin('stores', 'stores.id', 'terminals.store')
    .leftJoin('chains', (join) => join.onRef('chains.terminal', '=', 'terminals.id').on('chains.epoch', '=', epoch))
    .select(['terminals.status', 'terminals.epoch', 'stores.document', 'chains.frozen_at', 'chains.seq'])
    .where('terminals.id', '=', terminal)
    .executeTakeFirst();
  if (row === undefined || row.epoch !== epoch) return { ok: false, code: 'not-enrolled' };
  if (row.status !== 'active') return { ok: false, code: 'terminal-revoked' };
  if (row.frozen_at !== null) return { ok: false, code: 'epoch-frozen' };
  return { ok: true, store: JSON.parse(row.document) as StoreDoc, seq: row.seq ?? 0 };
}

interface CarryingAccount extends Pick<AccountsTable, 'id' | 'balance' | 'position' | 'next_expiry'> {
  /** Whose account it is: the member's own, or the successor's. */
  member: string;
}

/** The account that carries the points of a registered member, locked; undefined when there is no such member. */
async function lockAccount(engine: Engine, trx: Transaction<Tables>, member: string): Promise<CarryingAccount | undefined> {
  const registered = await trx.selectFrom('members').select('id').where('id', '=', member).executeTakeFirst();
  if (registered === undefined) return undefined;
  const accounts = await lockAccounts(engine, trx, new Set([memberAccount(member)]));
  let carrier = member;
  for (let next = accounts.get(memberAccount(carrier))?.successor; typeof next === 'string'; next = accounts.get(memberAccount(next))?.successor) carrier = next;
  const account = accounts.get(memberAccount(carrier));
  return account === undefined ? undefined : { ...account, member: carrier };
}

interface GrantRows {
  lease: Lease;
  signature: string;
  nowMs: number;
  account: CarryingAccount;
  posting: Posting;
  lots: Lots;
  accountRev: number;
  leaseRev: number;
  grantedSeq: number;
}

async function writeGrant(trx: Transaction<Tables>, rows: GrantRows): Promise<void> {
  const { lease, signature, nowMs, account, posting, lots, accountRev, leaseRev, grantedSeq } = rows;
  const { id, member, terminal, epoch, points: granted, spendByMs } = lease;
  await trx
    .insertInto('leases')
    .values({
      id, member, terminal, epoch, points: granted, spent: 0, spend_by: spendByMs, signature, state: 'open', granted_at: nowMs, closed_by: null,
      rev: leaseRev, granted_seq: grantedSeq, risk: 0,
      recalled_at: null,
    })
    .execute();
  await trx
    .insertInto('postings')
    .values({ source: id, line: 0, from_account: posting.from, to_account: posting.to, points: granted, kind: 'lease' })
    .execute();
  await trx
    .updateTable('accounts')
    .set({ balance: account.balance - granted, rev: accountRev, next_expiry: nextExpiry(lots.held.get(posting.from)) ?? null })
    .where('id', '=', posting.from)
    .execute();
  await trx
    .insertInto('accounts')
    .values({ id: posting.to, kind: 'lease', balance: granted, position: account.position, rev: 0, next_expiry: nextExpiry(lots.held.get(posting.to)) ?? null })
    .execute();
}
