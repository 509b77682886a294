import type { Engine } from '../tables.ts';

/**
 * Migration: what each sale counts for its member's tier, apart from the entries so that posting them keeps no index more; and where
 * each member stands. Both are reckoned from the ledger and can be reckoned again.
 */
export function tierTables(engine: Engine): string[] {
  const whole = engine === 'postgres' ? 'bigint' : 'integer';
  const end = engine === 'postgres' ? '' : ' strict, without rowid';
  return [
    `create table purchases (
      entry text primary key, member text not null, day text not null, points ${whole} not null check (points >= 0),
      spend_minor ${whole} not null check (spend_minor >= 0), is_visit ${whole} not null check (is_visit in (0, 1))
    )${end}`,
    'create index purchases_member on purchases (member, day)',
    `create table member_tiers (
      member text primary key, standing text not null, changes_on text, programme ${whole} not null
    )${end}`,
    'create index member_tiers_due on member_tiers (changes_on) where changes_on is not null',
    'create index member_tiers_programme on member_tiers (programme)',
    'create index accounts_successor on accounts (successor) where successor is not null',
  ];
}
