import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockingCode } from '../../shared/contract/errors.ts';
import { GENESIS_HASH } from '../../shared/domain/entry.ts';
import { openReplica } from '../../shared/replica/database.ts';
import { queryDocuments, readDocument } from '../../shared/replica/documents.ts';
import type { Identity, Replica, SyncPort } from '../../shared/replica/ports.ts';
import { createSync, type Divergence } from '../../shared/replica/sync/index.ts';
import { createTill, type TillHandlers, type TillWatches } from '../../shared/replica/till.ts';
import { readText, writeDurably } from './durable.ts';
import { toTillError } from './faults.ts';
import type { Enrolled } from './identity.ts';
import type { Log } from './log.ts';
import { createPorts } from './ports.ts';
import { compareReplica, openSentinel, type Sentinel } from './sentinel.ts';
import { isDiskFull } from './space.ts';
import { openSqliteStorage, type SqliteStorage } from './storage/sqlite.ts';

/** What a till is opened from. */
export interface OpeningOptions {
  folder: string;
  server: string;
  version: string;
  enrolled: Enrolled;
  log: Log;
  now?: (() => number) | undefined;
  /** Called once when the till may not go on under this enrolment; that is on the disk by then. */
  onDiverged: (how: Divergence) => void;
  /** Called with the incarnation that an answer of the server names. */
  onIncarnation: (incarnation: string) => void;
}

/** A till that trades. */
export interface OpenTill {
  replica: Replica;
  sync: SyncPort;
  handlers: TillHandlers;
  watches: TillWatches;
  /** Ends sync and everything live, and closes the replica once what is being written is written. */
  close(): Promise<void>;
}

/** The open till, or why its replica may not trade. */
export type Opening = { ok: true; till: OpenTill } | { ok: false; blockedBy: BlockingCode };

/**
 * Files of one chain. Each epoch has its own replica: a till that was enrolled again starts a chain, and what an earlier
 * one still held stays on the disk, untouched, for whoever recovers it.
 */
export function chainFiles(folder: string, { terminal, epoch }: Pick<Identity, 'terminal' | 'epoch'>): ChainFiles {
  const base = join(folder, `replica-${terminal}-${epoch}`);
  return { replica: `${base}.sqlite`, sentinel: `${base}.head.json`, ended: `${base}.ended` };
}

export interface ChainFiles {
  replica: string;
  sentinel: string;
  /** Says that nothing may be written to this chain any more, and why. */
  ended: string;
}

/** What has already been found out about a chain without opening its replica. */
function missingPart(files: ChainFiles, sentinel: Sentinel): BlockingCode | undefined {
  const ended = readText(files.ended)?.trim();
  if (ended !== undefined) return ended === 'chain-ahead' ? 'chain-ahead' : 'chain-forked';
  const hasReplica = existsSync(files.replica);
  if (sentinel.head === null) return hasReplica || sentinel.exists ? 'sentinel-missing' : 'replica-missing';
  return sentinel.head.seq > 0 && !hasReplica ? 'replica-missing' : undefined;
}

/** Opens an enrolled till: its replica when it is whole and as this machine left it, then sync and commands over it. */
export async function openTill(options: OpeningOptions): Promise<Opening> {
  const { folder, enrolled: { identity }, log } = options;
  const files = chainFiles(folder, identity);
  const sentinel = openSentinel(files.sentinel, identity);
  const missing = missingPart(files, sentinel);
  if (missing !== undefined) {
    log.info('the till may not trade', { by: missing, replica: existsSync(files.replica), sentinel: sentinel.head?.seq ?? null });
    return { ok: false, blockedBy: missing };
  }
  const name = databaseName(identity);
  const storage = openSqliteStorage({ file: () => files.replica });
  let replica: Replica | undefined;
  const closeAll = async (): Promise<void> => {
    sentinel.close();
    await replica?.close();
    await storage.close();
  };
  try {
    replica = await openReplica({ storage: storage.storage, name, atomic: storage.atomic });
    const verdict = await judge(storage.checkIntegrity(name), replica, identity, sentinel, log);
    if (verdict === undefined) {
      const till = await compose(options, sentinel, replica, storage);
      if (till.blockedBy === undefined) return { ok: true, till };
      // The till found that its chain does not fit together: nothing of it may be sent either.
      await till.close();
      return { ok: false, blockedBy: till.blockedBy };
    }
    await closeAll();
    return { ok: false, blockedBy: verdict };
  } catch (error) {
    await closeAll().catch(() => undefined);
    // A full disk says nothing about the replica.
    if (isDiskFull(error, folder) || toTillError(error).code !== 'replica-damaged') throw error;
    log.error('the replica is damaged', error);
    return { ok: false, blockedBy: 'replica-damaged' };
  }
}

