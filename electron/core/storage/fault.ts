/** What a replica's file can suffer; a person is told, and nothing was half-written. */
export type StorageFaultCode = 'damaged' | 'disk-full' | 'unwritable' | 'busy';

const WORDS: Record<StorageFaultCode, string> = {
  damaged: 'The replica file is damaged or its disk fails.',
  'disk-full': 'The disk is full; nothing was written.',
  unwritable: 'The replica file or its folder cannot be written.',
  busy: 'Another process has the replica file open.',
};

/** A fault of the file or its disk. The transaction that met it is rolled back. */
export class StorageFault extends Error {
  override readonly name = 'StorageFault';
  readonly code: StorageFaultCode;

  constructor(code: StorageFaultCode, detail: string, cause?: unknown) {
    super(`${WORDS[code]} (${detail})`, { cause });
    this.code = code;
  }
}

/** A row of an atomic write that does not follow what is stored; the whole write is undone. */
export class AtomicConflict extends Error {
  override readonly name = 'AtomicConflict';
  readonly code = 'conflict';
  readonly collection: string;
  readonly documentId: string;
  // Private, so that a logger which lists an error's fields does not write a document.
  readonly #documentInDb: unknown;

  constructor(collection: string, documentId: string, documentInDb: unknown) {
    super(`The write of ${collection} ${documentId} does not follow what is stored; nothing was written.`);
    this.collection = collection;
    this.documentId = documentId;
    this.#documentInDb = documentInDb;
  }

  /** What is stored under that id, as RxDB keeps it; undefined when an attachment was the trouble. */
  get documentInDb(): unknown {
    return this.#documentInDb;
  }
}

// Primary result codes of SQLite (https://sqlite.org/rescode.html); the extended code keeps them in its low byte.
const CODES: Record<number, StorageFaultCode> = {
  3: 'unwritable', 5: 'busy', 6: 'busy', 8: 'unwritable', 10: 'damaged', 11: 'damaged', 13: 'disk-full', 14: 'unwritable', 23: 'unwritable', 26: 'damaged',
};

/** SQLITE_IOERR_LOCK: a file that may only be read cannot be locked for writing. */
const CANNOT_LOCK = 3850;

/** Runs `work`; an error of SQLite that concerns the file or its disk is thrown as a StorageFault, any other as it is. */
export function withFaults<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toFault(error);
  }
}

function toFault(error: unknown): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error;
  const code = error.errcode === CANNOT_LOCK ? 'unwritable' : CODES[error.errcode & 0xff];
  return code === undefined ? error : new StorageFault(code, error.message, error);
}
