import { ErrorBodySchema, type ServerErrorCode, type SyncFaultCode } from '../../contract/errors.ts';
import { compileCheck, type Check } from '../../contract/validate.ts';
import type { Timers } from './timing.ts';

/**
 * Why a request brought nothing: the server's own code, or `unreachable` (no whole answer in time), or `unreadable` (an
 * answer that is not the contract's: a captive portal, a proxy's page, another program), or `other-server` (a Tillpoint
 * server that this till is not enrolled with).
 */
export type FailureCode = ServerErrorCode | Extract<SyncFaultCode, 'unreachable' | 'unreadable' | 'other-server'>;

export interface Failure {
  ok: false;
  code: FailureCode;
  message: string;
}

/** What a request came back with; requests do not throw. */
export type Answer<T> = { ok: true; value: T } | Failure;

export interface Ask<T> {
  path: string;
  /** Sent as JSON by POST; absent: GET. */
  body?: unknown;
  token?: string | undefined;
  check: Check<T>;
  timeoutMs: number;
}

/** A stream that the server has agreed to; the body is still to be read. */
export interface OpenedStream {
  body: ReadableStream<Uint8Array>;
  abort(): void;
}

export interface Http {
  ask<T>(ask: Ask<T>): Promise<Answer<T>>;
  /** Opens a stream; `timeoutMs` counts until its headers are there. */
  open(ask: { path: string; token: string; timeoutMs: number }): Promise<Answer<OpenedStream>>;
}

const isErrorBody = compileCheck(ErrorBodySchema);

/** Makes the till's HTTP client. `heard` is told of every answer that is really the server's. */
export function createHttp(options: {
  server: string;
  fetch: typeof fetch;
  timers: Timers;
  stopped: AbortSignal;
  heard: () => void;
}): Http {
  const { timers, stopped, heard } = options;
  const base = options.server.replace(/\/+$/, '');

  const send = (ask: { path: string; body?: unknown; token?: string | undefined }, signal: AbortSignal, accept: string): Promise<Response> =>
    options.fetch(base + ask.path, {
      method: ask.body === undefined ? 'GET' : 'POST',
      headers: {
        accept,
        ...(ask.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(ask.token === undefined ? {} : { authorization: `Bearer ${ask.token}` }),
      },
      ...(ask.body === undefined ? {} : { body: JSON.stringify(ask.body) }),
      // The address of the server is the shop's choice; whoever redirects elsewhere is not that server.
      redirect: 'error',
      signal,
    });

  return {
    async ask(ask) {
      return bounded(timers, stopped, ask.timeoutMs, async ({ signal }) => {
        const response = await send(ask, signal, 'application/json');
        const body = parseJson(await response.text());
        if (response.ok && ask.check(body)) {
          heard();
          return { ok: true, value: body };
        }
        return refusalOf(response, body, heard);
      });
    },
    async open(ask) {
      return bounded(timers, stopped, ask.timeoutMs, async ({ signal, keep, abort }) => {
        const response = await send(ask, signal, 'text/event-stream');
        const type = response.headers.get('content-type') ?? '';
        if (!response.ok || response.body === null || !type.startsWith('text/event-stream')) {
          const body = parseJson(await response.text());
          return refusalOf(response, body, heard);
        }
        heard();
        keep();
        return { ok: true, value: { body: response.body, abort } };
      });
    },
  };
}

/** What a bounded piece of work holds: `keep` leaves it to `abort` to end it, when it outlives its time limit. */
interface Bounds {
  signal: AbortSignal;
  keep(): void;
  abort(): void;
}

/** Runs a request under a time limit and ends it when the sync stops. */
async function bounded<T>(
  timers: Timers,
  stopped: AbortSignal,
  timeoutMs: number,
  work: (bounds: Bounds) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  if (stopped.aborted) return unreachable('The sync has stopped.');
  const control = new AbortController();
  const abort = (): void => {
    stopped.removeEventListener('abort', abort);
    control.abort();
  };
  let kept = false;
  stopped.addEventListener('abort', abort);
  const cancel = timers.after(timeoutMs, abort);
  try {
    return await work({ signal: control.signal, keep: () => (kept = true), abort });
  } catch {
    return unreachable(control.signal.aborted ? `No answer within ${timeoutMs} ms.` : 'The server cannot be reached.');
  } finally {
    cancel();
    if (!kept) stopped.removeEventListener('abort', abort);
  }
}

const unreachable = (message: string): Failure => ({ ok: false, code: 'unreachable', message });

function refusalOf(response: Response, body: unknown, heard: () => void): Failure {
  if (!response.ok && isErrorBody(body)) {
    heard();
    return { ok: false, code: body.code, message: body.message };
  }
  return { ok: false, code: 'unreadable', message: `An answer with status ${response.status} is not what the server sends.` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
