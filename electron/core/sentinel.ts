import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Static } from 'typebox';
import { Count, Hash, Id, strictObject } from '../../shared/contract/primitives.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import { GENESIS_HASH } from '../../shared/domain/entry.ts';
import { writeDurably } from './durable.ts';

const HeadSchema = strictObject({ terminal: Id, epoch: Count, seq: Count, hash: Hash });
const isHead = compileCheck(HeadSchema);

/** The head of a till's chain: seq 0 with the genesis hash before the first entry. */
export type SentinelHead = Static<typeof HeadSchema>;

/**
 * The small file beside the replica that remembers how far this till's chain has come (ledger.md, Durability). It tells a
 * replica that was restored, swapped or deleted from one that is as this machine left it. It has two places, written in turn:
 * a power cut in the middle of a write leaves the other one whole.
 */
export interface Sentinel {
  /** What the file says; null when it is missing, unreadable or another chain's. */
  readonly head: SentinelHead | null;
  /** Whether there is a file at all. */
  readonly exists: boolean;
  /** Makes the file for a chain that begins. */
  begin(): void;
  /** Moves to a later head; returns after the fsync. An earlier head is not written: commits may finish out of turn. */
  advance(head: { epoch: number; seq: number; hash: string }): void;
  /** Lets go of the file; it opens itself again when it is needed. */
  close(): void;
}

/** A place in the file: far enough from the other that no disk writes both at once. */
const SLOT_BYTES = 4_096;
const SLOTS = 2;
/** A line is a checksum, the head as JSON, and spaces up to here; all of it lies in one sector. */
const LINE_BYTES = 512;
const SUM_LETTERS = 8;

interface Slots {
  head: SentinelHead | null;
  /** The place of `head`; the next one is written to the other. */
  at: number;
  exists: boolean;
  /** Whether the file is of the form that this program writes. */
  isOurs: boolean;
}

/** Opens the sentinel of one chain. */
export function openSentinel(path: string, { terminal, epoch: chainEpoch }: { terminal: string; epoch: number }): Sentinel {
  const chain = { terminal, epoch: chainEpoch };
  let slots = readSlots(path, chain);
  let file: number | undefined;
  const close = (): void => {
    if (file !== undefined) closeSync(file);
    file = undefined;
  };
  /** Both places anew, under the old name only when they are whole: a new file, and one in the form of an earlier version. */
  const replace = (head: SentinelHead): void => {
    close();
    const bytes = Buffer.alloc(SLOT_BYTES * SLOTS, ' ');
    bytes.write(lineOf(head), 0);
    writeDurably(path, bytes);
    slots = { head, at: 0, exists: true, isOurs: true };
  };
  return {
    get head() {
      return slots.head;
    },
    get exists() {
      return slots.exists;
    },
    begin: () => replace({ ...chain, seq: 0, hash: GENESIS_HASH }),
    advance({ epoch, seq, hash }) {
      if (epoch !== chain.epoch) throw new Error('a sentinel belongs to one epoch');
      if (slots.head !== null && seq <= slots.head.seq) return;
      const head = { ...chain, seq, hash };
      if (!slots.isOurs) return replace(head);
      file ??= openSync(path, 'r+');
      const at = (slots.at + 1) % SLOTS;
      const line = Buffer.from(lineOf(head));
      if (writeSync(file, line, 0, line.length, at * SLOT_BYTES) !== line.length) throw Object.assign(new Error('the sentinel was not written whole'), { code: 'ENOSPC' });
      // The file has its length already, so nothing but these bytes has to reach the disk.
      fdatasyncSync(file);
      slots = { ...slots, head, at };
    },
    close,
  };
}

function lineOf(head: SentinelHead): string {
  const text = JSON.stringify(head);
  const sum = crc32(text).toString(16).padStart(SUM_LETTERS, '0');
  return `${sum} ${text}`.padEnd(LINE_BYTES - 1) + '\n';
}

function readSlots(path: string, chain: { terminal: string; epoch: number }): Slots {
  const bytes = readBytes(path);
  const slots: Slots = { head: null, at: 0, exists: bytes !== undefined, isOurs: bytes?.length === SLOT_BYTES * SLOTS };
  if (bytes === undefined) return slots;
  // An earlier version kept the head as the whole text of a small file.
  const heads = slots.isOurs ? [0, 1].map((at) => readLine(bytes, at)) : [readHead(bytes.toString('utf8'))];
  for (const [at, head] of heads.entries()) {
    if (head === null || head.terminal !== chain.terminal || head.epoch !== chain.epoch) continue;
    if (slots.head === null || head.seq > slots.head.seq) Object.assign(slots, { head, at });
  }
  return slots;
}

function readLine(bytes: Buffer, at: number): SentinelHead | null {
  const line = bytes.toString('utf8', at * SLOT_BYTES, at * SLOT_BYTES + LINE_BYTES);
  const text = line.slice(SUM_LETTERS + 1).trimEnd();
  return parseInt(line.slice(0, SUM_LETTERS), 16) === crc32(text) ? readHead(text) : null;
}

function readHead(text: string): SentinelHead | null {
  try {
    const value: unknown = JSON.parse(text);
    return isHead(value) ? value : null;
  } catch {
    return null;
  }
}

function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** How a replica stands to its sentinel. */
export type Standing = 'same' | 'ahead' | 'behind' | 'other';

/**
 * Compares the replica's chain with the sentinel. `hashAt` answers the hash of the replica's entry at a seq. A replica is
 * `ahead` when a crash fell between commit and sentinel: the sentinel's head is in its chain. It is `behind` when it ends
 * before the sentinel: an older copy was put in its place, and entries that this till has acknowledged are not there. It is
 * `other` when it has another entry where the sentinel's head is: the file of another till, or of another life of this one.
 */
export async function compareReplica(
  sentinel: SentinelHead,
  replica: { seq: number; hash: string },
  hashAt: (seq: number) => Promise<string | undefined>,
): Promise<Standing> {
  if (replica.seq < sentinel.seq) return 'behind';
  if (replica.seq === sentinel.seq) return replica.hash === sentinel.hash ? 'same' : 'other';
  const known = sentinel.seq === 0 ? GENESIS_HASH : await hashAt(sentinel.seq);
  return known === sentinel.hash ? 'ahead' : 'other';
}
