import type { Setting, Without } from './rules.ts';
import { isRedemption, seqOf } from './server.ts';
import {
  ABSENT, ASKED, at, AT_RISK, CERTIFICATE, CHAIN_CAP, CHAINS, CLOSE, COPY, DEAD, DEVICE, ENROLLED_AGAIN, EVER_GRANTED, GIVEN, GONE,
  granted, GRANTED_AFTER_FORK, KINDS, isReclaimer, kindAt, LEASE, LEASED, LEASE_OF, LENGTH, LIVE, MOVED, OTHER, PARTED, PAST,
  RECORDED, REGAINED, RISK_CAP, UNSYNCED, type Row,
} from './state.ts';

/** Takes the scratch row as a successor, under the words of a trace. */
export type Emit = (action: string, detail: number) => void;

/** Whether a device writes this chain now. */
export function isWriting(row: Row, chain: number): boolean {
  if (chain === 0) return at(row, DEVICE) === LIVE;
  if (chain === 1) return at(row, COPY) === LIVE;
  return chain === 3 || at(row, ENROLLED_AGAIN) === 1;
}

/** Entries of a kind in the view of the device that writes a chain: a copy also has those it was made with. */
export function countOf(row: Row, chain: number, kind: number): number {
  let count = 0;
  for (let index = 0; index < at(row, LENGTH + chain); index++) if (kindAt(row, chain, index) === kind) count++;
  if (chain === 1) for (let index = 0; index < at(row, PARTED); index++) if (kindAt(row, 0, index) === kind) count++;
  return count;
}

/** What the tills do of themselves. `row` is the state, `next` a scratch row that holds a copy of it before every call. */
export function tillMoves(row: Row, next: Row, emit: Emit, setting: Setting): void {
  for (const chain of CHAINS) {
    if (!isWriting(row, chain)) continue;
    if (at(row, UNSYNCED + chain) === 1) flushOrCrash(row, next, chain, emit, setting);
    else if (at(row, LENGTH + chain) < (CHAIN_CAP[chain] ?? 0)) write(row, next, chain, emit, setting);
    learn(row, next, chain, emit, setting);
  }
}

/** The second half of a commit, and a crash before it. */
function flushOrCrash(row: Row, next: Row, chain: number, emit: Emit, { without, faults }: Setting): void {
  const last = at(row, LENGTH + chain) - 1;
  next[UNSYNCED + chain] = 0;
  if (without !== 'fsync' && isRedemption(kindAt(row, chain, last))) next[GIVEN] = at(row, GIVEN) + 1;
  emit('flush the entry and print its receipt; chain', chain);
  if (!faults.has('crash')) return;
  next[UNSYNCED + chain] = 0;
  dropFrom(next, chain, last);
  emit('crash before the flush; chain', chain);
}

/** Takes entries off the end of a chain. */
export function dropFrom(row: Row, chain: number, length: number): void {
  row[LENGTH + chain] = length;
  row[KINDS + chain] = at(row, KINDS + chain) & ((1 << (2 * length)) - 1);
}

function write(row: Row, next: Row, chain: number, emit: Emit, { without, faults }: Setting): void {
  const lease = LEASE_OF[chain] ?? 0;
  const closed = countOf(row, chain, CLOSE) > 0;
  const left = at(row, CERTIFICATE + chain) - countOf(row, chain, LEASED);
  const covered = at(row, CERTIFICATE + chain) > 0 && !closed && at(row, PAST + lease) === 0 && (left > 0 || without === 'L2-grant');
  const foreign = without === 'L2-epoch' && chain === 2 && granted(at(row, LEASE)) > 0;
  if (covered || foreign) append(row, next, chain, LEASED, emit, without);
  else if (faults.has('at-risk') && (countOf(row, chain, AT_RISK) < RISK_CAP || without === 'L9-cap')) append(row, next, chain, AT_RISK, emit, without);
  if (at(row, CERTIFICATE + chain) > 0 && !closed) append(row, next, chain, CLOSE, emit, without);
  // An approver takes back a lease that the server shows as open.
  const reclaims = faults.has('reclaim') && granted(at(row, LEASE)) > 0;
  if ((reclaims || !isReclaimer(chain)) && countOf(row, chain, OTHER) === 0) append(row, next, chain, OTHER, emit, without);
}

const WRITES = ['write a covered redemption; chain', 'write a redemption at risk; chain', 'write a lease-close; chain', 'write an entry without points (chains 0, 1) or a forced reclaim (chains 2, 3); chain'];

function append(row: Row, next: Row, chain: number, kind: number, emit: Emit, without: Without): void {
  const length = at(row, LENGTH + chain);
  next[LENGTH + chain] = length + 1;
  next[KINDS + chain] = at(row, KINDS + chain) | (kind << (2 * length));
  next[UNSYNCED + chain] = 1;
  if (without === 'fsync' && isRedemption(kind)) next[GIVEN] = at(row, GIVEN) + 1;
  emit(WRITES[kind] ?? '', chain);
}

