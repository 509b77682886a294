import type { Envelope } from '../../shared/contract/entry.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import type { Points } from '../../shared/domain/integers.ts';
import type { Settlement } from '../../shared/domain/settlement.ts';
import type { EntriesTable, QuarantineTable } from '../store/tables.ts';

/** An entry as its row: the bytes as they are, and beside them what queries and reports need. */
export function entryRow(
  entry: Entry,
  envelope: Envelope,
  settlement: Settlement,
  at: { position: number; nowMs: number },
  reversal: { returned: Points; clawedBack: Points },
): EntriesTable {
  const sale = entry.kind === 'sale' && entry.member !== undefined;
  return {
    position: at.position, id: entry.id, store: entry.store, terminal: entry.terminal, epoch: entry.epoch, seq: entry.seq,
    prev_hash: entry.prevHash, hash: envelope.hash, signature: envelope.signature, bytes: envelope.bytes, kind: entry.kind,
    member: entry.member ?? null, reverses: entry.reverses ?? null, lease: entry.lease ?? null, programme: entry.programme,
    staff: entry.staff, approved_by: entry.approvedBy ?? null, currency: entry.bill?.currency ?? null,
    bill_total: entry.bill?.totalMinor ?? 0, bill_net: entry.bill?.netMinor ?? 0, earn_points: sale ? (entry.earn?.points ?? 0) : 0,
    redeem_points: sale ? (entry.redeem?.points ?? 0) : 0, leased_points: settlement.leased, free_points: settlement.free,
    shortfall_points: settlement.shortfall,
    returned_points: entry.kind === 'reversal' ? reversal.returned : 0, clawed_points: entry.kind === 'reversal' ? reversal.clawedBack : 0,
    occurred_ms: entry.occurredAt.ms, occurred_n: entry.occurredAt.n, wall_ms: entry.wallMs, business_date: entry.businessDate,
    received_at: at.nowMs, disposition: settlement.disposition,
  };
}

/** What was set aside, as its row. */
export function quarantineRow(chain: { terminal: string; epoch: number }, envelope: Envelope, reason: string, nowMs: number): QuarantineTable {
  const { id, seq, hash, signature } = envelope;
  return {
    terminal: chain.terminal, epoch: chain.epoch, id, seq, hash, signature, bytes: storable(envelope.bytes), reason: storable(reason),
    received_at: nowMs,
  };
}

/** Text that is kept as it came, with a sign in place of what no database takes; a reason may name a member of the bytes. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
