import { ensureRxStorageInstanceParamsAreCorrect, RXDB_VERSION, type RxStorage, type RxStorageInstance, type RxStorageInstanceCreationParams } from 'rxdb/plugins/core';
import type { AtomicWriter } from '../../../shared/replica/ports.ts';
import { openConnection } from './connection.ts';
import { bytesOf, commitRows, createDatabases, type CollectionRows, type OpenDatabase } from './databases.ts';
import { StorageFault, withFaults } from './fault.ts';
import { createInstance, type SqliteInternals, type SqliteOptions } from './instance.ts';
import { checkFile } from './integrity.ts';
import type { StoredSchema } from './layout.ts';
import type { WriteRow } from './rows.ts';

/** RxDB's storage on SQLite, one file a database, and what RxDB's interface does not have. */
export interface SqliteStorage {
  /** For `createRxDatabase`. Instances of one collection share its file and hear each other's changes. */
  readonly storage: RxStorage<SqliteInternals, SqliteOptions>;
  /** Throws an AtomicConflict when a row does not follow what is stored, a StorageFault when the disk fails. */
  readonly atomic: AtomicWriter;
  /** Reads a whole database and says 'ok', or in one sentence what is damaged. Takes about a second for 100,000 documents. */
  checkIntegrity(database: string): 'ok' | string;
  /** Closes every file; what is written is on the disk already. */
  close(): Promise<void>;
}

/** Context of the change events of an atomic write. */
export const ATOMIC_CONTEXT = 'atomic';

/**
 * Opens the storage; a file is opened with its first collection. `file` gives a database's path, or ':memory:'. A file that
 * is damaged, cannot be written or is open elsewhere makes the creation of its first collection throw a StorageFault.
 */
export function openSqliteStorage({ file }: { file: (databaseName: string) => string }): SqliteStorage {
  const databases = createDatabases(file);
  return {
    storage: {
      name: 'sqlite',
      rxdbVersion: RXDB_VERSION,
      async createStorageInstance<D>(params: RxStorageInstanceCreationParams<D, SqliteOptions>) {
        ensureRxStorageInstanceParamsAreCorrect(params);
        const collection = withFaults(() => databases.acquire(params.databaseName, params.collectionName, params.schema as unknown as StoredSchema));
        // RxDB speaks of each collection's own document; here all documents are JSON with RxDB's fields.
        return createInstance(databases, params.databaseName, collection, params.options) as unknown as RxStorageInstance<D, SqliteInternals, SqliteOptions>;
      },
    },
    async atomic(name, writes) {
      const database = databases.find(name);
      if (database === undefined) throw new Error(`The database ${name} is not open.`);
      const parts = writes.map(({ collection, rows }): CollectionRows => ({ collection: newestVersion(database, collection), rows: rows as WriteRow[] }));
      const bytes = bytesOf(parts);
      commitRows(database.connection, parts, ATOMIC_CONTEXT, bytes === undefined ? new Map() : await bytes, true);
    },
    checkIntegrity(name) {
      const database = databases.find(name);
      try {
        return database === undefined ? checkClosed(name, file(name)) : withFaults(() => checkFile(database.connection, tablesOf(database)));
      } catch (error) {
        if (error instanceof StorageFault && error.code === 'damaged') return error.message;
        throw error;
      }
    },
    async close() {
      databases.close();
    },
  };
}

function tablesOf(database: OpenDatabase) {
  return [...database.collections.values()].map((collection) => collection.table);
}

function checkClosed(name: string, file: string): 'ok' | string {
  const connection = openConnection(name, file);
  try {
    return withFaults(() => checkFile(connection, []));
  } finally {
    connection.close();
  }
}

/** The open collection of that name; while an old version is read for a migration, the newest. */
function newestVersion(database: OpenDatabase, name: string) {
  const versions = [...database.collections.values()].filter((collection) => collection.name === name);
  const newest = versions.sort((a, b) => b.schema.version - a.schema.version)[0];
  if (newest === undefined) throw new Error(`The collection ${name} of ${database.name} is not open.`);
  return newest;
}
