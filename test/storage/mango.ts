import type { MangoQuery } from 'rxdb/plugins/core';
import { item, type Item, type Stored } from './support.ts';

/** Random documents and Mango queries over them, all from one seed. */
export interface Maker {
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  values(): Omit<Item, 'id'>;
  query(): MangoQuery<Item>;
}

const TEXTS = ['', 'a', 'A', 'ab', 'b', 'zz', 'é', '~', '\uE000', '\uFFFF', '😀', '1', 'a"b', "o'k"] as const;
// Memory pads its index keys with spaces, so that texts below a space sort otherwise there; those are tested on their own.
const CITIES = ['Köln', '上海', 'Rome', 'a', ''] as const;
const NUMBERS = [-1_000_000, -3, -1, 0, 1, 2, 3, 10, 999_999, 1_000_000] as const;

export function makeMango(random: () => number): Maker {
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const chance = (share: number): boolean => random() < share;
  const values = (): Omit<Item, 'id'> => {
    const made: Omit<Item, 'id'> = { name: pick(TEXTS), amount: pick(NUMBERS), open: chance(0.5) };
    if (chance(0.7)) made.rank = pick([-10, -1, 0, 1, 10]);
    if (chance(0.6)) made.note = chance(0.2) ? null : pick(TEXTS);
    if (chance(0.5)) made.tags = Array.from({ length: Math.floor(random() * 3) }, () => pick(TEXTS));
    if (chance(0.6)) made.place = { city: pick(CITIES), ...(chance(0.5) ? { floor: pick(NUMBERS) } : {}) };
    return made;
  };
  const operand = (field: string): unknown => {
    if (chance(0.06)) return pick([null, 'x', 5, true]);
    if (field === 'rank') return pick([-10, -1, 0, 1, 10]);
    if (field === 'amount' || field === 'place.floor') return pick(chance(0.1) ? [0.5, -2.5] : NUMBERS);
    if (field === 'open') return chance(0.5);
    return field === 'place.city' ? pick(CITIES) : pick(TEXTS);
  };
  const matcher = (field: string): unknown => {
    const list = () => Array.from({ length: 1 + Math.floor(random() * 3) }, () => operand(field));
    const one = (): Record<string, unknown> => {
      const operator = pick(['$eq', '$eq', '$ne', '$gt', '$gte', '$lt', '$lte', '$in', '$nin', '$exists', '$not', '$regex', '$size', '$type', '$mod']);
      switch (operator) {
        case '$in': case '$nin': return { [operator]: list() };
        case '$exists': return { $exists: chance(0.5) };
        case '$not': return { $not: { $eq: operand(field) } };
        case '$regex': return { $regex: pick(['^a', 'b$', '.', 'é']) };
        case '$size': return { $size: Math.floor(random() * 3) };
        case '$type': return { $type: pick(['string', 'number', 'boolean', 'null', 'array']) };
        case '$mod': return { $mod: [2, Math.floor(random() * 2)] };
        default: return { [operator]: operand(field) };
      }
    };
    return chance(0.25) ? { ...one(), ...one() } : one();
  };
  const FIELDS = ['id', 'name', 'amount', 'open', 'rank', 'note', 'tags', 'place.city', 'place.floor'] as const;
  const selector = (depth: number): Record<string, unknown> => {
    const made: Record<string, unknown> = {};
    for (let left = Math.floor(random() * 3) + (depth > 0 ? 1 : 0); left > 0; left -= 1) {
      if (depth < 2 && chance(0.25)) made[pick(['$and', '$or', '$nor'])] = Array.from({ length: 1 + Math.floor(random() * 2) }, () => selector(depth + 1));
      else {
        const field = pick(FIELDS);
        made[field] = matcher(field);
      }
    }
    if (chance(0.05)) made['tags'] = { $elemMatch: { $in: [pick(TEXTS), pick(TEXTS)] } };
    return made;
  };
  return {
    chance, pick, values,
    query() {
      const made: MangoQuery<Item> = { selector: selector(0) as MangoQuery<Item>['selector'] & object };
      // The last key makes every order a whole one; without it the two could both be right and differ.
      made.sort = [];
      for (const field of ['open', 'amount', 'rank', 'name', 'note', 'place.floor'].filter(() => chance(0.25))) made.sort.push({ [field]: pick(['asc', 'desc']) } as never);
      made.sort.push({ id: pick(['asc', 'desc']) });
      if (chance(0.3)) made.limit = Math.floor(random() * 6);
      if (chance(0.2)) made.skip = Math.floor(random() * 4);
      return made;
    },
  };
}

/** A first revision with random values. */
export function randomItem(maker: Maker, id: string): Stored {
  return item({ id, ...maker.values() });
}
