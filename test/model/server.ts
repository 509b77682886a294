import type { Without } from './rules.ts';
import {
  at, AT_RISK, CHAINS, CLOSE, CLOSED, escrow, FREE, FROZEN, GONE, HEAD, HEAD_OF, isReclaimer, kindAt, LEASE, LEASED, LEASE_OF, PARTED,
  POSTED, OTHER, RECLAIMED, RECORDED, RISK, SHORTFALL, type Row,
} from './state.ts';

/** The place of an entry in its epoch, from 0: a copy's entries follow those it was copied with. */
export function seqOf(row: Row, chain: number, index: number): number {
  return chain === 1 ? at(row, PARTED) + index : index;
}

/** Whether the ledger holds an entry. */
export function isRecorded(row: Row, chain: number, index: number): boolean {
  return ((at(row, RECORDED + chain) >> index) & 1) === 1;
}

/** Whether the server takes an entry now: a push that leaves one out is refused whole. */
export function isInOrder(row: Row, chain: number, index: number): boolean {
  return seqOf(row, chain, index) <= at(row, HEAD + (HEAD_OF[chain] ?? 0));
}

/** An entry arrives damaged: it is set aside, and the chain goes on behind it. */
export function quarantine(row: Row, chain: number, index: number): void {
  moveHead(row, chain, index);
}

/** L1: the server grants points of the member to a holder; the caller has looked that they are free. */
export function grant(row: Row, lease: number, code: number, without: Without): void {
  row[LEASE + lease] = code;
  if (without !== 'L1-escrow') row[FREE] = at(row, FREE) - escrow(code);
}

/** Gives back what is left of a lease. */
export function release(row: Row, lease: number, code: number): void {
  row[FREE] = at(row, FREE) + escrow(at(row, LEASE + lease));
  row[LEASE + lease] = code;
}

/** The server is sent an entry, once more or for the first time, and records it with what it does (L4 to L8). */
export function receive(row: Row, chain: number, index: number, without: Without): void {
  if (isRecorded(row, chain, index) && without !== 'idempotency') return;
  const forks = isForking(row, chain, index);
  if (forks && without === 'L8-branches') return refuse(row, chain, index);
  if (forks && without !== 'L8-freeze') row[FROZEN] = 1;
  const covered = !(chain < 2 && at(row, FROZEN) === 1);
  const kind = kindAt(row, chain, index);
  if (kind === LEASED || kind === AT_RISK) {
    const lost = escrow(at(row, LEASE + (LEASE_OF[chain] ?? 0))) === 0 || !covered;
    if (kind === LEASED && lost && without === 'L6-late') return refuse(row, chain, index);
    settleSpend(row, chain, covered, without);
  } else if (covered) {
    settleClose(row, chain, index, without);
  }
  row[RECORDED + chain] = at(row, RECORDED + chain) | (1 << index);
  moveHead(row, chain, index);
}

/** What no rule allows: the fact is told to be dealt with, and is nowhere. */
function refuse(row: Row, chain: number, index: number): void {
  row[GONE + chain] = at(row, GONE + chain) | (1 << index);
  moveHead(row, chain, index);
}

function moveHead(row: Row, chain: number, index: number): void {
  const head = HEAD + (HEAD_OF[chain] ?? 0);
  row[head] = Math.max(at(row, head), seqOf(row, chain, index) + 1);
}

/** L8: whether the other branch of this epoch is in the ledger already. */
function isForking(row: Row, chain: number, index: number): boolean {
  if (chain === 1) return at(row, RECORDED) >> at(row, PARTED) !== 0;
  return chain === 0 && at(row, RECORDED + 1) !== 0 && index >= at(row, PARTED);
}

/** L7: the named lease, then free points, then the shortfall. */
function settleSpend(row: Row, chain: number, covered: boolean, without: Without): void {
  const lease = LEASE + (LEASE_OF[chain] ?? 0);
  if (covered && escrow(at(row, lease)) > 0 && without !== 'L7-lease') row[lease] = at(row, lease) + 1;
  else if (at(row, FREE) > 0) row[FREE] = at(row, FREE) - 1;
  else {
    row[SHORTFALL] = at(row, SHORTFALL) + 1;
    return;
  }
  row[POSTED] = at(row, POSTED) + 1;
}

/** L4: the holder's own close, behind nothing that is missing. L5: somebody else's, which declares the rest as risk. */
function settleClose(row: Row, chain: number, index: number, without: Without): void {
  const reclaims = kindAt(row, chain, index) === OTHER;
  if (reclaims && !isReclaimer(chain)) return;
  const lease = reclaims ? 0 : (LEASE_OF[chain] ?? 0);
  const code = at(row, LEASE + lease);
  if (code === 0 || code >= CLOSED) return;
  if (!reclaims) {
    if (without === 'L4-order' || isWhole(row, chain, index)) release(row, lease, CLOSED);
    return;
  }
  if (without !== 'L5-risk' && without !== 'L4-holder') row[RISK] = at(row, RISK) + escrow(code);
  release(row, lease, without === 'L4-holder' ? CLOSED : RECLAIMED);
}

/** Whether every earlier entry of the epoch is in the ledger. */
function isWhole(row: Row, chain: number, index: number): boolean {
  for (let seq = 0; seq < seqOf(row, chain, index); seq++) {
    const held = CHAINS.some((other) => {
      const place = other === 1 ? seq - at(row, PARTED) : seq;
      return HEAD_OF[other] === HEAD_OF[chain] && place >= 0 && isRecorded(row, other, place);
    });
    if (!held) return false;
  }
  return true;
}

/** Kinds that move goods. */
export function isRedemption(kind: number): boolean {
  return kind !== CLOSE && kind !== OTHER;
}
