import { createRevision, now, type RxStorageInstance } from 'rxdb/plugins/core';
import { readNote, writeNote } from './notes.ts';
import { BehaviorSubject, Subject, type Observable } from 'rxjs';

interface Document { id: string; _deleted: boolean; _rev?: string }
interface Note { checkpointData: unknown; _meta: { lwt: number } }
interface State { lastCheckpointDoc: { down?: Note }; key: string; instance: object }

/** RxDB's replication as `Pull` uses it: pages from a handler, written in their order, each before its cursor. */
export function replicateRxCollection(options: {
  replicationIdentifier: string;
  collection: { name: string; storageInstance: RxStorageInstance<Document, unknown, unknown> };
  pull: { batchSize: number; stream$: Observable<unknown>; handler(given: unknown, limit: number): Promise<{ documents: Document[]; checkpoint: unknown }> };
}) {
  const { collection: { storageInstance, name }, pull } = options;
  const active$ = new BehaviorSubject(true);
  const error$ = new Subject<unknown>();
  const state: State = { lastCheckpointDoc: {}, key: `${options.replicationIdentifier} ${name}`, instance: storageInstance };
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;
  const write = async (documents: readonly Document[]): Promise<void> => {
    if (documents.length === 0) return;
    const found = await storageInstance.findDocumentsById(documents.map(({ id }) => id), true);
    const stored = new Map(found.map((document) => [document.id, document]));
    const rows = documents.map((document) => {
      const previous = stored.get(document.id);
      const next = { ...document, _attachments: {}, _meta: { lwt: now() }, _rev: createRevision('server', previous as never) };
      return previous === undefined ? { document: next } : { document: next, previous };
    });
    const { error } = await storageInstance.bulkWrite(rows as never, 'replication-downstream-simulated');
    if (error.length > 0) throw new Error('a pulled page could not be written');
  };
  const run = async (): Promise<void> => {
    do {
      again = false;
      active$.next(true);
      for (let more = true; more && !stopped;) {
        const page = await pull.handler(state.lastCheckpointDoc.down?.checkpointData, pull.batchSize);
        if (stopped) break;
        try {
          await write(page.documents);
          if (page.documents.length > 0) await setCheckpoint(state, 'down', page.checkpoint);
        } catch (error) {
          error$.next(error);
          break;
        }
        more = page.documents.length >= pull.batchSize;
      }
      active$.next(false);
    } while (again && !stopped);
  };
  let started = false;
  const go = (): void => {
    again = true;
    if (started) running ??= run().finally(() => {
      running = undefined;
      if (again && !stopped) go();
    });
  };
  const following = pull.stream$.subscribe(go);
  const startPromise = readNote(storageInstance, state.key).then((note) => {
    if (note !== undefined) state.lastCheckpointDoc.down = note as Note;
    started = true;
    if (!stopped) go();
  });
  return {
    startPromise, internalReplicationState: state, active$, error$,
    async cancel() {
      stopped = true;
      following.unsubscribe();
      await running;
    },
  };
}

/** The cursor that is stored. */
export async function getLastCheckpointDoc(state: State): Promise<unknown> {
  return state.lastCheckpointDoc.down?.checkpointData;
}

/** Stores a cursor. */
export async function setCheckpoint(state: State, _direction: 'down', checkpoint: unknown): Promise<void> {
  const note: Note = { checkpointData: checkpoint, _meta: { lwt: now() } };
  await writeNote(state.instance, state.key, note);
  state.lastCheckpointDoc.down = note;
}
