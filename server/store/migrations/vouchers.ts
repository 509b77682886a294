import type { Engine } from '../tables.ts';

/**
 * Migration: vouchers with who holds a lease of them, and every use of one that an entry names. A use is marked when the voucher
 * was not to be used so, and when a reversal gave it back; it is never removed.
 */
export function voucherTables(engine: Engine): string[] {
  const whole = engine === 'postgres' ? 'bigint' : 'integer';
  const end = engine === 'postgres' ? '' : ' strict, without rowid';
  return [
    `create table vouchers (
      id text primary key, rule text not null, is_single ${whole} not null check (is_single in (0, 1)), member text, store text,
      issued_at ${whole} not null, used ${whole} not null check (used >= 0), day text, day_used ${whole} not null check (day_used >= 0),
      position ${whole} not null,
      lease text unique, terminal text, epoch ${whole}, spend_by ${whole}, signature text,
      state text check (state in ('open', 'closed', 'reclaimed')), granted_seq ${whole} not null, rev ${whole} not null,
      check ((lease is null) = (terminal is null) and (lease is null) = (state is null))
    )${end}`,
    // A till pulls those of its store, those of every store that are no single-use ones, and those that it holds.
    'create index vouchers_store on vouchers (store, rev) where store is not null',
    'create index vouchers_open on vouchers (rev) where store is null and is_single = 0',
    'create index vouchers_held on vouchers (terminal, epoch, rev) where terminal is not null',
    `create table voucher_uses (
      entry text not null, voucher text not null, rule text not null, member text, store text not null, business_date text not null,
      discount ${whole} not null check (discount >= 0), position ${whole} not null check (position >= 0), excess text, given_back text,
      primary key (entry, voucher)
    )${end}`,
    'create index voucher_uses_member on voucher_uses (voucher, member) where member is not null',
    'create index voucher_uses_day on voucher_uses (voucher, business_date)',
    'create index voucher_uses_excess on voucher_uses (store, position) where excess is not null',
  ];
}
