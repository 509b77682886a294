import type { CommandInput } from '../../../shared/contract/commands.ts';
import type { EntryFilter, EntryList, EntryRows } from '../../../shared/contract/history.ts';
import { createEntryIndex, placeOf, type EntryIndex, type RowNames } from '../../../shared/replica/entryindex.ts';
import type { World } from './world.ts';

/** The core's own index over a world's entries, made once for each world. */
const indexes = new WeakMap<World, EntryIndex>();

function indexOf(world: World): EntryIndex {
  const known = indexes.get(world);
  if (known !== undefined) return known;
  const index = createEntryIndex();
  index.put('own', world.own);
  index.put('posted', world.posted);
  indexes.set(world, index);
  return index;
}

function namesOf(world: World): RowNames {
  return {
    member: (id) => world.members.find((one) => one.id === id),
    person: (id) => world.staff.find((one) => one.id === id)?.name ?? id,
    matching: (text) => new Set(world.members.filter((one) => one.card === text || one.phoneTail === text || one.name.toLowerCase().includes(text.toLowerCase())).map(({ id }) => id)),
  };
}

const find = (world: World, filter: EntryFilter) => indexOf(world).find(filter, namesOf(world), world.till.store?.currency ?? 'XXX');

/** How a filter's list stands in this world. */
export function listIn(world: World, filter: EntryFilter): EntryList {
  const index = indexOf(world);
  const names = namesOf(world);
  return { version: index.version(), total: find(world, filter).length, read: index.size(), isWhole: true, staff: index.staff().map((id) => ({ id, name: names.person(id) })) };
}

/** Rows of it. */
export function rowsIn(world: World, { filter, from, count }: CommandInput<'listEntries'>): EntryRows {
  const list = find(world, filter);
  const start = 'place' in from ? from.place : placeOf(list, { occurredMs: from.occurredMs, id: from.entry }) + 1;
  return { version: indexOf(world).version(), total: list.length, rows: list.slice(start, start + count).map((fact) => indexOf(world).row(fact, namesOf(world))) };
}
