import type { Engine } from '../tables.ts';

/**
 * Migration 2: leases that can be reclaimed, accounts that can be merged, lots, shortfalls with what became of them, and the
 * stretches of the server's life. What earlier entries earned has no lots: it does not expire.
 */
export function settlingTables(engine: Engine): string[] {
  const whole = engine === 'postgres' ? 'bigint' : 'integer';
  const end = engine === 'postgres' ? '' : ' strict, without rowid';
  return [
    ...leases(whole, end),
    // Null: it carries its own points.
    'alter table accounts add column successor text',
    'alter table accounts add column next_expiry text',
    `create table lots (
      account text not null, expires_on text not null, points ${whole} not null check (points >= 0), primary key (account, expires_on)
    )${end}`,
    'create index lots_expires_on on lots (expires_on)',
    `create table lot_uses (
      entry text not null, expires_on text not null, points ${whole} not null check (points >= 0), primary key (entry, expires_on)
    )${end}`,
    ...shortfalls(whole, end),
    `create table incarnations (
      number ${whole} primary key, id text not null unique, started_at ${whole} not null, position ${whole} not null, rev ${whole} not null
    )${end}`,
    // Whoever took points of a member beside earning them: what the story of a shortfall asks for.
    `create index entries_taking on entries (member, position) where ${TAKING}`,
  ];
}

/** Entries that may take points of their member, as a condition; an index serves queries that repeat it word by word. */
export const TAKING = "(redeem_points > 0 or kind in ('adjustment', 'transfer', 'expiry'))";

/** A check cannot be changed where it stands on SQLite, so the table is made anew. */
function leases(whole: string, end: string): string[] {
  const columns = 'id, member, terminal, epoch, points, spent, spend_by, signature, state, granted_at, closed_by, rev';
  return [
    `create table leases_anew (
      id text primary key, member text not null, terminal text not null, epoch ${whole} not null,
      points ${whole} not null check (points > 0), spent ${whole} not null check (spent >= 0), spend_by ${whole} not null,
      signature text not null, state text not null check (state in ('open', 'closed', 'reclaimed')), granted_at ${whole} not null,
      closed_by text, rev ${whole} not null, granted_seq ${whole} not null default 0,
      risk ${whole} not null default 0 check (risk >= 0 and (risk = 0 or state = 'reclaimed')),
      check (spent + risk <= points)
    )${end}`,
    `insert into leases_anew (${columns}) select ${columns} from leases`,
    'drop table leases',
    'alter table leases_anew rename to leases',
    "create index leases_open on leases (member) where state = 'open'",
    'create index leases_terminal on leases (terminal, epoch, rev)',
    "create index leases_granted on leases (granted_at, id) where state = 'open'",
  ];
}

function shortfalls(whole: string, end: string): string[] {
  const counts = ['points', 'open', 'recovered', 'absorbed'];
  return [
    `create table shortfalls (
      entry text primary key, store text not null, member text, position ${whole} not null,
      ${counts.map((name) => `${name} ${whole} not null check (${name} >= 0)`).join(', ')},
      check (open + recovered + absorbed <= points)
    )${end}`,
    'create index shortfalls_open on shortfalls (store, position) where open > 0',
    `create table resolutions (
      source text primary key, shortfall text not null, how text not null check (how in ('absorb', 'recover')),
      points ${whole} not null check (points > 0)
    )${end}`,
    'create index resolutions_shortfall on resolutions (shortfall)',
    `insert into shortfalls (entry, store, member, position, points, open, recovered, absorbed)
      select sold.id, sold.store, sold.member, sold.position, sold.shortfall_points, sold.shortfall_points - coalesce((
        select sum(postings.points) from entries as back join postings on postings.source = back.id
        where back.reverses = sold.id and postings.from_account = 'redeemed' and postings.to_account like 'shortfall:%'
      ), 0), 0, 0
      from entries as sold where sold.shortfall_points > 0`,
  ];
}
