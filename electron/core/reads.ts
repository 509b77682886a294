import type { RxStorage, RxStorageInstance, RxStorageInstanceCreationParams } from 'rxdb';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { createAnswer, createErrorAnswer, exposeRxStorageRemote, type MessageFromRemote, type MessageToRemote } from 'rxdb/plugins/storage-remote';
import { deepEqual, RXDB_VERSION } from 'rxdb/plugins/utils';
import { Subject, takeUntil, type Observable } from 'rxjs';
import { Type } from 'typebox';
import { WINDOW_READS } from '../../shared/contract/collections.ts';
import { strictObject } from '../../shared/contract/primitives.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import type { Replica } from '../../shared/replica/ports.ts';

/** RxDB keeps its own notes of a database in this collection; a window's notes are its own and never the replica's. */
const INTERNAL_STORE = '_rxdb_internal';

const METHODS = [
  'create', 'close', 'query', 'count', 'findDocumentsById', 'getChangedDocumentsSince', 'cleanup', 'bulkWrite', 'remove',
] as const;

const isRemoteMessage = compileCheck(strictObject({
  connectionId: Type.String({ maxLength: 200 }),
  requestId: Type.String({ maxLength: 200 }),
  method: Type.Enum([...METHODS]),
  version: Type.String({ maxLength: 40 }),
  params: Type.Unknown(),
}));
const isCreateParams = compileCheck(Type.Object({
  databaseName: Type.String(),
  collectionName: Type.String(),
  schema: Type.Object({ version: Type.Integer(), primaryKey: Type.Union([Type.String(), Type.Object({})]) }),
}));

/** Any storage instance: the window's questions name no document type. */
type Instance = RxStorageInstance<unknown, unknown, unknown, unknown>;

/** The replica as one window sees it. */
export interface WindowReads {
  /** Takes a message of RxDB's remote storage. What is none is left unanswered. */
  receive(message: unknown): void;
  /** Ends every stream to this window. */
  close(): void;
}

/** Serves a replica to one window: what WINDOW_READS names, and reading only. */
export function exposeReads(replica: Replica, send: (message: MessageFromRemote) => void): WindowReads {
  const messages$ = new Subject<MessageToRemote>();
  const ended$ = new Subject<void>();
  const connections = new Set<string>();
  exposeRxStorageRemote({ messages$, send, storage: readingStorage(replica, ended$) });
  return {
    receive(message) {
      if (!isRemoteMessage(message)) return;
      const asked = message as MessageToRemote;
      if (asked.method === 'create') {
        if (!isCreateParams(asked.params)) return send(createErrorAnswer(asked, new Error('these are no parameters of a storage')));
        connections.add(asked.connectionId);
      } else if (!connections.has(asked.connectionId)) {
        // A connection of a replica that was exchanged: RxDB would wait for this answer for ever.
        return send(asked.method === 'close' ? createAnswer(asked, null) : createErrorAnswer(asked, new Error('this connection has ended')));
      } else if (!Array.isArray(asked.params)) return;
      messages$.next(asked);
    },
    close() {
      ended$.next();
      ended$.complete();
      messages$.complete();
    },
  };
}

/** A storage whose instances are the replica's own, as far as a window may read them. */
function readingStorage(replica: Replica, ended$: Observable<void>): RxStorage<unknown, unknown> {
  // The memory storage keeps its states for the whole process; a window's must end with its connection.
  const memory = { ...getRxStorageMemory(), collectionStates: new Map() };
  const open = async (params: RxStorageInstanceCreationParams<unknown, unknown>): Promise<Instance> => {
    if (params.databaseName !== replica.name) throw new Error('this till has no such database');
    if (params.collectionName === INTERNAL_STORE) {
      return (await memory.createStorageInstance(params as never)) as unknown as Instance;
    }
    const name = WINDOW_READS.find((one) => one === params.collectionName);
    if (name === undefined) throw new Error('a window does not read this collection');
    const instance = replica.collections[name].internalStorageInstance as unknown as Instance;
    if (!deepEqual(params.schema, instance.schema)) throw new Error('the window knows another schema of this collection');
    return readOnly(instance, ended$);
  };
  return { name: 'reads', rxdbVersion: RXDB_VERSION, createStorageInstance: open as RxStorage<unknown, unknown>['createStorageInstance'] };
}

function readOnly(instance: Instance, ended$: Observable<void>): Instance {
  const refuse = async (): Promise<never> => {
    throw new Error('a window only reads');
  };
  const changesSince = instance.getChangedDocumentsSince?.bind(instance);
  return {
    databaseName: instance.databaseName,
    collectionName: instance.collectionName,
    schema: instance.schema,
    internals: {},
    options: {},
    findDocumentsById: (ids, withDeleted) => instance.findDocumentsById(ids, withDeleted),
    query: (prepared) => instance.query(prepared),
    count: (prepared) => instance.count(prepared),
    ...(changesSince === undefined ? {} : { getChangedDocumentsSince: changesSince }),
    changeStream: () => instance.changeStream().pipe(takeUntil(ended$)),
    bulkWrite: refuse,
    remove: refuse,
    cleanup: refuse,
    getAttachmentData: refuse,
    // The replica outlives its windows.
    close: async () => undefined,
  };
}
