/**
 * A state of the lease protocol as a row of small numbers, and its packed form. The rows are what rules read and change;
 * the packed form (six words) is what the search keeps by the ten million.
 */

/** Points that the member has earned before anything happens (E of the invariants). */
export const EARNED = 2;
/** Most points a grant can have. */
export const MOST_GRANTED = 2;
/** Most redemptions at risk in one device's view (the cap of L9). */
export const RISK_CAP = 1;

/**
 * The chains of entries: terminal A under its first epoch (0), what a copy of A's device wrote under the same epoch after
 * the two parted (1), A under its next epoch (2), and terminal B (3).
 */
export const CHAINS = [0, 1, 2, 3] as const;
/** Most entries of each chain. */
export const CHAIN_CAP = [2, 2, 2, 2] as const;
/** The lease that spends of a chain name: A's of the first epoch, A's of the next, B's. */
export const LEASE_OF = [0, 0, 1, 2] as const;
/** Which of the server's heads a chain moves: both branches of an epoch share one. */
export const HEAD_OF = [0, 0, 1, 2] as const;
export const LEASES = [0, 1, 2] as const;

/** Kinds of entry, two bits each in the row of a chain. All redemptions are of one point. */
export const LEASED = 0;
export const AT_RISK = 1;
export const CLOSE = 2;
/** On chains 0 and 1: an entry that moves no points, like a shift. On chains 2 and 3: L5, A's lease of the first epoch is taken back. */
export const OTHER = 3;

/** Whether the entry of kind {@link OTHER} of a chain is a forced reclaim. */
export function isReclaimer(chain: number): boolean {
  return chain >= 2;
}

/** A lease at the server as one number: none, open with (granted, spent), closed, reclaimed. */
export const NONE = 0;
export const CLOSED = 6;
export const RECLAIMED = 7;
const OPEN_GRANTED = [0, 1, 1, 2, 2, 2, 0, 0] as const;
const OPEN_LEFT = [0, 1, 0, 2, 1, 0, 0, 0] as const;
/** The code of a fresh grant of 1 or 2 points. */
export const FRESH = [0, 1, 3] as const;

/** Points left in escrow of a lease code. */
export function escrow(code: number): number {
  return OPEN_LEFT[code] ?? 0;
}

/** Points that an open lease was granted; 0 when it is not open. */
export function granted(code: number): number {
  return OPEN_GRANTED[code] ?? 0;
}

/** What the server holds, in the order of its row: copied as a block by backup and restore. */
const SERVER_FIELDS = [
  ['free', 3], ['lease0', 3], ['lease1', 3], ['lease2', 3], ['shortfall', 4], ['posted', 4], ['risk', 3],
  ['head0', 3], ['head1', 2], ['head2', 2], ['frozen', 1], ['recorded0', 2], ['recorded1', 2], ['recorded2', 2], ['recorded3', 2],
] as const;

const FIELDS = [
  ...SERVER_FIELDS,
  ...SERVER_FIELDS.map(([name, width]) => [`backup ${name}`, width] as const),
  ['backup', 2],
  ['length0', 2], ['length1', 2], ['length2', 2], ['length3', 2],
  ['kinds0', 4], ['kinds1', 4], ['kinds2', 4], ['kinds3', 4],
  ['unsynced0', 1], ['unsynced1', 1], ['unsynced2', 1], ['unsynced3', 1],
  ['gone0', 2], ['gone1', 2], ['gone2', 2], ['gone3', 2],
  ['certificate0', 2], ['certificate1', 2], ['certificate2', 2], ['certificate3', 2],
  ['asked0', 1], ['asked1', 1], ['asked2', 1],
  ['past0', 1], ['past1', 1], ['past2', 1],
  ['everGranted0', 2], ['everGranted1', 2], ['everGranted2', 2],
  ['device', 2], ['copy', 2], ['parted', 2], ['enrolledAgain', 1],
  ['damaged', 1], ['grantedAfterFork', 1], ['regained', 4], ['given', 4],
] as const;

