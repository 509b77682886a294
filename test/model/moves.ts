import type { Setting, Without } from './rules.ts';
import { grant, isInOrder, isRecorded, quarantine, receive, release } from './server.ts';
import {
  ASKED, at, BACKUP, BACKUP_ROW, CHAINS, CLOSED, DAMAGED, EVER_GRANTED, FREE, FRESH, FROZEN, GONE, granted,
  GRANTED_AFTER_FORK, LEASE, LEASES, LENGTH, MOST_GRANTED, NONE, RECORDED, REGAINED, SERVER_SIZE, UNSYNCED, type Row,
} from './state.ts';
import { deviceFaults, tillMoves, type Emit } from './till.ts';

/** Calls `emit` for every state that can follow `row`, with the successor in `next`. */
export function successors(row: Row, next: Row, emit: Emit, setting: Setting): void {
  next.set(row);
  const step: Emit = (action, detail) => {
    emit(action, detail);
    next.set(row);
  };
  tillMoves(row, next, step, setting);
  deviceFaults(row, next, step, setting);
  grants(row, next, step, setting.without);
  deliveries(row, next, step, setting);
  if (setting.faults.has('server-restore')) serverFaults(row, next, step, setting.without);
}

/** A request that was sent once may reach the server at any later time and any number of times; it is granted once. */
function grants(row: Row, next: Row, emit: Emit, without: Without): void {
  for (const lease of LEASES) {
    if (without === 'L3-expiry' && granted(at(row, LEASE + lease)) > 0) {
      release(next, lease, CLOSED);
      emit('spend-by passes at the server; lease', lease);
    }
    if (at(row, ASKED + lease) === 0 || at(row, LEASE + lease) !== NONE || (lease === 0 && at(row, FROZEN) === 1)) continue;
    for (let size = 1; size <= Math.min(MOST_GRANTED, at(row, FREE)); size++) {
      grant(next, lease, FRESH[size] ?? 0, without);
      next[EVER_GRANTED + lease] = Math.max(size, at(row, EVER_GRANTED + lease));
      if (lease === 0 && at(row, RECORDED + 1) !== 0 && without === 'L8-freeze' && hasForked(row)) next[GRANTED_AFTER_FORK] = 1;
      emit(size === 1 ? 'the server grants 1; lease' : 'the server grants 2; lease', lease);
    }
  }
}

function hasForked(row: Row): boolean {
  return at(row, RECORDED + 1) !== 0 && at(row, RECORDED) !== 0;
}

/**
 * Everything that a device has flushed may arrive, late and once more, in whatever order the server takes (a message that
 * is lost is one that this never picks).
 */
function deliveries(row: Row, next: Row, emit: Emit, { without, faults }: Setting): void {
  for (const chain of CHAINS) {
    const flushed = at(row, LENGTH + chain) - at(row, UNSYNCED + chain);
    for (let index = 0; index < flushed; index++) {
      if (!isInOrder(row, chain, index) || ((at(row, GONE + chain) >> index) & 1) === 1) continue;
      if (isRecorded(row, chain, index)) {
        // N2: nothing may change; the search looks at what this would do.
        receive(next, chain, index, without);
        emit(ARRIVES_AGAIN, 4 * chain + index);
        continue;
      }
      receive(next, chain, index, without);
      emit('an entry arrives (4 * chain + index)', 4 * chain + index);
      if (at(row, DAMAGED) === 1 || !faults.has('damage')) continue;
      quarantine(next, chain, index);
      next[DAMAGED] = 1;
      emit('an entry arrives damaged and is set aside (4 * chain + index)', 4 * chain + index);
    }
  }
}

/** The action under which a duplicate is tried. */
export const ARRIVES_AGAIN = 'an entry arrives again (4 * chain + index)';

function serverFaults(row: Row, next: Row, emit: Emit, without: Without): void {
  if (at(row, BACKUP) === 0) {
    for (let field = 0; field < SERVER_SIZE; field++) next[BACKUP_ROW + field] = at(row, field);
    next[BACKUP] = 1;
    emit('the server is backed up', 0);
  } else if (at(row, BACKUP) === 1) {
    restoreServer(row, next, without);
    emit('the server is restored from its backup', 0);
  }
}

function restoreServer(row: Row, next: Row, without: Without): void {
  let regained = at(row, REGAINED);
  for (const lease of LEASES) {
    // Points whose grant is forgotten are free again, while the till holds their certificate.
    if (at(row, BACKUP_ROW + LEASE + lease) === NONE && at(row, LEASE + lease) !== NONE) regained += at(row, EVER_GRANTED + lease);
  }
  for (let field = 0; field < SERVER_SIZE; field++) {
    next[field] = at(row, BACKUP_ROW + field);
    // Never read again: equal states are then equal whatever the backup was.
    next[BACKUP_ROW + field] = 0;
  }
  next[BACKUP] = 2;
  next[REGAINED] = regained;
  if (without !== 'horizon') return;
  for (const chain of CHAINS) next[GONE + chain] = at(row, RECORDED + chain) & ~at(next, RECORDED + chain);
}

