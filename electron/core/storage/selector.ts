import type { SQLInputValue } from 'node:sqlite';
import { plainCondition } from './plain.ts';
import { orderedText, type Column, type Layout } from './layout.ts';

/** A condition in SQL that every matching document fulfils; `exact` when no other document does. */
export interface Condition {
  sql: string;
  params: readonly SQLInputValue[];
  exact: boolean;
}

/** What a condition says of columns for sure, so that an index can be chosen. */
export interface Bounds {
  /** Paths held to one value. */
  equal: Set<string>;
  /** Paths held to a range or a list of values. */
  ranged: Set<string>;
}

/** True of every document: what SQL cannot say is left to RxDB's matcher. */
export const ANYTHING: Condition = { sql: '1', params: [], exact: false };
const ALWAYS: Condition = { sql: '1', params: [], exact: true };
const NEVER: Condition = { sql: '0', params: [], exact: true };

/** More parameters than this are not worth a statement; SQLite's expressions are limited as well. */
const MAX_PARAMS = 400;

type Selector = Record<string, unknown>;

/** Translates a normalised Mango selector. `odd`: paths of columns that cannot be trusted. */
export function translateSelector(layout: Layout, odd: ReadonlySet<string>, selector: unknown): { condition: Condition; bounds: Bounds } {
  const bounds: Bounds = { equal: new Set(), ranged: new Set() };
  const condition = isPlain(selector) ? translate(layout, odd, selector, bounds) : ANYTHING;
  if (condition.params.length <= MAX_PARAMS) return { condition, bounds };
  return { condition: ANYTHING, bounds: { equal: new Set(), ranged: new Set() } };
}

function translate(layout: Layout, odd: ReadonlySet<string>, selector: Selector, bounds: Bounds | undefined): Condition {
  const parts = Object.entries(selector).map(([key, value]): Condition => {
    if (key === '$and' || key === '$or') {
      if (!Array.isArray(value) || value.length === 0 || !value.every(isPlain)) return ANYTHING;
      const inner = value.map((each) => translate(layout, odd, each, key === '$and' ? bounds : undefined));
      return key === '$and' ? allOf(inner) : anyOf(inner);
    }
    if (key.startsWith('$') || !isPlain(value)) return ANYTHING;
    return translateField(layout, odd, key, value, bounds);
  });
  return allOf(parts);
}

function translateField(layout: Layout, odd: ReadonlySet<string>, path: string, operators: Selector, bounds: Bounds | undefined): Condition {
  const names = Object.keys(operators);
  // An object without operators is a value to be equal to.
  if (names.length === 0 || names.some((name) => !name.startsWith('$'))) return ANYTHING;
  const column = odd.has(path) ? undefined : layout.byPath.get(path);
  if (column === undefined) return allOf(names.map((name) => plainCondition(path, name, operators[name]) ?? ANYTHING));
  return allOf(names.map((name) => {
    const condition = columnCondition(column, name, operators[name]);
    if (condition !== undefined && condition !== ALWAYS && condition !== NEVER) noteBound(bounds, path, name);
    return condition ?? ANYTHING;
  }));
}

function noteBound(bounds: Bounds | undefined, path: string, operator: string): void {
  if (operator === '$eq') bounds?.equal.add(path);
  else if (operator !== '$ne' && operator !== '$nin') bounds?.ranged.add(path);
}

const COMPARISONS: Record<string, string> = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };

/**
 * An operator on a column whose values are all of its kind or absent, as Mango means it: values of different types are
 * never equal and never in order, and an absent value equals null. Undefined when SQL cannot say it.
 */
function columnCondition(column: Column, operator: string, operand: unknown): Condition | undefined {
  if (operator === '$in' || operator === '$nin') return listCondition(column, operator === '$nin', operand);
  if (operand === undefined || (typeof operand === 'object' && operand !== null) || operand !== operand) return undefined;
  const value = columnOperand(column, operand);
  const comparison = COMPARISONS[operator];
  if (comparison !== undefined) return value === undefined ? NEVER : exactly(`${column.sql} ${comparison} ?`, value);
  if (operator === '$eq') {
    if (operand === null) return exactly(`${column.sql} IS NULL`);
    return value === undefined ? NEVER : exactly(`${column.sql} = ?`, value);
  }
  if (operator === '$ne') {
    if (operand === null) return exactly(`${column.sql} IS NOT NULL`);
    return value === undefined ? ALWAYS : exactly(`${column.sql} IS NOT ?`, value);
  }
  return undefined;
}

function listCondition(column: Column, negated: boolean, operand: unknown): Condition | undefined {
  if (!Array.isArray(operand)) return undefined;
  if (operand.some((item) => item === undefined || (typeof item === 'object' && item !== null) || item !== item)) return undefined;
  const values = operand.map((item) => columnOperand(column, item)).filter((value) => value !== undefined);
  const marks = values.map(() => '?').join(', ');
  const withNull = operand.includes(null);
  if (negated) {
    const sql = withNull ? `(${column.sql} IS NOT NULL AND ${column.sql} NOT IN (${marks}))` : `(${column.sql} IS NULL OR ${column.sql} NOT IN (${marks}))`;
    return exactly(sql, ...values);
  }
  return exactly(withNull ? `(${column.sql} IS NULL OR ${column.sql} IN (${marks}))` : `${column.sql} IN (${marks})`, ...values);
}

/** An operand as the column holds such values, or undefined when it is of another type than the column. */
function columnOperand(column: Column, operand: unknown): string | number | undefined {
  if (column.kind === 'text') return typeof operand === 'string' ? orderedText(operand) : undefined;
  if (column.kind === 'number') return typeof operand === 'number' ? operand : undefined;
  return typeof operand === 'boolean' ? Number(operand) : undefined;
}

function exactly(sql: string, ...params: SQLInputValue[]): Condition {
  return { sql, params, exact: true };
}

function allOf(parts: readonly Condition[]): Condition {
  const said = parts.filter((part) => part.sql !== '1');
  return {
    sql: said.length === 0 ? '1' : said.map((part) => part.sql).join(' AND '),
    params: said.flatMap((part) => part.params),
    exact: parts.every((part) => part.exact),
  };
}

function anyOf(parts: readonly Condition[]): Condition {
  const exact = parts.every((part) => part.exact);
  if (parts.some((part) => part.sql === '1')) return { sql: '1', params: [], exact };
  return { sql: `(${parts.map((part) => `(${part.sql})`).join(' OR ')})`, params: parts.flatMap((part) => part.params), exact };
}

/** Whether a value is an object that may hold operators; a RegExp, a Date or a list is a value. */
function isPlain(value: unknown): value is Selector {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
