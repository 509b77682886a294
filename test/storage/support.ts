import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  fillWithDefaultSettings, normalizeMangoQuery, prepareQuery, randomToken, type MangoQuery, type RxDocumentData, type RxJsonSchema, type RxStorage, type RxStorageInstance,
} from 'rxdb/plugins/core';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { openSqliteStorage } from '../../electron/core/storage/sqlite.ts';

/** A small document with every kind of field that an index may have, and some without one. */
export interface Item {
  id: string;
  name: string;
  amount: number;
  open: boolean;
  /** Has an index and may be absent. */
  rank?: number;
  note?: string | null;
  tags?: string[];
  place?: { city: string; floor?: number };
}

export type Stored<D = Item> = RxDocumentData<D>;
export type Instance<D = Item> = RxStorageInstance<D, unknown, Record<string, unknown>>;

export const ITEM_SCHEMA: RxJsonSchema<Item> = {
  version: 0,
  primaryKey: 'id',
  type: 'object',
  properties: {
    id: { type: 'string', maxLength: 40 },
    name: { type: 'string', maxLength: 40 },
    amount: { type: 'integer', minimum: -1_000_000, maximum: 1_000_000, multipleOf: 1 },
    open: { type: 'boolean' },
    rank: { type: 'integer', minimum: -10, maximum: 10, multipleOf: 1 },
    note: { type: ['string', 'null'] },
    tags: { type: 'array', items: { type: 'string' } },
    place: { type: 'object', properties: { city: { type: 'string', maxLength: 40 }, floor: { type: 'integer' } } },
  },
  required: ['id', 'name', 'amount', 'open'],
  indexes: ['name', ['amount', 'id'], ['open', 'amount'], ['name', 'amount'], ['rank']],
};

/** A storage under test; `storage()` may be called again to stand for the next start of the program. */
export interface Subject {
  name: string;
  storage: () => RxStorage<unknown, Record<string, unknown>>;
  end: () => Promise<void>;
}

/** The project's storage on real files, and RxDB's own in memory. */
export const SUBJECTS: { name: string; open: () => Subject }[] = [
  {
    name: 'sqlite',
    open() {
      const { folder, remove } = makeFolder();
      const sqlite = openSqliteStorage({ file: (name) => join(folder, `${name}.db`) });
      return {
        name: 'sqlite',
        storage: () => sqlite.storage as RxStorage<unknown, Record<string, unknown>>,
        end: async () => {
          await sqlite.close();
          remove();
        },
      };
    },
  },
  {
    name: 'memory',
    open: () => ({ name: 'memory', storage: () => getRxStorageMemory() as RxStorage<unknown, Record<string, unknown>>, end: async () => undefined }),
  },
];

/** A folder of its own under the system's temporary one. */
export function makeFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'tillpoint-storage-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** Where an instance is opened; everything that is left out is new. */
export interface Place<D> {
  database?: string;
  collection?: string;
  schema?: RxJsonSchema<D>;
  multiInstance?: boolean;
}

/** Opens an instance of a collection, of items when no schema is given. */
export async function openInstance<D = Item>(storage: RxStorage<unknown, Record<string, unknown>>, place: Place<D> = {}): Promise<Instance<D>> {
  return storage.createStorageInstance<D>({
    databaseInstanceToken: randomToken(10),
    databaseName: place.database ?? randomToken(12),
    collectionName: place.collection ?? 'items',
    schema: fillWithDefaultSettings(place.schema ?? (ITEM_SCHEMA as unknown as RxJsonSchema<D>)),
    options: {},
    multiInstance: place.multiInstance ?? false,
    devMode: false,
  });
}

let clock = 1_700_000_000_000;

/** A stored item of its first revision, written a moment after the one before. */
export function item(values: Partial<Stored> & { id: string }): Stored {
  clock += 1;
  return { name: 'n', amount: 1, open: true, _deleted: false, _attachments: {}, _meta: { lwt: clock }, _rev: '1-a', ...values };
}

/** The next revision of a stored document. */
export function next<D>(previous: Stored<D>, changes: Partial<Stored<D>>): Stored<D> {
  clock += 1;
  const height = Number(previous._rev.split('-')[0]) + 1;
  return { ...previous, _meta: { lwt: clock }, _rev: `${height}-a`, ...changes };
}

/** Runs a Mango query as RxDB would hand it to the storage, over documents that are not deleted. */
export async function find<D = Item>(instance: Instance<D>, query: MangoQuery<D>): Promise<Stored<D>[]> {
  return (await instance.query(prepared(instance, query))).documents;
}

/** How many documents a Mango query has, and whether counting was fast. */
export async function count<D = Item>(instance: Instance<D>, query: MangoQuery<D>): Promise<{ count: number; mode: string }> {
  return instance.count(prepared(instance, query));
}

/** A query as RxDB prepares it; the selector's own `_deleted`, when it has one, stays. */
export function prepared<D>(instance: Instance<D>, query: MangoQuery<D>) {
  const selector = { _deleted: { $eq: false }, ...query.selector };
  const schema = instance.schema as RxJsonSchema<Stored<D>>;
  return prepareQuery<D>(schema as never, normalizeMangoQuery(schema as never, { ...query, selector } as never));
}

/** Ids of documents, in their order. */
export function ids(documents: readonly { id: string }[]): string[] {
  return documents.map((document) => document.id);
}
