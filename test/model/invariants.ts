import { isRecorded, isRedemption } from './server.ts';
import {
  ABSENT, at, AT_RISK, BACKUP, CHAINS, COPY, DEVICE, EARNED, escrow, FREE, FROZEN, GIVEN, isReclaimer, kindAt, LEASE, LEASES, LENGTH,
  OTHER, POSTED, REGAINED, RISK, RISK_CAP, SHORTFALL, UNSYNCED, type Row,
} from './state.ts';
import { countOf, isHeld } from './till.ts';

/** Invariants of ledger.md that the model looks at. */
export const INVARIANTS = ['I1', 'I2', 'I3', 'G1', 'G2', 'N2'] as const;
export type Invariant = (typeof INVARIANTS)[number];

/** The first invariant that a state breaks, or null. N2 is about a step and is looked at by the search. */
export function broken(row: Row): Invariant | null {
  const free = at(row, FREE);
  if (free < 0) return 'I2';
  let held = 0;
  for (const lease of LEASES) held += escrow(at(row, LEASE + lease));
  if (free + held + at(row, POSTED) !== EARNED) return 'I1';
  let atRisk = 0;
  let reclaims = 0;
  let drained = true;
  let lost = 0;
  for (const chain of CHAINS) {
    if (at(row, UNSYNCED + chain) === 1) drained = false;
    if (countOf(row, chain, AT_RISK) > RISK_CAP) return 'G2';
    for (let index = 0; index < at(row, LENGTH + chain); index++) {
      const kind = kindAt(row, chain, index);
      if (kind === AT_RISK) atRisk++;
      if (kind === OTHER && isReclaimer(chain)) reclaims++;
      if (isRecorded(row, chain, index)) continue;
      if (isHeld(row, chain, index)) drained = false;
      else if (isRedemption(kind) && isDiskLost(row, chain, index)) lost++;
    }
  }
  const shortfall = at(row, SHORTFALL);
  if (drained && at(row, GIVEN) - lost !== at(row, POSTED) + shortfall) return 'I3';
  const faultless = atRisk === 0 && reclaims === 0 && at(row, COPY) === ABSENT && at(row, BACKUP) !== 2;
  if (faultless && shortfall > 0) return 'G1';
  // Cover that a fork took away stands in escrow until a manager takes it back: declared, not lost.
  const frozen = at(row, FROZEN) === 1 ? escrow(at(row, LEASE)) : 0;
  return shortfall > atRisk + at(row, RISK) + at(row, REGAINED) + frozen ? 'G2' : null;
}

/** A disk that is gone took the entry with it, and it never arrived or the server forgot it too: nobody can know it. */
function isDiskLost(row: Row, chain: number, index: number): boolean {
  return chain === 0 && at(row, DEVICE) === 2 && !isHeld(row, chain, index);
}
