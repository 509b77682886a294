import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BulkWriteRow, RxDocumentData, RxStorage, RxStorageInstance, RxStorageInstanceCreationParams } from 'rxdb/plugins/core';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { openSqliteStorage } from '../../../electron/core/storage/sqlite.ts';
import type { AtomicWriter } from '../../../shared/replica/ports.ts';

/** A storage under a replica, as a test needs one: it survives being opened again, until `destroy`. */
export interface TestStorage {
  open(): { storage: RxStorage<unknown, unknown>; atomic: AtomicWriter; close(): Promise<void> };
  destroy(): void;
}

type Row = BulkWriteRow<{ id: string }>;
type Instance = RxStorageInstance<{ id: string }, { documents: Map<string, RxDocumentData<{ id: string }>> }, unknown>;

/** RxDB's memory storage, which keeps its state by name, and a writer that checks every row before it writes the first. */
export function memoryTestStorage(): TestStorage {
  const memory = getRxStorageMemory();
  return {
    open() {
      const instances = new Map<string, Instance>();
      const storage = {
        ...memory,
        async createStorageInstance(params: RxStorageInstanceCreationParams<never, never>) {
          const instance = await memory.createStorageInstance(params as never);
          instances.set(params.collectionName, instance as unknown as Instance);
          return instance;
        },
      };
      const atomic: AtomicWriter = async (_database, writes) => {
        const parts = writes.map(({ collection, rows }) => {
          const instance = instances.get(collection);
          if (instance === undefined) throw new Error(`no collection ${collection}`);
          return { instance, rows: rows as Row[] };
        });
        // Reading lets the storage finish its last write, so that what is compared is what is stored.
        const stored = await Promise.all(parts.map(({ instance, rows }) => instance.findDocumentsById(rows.map((row) => row.document.id), true)));
        parts.forEach(({ rows }, at) => {
          for (const row of rows) {
            const found = stored[at]?.find((document) => document.id === row.document.id);
            if (found?._rev !== row.previous?._rev) throw new Error(`conflict: ${row.document.id}`);
          }
        });
        for (const { instance, rows } of parts) {
          const { error } = await instance.bulkWrite(rows, 'atomic');
          if (error.length > 0) throw new Error(`not written: ${JSON.stringify(error[0])}`);
        }
      };
      return { storage: storage as unknown as RxStorage<unknown, unknown>, atomic, close: async () => undefined };
    },
    destroy: () => undefined,
  };
}

/** The till's own storage, on a file. */
export function sqliteTestStorage(): TestStorage {
  const folder = mkdtempSync(join(tmpdir(), 'tillpoint-replica-'));
  return {
    open() {
      const { storage, atomic, close } = openSqliteStorage({ file: (name) => join(folder, `${name}.sqlite`) });
      return { storage: storage as unknown as RxStorage<unknown, unknown>, atomic, close };
    },
    destroy: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export const STORAGES = { memory: memoryTestStorage, sqlite: sqliteTestStorage } as const;
export type StorageKind = keyof typeof STORAGES;
