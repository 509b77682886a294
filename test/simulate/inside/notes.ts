import { createRevision, now, type RxStorageInstance } from 'rxdb/plugins/core';

interface Kept { id: string; note: object; _deleted: boolean; _rev: string }
type Notes = RxStorageInstance<Kept, unknown, unknown>;

const keptBy = new WeakMap<object, Notes>();

/** Says which collection keeps the cursors of a storage instance. */
export const keepNotes = (instance: object, notes: Notes): void => void keptBy.set(instance, notes);

/** The note under a name; undefined when there is none. */
export async function readNote(instance: object, id: string): Promise<object | undefined> {
  const [found] = await keptBy.get(instance)?.findDocumentsById([id], false) ?? [];
  return found?.note;
}

/** Keeps a note; flushed, with everything that was written before it. */
export async function writeNote(instance: object, id: string, note: object): Promise<void> {
  const notes = keptBy.get(instance);
  if (notes === undefined) throw new Error('assertion failed: a cursor has a collection');
  const [previous] = await notes.findDocumentsById([id], true);
  const document = { id, note, _deleted: false, _attachments: {}, _meta: { lwt: now() }, _rev: createRevision('cursor', previous as never) };
  const row = previous === undefined ? { document } : { document, previous };
  const { error } = await notes.bulkWrite([row as never], 'cursor');
  if (error.length > 0) throw new Error('a cursor could not be written');
}