/** Why an open replica may not trade; undefined when it may. */
async function judge(
  integrity: string, replica: Replica, identity: Identity, sentinel: Sentinel, log: Log,
): Promise<BlockingCode | undefined> {
  if (integrity !== 'ok') {
    log.info('the replica is damaged', { found: integrity.slice(0, LONGEST_FINDING) });
    return 'replica-damaged';
  }
  return compareChain(replica, identity, sentinel, log);
}

async function compose(
  options: OpeningOptions, sentinel: Sentinel, replica: Replica, storage: SqliteStorage,
): Promise<OpenTill & { blockedBy: 'replica-damaged' | undefined }> {
  const { folder, enrolled: { identity, key }, server, version, now, log, onDiverged, onIncarnation } = options;
  const { ended } = chainFiles(folder, identity);
  const ports = createPorts({ key, sentinel, ...(now === undefined ? {} : { now }) });
  const sync = await createSync({
    replica, identity, ports, server, onIncarnation,
    onAlarm: ({ code, day, entry = null }) => log.info('the signed checkpoint does not hold what was acknowledged', { code, day, entry }),
    onDiverged(how) {
      // On the disk first: a till that is started again without its network must not go on either.
      if (readText(ended) !== undefined) return;
      writeDurably(ended, `${how}\n`);
      onDiverged(how);
    },
  });
  const till = await createTill({ replica, identity, ports, sync, version });
  let blockedBy: 'replica-damaged' | undefined;
  till.watches.till({}, (view) => (blockedBy = view.phase === 'blocked' ? 'replica-damaged' : undefined))();
  return {
    blockedBy,
    replica,
    sync,
    handlers: till.handlers,
    watches: till.watches,
    async close() {
      await till.stop();
      await sync.stop();
      sentinel.close();
      await replica.close();
      await storage.close();
    },
  };
}

/** Compares the chain with the sentinel, and moves the sentinel up to a commit that a crash kept it from. */
async function compareChain(replica: Replica, { terminal, epoch }: Identity, sentinel: Sentinel, log: Log): Promise<BlockingCode | undefined> {
  if (sentinel.head === null) return 'sentinel-missing';
  const found = await readDocument(replica, 'chain', `${terminal}.${epoch}`);
  const chain = found ?? { seq: 0, hash: GENESIS_HASH };
  const hashAt = async (seq: number): Promise<string | undefined> => {
    const [entry] = await queryDocuments(replica, 'own', { selector: { epoch, seq, terminal }, limit: 1 });
    return entry?.hash;
  };
  const standing = await compareReplica(sentinel.head, chain, hashAt);
  if (standing !== 'same') log.info('the replica differs from its sentinel', { standing, replica: chain.seq, sentinel: sentinel.head.seq });
  if (standing === 'ahead') sentinel.advance({ epoch, seq: chain.seq, hash: chain.hash });
  return standing === 'behind' ? 'replica-behind' : standing === 'other' ? 'replica-swapped' : undefined;
}

const LONGEST_FINDING = 200;

/** RxDB's name for the replica; windows open it again when it changes. */
function databaseName({ terminal, epoch }: Identity): string {
  return `till-${terminal.toLowerCase().replace(/[^a-z0-9]/g, '-')}-${epoch}`;
}
