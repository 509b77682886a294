import type { Engine } from '../tables.ts';

/**
 * Migration 6: an epoch may have more than one key. A server that was restored may have given an epoch out again before the till
 * that had it came back with its certificate; both are facts.
 */
export function keysOfEpochs(engine: Engine): string[] {
  const whole = engine === 'postgres' ? 'bigint' : 'integer';
  const end = engine === 'postgres' ? '' : ' strict, without rowid';
  return [
    `create table terminal_keys_anew (
      terminal text not null, epoch ${whole} not null, public_key text not null, enrolled_at ${whole} not null,
      primary key (terminal, epoch, public_key)
    )${end}`,
    'insert into terminal_keys_anew (terminal, epoch, public_key, enrolled_at) select terminal, epoch, public_key, enrolled_at from terminal_keys',
    'drop table terminal_keys',
    'alter table terminal_keys_anew rename to terminal_keys',
  ];
}
