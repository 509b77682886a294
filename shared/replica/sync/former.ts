import type { OwnEntryDoc } from '../../contract/documents.ts';
import type { ServerErrorCode, SyncFaultCode } from '../../contract/errors.ts';
import type { Identity, TillPorts } from '../ports.ts';
import { createHttp, type Answer } from './http.ts';
import { batchOf } from './push.ts';
import { createServerCalls, type ServerCalls } from './server.ts';
import { createSession } from './session.ts';
import { HOST_TIMERS, SYNC_TIMING, type Timers } from './timing.ts';

/** Where the server's ledger stood when an earlier chain had been offered to it, and in which stretch of its life. */
export interface OfferedTo {
  /** '' for a server that names none. */
  incarnation: string;
  position: number;
}

/** What became of an earlier chain: how far the server holds it, and how many entries it was sent that it had lacked. */
export interface FormerSent {
  offered: OfferedTo;
  seq: number;
  posted: number;
  /** Entries that the server has set aside, and those behind a gap that nothing can fill. */
  unsent: number;
}

/** The way to the server under one enrolment. */
interface Way {
  server: string;
  identity: Identity;
  ports: Pick<TillPorts, 'sign'>;
  stopped: AbortSignal;
  fetch?: typeof fetch;
  timers?: Timers;
}

function openWay({ server, identity, ports, stopped, timers = HOST_TIMERS, ...options }: Way): ServerCalls {
  const http = createHttp({ server, fetch: options.fetch ?? fetch, timers, stopped, heard: () => undefined });
  return createServerCalls(http, createSession({ http, identity, ports, timers, timeoutMs: SYNC_TIMING.connectMs }), SYNC_TIMING);
}

/**
 * Asks, under the present enrolment, whether the server still has all that it had when something was offered to it; answers what
 * then counts as offered to, or undefined when it was restored from a backup of before.
 */
export async function askRemembered(options: Way & { offered: OfferedTo }): Promise<Answer<OfferedTo | undefined>> {
  const { incarnation, position } = options.offered;
  if (incarnation === '') return { ok: true, value: undefined };
  const page = await openWay(options).pull('posted', { after: String(position), incarnation, limit: 1, ownAfter: Number.MAX_SAFE_INTEGER });
  if (!page.ok) return page;
  const { resync, incarnation: present } = page.value;
  return { ok: true, value: resync || present === undefined ? undefined : { incarnation: present, position } };
}

/**
 * Offers the server what is readable of a chain of an earlier enrolment, in the order of seq: entries that it answered are left
 * out, whatever else is there is sent, also when the server holds another entry in its place (L8 keeps both branches).
 */
export async function sendFormerChain(
  options: Way & { entries: readonly OwnEntryDoc[] },
): Promise<{ ok: true; value: FormerSent } | { ok: false; code: ServerErrorCode | SyncFaultCode }> {
  const calls = openWay(options);
  const met = await calls.head();
  if (!met.ok) return met;
  if (met.value.server !== options.identity.server) return { ok: false, code: 'other-server' };
  const { chain: { hash }, incarnation = '' } = met.value;
  let { chain: { seq }, position } = met.value;
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
    position = Math.max(position, answer.value.position);
    left = left.slice(batch.length);
  }
  return { ok: true, value: { offered: { incarnation, position }, seq, posted, unsent: aside + left.length } };
}

const BATCH_MOST = 200;
