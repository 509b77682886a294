import { createRxDatabase } from 'rxdb/plugins/core';
import { getRxStorageMemory } from 'rxdb/plugins/storage-memory';
import { exposeRxStorageRemote, type MessageFromRemote, type MessageToRemote } from 'rxdb/plugins/storage-remote';
import { Subject } from 'rxjs';
import { collectionSchema } from '../../../shared/contract/collections.ts';
import type { OwnEntryDoc, PostedEntryDoc } from '../../../shared/contract/documents.ts';
import type { ReplicaLine } from '../../../renderer/host/host.ts';

/** A replica in memory behind RxDB's real remote storage, so that the window's read side runs as it does in the product. */
export async function memoryLine(docs: { own: OwnEntryDoc[]; posted: PostedEntryDoc[] }): Promise<{ line: ReplicaLine; cut: () => void; close: () => Promise<void> }> {
  const database = await createRxDatabase({ name: `till-${crypto.randomUUID()}`, storage: getRxStorageMemory(), multiInstance: false });
  await database.addCollections({ own: { schema: collectionSchema('own') }, posted: { schema: collectionSchema('posted') } } as never);
  await database.collections['own']?.bulkInsert(docs.own);
  await database.collections['posted']?.bulkInsert(docs.posted);
  const toCore = new Subject<MessageToRemote>();
  const toWindow = new Subject<unknown>();
  const ended = new Subject<void>();
  let open = true;
  exposeRxStorageRemote({
    database,
    messages$: toCore,
    // Through JSON, as over the WebSocket.
    send: (message: MessageFromRemote) => setTimeout(() => open && toWindow.next(JSON.parse(JSON.stringify(message)))),
  });
  return {
    line: {
      database: database.name,
      send: (message) => {
        if (open) toCore.next(JSON.parse(JSON.stringify(message)) as MessageToRemote);
      },
      messages$: toWindow,
      ended$: ended,
    },
    cut: () => {
      open = false;
      ended.next();
    },
    close: async () => void (await database.close()),
  };
}
