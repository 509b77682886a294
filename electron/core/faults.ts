import type { TillFault } from '../../shared/contract/rpc.ts';
import { TillError, tillError } from '../../shared/replica/fault.ts';
import { StorageFault } from './storage/fault.ts';

/** The error of the closed list for whatever was thrown: a failing disk is a damaged replica, whatever SQLite calls it. */
export function toTillError(thrown: unknown): TillError {
  if (thrown instanceof StorageFault && thrown.code === 'damaged') return new TillError('replica-damaged', undefined, thrown);
  if (thrown instanceof StorageFault && thrown.code === 'disk-full') return new TillError('disk-full', undefined, thrown);
  return tillError(thrown);
}

/** The fault that a window gets; the error's own words and cause stay here, for they could quote a member. */
export function toFault(thrown: unknown): TillFault {
  return toTillError(thrown).toFault();
}
