import type { Column, Layout, TableIndex } from './layout.ts';
import type { Bounds } from './selector.ts';

/** One part of an order that SQL can keep. */
export interface OrderPart {
  column: Column;
  direction: 'ASC' | 'DESC';
}

/** A Mango sort in columns, with the primary key last so that it is an order; undefined when a field has no trusted column. */
export function orderBy(layout: Layout, odd: ReadonlySet<string>, sort: readonly object[]): OrderPart[] | undefined {
  const parts: OrderPart[] = [];
  for (const part of sort) {
    const [path, direction] = Object.entries(part)[0] ?? [];
    const column = path === undefined || odd.has(path) ? undefined : layout.byPath.get(path);
    if (column === undefined) return undefined;
    parts.push({ column, direction: direction === 'desc' ? 'DESC' : 'ASC' });
  }
  const last = layout.byPath.get(layout.primary);
  if (last !== undefined && !parts.some((part) => part.column === last)) parts.push({ column: last, direction: 'ASC' });
  return parts;
}

/**
 * The index to name in the statement: the one with the longest prefix held to single values, a range behind it counting
 * half; among equals one that brings the order. SQLite's own choice is kept when the primary key decides or nothing is
 * held: without statistics it takes `_deleted = 0`, true of nearly all, for a sharp condition and sorts everything.
 */
export function chooseIndex(layout: Layout, bounds: Bounds, sort: readonly OrderPart[]): TableIndex | undefined {
  if (bounds.equal.has(layout.primary) || bounds.ranged.has(layout.primary)) return undefined;
  let best: TableIndex | undefined;
  let bestScore = 0;
  for (const index of layout.indexes) {
    const score = scoreIndex(index, bounds, sort);
    if (score > bestScore) [best, bestScore] = [index, score];
  }
  return best;
}

function scoreIndex({ columns }: TableIndex, bounds: Bounds, sort: readonly OrderPart[]): number {
  const held = columns.findIndex((column) => !bounds.equal.has(column.path));
  const prefix = held === -1 ? columns.length : held;
  const ranged = columns[prefix] !== undefined && bounds.ranged.has(columns[prefix].path);
  return prefix + (ranged ? 0.5 : 0) + orderShare(columns.slice(prefix), sort.filter((part) => !bounds.equal.has(part.column.path)));
}

/**
 * What an index is worth for an order: the whole of it, or its first parts in one direction, within which SQLite sorts the few
 * that are equal. RxDB appends the primary key ascending to a descending sort, so that the second is the common case.
 */
function orderShare(columns: readonly Column[], sort: readonly OrderPart[]): number {
  const kept = sort.findIndex((part, at) => columns[at] !== part.column || part.direction !== sort[0]?.direction);
  if (kept === -1) return sort.length > 0 ? 0.25 : 0;
  return kept > 0 ? 0.2 : 0;
}
