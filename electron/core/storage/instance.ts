import type { PreparedQuery, RxStorageInstance } from 'rxdb/plugins/core';
import { findAttachment } from './attachments.ts';
import { changedSince, type Checkpoint, type OpenCollection } from './collection.ts';
import { bytesOf, commitRows, type Databases } from './databases.ts';
import { withFaults } from './fault.ts';
import type { StoredDocument } from './layout.ts';
import { countDocuments, findDocuments } from './query.ts';
import { dropOldTombstones } from './tombstones.ts';
import type { WriteRow } from './rows.ts';

/** What RxDB's plugins may look into. */
export interface SqliteInternals {
  collection: OpenCollection;
}

export type SqliteOptions = Record<string, unknown>;
export type SqliteInstance = RxStorageInstance<StoredDocument, SqliteInternals, SqliteOptions, Checkpoint>;

/** Makes one of the instances of an open collection. All its work is done when its promises resolve; errors are StorageFaults. */
export function createInstance(databases: Databases, databaseName: string, collection: OpenCollection, options: SqliteOptions): SqliteInstance {
  const { table, schema, name } = collection;
  let closed = false;
  /** Attachments are awaited before their write; this keeps the writes of an instance in order. */
  let before: Promise<unknown> = Promise.resolve();

  const use = <T>(work: () => T): T => {
    if (closed) throw new Error(`${name} of ${databaseName} is closed already`);
    if (collection.removed) throw new Error(`${name} of ${databaseName} is removed already`);
    return withFaults(work);
  };
  const write = async (rows: readonly WriteRow[], context: string) => {
    const parts = [{ collection, rows }];
    const bytes = await bytesOf(parts);
    return { error: use(() => commitRows(table.connection, parts, context, bytes ?? new Map(), false)) };
  };
  return {
    databaseName, collectionName: name, schema, options, internals: { collection },
    async bulkWrite(rows, context) {
      if (!table.layout.attachments) return { error: use(() => commitRows(table.connection, [{ collection, rows }], context, new Map(), false)) };
      const result = before.then(() => write(rows, context));
      before = result.catch(() => undefined);
      return result;
    },
    async findDocumentsById(ids, withDeleted) {
      return use(() => ids.map((id) => table.find(id)).filter((found) => found !== undefined && (withDeleted || !found._deleted)) as StoredDocument[]);
    },
    async query(query: PreparedQuery<StoredDocument>) {
      return use(() => ({ documents: findDocuments(table, schema, query) }));
    },
    async count(query: PreparedQuery<StoredDocument>) {
      return use(() => countDocuments(table, schema, query));
    },
    async getAttachmentData(documentId, attachmentId, digest) {
      await before;
      return use(() => findAttachment(table, documentId, attachmentId, digest));
    },
    async getChangedDocumentsSince(limit, checkpoint) {
      return use(() => changedSince(collection, limit, checkpoint));
    },
    changeStream: () => use(() => collection.changes$.asObservable()),
    async cleanup(minimumDeletedMs) {
      return use(() => dropOldTombstones(table, Date.now() - minimumDeletedMs));
    },
    async remove() {
      await before;
      use(() => databases.remove(databaseName, collection));
      closed = true;
      databases.release(databaseName, collection);
    },
    async close() {
      await before;
      if (closed) return;
      closed = true;
      databases.release(databaseName, collection);
    },
  };
}
