import { openCollection, type OpenCollection } from './collection.ts';
import { openConnection, type Connection } from './connection.ts';
import { AtomicConflict } from './fault.ts';
import { readAttachments, type AttachmentBytes } from './attachments.ts';
import { layoutTable, type StoredSchema } from './layout.ts';
import { dropTable, openTable } from './table.ts';
import type { WriteError, WriteRow } from './rows.ts';
import { writeRows } from './write.ts';

/** One RxDB database: one file, and the collections that are open in it. */
export interface OpenDatabase {
  readonly name: string;
  readonly connection: Connection;
  /** By name of the table, which is the collection with its schema's version. */
  readonly collections: Map<string, OpenCollection>;
}

/** Every open database of a storage. */
export interface Databases {
  find(name: string): OpenDatabase | undefined;
  /** Opens a collection once more, and its database with the first one. */
  acquire(database: string, collection: string, schema: StoredSchema): OpenCollection;
  /** Ends what one `acquire` began; the last one closes the file. */
  release(database: string, collection: OpenCollection): void;
  /** Drops a collection with all its documents; whoever has it open can only close it. */
  remove(database: string, collection: OpenCollection): void;
  close(): void;
}

/** Makes the set of databases, none of them open. `file` tells where a database lies. */
export function createDatabases(file: (databaseName: string) => string): Databases {
  const databases = new Map<string, OpenDatabase & { instances: number }>();
  const open = (name: string): OpenDatabase & { instances: number } => {
    const known = databases.get(name);
    if (known !== undefined) return known;
    const opened = { name, connection: openConnection(name, file(name)), collections: new Map<string, OpenCollection>(), instances: 0 };
    databases.set(name, opened);
    return opened;
  };
  const shut = (name: string): void => {
    const database = databases.get(name);
    databases.delete(name);
    for (const collection of database?.collections.values() ?? []) collection.changes$.complete();
    database?.connection.close();
  };
  return {
    find: (name) => databases.get(name),
    acquire(name, collectionName, schema) {
      const database = open(name);
      try {
        const collection = acquireCollection(database, collectionName, schema);
        collection.instances += 1;
        database.instances += 1;
        return collection;
      } catch (error) {
        if (database.instances === 0) shut(name);
        throw error;
      }
    },
    release(name, collection) {
      const database = databases.get(name);
      if (database === undefined || database.connection !== collection.table.connection) return;
      collection.instances -= 1;
      database.instances -= 1;
      if (collection.instances === 0) {
        collection.changes$.complete();
        if (database.collections.get(collection.table.layout.table) === collection) database.collections.delete(collection.table.layout.table);
      }
      if (database.instances === 0) shut(name);
    },
    remove(name, collection) {
      dropTable(collection.table);
      collection.removed = true;
      databases.get(name)?.collections.delete(collection.table.layout.table);
    },
    close() {
      for (const name of [...databases.keys()]) shut(name);
    },
  };
}

function acquireCollection(database: OpenDatabase, name: string, schema: StoredSchema): OpenCollection {
  const layout = layoutTable(name, schema);
  const known = database.collections.get(layout.table);
  if (known !== undefined) {
    if (known.table.layout.text !== layout.text) throw new Error(`${layout.table} is open already with other indexes.`);
    return known;
  }
  const collection = openCollection(name, schema, openTable(database.connection, layout));
  database.collections.set(layout.table, collection);
  return collection;
}

/** Rows for one open collection. */
export interface CollectionRows {
  collection: OpenCollection;
  rows: readonly WriteRow[];
}

/**
 * How RxDB calls the first two of the three writes of a pulled page: the documents, and what it assumes of the server. The
 * third one, the cursor, flushes all of them; documents without it would only be pulled again.
 */
const LATER = ['replication-downstream-', 'replication-down-write-meta'];

/**
 * Writes rows of collections of one database in one transaction, and announces the changes when it is on the disk. In an
 * `atomic` write the first refused row throws an AtomicConflict and undoes everything; else refused rows are returned.
 */
export function commitRows(connection: Connection, parts: readonly CollectionRows[], context: string, bytes: AttachmentBytes, atomic: boolean): WriteError[] {
  const before = parts.map(({ collection }) => new Set(collection.table.odd));
  try {
    const later = !atomic && LATER.some((known) => context.startsWith(known));
    const written = connection.transact(() => parts.map(({ collection, rows }) => {
      const result = writeRows(collection.table, collection.schema, rows, context, bytes);
      const refused = result.errors[0];
      if (atomic && refused !== undefined) {
        throw new AtomicConflict(collection.name, refused.documentId, 'documentInDb' in refused ? refused.documentInDb : undefined);
      }
      return { collection, ...result };
    }), later);
    connection.announce(written.flatMap(({ collection, change }) => (change === undefined ? [] : [() => collection.changes$.next(change)])));
    return written.flatMap(({ errors }) => errors);
  } catch (error) {
    parts.forEach(({ collection }, at) => collection.table.restoreOdd(before[at] ?? new Set()));
    throw error;
  }
}

/** Reads what must be awaited before a write; nothing, and without waiting, when no collection has attachments. */
export function bytesOf(parts: readonly CollectionRows[]): Promise<AttachmentBytes> | undefined {
  const rows = parts.flatMap((part) => (part.collection.table.layout.attachments ? part.rows : []));
  return rows.length === 0 ? undefined : readAttachments(rows);
}
