import type { ServerErrorCode } from '../../contract/errors.ts';
import { EARLIER_MOST, EnrolResponse } from '../../contract/http.ts';
import { compileCheck } from '../../contract/validate.ts';
import type { Identity } from '../ports.ts';
import { createHttp } from './http.ts';
import { HOST_TIMERS, SYNC_TIMING, type Timers } from './timing.ts';

const isEnrolment = compileCheck(EnrolResponse);

/**
 * Makes this till a terminal with a one-time code and its public key (SPKI DER, base64). Asking again with the same key
 * after a lost answer gives the same enrolment. An answer that is not the server's counts as unreachable.
 */
export async function enrolTill(options: {
  server: string;
  code: string;
  publicKey: string;
  /** The newest enrolment that this till has had as each terminal. */
  earlier?: readonly { terminal: string; epoch: number }[];
  fetch?: typeof fetch;
  timers?: Timers;
  timeoutMs?: number;
}): Promise<{ ok: true; value: Identity } | { ok: false; code: ServerErrorCode | 'unreachable'; message: string }> {
  const http = createHttp({
    server: options.server,
    fetch: options.fetch ?? fetch,
    timers: options.timers ?? HOST_TIMERS,
    stopped: new AbortController().signal,
    heard: () => undefined,
  });
  const earlier = (options.earlier ?? []).slice(-EARLIER_MOST);
  const answer = await http.ask({
    path: '/v1/enrol',
    body: { code: options.code, publicKey: options.publicKey, ...(earlier.length === 0 ? {} : { earlier }) },
    check: isEnrolment,
    timeoutMs: options.timeoutMs ?? SYNC_TIMING.requestMs,
  });
  if (answer.ok) return answer;
  const { code, message } = answer;
  return { ok: false, code: code === 'unreadable' || code === 'other-server' ? 'unreachable' : code, message };
}
