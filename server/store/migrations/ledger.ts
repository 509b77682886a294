import type { Engine } from '../tables.ts';
import { guards } from './guards.ts';

/** Migration 1: every table of the ledger and of what it serves, with what the database itself refuses. */
export function ledgerTables(engine: Engine): string[] {
  return [...tables(engine), ...indexes(), ...guards(engine), 'insert into heads (shard, position, rev) values (0, 0, 0)'];
}

function tables(engine: Engine): string[] {
  // Both hold 64 bits; SQLite also enforces the types of a strict table.
  const whole = engine === 'postgres' ? 'bigint' : 'integer';
  const end = engine === 'postgres' ? '' : ' strict';
  const endKeyed = engine === 'postgres' ? '' : ' strict, without rowid';
  return [...ledgerCore(engine, whole, end, endKeyed), ...directory(whole, end, endKeyed)];
}

/** The form of an account's id, as a condition; a regular expression would cost PostgreSQL a fifth of a posting. */
function isAccount(engine: Engine, column: string): string {
  const named = ['member', 'lease', 'shortfall', 'receivable'].map((kind) =>
    (engine === 'postgres' ? `${column} like '${kind}:_%'` : `${column} glob '${kind}:?*'`));
  return `(${column} in ('issued', 'redeemed', 'expired', 'adjusted') or ${named.join(' or ')})`;
}

function ledgerCore(engine: Engine, whole: string, end: string, endKeyed: string): string[] {
  const kindOfId = engine === 'postgres'
    ? `split_part(id, ':', 1)`
    : `case when instr(id, ':') > 0 then substr(id, 1, instr(id, ':') - 1) else id end`;
  const counts = ['bill_total', 'bill_net', 'earn_points', 'redeem_points', 'leased_points', 'free_points', 'shortfall_points', 'returned_points', 'clawed_points'];
  return [
    `create table entries (
      position ${whole} primary key check (position > 0), id text not null unique, store text not null, terminal text not null,
      epoch ${whole} not null, seq ${whole} not null check (seq > 0), prev_hash text not null, hash text not null, signature text not null,
      bytes text not null,
      kind text not null check (kind in ('sale', 'reversal', 'adjustment', 'transfer', 'expiry', 'lease-close', 'enrolment', 'shift')),
      member text, reverses text, lease text, programme ${whole} not null, staff text not null, approved_by text, currency text,
      ${counts.map((name) => `${name} ${whole} not null check (${name} >= 0)`).join(', ')},
      occurred_ms ${whole} not null, occurred_n ${whole} not null, wall_ms ${whole} not null, business_date text not null,
      received_at ${whole} not null, disposition text not null check (disposition in ('leased', 'free', 'shortfall', 'forked')),
      check (redeem_points = leased_points + free_points + shortfall_points)
    )${end}`,
    `create table postings (
      source text not null, line ${whole} not null check (line >= 0),
      from_account text not null check (${isAccount(engine, 'from_account')}),
      to_account text not null check (${isAccount(engine, 'to_account')}),
      points ${whole} not null check (points > 0), kind text not null,
      primary key (source, line), check (from_account <> to_account)
    )${endKeyed}`,
    `create table accounts (
      id text primary key check (${isAccount(engine, 'id')}), kind text not null, balance ${whole} not null, position ${whole} not null,
      rev ${whole} not null,
      check (kind = ${kindOfId}), check (balance >= 0 or kind not in ('member', 'lease'))
    )${endKeyed}`,
    `create table chains (
      terminal text not null, epoch ${whole} not null, seq ${whole} not null, hash text not null, frozen_at ${whole},
      primary key (terminal, epoch)
    )${endKeyed}`,
    `create table leases (
      id text primary key, member text not null, terminal text not null, epoch ${whole} not null,
      points ${whole} not null check (points > 0), spent ${whole} not null check (spent >= 0), spend_by ${whole} not null,
      signature text not null, state text not null check (state in ('open', 'closed')), granted_at ${whole} not null, closed_by text,
      rev ${whole} not null,
      check (spent <= points)
    )${endKeyed}`,
    `create table quarantine (
      terminal text not null, epoch ${whole} not null, id text not null, seq ${whole} not null, hash text not null,
      signature text not null, bytes text not null, reason text not null, received_at ${whole} not null,
      primary key (terminal, epoch, id)
    )${end}`,
    `create table alarms (
      id text primary key, kind text not null, terminal text not null, epoch ${whole} not null, seq ${whole} not null,
      raised_at ${whole} not null
    )${endKeyed}`,
    `create table heads (
      shard ${whole} primary key, position ${whole} not null check (position >= 0), rev ${whole} not null check (rev >= 0)
    )${end}`,
  ];
}

function directory(whole: string, end: string, endKeyed: string): string[] {
  return [
    `create table terminals (
      id text primary key, store text not null, label text not null, status text not null check (status in ('active', 'revoked')),
      epoch ${whole} not null, public_key text not null
    )${endKeyed}`,
    `create table terminal_keys (
      terminal text not null, epoch ${whole} not null, public_key text not null, enrolled_at ${whole} not null,
      primary key (terminal, epoch)
    )${endKeyed}`,
    `create table enrolment_codes (
      code_hash text primary key, terminal text not null, store text not null, expires_at ${whole} not null, used_at ${whole}
    )${endKeyed}`,
    `create table members (
      id text primary key, card text not null unique, name text not null, phone text not null, phone_tail text not null,
      region text not null, home_store text not null, joined_on text not null
    )${end}`,
    `create table staff (
      id text primary key, store text not null, name text not null, role text not null check (role in ('cashier', 'manager')),
      active ${whole} not null check (active in (0, 1)), pin_salt text not null, pin_hash text not null, rev ${whole} not null
    )${endKeyed}`,
    `create table stores (id text primary key, region text not null, document text not null, rev ${whole} not null)${end}`,
    `create table programmes (
      id text primary key, version ${whole} not null unique, document text not null, rev ${whole} not null
    )${end}`,
  ];
}

function indexes(): string[] {
  return [
    'create index entries_chain on entries (terminal, epoch, seq)',
    'create index entries_store on entries (store, position)',
    'create index entries_reverses on entries (reverses) where reverses is not null',
    // A till pulls what changed since a revision; only members' accounts are pulled.
    "create index accounts_rev on accounts (rev) where kind = 'member'",
    'create index leases_open on leases (member) where state = \'open\'',
    'create index leases_terminal on leases (terminal, epoch, rev)',
    'create index members_phone_tail on members (phone_tail)',
    'create index members_region on members (region)',
    'create index enrolment_codes_terminal on enrolment_codes (terminal)',
  ];
}
