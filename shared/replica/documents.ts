import { normalizeMangoQuery, prepareQuery, type MangoQuery, type RxDocumentData } from 'rxdb/plugins/core';
import { Subscription } from 'rxjs';
import type { CollectionName } from '../contract/collections.ts';
import type { Replica, ReplicaDocuments } from './ports.ts';

/** A document without RxDB's own fields. */
export function plain<D extends object>(document: D | RxDocumentData<D>): D {
  const { _deleted, _rev, _meta, _attachments, ...rest } = document as RxDocumentData<D>;
  return rest as unknown as D;
}

/** One document by its id, from the storage itself; undefined when there is none. */
export async function readDocument<N extends CollectionName>(replica: Replica, name: N, id: string): Promise<ReplicaDocuments[N] | undefined> {
  const [found] = await replica.collections[name].storageInstance.findDocumentsById([id], false);
  return found === undefined ? undefined : plain<ReplicaDocuments[N]>(found as RxDocumentData<ReplicaDocuments[N]>);
}

/** Documents by their ids, in the order of the ids; those that are not there are left out. */
export async function readDocuments<N extends CollectionName>(replica: Replica, name: N, ids: readonly string[]): Promise<ReplicaDocuments[N][]> {
  const found = await replica.collections[name].storageInstance.findDocumentsById([...ids], false);
  const byId = new Map(found.map((document) => [(document as { id: string }).id, plain<ReplicaDocuments[N]>(document as RxDocumentData<ReplicaDocuments[N]>)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}

/**
 * Documents that meet a query, from the storage itself: no RxDocument is made and nothing enters RxDB's query cache, which
 * matters for reading 100,000 entries and for queries that are asked once.
 */
export async function queryDocuments<N extends CollectionName>(
  replica: Replica,
  name: N,
  query: MangoQuery<ReplicaDocuments[N]>,
): Promise<ReplicaDocuments[N][]> {
  const { schema, storageInstance } = replica.collections[name];
  const filled = normalizeMangoQuery(schema.jsonSchema as never, query as MangoQuery<RxDocumentData<ReplicaDocuments[N]>>);
  filled.selector = { ...filled.selector, _deleted: { $eq: false } } as never;
  const { documents } = await storageInstance.query(prepareQuery(schema.jsonSchema as never, filled) as never);
  return documents.map((document) => plain<ReplicaDocuments[N]>(document as RxDocumentData<ReplicaDocuments[N]>));
}

/** Hears of every document of a collection: of those present first, then of each change. */
export interface Sink<D> {
  put(documents: readonly D[]): void;
  drop(ids: readonly string[]): void;
}

/** Documents read at once while a collection is loaded into memory. */
const PAGE = 5_000;

/**
 * Feeds a sink with a collection as it is and as it changes. Resolves when all that was there has been put. A document that
 * changes while the collection is being read is put as it changed, never as it was before.
 */
export async function follow<N extends CollectionName>(replica: Replica, name: N, sink: Sink<ReplicaDocuments[N]>): Promise<Subscription> {
  type D = ReplicaDocuments[N];
  let touched: Set<string> | undefined = new Set();
  const changes = replica.collections[name].eventBulks$.subscribe(({ events }) => {
    const put: D[] = [];
    const drop: string[] = [];
    for (const event of events) {
      touched?.add(event.documentId);
      if (event.operation === 'DELETE') drop.push(event.documentId);
      else put.push(plain<D>(event.documentData as RxDocumentData<D>));
    }
    if (put.length > 0) sink.put(put);
    if (drop.length > 0) sink.drop(drop);
  });
  let last = '';
  for (;;) {
    const query = { selector: { id: { $gt: last } }, sort: [{ id: 'asc' }], limit: PAGE };
    const page = await queryDocuments(replica, name, query as unknown as MangoQuery<D>);
    const fresh = page.filter((document) => !touched?.has(document.id));
    if (fresh.length > 0) sink.put(fresh);
    const end = page.at(-1);
    if (end === undefined || page.length < PAGE) break;
    last = end.id;
  }
  touched = undefined;
  return changes;
}

/** A small collection kept whole in memory. */
export interface Mirror<D> {
  readonly documents: ReadonlyMap<string, D>;
  readonly following: Subscription;
}

/** Keeps a collection in memory; `onChange` is called after every change that comes later. */
export async function mirror<N extends CollectionName>(replica: Replica, name: N, onChange: () => void): Promise<Mirror<ReplicaDocuments[N]>> {
  const documents = new Map<string, ReplicaDocuments[N]>();
  let loaded = false;
  const changed = (): void => {
    if (loaded) onChange();
  };
  const following = await follow(replica, name, {
    put(changes) {
      for (const document of changes) documents.set(document.id, document);
      changed();
    },
    drop(ids) {
      for (const id of ids) documents.delete(id);
      changed();
    },
  });
  loaded = true;
  return { documents, following };
}
