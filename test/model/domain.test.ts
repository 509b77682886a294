import { describe, expect, it } from 'vitest';
import { points } from '../../shared/domain/integers.ts';
import { grantSize, spendable } from '../../shared/domain/lease.ts';
import { settle, type OpenLease, type Settlement } from '../../shared/domain/settlement.ts';
import { entryOf } from '../domain/entries.ts';
import { successors } from './moves.ts';
import { ALL_FAULTS } from './rules.ts';
import { receive } from './server.ts';
import {
  ASKED, at, AT_RISK, CERTIFICATE, CHAINS, CLOSE, CLOSED, escrow, FREE, FROZEN, granted, HEAD, HEAD_OF, initialRow, isReclaimer, KINDS, LEASE,
  LEASED, LEASE_OF, LENGTH, MOST_GRANTED, OTHER, PAST, POSTED, RECLAIMED, RECORDED, RISK, SHORTFALL, type Row,
} from './state.ts';

/** Who writes each chain and holds each lease, in the domain's words. */
const WRITERS = [{ terminal: 'A', epoch: 1 }, { terminal: 'A', epoch: 1 }, { terminal: 'A', epoch: 2 }, { terminal: 'B', epoch: 1 }] as const;
const HOLDERS = [{ terminal: 'A', epoch: 1 }, { terminal: 'A', epoch: 2 }, { terminal: 'B', epoch: 1 }] as const;
const SPEND_BY_MS = 1_000;

interface Case {
  chain: number;
  kind: number;
  free: number;
  /** The lease's code in the model: none, open with (granted, spent), closed, reclaimed. */
  code: number;
  frozen: number;
  /** Whether the entry before it is in the ledger. */
  whole: boolean;
}

function* cases(): Generator<Case> {
  for (const chain of CHAINS) for (const kind of [LEASED, AT_RISK, CLOSE, OTHER]) for (const free of [0, 1, 2]) {
    for (let code = 0; code <= RECLAIMED; code++) for (const frozen of [0, 1]) for (const whole of [true, false]) {
      yield { chain, kind, free, code, frozen, whole };
    }
  }
}

const leaseOf = ({ chain, kind }: Case): number => (kind === OTHER && isReclaimer(chain) ? 0 : (LEASE_OF[chain] ?? 0));

/** The model's server with one lease, about to be sent the second entry of a chain whose first may be missing. */
function rowOf(one: Case): Row {
  const { chain, kind, free, code, frozen, whole } = one;
  const row = initialRow();
  row[FREE] = free;
  row[LEASE + leaseOf(one)] = code;
  row[FROZEN] = frozen;
  row[LENGTH + chain] = 2;
  row[KINDS + chain] = OTHER | (kind << 2);
  row[HEAD + (HEAD_OF[chain] ?? 0)] = 1;
  row[RECORDED + chain] = whole ? 1 : 0;
  return row;
}

/** The same in the domain's words, settled by the production code. */
function settleByDomain(one: Case): Settlement {
  const { chain, kind, free, code, frozen, whole } = one;
  const id = `L${leaseOf(one)}`;
  const writer = { ...(WRITERS[chain] as (typeof WRITERS)[number]), seq: 2, member: 'm' };
  const open = granted(code) > 0;
  // L6 and L8: an entry of a frozen epoch has lost its cover, and its close gives nothing back.
  const covered = !(chain < 2 && frozen === 1);
  const lease: OpenLease = { member: 'm', ...(HOLDERS[leaseOf(one)] as (typeof HOLDERS)[number]), remaining: points(escrow(code)), open: open && covered };
  const state = { free: points(free), reversed: undefined, chainWhole: whole, lease: (named: string) => (named === id && code !== 0 ? lease : undefined) };
  if (kind === OTHER && !isReclaimer(chain)) return settle(entryOf({ kind: 'shift', ...writer }), state);
  if (kind === CLOSE) return settle(entryOf({ kind: 'lease-close', ...writer, lease: id }), state);
  if (kind === OTHER) return settle(entryOf({ kind: 'lease-close', ...writer, lease: id, approvedBy: 'manager', reason: 'the till is lost' }), state);
  const atRisk = points(kind === AT_RISK ? 1 : 0);
  // A redemption at risk also names the lease that was asked for without an answer.
  const cover = { leases: [{ lease: id, points: points(1) }], atRisk };
  return settle(entryOf({ kind: 'sale', ...writer, redeem: { rule: 'r', points: points(1), discountMinor: 1 as never, cover } }), state);
}

