import type { SQLInputValue } from 'node:sqlite';

/** A condition that every matching document fulfils, and maybe others: RxDB's matcher decides about what it lets through. */
interface PlainCondition {
  sql: string;
  params: readonly SQLInputValue[];
  exact: false;
}

/** Longer lists are left to the matcher. */
const MAX_LIST = 50;
const KEY = /^[A-Za-z_][A-Za-z0-9_]*$/;
// Units from U+D800 on sort differently in UTF-8, and SQLite ends a text at NUL in places.
const SIMPLE_TEXT = /^[\u0001-\uD7FF]*$/;

const RANGES: Record<string, { text: string; number: string }> = {
  // A number is compared inclusively: SQLite may read a fraction one unit in the last place beside what JavaScript reads.
  $gt: { text: '>', number: '>=' },
  $gte: { text: '>=', number: '>=' },
  $lt: { text: '<', number: '<=' },
  $lte: { text: '<=', number: '<=' },
};

/**
 * An operator on a field without a column, read from the document's JSON. A list anywhere on the path lets the document
 * through, since Mango looks into lists. Undefined when SQL cannot say it.
 */
export function plainCondition(path: string, operator: string, operand: unknown): PlainCondition | undefined {
  const keys = path.split('.');
  if (!keys.every((key) => KEY.test(key))) return undefined;
  const value = valueCondition(jsonPath(keys), operator, operand);
  if (value === undefined) return undefined;
  const lists = keys.slice(0, -1).map((_, at) => `json_type("data", ${jsonPath(keys.slice(0, at + 1))}) = 'array'`);
  // A missing path has no type: COALESCE makes the comparison false instead of unknown.
  const sql = lists.length === 0 ? value.sql : `(${value.sql} OR ${lists.map((list) => `COALESCE(${list}, 0)`).join(' OR ')})`;
  return { sql, params: value.params, exact: false };
}

function jsonPath(keys: readonly string[]): string {
  return `'$${keys.map((key) => `."${key}"`).join('')}'`;
}

interface Said {
  sql: string;
  params: SQLInputValue[];
}

function valueCondition(path: string, operator: string, operand: unknown): Said | undefined {
  if (operator === '$eq') return equalCondition(path, operand);
  if (operator === '$in') {
    if (!Array.isArray(operand) || operand.length === 0 || operand.length > MAX_LIST) return undefined;
    const parts = operand.map((item) => equalCondition(path, item));
    if (!parts.every((part) => part !== undefined)) return undefined;
    return { sql: `(${parts.map((part) => part.sql).join(' OR ')})`, params: parts.flatMap((part) => part.params) };
  }
  const range = RANGES[operator];
  if (range === undefined) return undefined;
  if (isSimpleText(operand)) return typed(path, ['text'], range.text, operand);
  return Number.isSafeInteger(operand) ? typed(path, ['integer', 'real'], range.number, operand as number) : undefined;
}

function equalCondition(path: string, operand: unknown): Said | undefined {
  if (operand === null) return { sql: `COALESCE(json_type("data", ${path}), 'null') IN ('null', 'array')`, params: [] };
  if (typeof operand === 'boolean') return { sql: `COALESCE(json_type("data", ${path}) IN ('${operand}', 'array'), 0)`, params: [] };
  if (isSimpleText(operand)) return typed(path, ['text'], '=', operand);
  return Number.isSafeInteger(operand) ? typed(path, ['integer', 'real'], '=', operand as number) : undefined;
}

function typed(path: string, types: readonly string[], comparison: string, operand: SQLInputValue): Said {
  const whens = types.map((type) => `WHEN '${type}' THEN json_extract("data", ${path}) ${comparison} ?`).join(' ');
  return { sql: `CASE json_type("data", ${path}) ${whens} WHEN 'array' THEN 1 ELSE 0 END`, params: types.map(() => operand) };
}

function isSimpleText(operand: unknown): operand is string {
  return typeof operand === 'string' && SIMPLE_TEXT.test(operand);
}
