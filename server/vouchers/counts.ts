import type { VoucherUsesTable } from '../store/tables.ts';

/** Uses of vouchers that were not given back, by member and by business day, kept while entries are booked. */
export interface UseCounts {
  byMember(voucher: string, member: string): number;
  onDay(voucher: string, day: string): number;
  add(use: VoucherUsesTable, change: 1 | -1): void;
}

interface Counted {
  voucher: string;
  name: string | null;
  count: string | number | bigint;
}

/** The name of a use in maps. */
export function useKey(entry: string, voucher: string): string {
  return `${entry} ${voucher}`;
}

/** Counts that begin with what the ledger holds. */
export function countUses(byMember: readonly Counted[], byDay: readonly Counted[]): UseCounts {
  const read = (rows: readonly Counted[]) => new Map(rows.map(({ voucher, name, count }) => [useKey(name ?? '', voucher), Number(count)]));
  const [members, days] = [read(byMember), read(byDay)];
  const change = (counts: Map<string, number>, key: string, by: number): void => void counts.set(key, Math.max(0, (counts.get(key) ?? 0) + by));
  return {
    byMember: (voucher, member) => members.get(useKey(member, voucher)) ?? 0,
    onDay: (voucher, day) => days.get(useKey(day, voucher)) ?? 0,
    add(use, by) {
      if (use.member !== null) change(members, useKey(use.member, use.voucher), by);
      change(days, useKey(use.business_date, use.voucher), by);
    },
  };
}
