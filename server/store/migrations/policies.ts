import type { Engine } from '../tables.ts';

/**
 * Migration: every version of a store's at-risk policy, by the revision of the store's document that brought it, so that a redemption
 * at risk can be held against the one that it names. Like the entries, a version is never changed or removed.
 */
export function policiesTable(engine: Engine): string[] {
  const whole = engine === 'postgres' ? 'bigint' : 'integer';
  const end = engine === 'postgres' ? '' : ' strict, without rowid';
  const present = engine === 'postgres' ? "(document::json->'atRisk')::text" : "json_extract(document, '$.atRisk')";
  return [
    `create table policies (store text not null, version ${whole} not null, document text not null, primary key (store, version))${end}`,
    `insert into policies (store, version, document) select id, rev, ${present} from stores where ${present} is not null`,
    ...guards(engine),
  ];
}

function guards(engine: Engine): string[] {
  if (engine === 'postgres') {
    return ['create trigger policies_are_facts before update or delete or truncate on policies for each statement execute function refuse_change()'];
  }
  return ['update', 'delete'].map((event) => `create trigger policies_never_${event} before ${event} on policies
    begin select raise(abort, 'policies are facts: they are never changed or removed'); end`);
}