/** What an entry moved, in the model's words. */
function moved(before: Row, after: Row, lease: number) {
  const change = (field: number): number => at(after, field) - at(before, field);
  const code = at(after, LEASE + lease);
  return {
    free: change(FREE), escrow: escrow(code) - escrow(at(before, LEASE + lease)), posted: change(POSTED), shortfall: change(SHORTFALL), risk: change(RISK),
    ends: code !== at(before, LEASE + lease) && (code === CLOSED || code === RECLAIMED) ? (code === CLOSED ? 'closed' : 'reclaimed') : 'no',
  };
}

function movedByDomain(settlement: Settlement) {
  const sum = (side: 'from' | 'to', account: string): number => settlement.postings.reduce((total, one) => total + (one[side].startsWith(account) ? one.points : 0), 0);
  const change = (account: string): number => sum('to', account) - sum('from', account);
  const { closes, reclaimed, leased, free, shortfall } = settlement;
  return { free: change('member:'), escrow: change('lease:'), posted: leased + free, shortfall, risk: reclaimed ?? 0, ends: closes === undefined ? 'no' : reclaimed === undefined ? 'closed' : 'reclaimed' };
}

describe('the model says what the domain does', () => {
  it('of every entry that arrives, in every state of its lease', () => {
    let compared = 0;
    for (const one of cases()) {
      const before = rowOf(one);
      const after = Int8Array.from(before);
      receive(after, one.chain, 1, null);
      expect({ one, ...moved(before, after, leaseOf(one)) }).toEqual({ one, ...movedByDomain(settleByDomain(one)) });
      compared++;
    }
    expect(compared).toBe(4 * 4 * 3 * 8 * 2 * 2);
  });

  it('of what a till may spend of a lease', () => {
    for (const certificate of [0, 1, 2]) for (const earlier of [undefined, LEASED, CLOSE]) for (const past of [0, 1]) {
      const row = initialRow();
      row[CERTIFICATE + 3] = certificate;
      row[PAST + 2] = past;
      if (earlier !== undefined) [row[LENGTH + 3], row[KINDS + 3]] = [1, earlier];
      if (earlier === LEASED && certificate === 0) continue;
      const lease = { id: 'L2', member: 'm', terminal: 'B', epoch: 1, points: points(certificate), spendByMs: SPEND_BY_MS };
      const use = { lease, spent: points(earlier === LEASED ? 1 : 0), closed: earlier === CLOSE };
      const may = spendable(use, { terminal: 'B', epoch: 1, nowMs: SPEND_BY_MS + past }) > 0;
      expect({ certificate, earlier, past, may: actions(row).includes('write a covered redemption; chain 3') }).toEqual({ certificate, earlier, past, may });
    }
  });

  it('of the sizes that a grant can have', () => {
    for (const free of [0, 1, 2]) {
      const row = initialRow();
      row[FREE] = free;
      row[ASKED + 2] = 1;
      const sizes = actions(row).flatMap((action) => /^the server grants (\d); lease 2$/.exec(action)?.[1] ?? []).map(Number);
      const wanted = [1, 2].map((points_) => Number(grantSize(points(free), points(points_), points(MOST_GRANTED)))).filter((size) => size > 0);
      expect(new Set(sizes)).toEqual(new Set(wanted));
    }
  });
});

/** Everything that can happen in a state. */
function actions(row: Row): string[] {
  const found: string[] = [];
  successors(row, Int8Array.from(row), (action, detail) => void found.push(`${action} ${detail}`), { without: null, faults: new Set(ALL_FAULTS) });
  return found;
}
