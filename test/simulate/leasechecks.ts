import type { Store } from '../../server/store/store.ts';
import type { LeasesTable, Tables } from '../../server/store/tables.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { ROGUE } from './rogue.ts';

type EntryRow = Tables['entries'];

/** What the rules of leases and forks demand of a ledger, reckoned again from its rows without the code that booked them. */
export async function checkLeases(store: Store, found: string[]): Promise<void> {
  const rows = await store.db.selectFrom('entries').selectAll().orderBy('position').execute();
  const leases = await store.db.selectFrom('leases').selectAll().execute();
  const aside = await store.db.selectFrom('quarantine').select(['terminal', 'epoch', 'seq']).execute();
  const chains = await store.db.selectFrom('chains').selectAll().execute();
  checkOrder(rows, leases, found);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const chainOf = (row: { terminal: string; epoch: number }): string => `${row.terminal}:${row.epoch}`;
  const here = new Set(rows.map((row) => `${chainOf(row)}:${row.seq}`));
  for (const lease of leases) {
    const close = byId.get(lease.closed_by ?? '');
    if (lease.state === 'open') continue;
    if (close === undefined) {
      found.push(`L3: lease ${lease.id} is ${lease.state} without an entry that closed it`);
      continue;
    }
    const own = chainOf(close) === chainOf(lease);
    // L4: nothing that was set aside between grant and close may be a spend.
    const gap = aside.find((one) => own && chainOf(one) === chainOf(lease) && one.seq > lease.granted_seq && one.seq < close.seq && !here.has(`${chainOf(one)}:${one.seq}`));
    if (gap !== undefined) found.push(`L4: lease ${lease.id} was closed behind what was set aside at ${gap.seq}`);
    if (!own && (close.approved_by === null || (JSON.parse(close.bytes) as Entry).reason === undefined)) found.push(`L5: lease ${lease.id} was taken back by ${close.id} without approver or reason`);
  }
  const places = new Map<string, string>();
  for (const row of rows) {
    const place = `${chainOf(row)}:${row.seq}`;
    const before = places.get(place);
    const chain = chains.find((one) => chainOf(one) === chainOf(row));
    if (before !== undefined && before !== row.hash && (chain?.frozen_at ?? null) === null) found.push(`L8: two entries at ${place} and the epoch is not frozen`);
    places.set(place, row.hash);
  }
}

/** L2 and L7: a redemption takes its named leases as far as they reach, in their holder's chain, before anything else. */
function checkOrder(rows: readonly EntryRow[], leases: readonly LeasesTable[], found: string[]): void {
  const left = new Map(leases.map((lease) => [lease.id, { lease, points: lease.points, named: 0, closedAt: undefined as number | undefined }]));
  const closers = new Map(leases.map((lease) => [lease.closed_by, lease.id]));
  for (const row of rows) {
    const entry = JSON.parse(row.bytes) as Entry;
    let leased = 0;
    for (const part of entry.redeem?.cover.leases ?? []) {
      const held = left.get(part.lease);
      const { lease } = held ?? {};
      if (held === undefined || lease === undefined || row.disposition === 'forked' || lease.granted_at > row.received_at) continue;
      if (lease.terminal !== row.terminal || lease.epoch !== row.epoch || lease.member !== row.member) continue;
      // What was asked for without an answer is named beside points at risk, before anybody knows its time. The rogue's program names
      // what it likes, and is settled as far as its lease reaches.
      const lawful = entry.redeem?.cover.atRisk === 0 && row.terminal !== ROGUE;
      if (lawful && entry.wallMs > lease.spend_by) found.push(`L2: ${row.id} spends lease ${lease.id} after its time`);
      if (lawful) held.named += part.points;
      if (held.named > lease.points) found.push(`L2: ${row.id} spends lease ${lease.id} beyond its grant`);
      // What stands between the grant and the holder's own close and came late is still the lease's: the close waited for it.
      const isOver = held.closedAt !== undefined && (row.seq > held.closedAt || row.seq <= lease.granted_seq);
      const use = isOver ? 0 : Math.min(part.points, held.points);
      held.points -= use;
      leased += use;
    }
    if (leased !== row.leased_points) found.push(`L7: ${row.id} took ${row.leased_points} of its leases, which reach for ${leased}`);
    const closes = closers.get(row.id);
    const closed = closes === undefined ? undefined : left.get(closes);
    if (closed !== undefined) closed.closedAt = row.terminal === closed.lease.terminal && row.epoch === closed.lease.epoch ? row.seq : 0;
  }
}
