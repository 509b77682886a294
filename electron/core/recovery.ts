import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { RecoveryView } from '../../shared/contract/views.ts';
import { sendFormerChain } from '../../shared/replica/sync/index.ts';
import type { Former, IdentityKeeper } from './identity.ts';
import type { Log } from './log.ts';
import { chainFiles } from './opening.ts';
import { salvageChain } from './salvage.ts';
import { openSentinel } from './sentinel.ts';

/** Waits between two attempts, milliseconds; the last one repeats. */
const AGAIN_MS = [1_000, 5_000, 30_000] as const;

/**
 * Sends what earlier chains of this till still hold, until each has been offered whole; `tell` gets the account of each. Runs
 * beside the trade; ends when the core stops.
 */
export async function recoverFormer(options: {
  folder: string;
  server: string;
  identity: IdentityKeeper;
  log: Log;
  stopped: AbortSignal;
  tell: (account: RecoveryView) => void;
  /** Counts up when the server has gone back to a backup: an account from before that says nothing. */
  offers: () => number;
}): Promise<void> {
  const { identity, log, stopped, tell, offers } = options;
  for (let tries = 0; !stopped.aborted; tries += 1) {
    const open = identity.former().filter(({ recovered }) => recovered === null);
    for (const former of open) {
      const began = offers();
      const account = await recoverOne(former, options).catch((error: unknown) => void log.error('an earlier chain could not be sent', error));
      if (account === undefined || offers() !== began) continue;
      identity.recovered(former.identity, account);
      log.info('an earlier chain is accounted for', { ...account });
      tell(account);
    }
    if (identity.former().every(({ recovered }) => recovered !== null)) return;
    await wait(AGAIN_MS[Math.min(tries, AGAIN_MS.length - 1)], undefined, { signal: stopped }).catch(() => undefined);
  }
}

async function recoverOne(
  { identity, key }: Former, { folder, server, log, stopped }: { folder: string; server: string; log: Log; stopped: AbortSignal },
): Promise<RecoveryView | undefined> {
  const files = chainFiles(folder, identity);
  const entries = existsSync(files.replica) ? salvageChain(files.replica, identity) : [];
  const sent = await sendFormerChain({ server, identity, ports: { sign: key.sign }, entries, stopped });
  if (!sent.ok) {
    log.info('an earlier chain waits to be sent', { epoch: identity.epoch, code: sent.code });
    return undefined;
  }
  const { head } = openSentinel(files.sentinel, identity);
  const here = new Set(entries.map(({ seq }) => seq));
  let missing = 0;
  // Up to the server's head every place is known there; beyond it, what is not readable here is nowhere.
  for (let seq = sent.value.seq + 1; seq <= (head?.seq ?? 0); seq += 1) if (!here.has(seq)) missing += 1;
  return { epoch: identity.epoch, readable: entries.length, sent: sent.value.posted, kept: sent.value.unsent, unknown: head === null ? null : missing };
}
