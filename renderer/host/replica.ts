import { createRxDatabase, type RxCollection, type RxDatabase } from 'rxdb/plugins/core';
import { createAnswer, createErrorAnswer, getRxStorageRemote, type MessageFromRemote, type MessageToRemote, type RemoteMessageChannel } from 'rxdb/plugins/storage-remote';
import { merge, Subject, type Observable } from 'rxjs';
import { collectionSchema } from '../../shared/contract/collections.ts';
import type { OwnEntryDoc, PostedEntryDoc } from '../../shared/contract/documents.ts';
import type { ReplicaLine } from './host.ts';

/** What the window reads of the core's replica. It never writes: writing is the core's, by commands. */
export interface ReadReplica {
  own: RxCollection<OwnEntryDoc>;
  posted: RxCollection<PostedEntryDoc>;
  close: () => Promise<void>;
}

/** Collections that the history needs, of those that the core lets the window read. */
const READS = ['own', 'posted'] as const;

/** Opens the core's replica over one connection. */
export async function openReplica(line: ReplicaLine): Promise<ReadReplica> {
  const channel = channelOver(line);
  const storage = getRxStorageRemote({
    // A name of its own for each connection: RxDB keeps channels by identifier, and a lost one must not be found again.
    identifier: `window-${crypto.randomUUID()}`,
    mode: 'storage',
    messageChannelCreator: async () => channel,
  });
  const database: RxDatabase<{ own: RxCollection<OwnEntryDoc>; posted: RxCollection<PostedEntryDoc> }> = await createRxDatabase({
    name: line.database, storage, multiInstance: false, closeDuplicates: true, eventReduce: true,
  });
  await database.addCollections(Object.fromEntries(READS.map((name) => [name, { schema: collectionSchema(name), autoMigrate: false }])) as never);
  return { own: database.own, posted: database.posted, close: async () => void (await database.close()) };
}

/**
 * The remote storage's channel over a line. RxDB waits for ever for an answer that a lost connection cannot bring, so every
 * question that is open then, or asked later, is answered here: closing succeeds, all else is an error.
 */
function channelOver(line: ReplicaLine): RemoteMessageChannel {
  const open = new Map<string, MessageToRemote>();
  const local = new Subject<MessageFromRemote>();
  let ended = false;
  const answerLocally = (message: MessageToRemote): void => {
    const answer = message.method === 'close'
      ? createAnswer(message, null)
      : createErrorAnswer(message, new Error('the connection to the core ended'));
    queueMicrotask(() => local.next(answer));
  };
  line.ended$.subscribe(() => {
    ended = true;
    for (const message of open.values()) answerLocally(message);
    open.clear();
  });
  const fromCore = line.messages$ as Observable<MessageFromRemote>;
  fromCore.subscribe((message) => open.delete(message.answerTo));
  return {
    messages$: merge(fromCore, local),
    send(message) {
      if (ended) return answerLocally(message);
      open.set(message.requestId, message);
      line.send(message);
    },
    close: async () => undefined,
  };
}
