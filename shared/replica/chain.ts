import type { ChainHeadDoc, OwnEntryDoc } from '../contract/documents.ts';
import { canonicalEntry, signingText } from '../domain/canonical.ts';
import { tick } from '../domain/clock.ts';
import type { EarnStep } from '../domain/earn.ts';
import { GENESIS_HASH, type Entry } from '../domain/entry.ts';
import type { Points } from '../domain/integers.ts';
import type { Directory } from './directory.ts';
import { queryDocuments, readDocument } from './documents.ts';
import { tillError } from './fault.ts';
import type { AtomicWrite, Identity, Replica, TillPorts } from './ports.ts';
import type { Projection } from './projection.ts';
import { createQueue } from './queue.ts';
import type { ShiftIndex } from './shiftindex.ts';

/** What an entry says beside what the chain gives it. */
export type EntryBody = Pick<Entry, 'id' | 'kind' | 'programme' | 'staff'> &
  Partial<Pick<Entry, 'member' | 'bill' | 'redeem' | 'earn' | 'vouchers' | 'reverses' | 'reversal' | 'lease' | 'reason' | 'adjust' | 'transfer' | 'shift' | 'approvedBy'>>;

export interface Addition {
  body: EntryBody;
  nowMs: number;
  /** Balance that the till showed of the member before this entry. */
  balanceBefore?: Points | undefined;
  /** How what a sale earns comes about, for its receipt. */
  earnSteps?: EarnStep[] | undefined;
  /** What is written with the entry or not at all. */
  beside?: readonly AtomicWrite[];
  /** Called once all is in the replica, before the sentinel: what is in memory follows even when the sentinel fails. */
  onWritten?: () => void;
}

/** This till's chain. Everything that writes to the ledger runs here, one after the other. */
export interface Chain {
  /** Runs a task that may append; nothing else appends meanwhile. A task never calls `run` itself. */
  run<T>(task: (append: Append) => Promise<T>): Promise<T>;
  /** Resolves when everything that was queued until now has ended. */
  idle(): Promise<void>;
  /**
   * Has something read again what it keeps in memory, after a write that failed and may have reached the disk all the same.
   */
  onUnsure(reload: () => Promise<void>): void;
  /** The last entry that is in the replica: its seq (0: none) and the latest moment that the chain has seen. */
  head(): { seq: number; latestMs: number };
  /** Is told the moment of each entry, once it is written. */
  onMoment(tell: (ms: number) => void): void;
  /** Whether the head and the last entry agree; a replica in which they do not must not trade. */
  isWhole(): Promise<boolean>;
}

/** Appends an entry and returns it once it and the sentinel are durable. */
export interface Append {
  (addition: Addition): Promise<OwnEntryDoc>;
  /** Brings the sentinel to the head, when an earlier attempt failed after the entry had been written. */
  settle(): Promise<void>;
}

export interface ChainParts {
  replica: Replica;
  identity: Identity;
  ports: TillPorts;
  directory: Directory;
  projection: Projection;
  shifts: ShiftIndex;
}

/** Opens the chain at the head that the replica holds. */
export async function openChain(parts: ChainParts): Promise<Chain> {
  const { replica, identity, ports, projection, shifts } = parts;
  const queue = createQueue();
  const id = `${identity.terminal}.${identity.epoch}`;
  let head = await readDocument(replica, 'chain', id);
  let sentinelSeq = 0;
  /** A write that failed may still have reached the disk; what the replica holds is read again before the next one. */
  let unsure = false;
  const reloads: (() => Promise<void>)[] = [];
  const moments: ((ms: number) => void)[] = [];

  const recover = async (): Promise<void> => {
    const after = head?.seq ?? 0;
    head = await readDocument(replica, 'chain', id);
    const selector = { epoch: identity.epoch, seq: { $gt: after }, terminal: identity.terminal };
    const written = await queryDocuments(replica, 'own', { selector });
    projection.putOwn(written);
    shifts.put(written);
    for (const reload of reloads) await reload();
    unsure = false;
  };
  const settle = async (): Promise<void> => {
    if (unsure) await recover();
    if (head === undefined || sentinelSeq >= head.seq) return;
    const { epoch, seq, hash } = head;
    await ports.advanceSentinel({ epoch, seq, hash });
    sentinelSeq = seq;
  };
  const append = async (addition: Addition): Promise<OwnEntryDoc> => {
    if (unsure) await recover();
    const own = sealEntry(parts, head, addition);
    const next: ChainHeadDoc = {
      id, terminal: identity.terminal, epoch: identity.epoch, seq: own.seq, hash: own.hash, lastAt: own.entry.occurredAt,
    };
    const writes: AtomicWrite[] = [
      { collection: 'own', rows: [{ document: own }] },
      { collection: 'chain', rows: [{ document: next, previous: head }] },
      ...(addition.beside ?? []),
    ];
    try {
      await replica.write(writes);
    } catch (error) {
      unsure = true;
      throw tillError(error);
    }
    head = next;
    projection.putOwn([own]);
    shifts.put([own]);
    addition.onWritten?.();
    for (const tell of moments) tell(addition.nowMs);
    await settle();
    return own;
  };
  return {
    run: (task) => queue.run(() => task(Object.assign((addition: Addition) => append(addition), { settle }))),
    idle: () => queue.idle(),
    onUnsure: (reload) => void reloads.push(reload),
    head: () => ({ seq: head?.seq ?? 0, latestMs: head?.lastAt.ms ?? 0 }),
    onMoment: (tell) => void moments.push(tell),
    isWhole: () => queue.run(() => headFits(replica, identity, head)),
  };
}

/** Builds, hashes and signs the entry that follows a head. */
function sealEntry({ identity, ports, shifts }: ChainParts, head: ChainHeadDoc | undefined, { body, nowMs, balanceBefore, earnSteps }: Addition): OwnEntryDoc {
  const { store, terminal, epoch } = identity;
  const seq = (head?.seq ?? 0) + 1;
  const entry: Entry = {
    v: 1, store, terminal, epoch, seq, prevHash: head?.hash ?? GENESIS_HASH, ...body, occurredAt: tick(head?.lastAt, nowMs), wallMs: nowMs,
    businessDate: shifts.day(nowMs),
  };
  const hash = ports.sha256(canonicalEntry(entry));
  return {
    id: entry.id, store, terminal, epoch, seq, kind: entry.kind, member: entry.member ?? '', reverses: entry.reverses ?? '',
    businessDate: entry.businessDate, occurredMs: entry.occurredAt.ms, hash, signature: ports.sign(signingText(hash)), entry,
    ...(balanceBefore === undefined ? {} : { balanceBefore }), ...(earnSteps === undefined ? {} : { earnSteps }),
  };
}

async function headFits(replica: Replica, identity: Identity, head: ChainHeadDoc | undefined): Promise<boolean> {
  const { epoch, terminal } = identity;
  const [last] = await queryDocuments(replica, 'own', { selector: { epoch, terminal }, sort: [{ epoch: 'desc' }, { seq: 'desc' }], limit: 1 });
  return head?.seq === last?.seq && head?.hash === last?.hash;
}
