import type { Engine } from '../tables.ts';

const FACTS = ['entries', 'postings'] as const;

/**
 * What the database refuses whoever asks: changing or removing a fact, and a head that goes back. That a posting names two
 * known accounts and moves points above zero, and that members and leases never fall below zero, are constraints of the
 * tables.
 */
export function guards(engine: Engine): string[] {
  return engine === 'postgres' ? postgresGuards() : sqliteGuards();
}

function postgresGuards(): string[] {
  return [
    `create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% are facts: they are never changed or removed', tg_table_name using errcode = 'integrity_constraint_violation';
      end $$`,
    ...FACTS.map((table) => `create trigger ${table}_are_facts before update or delete or truncate on ${table}
      for each statement execute function refuse_change()`),
    `create function refuse_step_back() returns trigger language plpgsql as $$
      begin
        if new.position < old.position or new.rev < old.rev then
          raise exception 'the head never goes back' using errcode = 'integrity_constraint_violation';
        end if;
        return new;
      end $$`,
    'create trigger heads_go_on before update on heads for each row execute function refuse_step_back()',
  ];
}

function sqliteGuards(): string[] {
  const refuse = (name: string, event: string, table: string, when: string, words: string): string =>
    `create trigger ${name} before ${event} on ${table}${when} begin select raise(abort, '${words}'); end`;
  return [
    ...FACTS.flatMap((table) => {
      const words = `${table} are facts: they are never changed or removed`;
      return [
        refuse(`${table}_never_change`, 'update', table, '', words),
        refuse(`${table}_never_go`, 'delete', table, '', words),
      ];
    }),
    // "insert or replace" removes the old row without a delete trigger unless a connection asks for it.
    refuse('entries_are_not_replaced', 'insert', 'entries',
      ' when exists (select 1 from entries where position = new.position or id = new.id)', 'entries are facts: this one is there'),
    refuse('postings_are_not_replaced', 'insert', 'postings',
      ' when exists (select 1 from postings where source = new.source and line = new.line)', 'postings are facts: this one is there'),
    refuse('heads_go_on', 'update', 'heads', ' when new.position < old.position or new.rev < old.rev', 'the head never goes back'),
  ];
}
