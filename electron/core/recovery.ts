import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { RecoveryView } from '../../shared/contract/views.ts';
import { askRemembered, sendFormerChain, type OfferedTo } from '../../shared/replica/sync/index.ts';
import type { Former, IdentityKeeper } from './identity.ts';
import type { Log } from './log.ts';
import { chainFiles } from './opening.ts';
import { salvageChain } from './salvage.ts';
import { openSentinel } from './sentinel.ts';

/** Waits between two attempts, milliseconds; the last one repeats. */
const AGAIN_MS = [1_000, 5_000, 30_000] as const;

/** Why a server cannot be asked at this moment; to anything else it says, the chain is offered. */
const PASSING = ['unreachable', 'unreadable', 'busy', 'rate-limited', 'internal'];

interface RecoveryOptions {
  folder: string;
  server: string;
  identity: IdentityKeeper;
  log: Log;
  stopped: AbortSignal;
  tell: (account: RecoveryView) => void;
  /** The server's incarnation as any answer named it last. */
  heard: () => string | undefined;
  /** Is told the incarnation that an answer names here. */
  hear: (incarnation: string) => void;
}

/**
 * Whether an earlier chain is still to be offered. What was offered is lost with the server's life in which it was, when that
 * server is restored from a backup; nothing else tells it, because the present chain may have lost nothing. So it is kept on the
 * disk to which incarnation each chain was offered, and any other one that is heard makes it due.
 */
export function isDue({ recovered, offered }: Former, heard: string | undefined): boolean {
  return recovered === null || offered === undefined || (heard !== undefined && offered.incarnation !== heard);
}

/**
 * Sends what earlier chains of this till still hold, until each has been offered whole to the server as it is now; `tell` gets
 * the account of each. Runs beside the trade; ends when the core stops.
 */
export async function recoverFormer(options: RecoveryOptions): Promise<void> {
  const { identity, log, stopped, heard } = options;
  for (let tries = 0; !stopped.aborted; tries += 1) {
    for (const former of identity.former()) {
      if (!isDue(former, heard()) || stopped.aborted) continue;
      await recoverOne(former, options).catch((error: unknown) => log.error('an earlier chain could not be sent', error));
    }
    if (!identity.former().some((former) => isDue(former, heard()))) return;
    await wait(AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)], undefined, { signal: stopped }).catch(() => undefined);
  }
}

async function recoverOne(former: Former, options: RecoveryOptions): Promise<void> {
  const { identity, log, tell, hear, server, stopped } = options;
  const { recovered, offered } = former;
  const present = identity.current();
  if (recovered !== null && offered !== undefined && present !== null) {
    // A server that was only started again needs nothing to be read and sent.
    const asked = await askRemembered({ server, identity: present.identity, ports: { sign: present.key.sign }, stopped, offered });
    if (!asked.ok && PASSING.includes(asked.code)) return;
    if (asked.ok && asked.value !== undefined) {
      identity.recovered(former.identity, recovered, asked.value);
      hear(asked.value.incarnation);
      return;
    }
  }
  const sent = await offer(former, options);
  if (sent === undefined) return;
  identity.recovered(former.identity, sent.account, sent.offered);
  hear(sent.offered.incarnation);
  log.info('an earlier chain is accounted for', { ...sent.account });
  tell(sent.account);
}

async function offer(
  { identity, key }: Former, { folder, server, log, stopped }: RecoveryOptions,
): Promise<{ account: RecoveryView; offered: OfferedTo } | undefined> {
  const files = chainFiles(folder, identity);
  const entries = existsSync(files.replica) ? salvageChain(files.replica, identity) : [];
  const sent = await sendFormerChain({ server, identity, ports: { sign: key.sign }, entries, stopped });
  if (!sent.ok) {
    log.info('an earlier chain waits to be sent', { epoch: identity.epoch, code: sent.code });
    return undefined;
  }
  const { seq, posted, unsent, offered } = sent.value;
  const { head } = openSentinel(files.sentinel, identity);
  const here = new Set(entries.map((entry) => entry.seq));
  let missing = 0;
  // Up to the server's head every place is known there; beyond it, what is not readable here is nowhere.
  for (let at = seq + 1; at <= (head?.seq ?? 0); at += 1) if (!here.has(at)) missing += 1;
  return { account: { epoch: identity.epoch, readable: entries.length, sent: posted, kept: unsent, unknown: head === null ? null : missing }, offered };
}