/** Fields of the row. Those with a number per chain or lease are reached by adding it to the first. */
export const FREE = 0;
export const LEASE = 1;
export const SHORTFALL = 4;
export const POSTED = 5;
/** Points declared as risk when leases were reclaimed (L5). */
export const RISK = 6;
export const HEAD = 7;
export const FROZEN = 10;
/** Which entries of a chain the ledger holds, a bit each. */
export const RECORDED = 11;
export const SERVER_SIZE = SERVER_FIELDS.length;
export const BACKUP_ROW = SERVER_SIZE;
/** 0: no backup of the server was made, 1: one was made, 2: the server was restored from it. */
export const BACKUP = 2 * SERVER_SIZE;
export const LENGTH = BACKUP + 1;
export const KINDS = LENGTH + 4;
/** The last entry of the chain is written and not yet flushed: its receipt is not printed, and a crash takes it away. */
export const UNSYNCED = KINDS + 4;
/** Entries that no device holds any longer although its disk is whole (only when a rule is switched off). */
export const GONE = UNSYNCED + 4;
/** Points of the certificate that the device writing a chain holds; 0: none. */
export const CERTIFICATE = GONE + 4;
export const ASKED = CERTIFICATE + 4;
/** A till has seen the spend-by of the lease pass. */
export const PAST = ASKED + 3;
/** Most points that the server ever signed for a lease, which a restored server may not know: certificates arrive late. */
export const EVER_GRANTED = PAST + 3;
/** A's device: {@link LIVE}, {@link MOVED} to the next epoch, or its disk is {@link DEAD}. */
export const DEVICE = EVER_GRANTED + 3;
/** The copy of A's device: {@link ABSENT}, {@link LIVE} or {@link MOVED}. */
export const COPY = DEVICE + 1;
/** Entries of chain 0 that the copy was made with. */
export const PARTED = COPY + 1;
export const ENROLLED_AGAIN = PARTED + 1;
/** An entry arrived damaged once, and was quarantined. */
export const DAMAGED = ENROLLED_AGAIN + 1;
export const GRANTED_AFTER_FORK = DAMAGED + 1;
/** Points that a second holder came to hold by a restore or a copy, of a device or of the server. */
export const REGAINED = GRANTED_AFTER_FORK + 1;
/** Points' worth of goods handed over on a printed receipt (P), less what was on a disk that is lost and was never sent. */
export const GIVEN = REGAINED + 1;
export const SIZE = FIELDS.length;

export const LIVE = 0;
export const MOVED = 1;
export const DEAD = 2;
export const ABSENT = 3;

/** A state as a row of numbers. */
export type Row = Int8Array;

/** The state before anything happened. */
export function initialRow(): Row {
  const row = new Int8Array(SIZE);
  row[FREE] = EARNED;
  row[COPY] = ABSENT;
  return row;
}

/** A number of the row. */
export function at(row: Row, field: number): number {
  return row[field] as number;
}

/** The kind of a chain's entry; `index` counts from 0 within the chain. */
export function kindAt(row: Row, chain: number, index: number): number {
  return (at(row, KINDS + chain) >> (2 * index)) & 3;
}

const WIDTHS = FIELDS.map(([, width]) => width);
/** Where each field stands in the packed form: its word and its first bit. No field crosses a word. */
const PLACES = (() => {
  let word = 0;
  let bit = 0;
  return WIDTHS.map((width) => {
    if (bit + width > 32) [word, bit] = [word + 1, 0];
    const place = { word, bit };
    bit += width;
    return place;
  });
})();
const WORD_OF = Uint8Array.from(PLACES, ({ word }) => word);
const BIT_OF = Uint8Array.from(PLACES, ({ bit }) => bit);
const MASK_OF = Uint32Array.from(WIDTHS, (width) => (1 << width) - 1);

/** 32-bit words of a packed state. */
export const WORDS = Math.max(...WORD_OF) + 1;

/** Packs a row at `offset`; throws when a number does not fit, which is a bug of the model. */
export function pack(row: Row, into: Uint32Array, offset: number): void {
  for (let word = 0; word < WORDS; word++) into[offset + word] = 0;
  for (let field = 0; field < SIZE; field++) {
    const value = row[field] as number;
    if ((value & (MASK_OF[field] as number)) !== value) throw new Error(`${String(FIELDS[field]?.[0])} is ${value}, which its bits cannot hold`);
    const place = offset + (WORD_OF[field] as number);
    into[place] = (into[place] as number) | (value << (BIT_OF[field] as number));
  }
}

/** Unpacks the state at `offset` into a row. */
export function unpack(from: Uint32Array, offset: number, row: Row): void {
  for (let field = 0; field < SIZE; field++) {
    row[field] = ((from[offset + (WORD_OF[field] as number)] as number) >>> (BIT_OF[field] as number)) & (MASK_OF[field] as number);
  }
}

/** A row in words, for a trace: what is not zero. */
export function describe(row: Row): string {
  return FIELDS.flatMap(([name], field) => (at(row, field) === 0 || name.startsWith('backup ') ? [] : [`${name}=${at(row, field)}`])).join(' ');
}
