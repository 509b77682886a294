import type { BulkWriteRow, EventBulk, RxStorageChangeEvent, RxStorageDefaultCheckpoint, RxStorageWriteError } from 'rxdb/plugins/core';
import type { StoredDocument } from './layout.ts';

/** A row as RxDB hands it to a storage. */
export type WriteRow = BulkWriteRow<StoredDocument>;
/** A row that was refused: a conflict, or an attachment without its data. */
export type WriteError = RxStorageWriteError<StoredDocument>;
/** Everything that one write changed in one collection. */
export type Change = EventBulk<RxStorageChangeEvent<StoredDocument>, RxStorageDefaultCheckpoint>;
