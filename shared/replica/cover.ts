import { Subject, type Observable } from 'rxjs';
import type { LeaseDoc, LeaseUseDoc } from '../contract/documents.ts';
import { atRiskAllowance } from '../domain/atrisk.ts';
import { points, type Points } from '../domain/integers.ts';
import { leaseText, spendable, type Lease, type LeaseUse } from '../domain/lease.ts';
import type { AtRiskCap } from '../domain/refusal.ts';
import type { Directory } from './directory.ts';
import { follow, queryDocuments, type Sink } from './documents.ts';
import type { AtomicWrite, Identity, Replica, TillPorts } from './ports.ts';
import type { Projection } from './projection.ts';
import type { ShiftIndex } from './shiftindex.ts';

/** A lease in hand as the server sent it, and what has been spent of it. */
export interface HeldLease extends LeaseUse {
  lease: LeaseDoc;
  /** What a sale of this till kept, of which the server has not told yet. */
  isPending?: true;
}

/** Leases in hand and what has been spent of them, and how much may be redeemed at risk. */
export interface Cover {
  /** A member's leases that may be spent now, earliest spend-by first. */
  uses(member: string, nowMs: number): LeaseUse[];
  /** Points of them that are not spent. */
  leased(member: string, nowMs: number): Points;
  atRisk(member: string, nowMs: number): { allowed: Points; cap: AtRiskCap };
  /** Leases that this till has neither closed nor lost, to spend or to give back. */
  open(): HeldLease[];
  /** Whether a lease has arrived, however it stands. */
  has(lease: string): boolean;
  /** The row that books points of a member spent of leases, for the entry that spends them. */
  spend(member: string, parts: readonly { lease: string; points: Points }[]): AtomicWrite;
  /** The row that keeps points which a sale earns, for that sale: from then on they are a lease that bears its id. */
  keep(sale: string, member: string, kept: { points: Points; spendByMs: number }): AtomicWrite;
  /** The row that closes a lease, for the entry that gives it back. */
  close(lease: string): AtomicWrite;
  /** L3: whether a lease is past its time, by the clock now or by any that this till's chain has seen since the lease came. */
  isOver(lease: Lease, nowMs: number): boolean;
  /** A moment that stands in the chain: what was past its time then is so for ever, whatever the clock says later. */
  saw(ms: number): void;
  /** Takes in what was written, before the next question. */
  written(write: AtomicWrite): void;
  /** Reads again what has been spent, after a write whose end is not known. */
  reload(): Promise<void>;
  readonly changed$: Observable<void>;
  stop(): void;
}

/** An entry names at most so many leases (shared/contract/entry.ts). */
const MOST_LEASES = 50;

export interface CoverParts {
  replica: Replica;
  identity: Identity;
  ports: TillPorts;
  directory: Directory;
  projection: Projection;
  shifts: Pick<ShiftIndex, 'day'>;
}

/**
 * Keeps leases in memory. Only those of this terminal and epoch with the server's own signature count; a damaged or invented
 * one is as if it were not there.
 */
export async function openCover({ replica, identity, ports, directory, projection, shifts }: CoverParts): Promise<Cover> {
  const changed = new Subject<void>();
  const leases = createLeases(identity, ports);
  const spent = createUses({ identity, projection }, (id) => leases.get(id) !== undefined);
  const into = <D extends { id: string }>(put: (document: D) => void, drop: (id: string) => void): Sink<D> => ({
    put(documents) {
      documents.forEach(put);
      changed.next();
    },
    drop(ids) {
      ids.forEach(drop);
      changed.next();
    },
  });
  const following = [
    await follow(replica, 'leaseUse', into(spent.put, spent.drop)),
    await follow(replica, 'leases', into((lease) => leases.put(lease), (id) => leases.drop(id))),
  ];
  const useOf = (lease: LeaseDoc): HeldLease => {
    const use = spent.get(lease.id);
    // A lease that was named before it had arrived may be smaller than what was named of it; the server takes no more than it has.
    return { lease, spent: points(Math.min(use?.spent ?? 0, lease.points)), closed: use?.closed ?? false };
  };
  const at = (nowMs: number) => ({ terminal: identity.terminal, epoch: identity.epoch, nowMs });
  /** Leases whose time was seen to pass: a clock that goes back must not revive them. */
  const over = new Set<string>();
  const uses = (member: string, nowMs: number): LeaseUse[] => {
    const held = [...leases.ofMember(member).map(useOf), ...spent.keptOf(member)].filter((use) => !over.has(use.lease.id) && spendable(use, at(nowMs)) > 0);
    return held.sort((a, b) => a.lease.spendByMs - b.lease.spendByMs || (a.lease.id < b.lease.id ? -1 : 1)).slice(0, MOST_LEASES);
  };
  const row = (lease: string, member: string, change: (use: LeaseUseDoc) => LeaseUseDoc): AtomicWrite['rows'][number] => {
    const previous = spent.get(lease);
    return { document: change(previous ?? { id: lease, member, spent: points(0), closed: false }), previous };
  };
  return {
    uses,
    leased: (member, nowMs) => points(uses(member, nowMs).reduce((sum, use) => sum + spendable(use, at(nowMs)), 0)),
    atRisk(member, nowMs) {
      const store = directory.own();
      if (store === undefined) return { allowed: points(0), cap: 'policy' };
      return atRiskAllowance(store.atRisk, projection.atRiskUse(member, shifts.day(nowMs)));
    },
    open: () => [...leases.open().map(useOf).filter((use) => !use.closed), ...spent.kept()],
    has: (lease) => leases.get(lease) !== undefined,
    isOver: (lease, nowMs) => over.has(lease.id) || nowMs > lease.spendByMs,
    saw(ms) {
      for (const { lease } of [...leases.open().map(useOf), ...spent.kept()]) if (ms > lease.spendByMs) over.add(lease.id);
    },
    spend: (member, parts) => ({
      collection: 'leaseUse',
      rows: parts.map((part) => row(part.lease, member, (use) => ({ ...use, spent: points(use.spent + part.points) }))),
    }),
    keep: (sale, member, of) => ({ collection: 'leaseUse', rows: [row(sale, member, (use) => ({ ...use, kept: of }))] }),
    close: (lease) => ({ collection: 'leaseUse', rows: [row(lease, leases.get(lease)?.member ?? '', (use) => ({ ...use, closed: true }))] }),
    written(write) {
      for (const { document } of write.rows) spent.put(document as LeaseUseDoc);
      changed.next();
    },
    async reload() {
      for (const use of await queryDocuments(replica, 'leaseUse', {})) spent.put(use);
      changed.next();
    },
    changed$: changed.asObservable(),
    stop() {
      for (const one of following) one.unsubscribe();
    },
  };
}

