import type { InclusionProof } from '../../contract/checkpoint.ts';
import type { OwnEntryDoc } from '../../contract/documents.ts';
import { checkpointText, findContradiction, isIncluded, type SignedCheckpoint } from '../../domain/checkpoint.ts';
import type { Identity, TillPorts } from '../ports.ts';
import type { Board } from './board.ts';
import type { Connection } from './connection.ts';
import type { OwnBook } from './own.ts';
import type { ServerCalls } from './server.ts';
import { createPause, type SyncTiming, type Timers } from './timing.ts';

/** What a signed checkpoint was found to say that it must not. */
export interface LedgerAlarm {
  /** `checkpoint-false`: not signed by the server that this till pinned. `checkpoint-lacks`: an entry is not in it as acknowledged. */
  code: 'checkpoint-false' | 'checkpoint-lacks';
  /** Day of the checkpoint. */
  day: string;
  /** The entry; absent when the checkpoint itself is false. */
  entry?: string;
}

/** Looks now and then whether the server's signed checkpoint holds what the server acknowledged to this till. */
export interface Witness {
  /** Looks at once; resolves when that has ended. Nothing happens offline, or when this checkpoint was looked at before. */
  look(): Promise<void>;
  /** Resolves when the sync has stopped and nothing is being looked at. */
  keep(): Promise<void>;
}

export interface WitnessOptions {
  calls: Pick<ServerCalls, 'checkpoint' | 'proof'>;
  book: Pick<OwnBook, 'after' | 'settledSeq'>;
  board: Pick<Board, 'fault'>;
  connection: Pick<Connection, 'isOnline'>;
  identity: Identity;
  ports: Pick<TillPorts, 'sha256' | 'verify'>;
  timing: SyncTiming;
  timers: Timers;
  stopped: AbortSignal;
  /** Compares this till's chain with the server's, which takes back answers that a restored server has lost. */
  meet: () => Promise<unknown>;
  onAlarm: (alarm: LedgerAlarm) => void;
}

/** Of the newest acknowledged entries so many are looked for in each checkpoint: more than a till makes in a day. */
export const NEWEST = 2_000;
/** Entries read at once. */
const PAGE = 200;

type Proven = { entry: OwnEntryDoc; proof: InclusionProof };

/**
 * Makes the witness. A server that changes, drops or reorders what it acknowledged cannot sign a root over the ledger that also
 * has this till's entries as they were; so the till asks for the way from each of them to the signed root, and reckons it
 * itself. What does not hold is an alarm that stays until a later checkpoint holds.
 */
export function createWitness(options: WitnessOptions): Witness {
  const { calls, board, connection, timing, timers, stopped, onAlarm } = options;
  const pause = createPause(timers, stopped);
  let looked: string | undefined;
  let running: Promise<void> | undefined;

  const alarm = (found: LedgerAlarm): void => {
    board.fault('checkpoint', found.code);
    onAlarm(found);
  };
  const look = async (): Promise<void> => {
    if (!connection.isOnline()) return;
    const latest = await calls.checkpoint();
    if (!latest.ok) return;
    const { checkpoint } = latest.value;
    if (checkpoint.signature === looked) return;
    const found = await examine(options, checkpoint, () => pause.wait(timing.proofSpacingMs));
    if (found === 'unfinished') return;
    looked = checkpoint.signature;
    if (found === undefined) board.fault('checkpoint', null);
    else alarm(found);
  };
  const once = (): Promise<void> => {
    // A replica that cannot be read shows elsewhere; the checkpoint is looked at again next time.
    running ??= look().catch(() => undefined).finally(() => (running = undefined));
    return running;
  };
  return {
    look: once,
    async keep() {
      for (let waitMs = timing.checkpointFirstMs; !stopped.aborted; waitMs = timing.checkpointMs) {
        await pause.wait(waitMs);
        if (!stopped.aborted) await once();
      }
      await running;
    },
  };
}

/** What is wrong with a checkpoint, undefined when nothing is, or `unfinished` when the connection ended meanwhile. */
async function examine(options: WitnessOptions, checkpoint: SignedCheckpoint, between: () => Promise<void>): Promise<LedgerAlarm | 'unfinished' | undefined> {
  const { calls, book, connection, stopped } = options;
  if (!isSigned(options, checkpoint)) return { code: 'checkpoint-false', day: checkpoint.day };
  const settled = book.settledSeq();
  for (let from = Math.max(0, settled - NEWEST); from < settled; ) {
    const entries = (await book.after(from, PAGE)).filter((entry) => entry.seq <= settled);
    const last = entries.at(-1);
    if (last === undefined) break;
    for (const entry of entries) {
      if (entry.position === undefined || entry.position > checkpoint.position) continue;
      const answer = await calls.proof(entry.id);
      if (stopped.aborted || !connection.isOnline()) return 'unfinished';
      if (!answer.ok && answer.code !== 'not-found') return 'unfinished';
      const holds = answer.ok && isProven(options, { entry, proof: answer.value });
      if (!holds && (await isStillKnown(options, entry))) return { code: 'checkpoint-lacks', day: checkpoint.day, entry: entry.id };
      await between();
    }
    from = last.seq;
  }
  return undefined;
}

function isSigned({ identity, ports }: WitnessOptions, checkpoint: SignedCheckpoint): boolean {
  return checkpoint.server === identity.server && ports.verify(identity.serverKey, checkpointText(checkpoint), checkpoint.signature);
}

/** Whether a signed root holds an entry as this till knows it. The proof may be of a checkpoint that was made just now. */
function isProven(options: WitnessOptions, { entry, proof }: Proven): boolean {
  const { id, hash, position, disposition, shortfall } = entry;
  if (position === undefined || disposition === undefined || shortfall === undefined) return true;
  const known = { id, hash, position, disposition, shortfall };
  return isSigned(options, proof.checkpoint) && findContradiction(known, proof.leaf) === null
    && isIncluded(proof.leaf, proof.path, proof.checkpoint, options.ports.sha256);
}

/** Whether an entry counts as acknowledged also after another look at the server, which may have gone back to a backup just now. */
async function isStillKnown({ book, meet }: WitnessOptions, { seq, position }: OwnEntryDoc): Promise<boolean> {
  await meet();
  const [now] = await book.after(seq - 1, 1);
  return now?.seq === seq && now.position === position;
}
