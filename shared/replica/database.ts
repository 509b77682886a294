import {
  createRevision, createRxDatabase, deepEqual, now, type BulkWriteRow, type RxDatabase, type RxDocumentData, type RxJsonSchema,
  type RxStorage,
} from 'rxdb/plugins/core';
import { getValidator, wrappedValidateAjvStorage } from 'rxdb/plugins/validate-ajv';
import { COLLECTIONS, collectionSchema, type CollectionName } from '../contract/collections.ts';
import { assert } from '../domain/integers.ts';
import { plain } from './documents.ts';
import { takeOverSchemas } from './takeover.ts';
import type { AtomicWrite, AtomicWriter, Replica, ReplicaCollections, ReplicaDocuments, StorageWrite } from './ports.ts';

/** What a replica lies on: a storage, and the writer that reaches several of its collections in one transaction. */
export interface ReplicaOptions {
  storage: RxStorage<unknown, unknown>;
  name: string;
  atomic: AtomicWriter;
}

/** Thrown when a row is not what the writer believed to be stored: only a bug, or a second writer, brings it. */
export class ReplicaConflict extends Error {
  constructor(collection: string, id: string) {
    super(`replica conflict: ${collection}/${id}`);
    this.name = 'ReplicaConflict';
  }
}

type AnyDocument = ReplicaDocuments[CollectionName];
type Validator = (document: RxDocumentData<AnyDocument>) => { message?: string; instancePath?: string }[];

const NAMES = Object.keys(COLLECTIONS) as CollectionName[];

/**
 * Opens the till's replica. Every document is checked against its schema before it is stored, whoever writes it. A process
 * may hold 13 collections, which is one replica; close it before another is opened.
 */
export async function openReplica({ storage, name, atomic }: ReplicaOptions): Promise<Replica> {
  const database = await createRxDatabase<ReplicaCollections>({
    name, storage: wrappedValidateAjvStorage({ storage }), multiInstance: false, eventReduce: true,
  });
  try {
    await takeOverSchemas(database as unknown as RxDatabase);
    await database.addCollections(
      Object.fromEntries(NAMES.map((each) => [each, { schema: collectionSchema(each), autoMigrate: false }])) as never,
    );
  } catch (error) {
    await database.close();
    throw error;
  }
  const collections = database.collections as ReplicaCollections;
  const validators = new Map<CollectionName, Validator>();
  const validatorOf = (each: CollectionName): Validator => {
    const known = validators.get(each) ?? (getValidator(schemaOf(collections, each)) as Validator);
    validators.set(each, known);
    return known;
  };
  return {
    name,
    database,
    collections,
    async write(writes) {
      const rows = await Promise.all(writes.map((write) => storageWrite(database, collections, write, validatorOf(write.collection))));
      // Closing waits for what is locked, so a sale that is being written is written.
      await database.lockedRun(() => atomic(name, rows.filter((write) => write.rows.length > 0)));
    },
    async close() {
      await database.close();
    },
  };
}

function schemaOf(collections: ReplicaCollections, name: CollectionName): RxJsonSchema<RxDocumentData<unknown>> {
  return collections[name].schema.jsonSchema as unknown as RxJsonSchema<RxDocumentData<unknown>>;
}

/** Rows as RxDB itself would have made them: its revisions, its time of writing, the stored document as the previous one. */
async function storageWrite(
  database: RxDatabase<ReplicaCollections>,
  collections: ReplicaCollections,
  { collection, rows }: AtomicWrite,
  validate: Validator,
): Promise<StorageWrite> {
  const ids = rows.map((row) => row.document.id);
  assert(new Set(ids).size === ids.length, 'an atomic write names a document once');
  const found = (await collections[collection].storageInstance.findDocumentsById(ids, true)) as RxDocumentData<AnyDocument>[];
  const stored = new Map(found.map((document) => [document.id, document]));
  const lwt = now();
  const written = rows.map(({ document, previous }): BulkWriteRow<unknown> => {
    const before = stored.get(document.id);
    const standing = before === undefined || before._deleted ? undefined : plain<AnyDocument>(before);
    if (!deepEqual(standing, previous === undefined ? undefined : plain<AnyDocument>(previous))) throw new ReplicaConflict(collection, document.id);
    const after = {
      ...plain<AnyDocument>(document), _deleted: false, _attachments: {}, _meta: { lwt }, _rev: createRevision(database.token, before),
    } as RxDocumentData<AnyDocument>;
    const [problem] = validate(after);
    assert(problem === undefined, `a document of ${collection} fits its schema: ${problem?.instancePath ?? ''} ${problem?.message ?? ''}`);
    return before === undefined ? { document: after } : { document: after, previous: before };
  });
  return { collection, rows: written };
}