/**
 * What has been spent of each lease, and what sales of this till keep of the points that they earned as long as the server's own
 * leases of them have not come: the chain proves that such a sale is posted before whatever spends it, so that nothing but the
 * sale itself need vouch for it.
 */
function createUses({ identity, projection }: Pick<CoverParts, 'identity' | 'projection'>, isHere: (lease: string) => boolean) {
  const spent = new Map<string, LeaseUseDoc>();
  const pending = new Set<string>();
  const leaseOf = (id: string): HeldLease[] => {
    const [use, sale] = [spent.get(id), projection.own(id)];
    // What the server has set aside was never earned; another enrolment's is not this till's to spend (L2).
    if (use?.kept === undefined || use.closed || isHere(id) || sale?.epoch !== identity.epoch || sale.quarantined) return [];
    const { points: granted, spendByMs } = use.kept;
    const lease: LeaseDoc = {
      id, member: use.member, terminal: identity.terminal, epoch: identity.epoch, points: granted, spendByMs, signature: '', state: 'open', rev: 0,
    };
    return [{ lease, spent: points(Math.min(use.spent, granted)), closed: false, isPending: true }];
  };
  return {
    get: (lease: string): LeaseUseDoc | undefined => spent.get(lease),
    put(use: LeaseUseDoc): void {
      spent.set(use.id, use);
      if (use.kept === undefined || use.closed) pending.delete(use.id);
      else pending.add(use.id);
    },
    drop(id: string): void {
      spent.delete(id);
      pending.delete(id);
    },
    kept: (): HeldLease[] => [...pending].flatMap(leaseOf),
    keptOf: (member: string): HeldLease[] => [...pending].flatMap((id) => (spent.get(id)?.member === member ? leaseOf(id) : [])),
  };
}

/** Leases by id and member. The signature is checked once, when a lease arrives; a check costs more than all else here. */
function createLeases(identity: Identity, ports: TillPorts) {
  const byId = new Map<string, LeaseDoc>();
  const byMember = new Map<string, Set<string>>();
  const open = new Set<string>();
  const drop = (id: string): void => {
    const known = byId.get(id);
    byId.delete(id);
    open.delete(id);
    if (known !== undefined) byMember.get(known.member)?.delete(id);
  };
  const counts = (lease: LeaseDoc): boolean =>
    lease.state === 'open' && lease.terminal === identity.terminal && lease.epoch === identity.epoch
    && ports.verify(identity.serverKey, leaseText(lease), lease.signature);
  const some = (ids: Iterable<string>): LeaseDoc[] => [...ids].flatMap((id) => byId.get(id) ?? []);
  return {
    drop,
    put(lease: LeaseDoc): void {
      drop(lease.id);
      byId.set(lease.id, lease);
      if (!counts(lease)) return;
      open.add(lease.id);
      byMember.set(lease.member, (byMember.get(lease.member) ?? new Set()).add(lease.id));
    },
    get: (id: string): LeaseDoc | undefined => byId.get(id),
    ofMember: (member: string): LeaseDoc[] => some(byMember.get(member) ?? []),
    open: (): LeaseDoc[] => some(open),
  };
}
