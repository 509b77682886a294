import type { OwnEntryDoc } from '../contract/documents.ts';
import { VOUCHER_LEASE } from '../domain/voucher.ts';

/** What one own entry does to the uses of a voucher. */
interface Delta {
  entry: string;
  change: 1 | -1;
  member: string;
  /** The business day that it counts in. */
  day: string;
  /** Absent: the server has not booked it. */
  position: number | undefined;
}

/** Uses of vouchers by this till's own entries, and the leases of vouchers that these have used up or given back. */
export interface VoucherUseIndex {
  put(documents: readonly OwnEntryDoc[]): void;
  drop(ids: readonly string[]): void;
  /**
   * Uses by own entries that a count as of a position does not include (N3), less what own reversals gave back; of one member or
   * one day when they are named. Below zero when a reversal is not yet counted.
   */
  since(voucher: string, position: number, only?: { member?: string; day?: string }): number;
  /** Whether an own entry has used the voucher under this lease, or has given the lease back. */
  isSpent(lease: string): boolean;
  /** Notes an entry that was just written, before anybody follows it. */
  written(leases: readonly string[], entry: string): void;
}

/** Makes an empty index. */
export function createVoucherUses(): VoucherUseIndex {
  const deltas = new Map<string, Map<string, Delta>>();
  const leases = new Map<string, string>();
  const named = new Map<string, { vouchers: string[]; leases: string[] }>();
  const drop = (id: string): void => {
    for (const voucher of named.get(id)?.vouchers ?? []) deltas.get(voucher)?.delete(id);
    for (const lease of named.get(id)?.leases ?? []) leases.delete(lease);
    named.delete(id);
  };
  const put = ({ id, entry, position, businessDate }: OwnEntryDoc): void => {
    const { kind, vouchers = [], lease } = entry;
    const spent = kind === 'sale' ? vouchers.flatMap((used) => used.lease ?? []) : [];
    if (kind === 'lease-close' && lease?.startsWith(VOUCHER_LEASE) === true) spent.push(lease);
    if (vouchers.length === 0 && spent.length === 0) return;
    drop(id);
    named.set(id, { vouchers: vouchers.map((used) => used.voucher), leases: spent });
    for (const one of spent) leases.set(one, id);
    for (const { voucher } of vouchers) {
      const ofVoucher = deltas.get(voucher) ?? new Map<string, Delta>();
      deltas.set(voucher, ofVoucher);
      // What comes back counts in the day of its sale, when that is one of this till's.
      const day = ofVoucher.get(entry.reverses ?? '')?.day ?? businessDate;
      ofVoucher.set(id, { entry: id, change: kind === 'reversal' ? -1 : 1, member: entry.member ?? '', day, position });
    }
  };
  return {
    put: (documents) => documents.forEach(put),
    drop: (ids) => ids.forEach(drop),
    since(voucher, position, { member, day } = {}) {
      let sum = 0;
      for (const delta of deltas.get(voucher)?.values() ?? []) {
        const counts = (delta.position === undefined || delta.position > position) && (member === undefined || delta.member === member) && (day === undefined || delta.day === day);
        if (counts) sum += delta.change;
      }
      return sum;
    },
    isSpent: (lease) => leases.has(lease),
    written(spent, entry) {
      for (const lease of spent) leases.set(lease, entry);
    },
  };
}
