import type { Engine } from '../tables.ts';

const FACTS = ['checkpoints', 'checkpoint_blocks'] as const;

/** Migration 3: signed checkpoints, and the leaves of the tree that they are over, a record for each whole block. */
export function checkpointTables(engine: Engine): string[] {
  const whole = engine === 'postgres' ? 'bigint' : 'integer';
  const end = engine === 'postgres' ? '' : ' strict';
  return [
    `create table checkpoints (
      day text primary key, position ${whole} not null check (position > 0), root text not null, made_at ${whole} not null, signature text not null,
      tail text not null
    )${end}`,
    `create table checkpoint_blocks (block ${whole} primary key check (block >= 0), root text not null, leaves text not null)${end}`,
    ...FACTS.flatMap((table) => guards(engine, table)),
  ];
}

/** What was signed is never changed or removed, like the entries that it is over. */
function guards(engine: Engine, table: (typeof FACTS)[number]): string[] {
  if (engine === 'postgres') {
    return [`create trigger ${table}_are_facts before update or delete or truncate on ${table} for each statement execute function refuse_change()`];
  }
  const key = table === 'checkpoints' ? 'day' : 'block';
  const refuse = (name: string, event: string, when: string): string =>
    `create trigger ${table}_${name} before ${event} on ${table}${when} begin select raise(abort, '${table} are facts: they are never changed or removed'); end`;
  return [
    refuse('never_change', 'update', ''),
    refuse('never_go', 'delete', ''),
    // "insert or replace" removes the old row first; "on conflict do nothing" asks for a row that is there and must pass.
    refuse('are_not_replaced', 'insert', ` when exists (select 1 from ${table} where ${key} = new.${key} and root <> new.root)`),
  ];
}
