import { Subject } from 'rxjs';
import { orderedText, type StoredDocument, type StoredSchema } from './layout.ts';
import type { Row, Table } from './table.ts';
import type { Change } from './rows.ts';

/** One collection's schema version, shared by every instance that has it open. */
export interface OpenCollection {
  readonly name: string;
  readonly schema: StoredSchema;
  readonly table: Table;
  readonly changes$: Subject<Change>;
  /** Instances that have it open. */
  instances: number;
  removed: boolean;
}

/** Opens the state of a collection over its table. */
export function openCollection(name: string, schema: StoredSchema, table: Table): OpenCollection {
  return { name, schema, table, changes$: new Subject(), instances: 0, removed: false };
}

/** Point in a collection's history: the last-write time of a document and its id. */
export interface Checkpoint {
  id: string;
  lwt: number;
}

/** Documents, deleted ones too, that were written after a checkpoint, oldest write first. */
export function changedSince({ table }: OpenCollection, limit: number, checkpoint: Checkpoint | undefined): { documents: StoredDocument[]; checkpoint: Checkpoint } {
  const { connection, layout } = table;
  const from = checkpoint ?? { id: '', lwt: 0 };
  const rows = connection
    .statement(`SELECT "data", "sum" FROM ${layout.sql} WHERE ("lwt", "id") > (?, ?) ORDER BY "lwt", "id" LIMIT CAST(? AS INTEGER)`)
    .all(from.lwt, orderedText(from.id), limit) as unknown as Row[];
  const documents = rows.map((row) => table.read(row));
  const last = documents.at(-1);
  return { documents, checkpoint: last === undefined ? from : { id: last[layout.primary] as string, lwt: last._meta.lwt } };
}
