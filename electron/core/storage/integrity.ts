import { crc32 } from 'node:zlib';
import type { Connection } from './connection.ts';
import { columnValue, ODD, quote, type ColumnValue, type StoredDocument } from './layout.ts';
import type { Table } from './table.ts';

/**
 * Says 'ok', or in one sentence what is damaged: SQLite's own check of pages and indexes, the checksum of every document and
 * attachment, and in open tables the value of every index field.
 */
export function checkFile(connection: Connection, open: readonly Table[]): 'ok' | string {
  const found = connection.statement('PRAGMA integrity_check(5)').all() as unknown as [string][];
  if (found[0]?.[0] !== 'ok') return found.map(([line]) => line).join('; ');
  const names = connection.statement('SELECT "name" FROM "_tables"').all() as unknown as [string][];
  for (const [name] of names) {
    const trouble = checkTable(connection, name, open.find((table) => table.layout.table === name));
    if (trouble !== undefined) return trouble;
  }
  for (const [data, sum, document] of rowsOf<[Uint8Array, number, string]>(connection, 'SELECT "data", "sum", "document" FROM "_attachments"')) {
    if (crc32(data) !== sum) return `an attachment of ${document} has not the checksum it was written with`;
  }
  return 'ok';
}

function checkTable(connection: Connection, name: string, table: Table | undefined): string | undefined {
  const columns = [...(table?.layout.byPath.values() ?? [])];
  const selected = ['"data"', '"sum"', ...columns.map((column) => column.sql)].join(', ');
  for (const [data, sum, ...held] of rowsOf<[string, number, ...ColumnValue[]]>(connection, `SELECT ${selected} FROM ${quote(name)}`)) {
    if (crc32(data) !== sum) return `a document of ${name} has not the checksum it was written with`;
    const document = JSON.parse(data) as StoredDocument;
    const wrong = columns.find((column, at) => !isSame(held[at] ?? null, columnValue(column, document)));
    if (wrong !== undefined) return `the index field ${wrong.path} of ${name} is not what its document says`;
  }
  return undefined;
}

function rowsOf<R>(connection: Connection, sql: string): Iterable<R> {
  return connection.statement(sql).iterate() as unknown as Iterable<R>;
}

function isSame(held: ColumnValue, said: ColumnValue): boolean {
  return held === said || (held instanceof Uint8Array && said === ODD);
}
