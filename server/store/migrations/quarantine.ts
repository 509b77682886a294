import type { Engine } from '../tables.ts';

/**
 * Migration: what is set aside has its place in the chain in its key. Two bad entries of one id at two places are two: with
 * one row, the other place would be a hole in the chain, and a lease-close behind it would be taken for whole (L4).
 */
export function quarantinePlaces(engine: Engine): string[] {
  if (engine === 'postgres') {
    return ['alter table quarantine drop constraint quarantine_pkey', 'alter table quarantine add primary key (terminal, epoch, seq, id)'];
  }
  // SQLite cannot change a key where it stands, so the table is made anew.
  const columns = 'terminal, epoch, id, seq, hash, signature, bytes, reason, received_at';
  return [
    `create table quarantine_anew (
      terminal text not null, epoch integer not null, id text not null, seq integer not null, hash text not null, signature text not null,
      bytes text not null, reason text not null, received_at integer not null, primary key (terminal, epoch, seq, id)
    ) strict`,
    `insert into quarantine_anew (${columns}) select ${columns} from quarantine`,
    'drop table quarantine',
    'alter table quarantine_anew rename to quarantine',
  ];
}
