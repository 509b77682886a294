import type { Board } from './board.ts';
import type { Answer, FailureCode } from './http.ts';
import type { ServerCalls } from './server.ts';
import { readHeads, type Head } from './stream.ts';
import { backoffMs, createPause, type SyncTiming, type Timers } from './timing.ts';

/** The live stream, kept open: it decides whether the till is online. */
export interface Connection {
  isOnline(): boolean;
  /** Resolves with true once the till is online, with false when the sync stops. */
  whenOnline(): Promise<boolean>;
  /** A request did not get through: the stream is opened again, which shows at once whether the server still answers. */
  suspect(): void;
  /** Tries at once; resolves when an attempt has ended, or at once when the till is online. */
  tryNow(): Promise<void>;
  /** Begins to connect, and goes on until the sync stops; resolves then. */
  keep(work: ConnectionWork): Promise<void>;
}

/** What happens on a connection. */
export interface ConnectionWork {
  /** At every attempt, before the stream: asks for the server's head and refuses a server that is not this till's. */
  meet(): Promise<Answer<unknown>>;
  /** Whenever a stream has been opened. */
  onOnline(): void;
  onHead(head: Head): void;
}

/** A stream that lives shorter than this counts as a failed attempt, so that a server that ends each one is not hammered. */
const SHORT_LIFE_MS = 1_000;

/** Makes the connection; it is offline until {@link Connection.keep} has run. */
export function createConnection(options: {
  calls: ServerCalls;
  board: Board;
  timing: SyncTiming;
  timers: Timers;
  random: (bytes: number) => Uint8Array;
  stopped: AbortSignal;
}): Connection {
  const { calls, board, timing, timers, random, stopped } = options;
  const pause = createPause(timers, stopped);
  const waiting = new Set<(online: boolean) => void>();
  const attempts = new Set<() => void>();
  let dropStream: (() => void) | undefined;
  let giveUp = (): void => undefined;

  const tell = (online: boolean): void => {
    for (const resolve of waiting) resolve(online);
    waiting.clear();
  };
  const setOnline = (online: boolean): void => {
    board.setOnline(online);
    if (online) tell(true);
  };
  stopped.addEventListener('abort', () => tell(false));

  /** One attempt, and the life of the stream when it succeeds. */
  const attempt = async ({ meet, onOnline, onHead }: ConnectionWork): Promise<{ code: FailureCode | null; livedMs: number }> => {
    const met = await meet();
    const opened = met.ok ? await calls.stream() : met;
    giveUp();
    if (!opened.ok) {
      setOnline(false);
      board.fault('connection', stopped.aborted ? null : opened.code);
    } else if (!stopped.aborted) {
      board.fault('connection', null);
      setOnline(true);
      onOnline();
    }
    for (const resolve of attempts) resolve();
    attempts.clear();
    if (!opened.ok) return { code: opened.code, livedMs: 0 };
    dropStream = opened.value.abort;
    const fromMs = timers.steadyMs();
    await readHeads(opened.value, { timers, silenceMs: timing.silenceMs, heard: board.heard, onHead });
    dropStream = undefined;
    // A stream may be replaced without the till being seen offline, but not for long.
    giveUp = timers.after(timing.graceMs, () => setOnline(false));
    return { code: null, livedMs: timers.steadyMs() - fromMs };
  };

  return {
    isOnline: () => board.view().online,
    whenOnline() {
      if (stopped.aborted) return Promise.resolve(false);
      if (board.view().online) return Promise.resolve(true);
      return new Promise((resolve) => waiting.add(resolve));
    },
    suspect: () => dropStream?.(),
    tryNow() {
      if (stopped.aborted || board.view().online) return Promise.resolve();
      const ended = new Promise<void>((resolve) => attempts.add(resolve));
      pause.wake();
      return ended;
    },
    async keep(work) {
      for (let failures = 0; !stopped.aborted;) {
        const { code, livedMs } = await attempt(work);
        failures = code === null && livedMs >= SHORT_LIFE_MS ? 0 : failures + 1;
        if (failures > 0) await pause.wait(retryMs(code, failures, timing, random));
      }
      giveUp();
      setOnline(false);
    },
  };
}

/** The pause after a failure: short while nothing answers, long while the server answers and refuses. */
export function retryMs(code: FailureCode | null, failures: number, timing: SyncTiming, random: (bytes: number) => Uint8Array): number {
  const unanswered = code === null || code === 'unreachable' || code === 'unreadable';
  return backoffMs(failures, timing.retryLeastMs, unanswered ? timing.retryMostMs : timing.refusedMostMs, random);
}
