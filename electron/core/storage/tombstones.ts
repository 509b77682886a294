import type { Table } from './table.ts';

/** Tombstones dropped in one call, so that a till in use is not held up. */
const BATCH = 2_000;

/** Drops documents that were deleted at or before a time (milliseconds since 1970); false when there are more. */
export function dropOldTombstones({ connection, layout }: Table, deletedByMs: number): boolean {
  const old = `SELECT "id" FROM ${layout.sql} WHERE "deleted" = 1 AND "lwt" <= ? ORDER BY "lwt", "id" LIMIT ${BATCH}`;
  const changes = connection.transact(() => {
    if (layout.attachments) {
      connection.statement(`DELETE FROM "_attachments" WHERE "table" = ? AND "document" IN (${old})`).run(layout.table, deletedByMs);
    }
    return connection.statement(`DELETE FROM ${layout.sql} WHERE "id" IN (${old})`).run(deletedByMs).changes;
  });
  return Number(changes) < BATCH;
}
