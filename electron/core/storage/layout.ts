import { getPrimaryFieldOfPrimaryKey, getSchemaByObjectPath, type RxDocumentData, type RxJsonSchema } from 'rxdb/plugins/core';

/** A document as the storage keeps it, with RxDB's own fields. */
export type StoredDocument = RxDocumentData<Record<string, unknown>>;
export type StoredSchema = RxJsonSchema<StoredDocument>;

export type ColumnKind = 'text' | 'number' | 'boolean';

/** A field of the document that has a column of its own, so that SQL can compare and index it exactly as RxDB would. */
export interface Column {
  /** RxDB's path of the field: `occurredMs`, `_meta.lwt`, `address.city`. */
  path: string;
  keys: readonly string[];
  kind: ColumnKind;
  /** Quoted name in SQL. */
  sql: string;
}

export interface TableIndex {
  /** Quoted name in SQL. */
  sql: string;
  columns: readonly Column[];
}

/** How a collection's schema version lies in its table. */
export interface Layout {
  /** Name of the table, unquoted. */
  table: string;
  /** Quoted name in SQL. */
  sql: string;
  primary: string;
  /** Columns of the schema's index fields, beside the fixed ones. */
  extra: readonly Column[];
  /** Every field that has a column: primary key, `_deleted`, `_meta.lwt` and the index fields. */
  byPath: ReadonlyMap<string, Column>;
  indexes: readonly TableIndex[];
  attachments: boolean;
  /** Written beside the table: another text means that the table must be laid out anew. */
  text: string;
}

/** Value of a column whose field holds what its schema does not allow; SQL then leaves that field to RxDB's matcher. */
export const ODD = new Uint8Array([0]);
export type ColumnValue = string | number | null | typeof ODD;

const NAMES = { string: 'text', number: 'number', integer: 'number', boolean: 'boolean' } as const satisfies Record<string, ColumnKind>;

/** The layout of one collection's schema version; RxDB has put `_deleted` first and the primary key last into each index. */
export function layoutTable(collection: string, schema: StoredSchema): Layout {
  const primary = getPrimaryFieldOfPrimaryKey(schema.primaryKey) as string;
  const table = `${collection}/${schema.version}`;
  const fixed: Column[] = [
    { path: primary, keys: primary.split('.'), kind: 'text', sql: '"id"' },
    { path: '_deleted', keys: ['_deleted'], kind: 'boolean', sql: '"deleted"' },
    { path: '_meta.lwt', keys: ['_meta', 'lwt'], kind: 'number', sql: '"lwt"' },
  ];
  const byPath = new Map(fixed.map((column) => [column.path, column]));
  const fields = (schema.indexes ?? []).map((index) => (typeof index === 'string' ? [index] : [...index]));
  for (const path of fields.flat()) {
    if (!byPath.has(path)) byPath.set(path, { path, keys: path.split('.'), kind: kindOf(schema, path), sql: quote(`f:${path}`) });
  }
  const indexes = fields.map((paths, at) => ({
    sql: quote(`${table}#${at}`),
    columns: paths.flatMap((path) => byPath.get(path) ?? []),
  }));
  const extra = [...byPath.values()].slice(fixed.length);
  const attachments = schema.attachments !== undefined;
  const text = JSON.stringify({ primary, extra: extra.map(({ path, kind }) => [path, kind]), indexes: fields });
  return { table, sql: quote(table), primary, extra, byPath, indexes, attachments, text };
}

function kindOf(schema: StoredSchema, path: string): ColumnKind {
  const part = getSchemaByObjectPath(schema, path) as { type?: unknown } | undefined;
  const type = part?.type;
  if (type === 'string' || type === 'number' || type === 'integer' || type === 'boolean') return NAMES[type];
  throw new Error(`The index field ${path} is neither text, number nor boolean in its schema.`);
}

/** A name in double quotes, as SQL takes any name. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** Statements that make the table and its indexes. Columns are ANY, so that SQLite converts nothing it is given. */
export function createStatements({ sql, table, extra, indexes }: Layout): string[] {
  const fields = extra.map((column) => `${column.sql} ANY, `).join('');
  return [
    `CREATE TABLE ${sql} ("id" TEXT PRIMARY KEY NOT NULL, "deleted" INTEGER NOT NULL, "lwt" ANY NOT NULL, "sum" INTEGER NOT NULL, ${fields}"data" TEXT NOT NULL) STRICT`,
    ...indexes.map((index) => `CREATE INDEX ${index.sql} ON ${sql} (${index.columns.map((column) => column.sql).join(', ')})`),
    // Tombstones are few: cleaning them up costs living documents nothing.
    `CREATE INDEX ${quote(`${table}#deleted`)} ON ${sql} ("lwt", "id") WHERE "deleted" = 1`,
  ];
}

/** What a column holds for a document. */
export function columnValue(column: Column, document: StoredDocument): ColumnValue {
  let value: unknown = document;
  for (const key of column.keys) {
    if (Array.isArray(value)) return ODD;
    if (typeof value !== 'object' || value === null) return null;
    value = (value as Record<string, unknown>)[key];
  }
  if (value === undefined) return null;
  if (column.kind === 'text') return typeof value === 'string' ? orderedText(value) : ODD;
  if (column.kind === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : ODD;
  return typeof value === 'boolean' ? Number(value) : ODD;
}

const HIGH = /[\uD800-\uFFFF]/g;

/**
 * Text whose UTF-8 bytes sort as JavaScript sorts the original, by UTF-16 code units: units from U+D800 on, which UTF-8 puts
 * in another order or cannot hold at all, move to a plane of private characters. Different texts stay different.
 */
export function orderedText(text: string): string {
  return text.replace(HIGH, (unit) => String.fromCodePoint(0xf0000 + unit.charCodeAt(0) - 0xd800));
}
