import { categorizeBulkWriteRows, type RxStorageInstance } from 'rxdb/plugins/core';
import { storeAttachments, type AttachmentBytes } from './attachments.ts';
import type { StoredDocument, StoredSchema } from './layout.ts';
import type { Change, WriteError, WriteRow } from './rows.ts';
import type { Table } from './table.ts';

/** What a write did: the rows that were refused, and the change to announce after the commit. */
export interface Written {
  errors: WriteError[];
  change: Change | undefined;
}

/** The part of an instance that RxDB's own conflict rules look at. */
type SchemaHolder = RxStorageInstance<StoredDocument, unknown, unknown>;

/** Writes rows inside the transaction that is open, by RxDB's own rules of conflict. */
export function writeRows(table: Table, schema: StoredSchema, rows: readonly WriteRow[], context: string, bytes: AttachmentBytes): Written {
  const { primary } = table.layout;
  const written: Written = { errors: [], change: undefined };
  for (const batch of withoutTwins(rows, primary)) {
    const held = new Map<string, StoredDocument>();
    if (!table.isEmpty()) {
      for (const { document } of batch) {
        const id = document[primary] as string;
        const found = table.find(id);
        if (found !== undefined) held.set(id, found);
      }
    }
    const sorted = categorizeBulkWriteRows<StoredDocument>({ schema } as SchemaHolder, primary as never, held as never, batch, context);
    for (const { document } of sorted.bulkInsertDocs) table.insert(document);
    for (const { document } of sorted.bulkUpdateDocs) table.update(document);
    if (table.layout.attachments) storeAttachments(table, sorted, bytes);
    written.errors.push(...sorted.errors);
    addChange(written, sorted, primary);
  }
  return written;
}

/** Splits rows so that no part has one id twice: a later row of a document must meet the earlier one as a conflict. */
function withoutTwins(rows: readonly WriteRow[], primary: string): WriteRow[][] {
  const parts: WriteRow[][] = [];
  let part: WriteRow[] = [];
  let ids = new Set<unknown>();
  for (const row of rows) {
    const id = row.document[primary];
    if (typeof id !== 'string' || id === '') throw new Error(`A document has no text as its primary key ${primary}.`);
    if (ids.has(id)) {
      parts.push(part);
      [part, ids] = [[], new Set()];
    }
    part.push(row);
    ids.add(id);
  }
  if (part.length > 0) parts.push(part);
  return parts;
}

function addChange(written: Written, sorted: ReturnType<typeof categorizeBulkWriteRows<StoredDocument>>, primary: string): void {
  const newest = sorted.newestRow?.document;
  if (newest === undefined) return;
  // RxDB lists an event also for a document whose attachment was refused.
  const refused = new Set(sorted.errors.map((error) => error.documentId));
  const events = sorted.eventBulk.events.filter((event) => !refused.has(event.documentId));
  if (events.length === 0) return;
  const checkpoint = { id: newest[primary] as string, lwt: newest._meta.lwt };
  written.change = { ...sorted.eventBulk, events: [...(written.change?.events ?? []), ...events], checkpoint };
}
