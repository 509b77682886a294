import { seededRandom } from '../support/random.ts';

/** Something that happens at a moment of the virtual clock. */
interface Event {
  atMs: number;
  order: number;
  run: () => void;
}

const real = { setImmediate: globalThis.setImmediate, now: performance.now.bind(performance) };

/** First moment of every simulated history: 2 March 2026, 09:00 UTC. */
export const BEGINNING_MS = Date.UTC(2026, 2, 2, 9);

let nowMs = BEGINNING_MS;
let order = 0;
let events: Event[] = [];
let random = seededRandom(0);

/** Milliseconds that really passed, for measuring. */
export const realMs = (): number => real.now();
export const virtualMs = (): number => nowMs;
/** Chance of the product's own code in this history: keys, ids, pauses. */
export const drawByte = (): number => Math.floor(random() * 256);

/** Begins a history: no event is waiting, and the clock stands at the beginning. */
export function beginHistory(seed: number, atMs = BEGINNING_MS): void {
  nowMs = atMs;
  order = 0;
  events = [];
  random = seededRandom(seed * 2_654_435_761 + 1);
}

/** Has something happen after so many milliseconds; the answer cancels it. */
export function schedule(afterMs: number, run: () => void): () => void {
  const event: Event = { atMs: nowMs + Math.max(0, Number.isFinite(afterMs) ? Math.round(afterMs) : 0), order: order++, run };
  let at = events.length;
  while (at > 0 && (events[at - 1]?.atMs ?? 0) > event.atMs) at -= 1;
  events.splice(at, 0, event);
  return () => {
    const found = events.indexOf(event);
    if (found >= 0) events.splice(found, 1);
  };
}

/** Whether something works on that needs real time, and for which the virtual clock stands still. */
let isAtWork = (): boolean => false;

/** Has the clock stand while this holds. */
export function standWhile(holds: () => boolean): void {
  isAtWork = holds;
}

/** Lets everything run that needs no time: promises, what Node puts behind them, and work that the clock waits for. */
export async function settle(): Promise<void> {
  const fromMs = real.now();
  do {
    while (isAtWork()) {
      if (real.now() - fromMs > WORK_MOST_MS) throw new Error('assertion failed: what the clock waits for ends');
      await new Promise<void>((resolve) => real.setImmediate(resolve));
    }
    for (let turn = 0; turn < TURNS; turn += 1) await new Promise<void>((resolve) => real.setImmediate(resolve));
  } while (isAtWork());
}
const TURNS = 2;
const WORK_MOST_MS = 60_000;

/** Moves the clock, event by event. */
export async function advance(ms: number): Promise<void> {
  const untilMs = nowMs + ms;
  await settle();
  for (let next = events[0]; next !== undefined && next.atMs <= untilMs; next = events[0]) {
    events.shift();
    nowMs = Math.max(nowMs, next.atMs);
    next.run();
    await settle();
  }
  nowMs = untilMs;
}

/** Everything sleeps for so long: what waits for the clock happens late, and once. */
export function leap(ms: number): void {
  nowMs += ms;
}

/** Moves the clock until something holds, at most `ms`; answers whether it does. */
export async function advanceUntil(holds: () => boolean, ms: number): Promise<boolean> {
  const untilMs = nowMs + ms;
  await settle();
  while (!holds()) {
    const next = events[0];
    if (next === undefined || next.atMs > untilMs) {
      nowMs = Math.max(nowMs, untilMs);
      return false;
    }
    events.shift();
    nowMs = Math.max(nowMs, next.atMs);
    next.run();
    await settle();
  }
  return true;
}

/** A timer as Node gives it. */
function timerOf(cancel: () => void) {
  const timer = { cancel, ref: () => timer, unref: () => timer, hasRef: () => false, refresh: () => timer, [Symbol.toPrimitive]: () => 0 };
  return timer;
}

/** Puts the virtual clock in the place of the process's own, for every module that is loaded from now on. */
export function installClock(): void {
  const after = (run: (...given: unknown[]) => void, ms = 0, ...given: unknown[]) => timerOf(schedule(ms, () => run(...given)));
  const every = (run: (...given: unknown[]) => void, ms = 1, ...given: unknown[]) => {
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = schedule(Math.max(1, ms), () => {
        again();
        run(...given);
      });
    };
    again();
    return timerOf(() => cancel());
  };
  const clear = (timer: unknown): void => (timer as { cancel?: () => void } | undefined)?.cancel?.();
  Object.assign(globalThis, { setTimeout: after, setInterval: every, clearTimeout: clear, clearInterval: clear });
  Date.now = () => Math.floor(nowMs);
  performance.now = () => nowMs - BEGINNING_MS;
}
