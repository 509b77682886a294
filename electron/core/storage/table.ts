import { crc32 } from 'node:zlib';
import type { Connection } from './connection.ts';
import { StorageFault } from './fault.ts';
import { columnValue, createStatements, ODD, orderedText, type Column, type ColumnValue, type Layout, type StoredDocument } from './layout.ts';

/** A row as statements return it: the document's text and its checksum. */
export type Row = readonly [data: string, sum: number];

/** A table of one collection's schema version. */
export interface Table {
  readonly layout: Layout;
  readonly connection: Connection;
  /** Paths of columns in which some document holds what its schema does not allow; SQL decides nothing about them. */
  readonly odd: ReadonlySet<string>;
  find(id: string): StoredDocument | undefined;
  insert(document: StoredDocument): void;
  update(document: StoredDocument): void;
  /** Reads a row; throws a StorageFault when its bytes are not those that were written. */
  read(row: Row): StoredDocument;
  isEmpty(): boolean;
  /** Forgets what a transaction that was undone had marked as odd. */
  restoreOdd(odd: ReadonlySet<string>): void;
}

/** Opens a table, makes it when it is not there, lays it out anew when the schema's indexes are others than its own. */
export function openTable(connection: Connection, layout: Layout): Table {
  const known = connection.statement('SELECT "layout", "odd" FROM "_tables" WHERE "name" = ?').get(layout.table) as unknown as [string, string] | undefined;
  if (known === undefined) {
    connection.transact(() => createTable(connection, layout));
    return tableOf(connection, layout, new Set());
  }
  const table = tableOf(connection, layout, new Set(JSON.parse(known[1]) as string[]));
  return known[0] === layout.text ? table : rebuildTable(connection, layout, table);
}

function createTable(connection: Connection, layout: Layout): void {
  for (const statement of createStatements(layout)) connection.execute(statement);
  connection.statement('INSERT INTO "_tables" VALUES (?, ?, ?)').run(layout.table, layout.text, '[]');
}

/** Writes every document into a table of the new layout; a power cut leaves the old one. */
function rebuildTable(connection: Connection, layout: Layout, old: Table): Table {
  const table = tableOf(connection, layout, new Set());
  connection.transact(() => {
    const documents = (connection.statement(`SELECT "data", "sum" FROM ${layout.sql}`).all() as unknown as Row[]).map((row) => old.read(row));
    connection.execute(`DROP TABLE ${layout.sql}`);
    connection.statement('DELETE FROM "_tables" WHERE "name" = ?').run(layout.table);
    createTable(connection, layout);
    for (const document of documents) table.insert(document);
  });
  return table;
}

/** Drops a table with its attachments. */
export function dropTable({ connection, layout }: Table): void {
  connection.transact(() => {
    connection.execute(`DROP TABLE ${layout.sql}`);
    connection.statement('DELETE FROM "_tables" WHERE "name" = ?').run(layout.table);
    connection.statement('DELETE FROM "_attachments" WHERE "table" = ?').run(layout.table);
  });
}

function tableOf(connection: Connection, layout: Layout, odd: Set<string>): Table {
  const { sql, extra, primary } = layout;
  const names = ['"deleted"', '"lwt"', '"sum"', ...extra.map((column) => column.sql), '"data"'];
  const selectSql = `SELECT "data", "sum" FROM ${sql} WHERE "id" = ?`;
  const insertSql = `INSERT INTO ${sql} (${names.join(', ')}, "id") VALUES (${names.map(() => '?').join(', ')}, ?)`;
  const updateSql = `UPDATE ${sql} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE "id" = ?`;

  const noteOdd = (column: Column): void => {
    if (odd.has(column.path)) return;
    odd.add(column.path);
    connection.statement('UPDATE "_tables" SET "odd" = ? WHERE "name" = ?').run(JSON.stringify([...odd]), layout.table);
  };
  const values = (document: StoredDocument): ColumnValue[] => {
    const data = JSON.stringify(document);
    const out: ColumnValue[] = [document._deleted ? 1 : 0, document._meta.lwt, crc32(data)];
    for (const column of extra) {
      const value = columnValue(column, document);
      if (value === ODD) noteOdd(column);
      out.push(value);
    }
    out.push(data, orderedText(document[primary] as string));
    return out;
  };
  const table: Table = {
    layout, connection, odd,
    find(id) {
      const row = connection.statement(selectSql).get(orderedText(id)) as unknown as Row | undefined;
      return row === undefined ? undefined : table.read(row);
    },
    insert: (document) => void connection.statement(insertSql).run(...values(document)),
    update: (document) => void connection.statement(updateSql).run(...values(document)),
    read([data, sum]) {
      if (crc32(data) !== sum) throw new StorageFault('damaged', `a document of ${layout.table} has not the checksum it was written with`);
      return JSON.parse(data) as StoredDocument;
    },
    isEmpty: () => connection.statement(`SELECT 1 FROM ${sql} LIMIT 1`).get() === undefined,
    restoreOdd(before) {
      odd.clear();
      for (const path of before) odd.add(path);
    },
  };
  return table;
}
