import { createRevision, fillWithDefaultSettings, now, type RxStorage, type RxStorageInstance } from 'rxdb/plugins/core';
import { COLLECTIONS, collectionSchema, type CollectionName } from '../../../shared/contract/collections.ts';
import { plain } from '../../../shared/replica/documents.ts';
import type { Connection } from '../../../electron/core/storage/connection.ts';
import type { AtomicWriter, Replica, StorageWrite } from '../../../shared/replica/ports.ts';
import { atCommit } from '../disk.ts';
import { keepNotes } from './notes.ts';

type Document = Record<string, unknown> & { id: string; _deleted: boolean; _rev: string };
type Instance = RxStorageInstance<Document, { collection: { table: { connection: Connection } } }, unknown>;

/** Thrown when a row is not what the writer believed to be stored. */
export class ReplicaConflict extends Error {}

/**
 * A replica over the till's own SQLite storage, without RxDB's collections, of which a process may hold only one replica's. What
 * the product uses of a collection is here: its storage, its changes, its removal of visitors.
 */
export async function openReplica({ storage, name, atomic }: { storage: RxStorage<unknown, unknown>; name: string; atomic: AtomicWriter }): Promise<Replica> {
  const instances = new Map<CollectionName, Instance>();
  const collections: Record<string, unknown> = {};
  const create = async (collectionName: string, schema: unknown): Promise<Instance> => await storage.createStorageInstance({
    databaseInstanceToken: name, databaseName: name, collectionName, schema, options: {}, multiInstance: false, devMode: false,
  } as never) as unknown as Instance;
  const notes = await create('cursors', NOTES);
  const file = fileOf(notes);
  for (const each of Object.keys(COLLECTIONS) as CollectionName[]) {
    const schema = schemaOf(each);
    const instance = await create(each, schema);
    instances.set(each, instance);
    keepNotes(instance, notes as never);
    collections[each] = {
      name: each, schema: { jsonSchema: schema }, storageInstance: instance, eventBulks$: instance.changeStream(),
      find: () => ({ exec: async () => [] }), bulkRemove: async () => ({ error: [] }),
    };
  }
  const rowsOf = async ({ collection, rows }: { collection: CollectionName; rows: { document: object; previous?: object | undefined }[] }): Promise<StorageWrite> => {
    const ids = rows.map((row) => (row.document as Document).id);
    const stored = new Map((await instances.get(collection)?.findDocumentsById(ids, true) ?? []).map((found) => [found.id, found]));
    return {
      collection,
      rows: rows.map(({ document, previous }) => {
        const before = stored.get((document as Document).id);
        const standing = before === undefined || before._deleted ? undefined : plain<object>(before);
        if (JSON.stringify(sorted(standing)) !== JSON.stringify(sorted(previous === undefined ? undefined : plain<object>(previous)))) {
          throw new ReplicaConflict(`replica conflict: ${collection}/${(document as Document).id}`);
        }
        const after = { ...plain<object>(document), _deleted: false, _attachments: {}, _meta: { lwt: now() }, _rev: createRevision('simulated', before as never) };
        return { document: after, ...(before === undefined ? {} : { previous: before }) } as never;
      }),
    };
  };
  return {
    name, database: undefined as never, collections: collections as never,
    async write(writes) {
      const rows = await Promise.all(writes.map((write) => rowsOf(write)));
      const appends = writes.some(({ collection, rows: [row] }) => collection === 'own' && row !== undefined && row.previous === undefined);
      if (appends) await atCommit(file, 'before-write');
      await atomic(name, rows.filter((write) => write.rows.length > 0));
      if (appends) await atCommit(file, 'after-write');
    },
    async close() {
      for (const instance of [...instances.values(), notes]) await instance.close();
    },
  };
}

/** A value whose fields stand in one order, to compare by text. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined).sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, sorted(one)]));
}

const schemas = new Map<CollectionName, unknown>();
function schemaOf(name: CollectionName): unknown {
  const known = schemas.get(name) ?? fillWithDefaultSettings(collectionSchema(name) as never);
  schemas.set(name, known);
  return known;
}

/** Cursors of the pulls, in the replica's file as RxDB keeps them. */
const NOTES = fillWithDefaultSettings({
  version: 0, primaryKey: 'id', type: 'object', properties: { id: { type: 'string', maxLength: 300 }, note: { type: 'object' } }, required: ['id'],
} as never);

function fileOf(instance: Instance): string {
  const [row] = instance.internals.collection.table.connection.statement('PRAGMA database_list').all() as unknown as [unknown, unknown, string][];
  return row?.[2] ?? '';
}
