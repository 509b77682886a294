import { createRxDatabase, type RxCollection, type RxDatabase, type RxJsonSchema } from 'rxdb/plugins/core';
import { checkSchema } from 'rxdb/plugins/dev-mode';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { wrappedValidateAjvStorage } from 'rxdb/plugins/validate-ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COLLECTIONS, collectionSchema, PULLED, WINDOW_READS, type CollectionName } from '../../shared/contract/collections.ts';
import { DOCUMENTS } from './examples.ts';

type Doc = Record<string, unknown>;
const NAMES = Object.keys(COLLECTIONS) as CollectionName[];
/** More collections in one process than this need a licence of RxDB. */
const MOST_COLLECTIONS = 13;

const schemaOf = (name: CollectionName) => collectionSchema(name) as unknown as RxJsonSchema<Doc>;

describe('the collections of the replica', () => {
  let database: RxDatabase<Record<string, RxCollection<Doc>>>;
  const collection = (name: CollectionName): RxCollection<Doc> => {
    const found = database.collections[name];
    if (found === undefined) throw new Error(`no collection ${name}`);
    return found;
  };
  beforeAll(async () => {
    database = await createRxDatabase({ name: 'contract', storage: wrappedValidateAjvStorage({ storage: getRxStorageMemory() }), multiInstance: false });
    await database.addCollections(Object.fromEntries(NAMES.map((name) => [name, { schema: schemaOf(name) }])));
  });
  afterAll(() => database.close());

  it('all open in one database, within what RxDB allows without a licence', () => {
    expect(Object.keys(database.collections).sort()).toEqual([...NAMES].sort());
    expect(NAMES.length).toBeLessThanOrEqual(MOST_COLLECTIONS);
  });

  it.each(NAMES)('%s keeps a document as it is, and refuses an unknown member', async (name) => {
    const { error } = await collection(name).storageInstance.bulkWrite([], 'contract');
    expect(error).toEqual([]);
    await collection(name).insert(structuredClone(DOCUMENTS[name]));
    const found = await collection(name).findOne(DOCUMENTS[name].id).exec();
    expect(found?.toJSON()).toEqual(DOCUMENTS[name]);
    await expect(collection(name).insert({ ...structuredClone(DOCUMENTS[name]), id: 'other', unknown: 1 })).rejects.toMatchObject({ code: 'VD2' });
  });

  it.each(NAMES)('%s has a schema that RxDB itself takes for sound, with what its indexes need', (name) => {
    const schema = schemaOf(name);
    // The tag of a language has a dash, which RxDB's check of names forbids in any depth although only queries would mind.
    const named = JSON.parse(JSON.stringify(schema).replaceAll('zh-CN', 'zhCN')) as RxJsonSchema<Doc>;
    expect(() => checkSchema(named)).not.toThrow();
    for (const index of COLLECTIONS[name].indexes) for (const field of index) expect(Object.keys(schema.properties)).toContain(field);
  });

  it.each(NAMES.filter((name) => COLLECTIONS[name].indexes.length > 0))('%s is found by each of its indexes', async (name) => {
    for (const [first = ''] of COLLECTIONS[name].indexes) {
      const found = await collection(name).find({ selector: { [first]: DOCUMENTS[name][first] } }).exec();
      expect(found.map((document) => document.primary), first).toContain(DOCUMENTS[name].id);
    }
  });

  it('show the window neither PIN hashes nor the chain', () => {
    for (const name of ['staff', 'chain', 'leases', 'leaseUse'] as const) expect(WINDOW_READS as readonly string[]).not.toContain(name);
  });

  it('are pulled or written by the till, never both', () => {
    const own: CollectionName[] = ['own', 'visitors', 'leaseUse', 'chain', 'drafts'];
    expect([...PULLED, ...own].sort()).toEqual([...NAMES].sort());
  });
});

describe('the schema of a collection', () => {
  it('is plain data of its own each time', () => {
    const schema = collectionSchema('own');
    expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
    schema.properties['id'] = {};
    schema.indexes.push(['id']);
    expect(collectionSchema('own')).not.toEqual(schema);
  });
});
