import type { Engine } from '../tables.ts';

/**
 * Migration: programmes of single stores, and who published a version by which act. A version is never changed or removed, like
 * the entries that it decided.
 */
export function publishing(engine: Engine): string[] {
  const whole = engine === 'postgres' ? 'bigint' : 'integer';
  return [
    // Null: the chain's. What was published before is the chain's, by an operator.
    'alter table programmes add column store text',
    'alter table programmes add column act text',
    'alter table programmes add column published_in text',
    'alter table programmes add column staff text',
    'alter table programmes add column approved_by text',
    `alter table programmes add column published_at ${whole}`,
    'create unique index programmes_act on programmes (act) where act is not null',
    ...guards(engine),
  ];
}

function guards(engine: Engine): string[] {
  if (engine === 'postgres') {
    return ['create trigger programmes_are_facts before update or delete or truncate on programmes for each statement execute function refuse_change()'];
  }
  const refuse = (name: string, event: string, when: string): string =>
    `create trigger programmes_${name} before ${event} on programmes${when} begin select raise(abort, 'programmes are facts: they are never changed or removed'); end`;
  return [
    refuse('never_change', 'update', ''),
    refuse('never_go', 'delete', ''),
    refuse('are_not_replaced', 'insert', ' when exists (select 1 from programmes where id = new.id or version = new.version or act = new.act)'),
  ];
}
