import { auditTime, Subject, type Subscription } from 'rxjs';
import type { MangoQuery } from 'rxdb/plugins/core';
import type { EntryFilter, EntryList, EntryRows, RowsFrom } from '../contract/history.ts';
import type { OwnEntryDoc, PostedEntryDoc } from '../contract/documents.ts';
import type { Directory } from './directory.ts';
import { plain, queryDocuments } from './documents.ts';
import { createEntryIndex, placeOf, type EntryIndex, type RowNames } from './entryindex.ts';
import type { MemberIndex } from './lookup.ts';
import type { Identity, Replica } from './ports.ts';
import type { Projection } from './projection.ts';
import { HOST_TIMERS } from './sync/timing.ts';

export interface HistoryParts {
  replica: Replica;
  identity: Identity;
  directory: Directory;
  projection: Projection;
  index: MemberIndex;
}

/** The entries of this store, searched in memory. Nothing is read until somebody looks; then the newest come first. */
export interface History {
  /** Rows of the list that a filter makes. */
  rows(input: { filter: EntryFilter; from: RowsFrom; count: number }): Promise<EntryRows>;
  /** How the list of a filter stands, now and after every change; answers how to stop. */
  watch(filter: EntryFilter, next: (list: EntryList) => void): () => void;
  stop(): void;
}

/** Entries read at once: few enough that a sale between two pages waits for none. */
const PAGE = 500;
/** Changes that come together are told together, milliseconds. */
const TOGETHER_MS = 40;

type Source = 'own' | 'posted';

/** Makes the history of a till. */
export function createHistory({ replica, identity, directory, projection, index: members }: HistoryParts): History {
  const entries = createEntryIndex();
  const changed = new Subject<void>();
  const reader = createReader(replica, identity.store, entries, () => changed.next());
  const names: RowNames = {
    member: (id) => (id === '' ? undefined : projection.account(id)),
    person: (id) => directory.person(id)?.name ?? id,
    matching: (text) => withCarried(members.matching(text), projection),
  };
  const find = (filter: EntryFilter) => entries.find(filter, names, directory.own()?.currency ?? 'XXX');
  return {
    async rows({ filter, from, count }) {
      await reader.begin();
      const list = find(filter);
      const start = 'place' in from ? from.place : placeAfter(list, from);
      return { version: entries.version(), total: list.length, rows: list.slice(start, start + count).map((fact) => entries.row(fact, names)) };
    },
    watch(filter, next) {
      const tell = (): void => next({
        version: entries.version(), total: find(filter).length, read: entries.size(), isWhole: reader.isWhole(),
        staff: entries.staff().map((id) => ({ id, name: names.person(id) })).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)),
      });
      const watching = changed.pipe(auditTime(TOGETHER_MS)).subscribe(tell);
      reader.begin().then(() => {
        if (!watching.closed) tell();
      }, () => undefined);
      return () => watching.unsubscribe();
    },
    stop: reader.stop,
  };
}

function placeAfter(list: ReturnType<EntryIndex['find']>, { occurredMs, entry }: { occurredMs: number; entry: string }): number {
  const at = placeOf(list, { occurredMs, id: entry });
  return list[at]?.id === entry ? at + 1 : at;
}

/** The members found, and those whose points they carry now: what was sold to a member is found by the successor's name, too. */
function withCarried(found: ReadonlySet<string>, projection: Projection): ReadonlySet<string> {
  return new Set([...found].flatMap((id) => projection.carriedWith(id)));
}

/** Reads a store's entries into the index, newest first, and what changes meanwhile and later. */
function createReader(replica: Replica, store: string, entries: EntryIndex, onChange: () => void) {
  let first: Promise<void> | undefined;
  let isWhole = false;
  let stopped = false;
  const following: Subscription[] = [];
  const put = (source: Source, documents: readonly (OwnEntryDoc | PostedEntryDoc)[]): void => {
    const here = documents.filter((document) => document.store === store);
    if (here.length === 0) return;
    if (source === 'own') entries.put(source, here as OwnEntryDoc[]);
    else entries.put(source, here as PostedEntryDoc[]);
  };
  const touched = { own: new Set<string>(), posted: new Set<string>() };
  const follow = (source: Source): void => {
    following.push(replica.collections[source].eventBulks$.subscribe(({ events }) => {
      const drop: string[] = [];
      const documents: (OwnEntryDoc | PostedEntryDoc)[] = [];
      for (const event of events) {
        if (!isWhole) touched[source].add(event.documentId);
        if (event.operation === 'DELETE') drop.push(event.documentId);
        else documents.push(plain<OwnEntryDoc | PostedEntryDoc>(event.documentData as never));
      }
      put(source, documents);
      if (drop.length > 0) entries.drop(source, drop);
      onChange();
    }));
  };
  const pages = { own: pagesOf(replica, 'own'), posted: pagesOf(replica, 'posted') };
  /** Reads the next page of whichever has the newer entries, so that the list grows at its end. */
  const step = async (): Promise<boolean> => {
    const source: Source | undefined = pages.own.isOver() ? (pages.posted.isOver() ? undefined : 'posted') : pages.posted.isOver() || pages.own.reachedMs() >= pages.posted.reachedMs() ? 'own' : 'posted';
    if (source === undefined) return false;
    const page = await pages[source].next();
    // What has changed while it was being read is there already, as it changed.
    put(source, page.filter((document) => !touched[source].has(document.id)));
    onChange();
    return true;
  };
  const readOn = async (): Promise<void> => {
    while (!stopped && (await step())) await breathe();
    if (stopped) return;
    isWhole = true;
    touched.own.clear();
    touched.posted.clear();
    onChange();
  };
  return {
    isWhole: () => isWhole,
    /** Resolves when the newest entries of both collections are there; the others follow. */
    begin(): Promise<void> {
      first ??= (async () => {
        follow('own');
        follow('posted');
        await step();
        await step();
        readOn().catch(() => undefined);
      })();
      // What could not be read now is read again by whoever looks next.
      first.catch(() => {
        for (const one of following.splice(0)) one.unsubscribe();
        first = undefined;
      });
      return first;
    },
    stop(): void {
      stopped = true;
      for (const one of following) one.unsubscribe();
    },
  };
}

/** A collection of entries page by page, newest first, by its index. */
function pagesOf(replica: Replica, source: Source) {
  let [reachedMs, skip, over] = [Number.MAX_SAFE_INTEGER, 0, false];
  return {
    isOver: () => over,
    reachedMs: () => reachedMs,
    async next(): Promise<(OwnEntryDoc | PostedEntryDoc)[]> {
      // From the last moment that was read, past those of it that were: a page costs the same wherever it lies.
      const query: MangoQuery<OwnEntryDoc> & MangoQuery<PostedEntryDoc> = {
        selector: { occurredMs: { $lte: reachedMs } }, sort: [{ occurredMs: 'desc' }, { id: 'desc' }], skip, limit: PAGE,
      };
      const page: (OwnEntryDoc | PostedEntryDoc)[] = await queryDocuments(replica, source, query);
      over = page.length < PAGE;
      const endMs = page.at(-1)?.occurredMs ?? reachedMs;
      skip = (endMs === reachedMs ? skip : 0) + page.filter((document) => document.occurredMs === endMs).length;
      reachedMs = endMs;
      return page;
    },
  };
}

/** Lets everything else that waits run first. */
function breathe(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  HOST_TIMERS.after(0, resolve);
  return promise;
}
