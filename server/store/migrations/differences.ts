import type { Engine } from '../tables.ts';

/** What a sale that was decided again differs in, a row for each; its alarm is of kind `decision`. */
export function differencesTable(engine: Engine): string[] {
  const end = engine === 'postgres' ? '' : ' strict, without rowid';
  return [
    `create table differences (
      entry text not null, what text not null, expected text not null, found text not null, reason text, primary key (entry, what)
    )${end}`,
    // A manager reads the alarms of one store, the newest first.
    'create index alarms_raised on alarms (raised_at, id)',
  ];
}
