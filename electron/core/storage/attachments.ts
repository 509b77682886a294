import { crc32 } from 'node:zlib';
import type { CategorizeBulkWriteRowsOutput, RxAttachmentWriteData } from 'rxdb/plugins/core';
import { StorageFault } from './fault.ts';
import { orderedText, type StoredDocument } from './layout.ts';
import type { Table } from './table.ts';
import type { WriteRow } from './rows.ts';

/** Bytes of the attachments that a write brings, read before its transaction because a Blob can only be awaited. */
export type AttachmentBytes = ReadonlyMap<Blob, Uint8Array<ArrayBuffer>>;

/** Reads the bytes that rows bring. */
export async function readAttachments(rows: readonly WriteRow[]): Promise<AttachmentBytes> {
  const bytes = new Map<Blob, Uint8Array<ArrayBuffer>>();
  for (const { document } of rows) {
    for (const attachment of Object.values(document._attachments)) {
      const { data } = attachment as Partial<RxAttachmentWriteData>;
      if (data !== undefined) bytes.set(data, new Uint8Array(await data.arrayBuffer()));
    }
  }
  return bytes;
}

/** Writes what RxDB sorted as added, changed and removed, inside the transaction that is open. */
export function storeAttachments({ connection, layout }: Table, sorted: CategorizeBulkWriteRowsOutput<StoredDocument>, bytes: AttachmentBytes): void {
  for (const { documentId, attachmentId, attachmentData, digest } of [...sorted.attachmentsAdd, ...sorted.attachmentsUpdate]) {
    const data = bytes.get(attachmentData.data);
    if (data === undefined) throw new Error('An attachment of the write was not read before it.');
    connection
      .statement('INSERT OR REPLACE INTO "_attachments" VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(layout.table, orderedText(documentId), orderedText(attachmentId), digest, attachmentData.type, crc32(data), data);
  }
  for (const { documentId, attachmentId } of sorted.attachmentsRemove) {
    connection
      .statement('DELETE FROM "_attachments" WHERE "table" = ? AND "document" = ? AND "name" = ?')
      .run(layout.table, orderedText(documentId), orderedText(attachmentId));
  }
}

/** One attachment; throws when the document has none of that name and digest. */
export function findAttachment({ connection, layout }: Table, documentId: string, attachmentId: string, digest: string): Blob {
  const row = connection
    .statement('SELECT "data", "sum", "type" FROM "_attachments" WHERE "table" = ? AND "document" = ? AND "name" = ? AND "digest" = ?')
    .get(layout.table, orderedText(documentId), orderedText(attachmentId), digest) as unknown as [Uint8Array<ArrayBuffer>, number, string] | undefined;
  if (row === undefined) throw new Error(`attachment does not exist: ${documentId} ${attachmentId}`);
  const [data, sum, type] = row;
  if (crc32(data) !== sum) throw new StorageFault('damaged', `an attachment of ${layout.table} has not the checksum it was written with`);
  return new Blob([data], { type });
}
