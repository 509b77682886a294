import type { OwnEntryDoc } from '../../contract/documents.ts';
import type { ServerErrorCode, SyncFaultCode } from '../../contract/errors.ts';
import type { Identity, TillPorts } from '../ports.ts';
import { createHttp } from './http.ts';
import { batchOf } from './push.ts';
import { createServerCalls } from './server.ts';
import { createSession } from './session.ts';
import { HOST_TIMERS, SYNC_TIMING, type Timers } from './timing.ts';

/** What became of an earlier chain: how far the server holds it, and how many entries it was sent that it had lacked. */
export interface FormerSent {
  seq: number;
  posted: number;
  /** Entries that the server has set aside, and those behind a gap that nothing can fill. */
  unsent: number;
}

/**
 * Offers the server what is readable of a chain of an earlier enrolment, in the order of seq: entries that it answered are left
 * out, whatever else is there is sent, also when the server holds another entry in its place (L8 keeps both branches).
 */
export async function sendFormerChain(options: {
  server: string;
  identity: Identity;
  ports: Pick<TillPorts, 'sign'>;
  entries: readonly OwnEntryDoc[];
  stopped: AbortSignal;
  fetch?: typeof fetch;
  timers?: Timers;
}): Promise<{ ok: true; value: FormerSent } | { ok: false; code: ServerErrorCode | SyncFaultCode }> {
  const { identity, ports, stopped, timers = HOST_TIMERS } = options;
  const http = createHttp({ server: options.server, fetch: options.fetch ?? fetch, timers, stopped, heard: () => undefined });
  const calls = createServerCalls(http, createSession({ http, identity, ports, timers, timeoutMs: SYNC_TIMING.connectMs }), SYNC_TIMING);
  const met = await calls.head();
  if (!met.ok) return met;
  if (met.value.server !== identity.server) return { ok: false, code: 'other-server' };
  const { hash } = met.value.chain;
  let { seq } = met.value.chain;
  let posted = 0;
  const entries = [...options.entries].sort((a, b) => a.seq - b.seq);
  // What the server lost by a restore is sent again, although it once answered; all of it, when what stands at the server's head is
  // another copy's: the places before it may be, too.
  const isOurs = entries.some((own) => own.seq === seq && own.hash === hash);
  let left = entries.filter((own) => !isOurs || own.seq > seq || (own.position === undefined && own.quarantined === undefined));
  let aside = 0;
  for (let first = left[0]; first !== undefined && first.seq <= seq + 1; first = left[0]) {
    const batch = batchOf(left.slice(0, BATCH_MOST), first.seq - 1);
    const answer = await calls.push(batch);
    if (!answer.ok) return answer;
    posted += answer.value.results.filter(({ outcome }) => outcome === 'posted').length;
    aside += answer.value.results.filter(({ outcome }) => outcome === 'quarantined').length;
    seq = Math.max(seq, answer.value.chain.seq);
    left = left.slice(batch.length);
  }
  return { ok: true, value: { seq, posted, unsent: aside + left.length } };
}

const BATCH_MOST = 200;
