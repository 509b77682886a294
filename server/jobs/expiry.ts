import type { Transaction } from 'kysely';
import { SERVER_TERMINAL } from '../../shared/domain/entry.ts';
import { planExpiry, type DatedPoints, type DueLot } from '../../shared/domain/lots.ts';
import type { Head } from '../ledger/batch.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { readDayEverywhere } from '../ledger/lots.ts';
import { lockHead } from '../ledger/reading.ts';
import { isOneOf } from '../store/rows.ts';
import type { Store } from '../store/store.ts';
import type { Engine, Tables } from '../store/tables.ts';
import { createHourly, type Hourly } from './hourly.ts';
import { createServerChain, postOwn, type ServerBody, type ServerChain } from './serverchain.ts';

/**
 * Expires lots that are past their last day: a run expires all that is due and answers how many lots. Twice, or late, or beside
 * another server, each lot expires once. Every hour, so that each day ends soon after it has ended everywhere.
 */
export type Expiry = Hourly<number>;

/** Lots in one transaction: tills that push wait for it. */
const LOTS_MOST = 200;

/** Makes the expiry of a database. `now`: the server's clock; a day has passed once it is over in every store. */
export function createExpiry(store: Store, ledger: Ledger, { now = Date.now, everyMs }: { now?: () => number; everyMs?: number } = {}): Expiry {
  const chain = createServerChain();
  let stopped = false;

  const work = async (): Promise<number> => {
    let count = 0;
    while (!stopped) {
      const some = await store.write((trx) => expireSome(store.engine, trx, chain, now()));
      if (some === undefined) break;
      some.committed();
      ledger.moved(some.head);
      count += some.lots;
    }
    return count;
  };
  const hourly = createHourly(work, everyMs);
  return {
    ...hourly,
    stop() {
      stopped = true;
      return hourly.stop();
    },
  };
}

/** Posts the next entries of the plan in one transaction under the head's lock, which is what makes a second run find nothing. */
async function expireSome(
  engine: Engine,
  trx: Transaction<Tables>,
  chain: ServerChain,
  nowMs: number,
): Promise<{ head: Head; lots: number; committed(): void } | undefined> {
  await lockHead(engine, trx);
  const today = await readDayEverywhere(trx, nowMs);
  const due = planExpiry(await readDue(trx, today), today);
  if (due.length === 0) return undefined;
  const posted = await postOwn(engine, trx, chain, await bodiesOf(engine, trx, due, today), nowMs);
  return { ...posted, lots: due.length };
}

/** The first lots past their day, of members: what a lease holds waits until it comes back. */
async function readDue(trx: Transaction<Tables>, today: string): Promise<Map<string, DatedPoints>> {
  const rows = await trx
    .selectFrom('lots').selectAll().where('expires_on', '<', today).where('account', 'like', 'member:%').where('points', '>', 0)
    .orderBy('expires_on').orderBy('account').limit(LOTS_MOST).execute();
  const held = new Map<string, DatedPoints>();
  for (const { account, expires_on, points } of rows) {
    const member = account.slice('member:'.length);
    held.set(member, (held.get(member) ?? new Map<string, number>()).set(expires_on, points));
  }
  return held;
}

/** An entry a lot, in the name of the store where the member is at home, so that its tills show it. */
async function bodiesOf(engine: Engine, trx: Transaction<Tables>, due: readonly DueLot[], today: string): Promise<ServerBody[]> {
  const members = await trx.selectFrom('members').select(['id', 'home_store']).where(isOneOf(engine, 'id', due.map((one) => one.member))).execute();
  const homes = new Map(members.map((row) => [row.id, row.home_store]));
  return due.map(({ member, expiresOn, points }) => ({
    kind: 'expiry', store: homes.get(member) ?? SERVER_TERMINAL, businessDate: today, member, expired: points, lot: expiresOn,
  }));
}
