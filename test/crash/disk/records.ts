/** What recorder.c writes down, by its numbers there. */
export const OPS = ['none', 'start', 'open', 'write', 'sync', 'close', 'resize', 'rename', 'unlink', 'mkdir', 'rmdir', 'shared', 'unknown'] as const;
export type Op = (typeof OPS)[number];

/** One call that a process made on the recorded folder, after it was done and before the process learned so. */
export interface DiskRecord {
  op: Op;
  /** The process's number of the open file; -1 for a call by name. */
  file: number;
  /** Offset of a write, or the new size of a resize, bytes. */
  at: number;
  /** Of an open: 1 may create, 2 truncates, 4 is a directory. */
  flags: number;
  data: Buffer;
}

const HEAD_BYTES = 24;

/** The whole records of a file; the last one may be torn, when the process was killed while it wrote it, and is left out. */
export function parseRecords(bytes: Buffer): DiskRecord[] {
  const records: DiskRecord[] = [];
  for (let from = 0; from + HEAD_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(from + 20);
    const end = from + HEAD_BYTES + length;
    if (end > bytes.length) break;
    const op = OPS[bytes.readUInt32LE(from)];
    if (op === undefined || op === 'none') throw new Error('the record of a disk cannot be read');
    const at = Number(bytes.readBigInt64LE(from + 8));
    records.push({ op, file: bytes.readInt32LE(from + 4), at, flags: bytes.readUInt32LE(from + 16), data: bytes.subarray(from + HEAD_BYTES, end) });
    from = end;
  }
  return records;
}
