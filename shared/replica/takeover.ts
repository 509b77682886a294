import {
  createRevision, createRxSchema, deepEqual, getAllCollectionDocuments, now, type InternalStoreCollectionDocType, type RxDatabase,
  type RxDocumentData,
} from 'rxdb/plugins/core';
import { COLLECTIONS, collectionSchema, type CollectionName } from '../contract/collections.ts';

/**
 * Takes a replica over that an earlier version of the till made. RxDB notes each collection's schema and refuses another one
 * of the same version; but a schema that only lets more in (a new optional field) fits every document that is there, so
 * the note is renewed and nothing is copied: no entry moves while the till starts. A change that old documents do not fit
 * raises the schema's version instead, together with a migration.
 */
export async function takeOverSchemas(database: RxDatabase): Promise<void> {
  for (const note of await getAllCollectionDocuments(database.internalStore)) {
    const { name, version } = note.data;
    if (!Object.hasOwn(COLLECTIONS, name)) continue;
    const schema = collectionSchema(name as CollectionName);
    const wanted = createRxSchema(schema as never, database.hashFunction);
    if (version !== schema.version || deepEqual(note.data.schema, wanted.jsonSchema)) continue;
    const renewed = {
      ...note, data: { ...note.data, schema: wanted.jsonSchema as never, schemaHash: await wanted.hash },
      _rev: createRevision(database.token, note), _meta: { ...note._meta, lwt: now() },
    } as RxDocumentData<InternalStoreCollectionDocType>;
    const { error } = await database.internalStore.bulkWrite([{ previous: note as never, document: renewed as never }], 'take-over');
    if (error.length > 0) throw new Error(`the schema of ${name} could not be taken over: ${JSON.stringify(error[0]?.status)}`);
  }
}
