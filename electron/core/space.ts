import { statfsSync } from 'node:fs';
import { toTillError } from './faults.ts';
import { StorageFault } from './storage/fault.ts';

/** With less than this free a disk counts as full: a replica cannot even be opened with less. */
const LEAST_BYTES = 64 * 1024;

/** Whether the disk of a folder has room for anything. */
export function hasSpace(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize >= LEAST_BYTES;
}

/**
 * Whether an error of the replica in a folder says no more than that the disk is full. Some file systems notice at the flush,
 * and then the engine speaks of a disk that fails: that is believed only of a disk that has space.
 */
export function isDiskFull(error: unknown, folder: string): boolean {
  return toTillError(error).code === 'disk-full' || (error instanceof StorageFault && error.code !== 'busy' && !hasSpace(folder));
}