/** Asking for a lease, its certificate arriving, and the till's clock passing spend-by. */
function learn(row: Row, next: Row, chain: number, emit: Emit, { faults }: Setting): void {
  const lease = LEASE_OF[chain] ?? 0;
  if (at(row, ASKED + lease) === 0) {
    next[ASKED + lease] = 1;
    emit('ask for a lease; chain', chain);
  }
  const certificate = at(row, EVER_GRANTED + lease);
  if (at(row, CERTIFICATE + chain) === 0) {
    if (certificate === 0) return;
    next[CERTIFICATE + chain] = certificate;
    const other = chain === 0 ? 1 : 0;
    // The server gave it to one terminal and two devices hold it: what the second may spend was regained by the copy.
    const doubled = chain < 2 && at(row, CERTIFICATE + other) > 0 && at(row, GRANTED_AFTER_FORK) === 0;
    if (doubled) next[REGAINED] = at(row, REGAINED) + certificate;
    emit('a certificate arrives, however late; chain', chain);
  } else if (faults.has('spend-by') && at(row, PAST + lease) === 0) {
    next[PAST + lease] = 1;
    emit('spend-by passes at the till; chain', chain);
  }
}

/** What happens to A's device: restored from a backup, cloned, wiped, enrolled again. */
export function deviceFaults(row: Row, next: Row, emit: Emit, { faults }: Setting): void {
  if (at(row, DEVICE) === LIVE && at(row, UNSYNCED) === 0) {
    if (at(row, COPY) === ABSENT) {
      if (faults.has('clone')) clones(row, next, emit);
      if (faults.has('restore')) restores(row, next, emit);
      if (faults.has('wipe') && at(row, ENROLLED_AGAIN) === 0) wipe(row, next, emit);
    }
    if (faults.has('enrol') && at(row, ENROLLED_AGAIN) === 0) {
      next[DEVICE] = MOVED;
      next[ENROLLED_AGAIN] = 1;
      emit('the till enrols again, keeping its entries', 0);
    }
  }
  if (faults.has('enrol') && at(row, COPY) === LIVE && at(row, UNSYNCED + 1) === 0 && at(row, ENROLLED_AGAIN) === 0) {
    next[COPY] = MOVED;
    next[ENROLLED_AGAIN] = 1;
    emit('the copy enrols again, keeping its entries', 0);
  }
}

/** The device as it was after `parted` entries, holding a certificate or not, and what its copy could spend again. */
interface Copy {
  parted: number;
  held: number;
  regained: number;
}

/** Every moment of the device's past: a backup may be of any. */
function* pasts(row: Row): Generator<Copy> {
  const certificate = at(row, CERTIFICATE);
  let spent = 0;
  let needed = false;
  let closed = false;
  for (let parted = 0; parted <= at(row, LENGTH); parted++) {
    const kind = parted === 0 ? OTHER : kindAt(row, 0, parted - 1);
    if (kind === LEASED) spent++;
    if (kind === CLOSE) closed = true;
    if (kind === LEASED || kind === CLOSE) needed = true;
    if (!needed) yield { parted, held: 0, regained: 0 };
    if (certificate > 0) yield { parted, held: certificate, regained: closed ? 0 : certificate - spent };
  }
}

function clones(row: Row, next: Row, emit: Emit): void {
  for (const copy of pasts(row)) {
    become(row, next, copy);
    emit('the device is cloned as it was after entries:', copy.parted);
  }
}

function restores(row: Row, next: Row, emit: Emit): void {
  for (const copy of pasts(row)) {
    // Of the lost disk, what had been sent may still arrive; the rest is gone with it.
    for (let sent = Math.max(copy.parted, lastRecorded(row)); sent <= at(row, LENGTH); sent++) {
      become(row, next, copy);
      lose(row, next, sent);
      emit('the device is restored as it was after entries:', copy.parted);
    }
  }
}

function become(row: Row, next: Row, { parted, held, regained }: Copy): void {
  next[COPY] = LIVE;
  next[PARTED] = parted;
  next[CERTIFICATE + 1] = held;
  next[REGAINED] = at(row, REGAINED) + regained;
}

/** The disk is lost with all that was never sent. */
function lose(row: Row, next: Row, sent: number): void {
  let goods = 0;
  for (let index = sent; index < at(row, LENGTH); index++) if (isRedemption(kindAt(row, 0, index))) goods++;
  next[DEVICE] = DEAD;
  next[GIVEN] = at(row, GIVEN) - goods;
  dropFrom(next, 0, sent);
}

function lastRecorded(row: Row): number {
  return 32 - Math.clz32(at(row, RECORDED) | at(row, GONE));
}

function wipe(row: Row, next: Row, emit: Emit): void {
  for (let sent = lastRecorded(row); sent <= at(row, LENGTH); sent++) {
    lose(row, next, sent);
    next[ENROLLED_AGAIN] = 1;
    emit('the disk is wiped and the till enrols again; entries that had been sent:', sent);
  }
}

/** Whether a device whose disk is whole holds an entry, so that it will be offered until the ledger has it. */
export function isHeld(row: Row, chain: number, index: number): boolean {
  if (((at(row, GONE + chain) >> index) & 1) === 1) return false;
  if (chain !== 0 || at(row, DEVICE) !== DEAD) return true;
  return at(row, COPY) !== ABSENT && seqOf(row, 0, index) < at(row, PARTED);
}
