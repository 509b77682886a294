import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { TillSeat } from './chain.ts';
import type { FromTill, SaleAnswer, SaleOrder, ToTill } from './messages.ts';
import { ReplayError } from './options.ts';
import type { Relay } from './proxy.ts';

const PROCESS = fileURLToPath(new URL('till-process.ts', import.meta.url));
const CLOSE_MS = 10_000;

/** One sale at a till. */
export interface Sale {
  /** Resolves when the till says that the sale is durable. */
  committed: Promise<SaleAnswer>;
  /** Resolves with the ledger position once the server has posted all of it; not while the till is cut off. */
  acknowledged: Promise<number>;
}

/** A till in a process of its own, as a real one is. */
export interface Till {
  readonly seat: TillSeat;
  /** Resolves when the till is enrolled and holds every member. */
  readonly opened: Promise<void>;
  /** Whether the till is cut off now. */
  readonly isCut: boolean;
  sell(order: SaleOrder): Sale;
  /** Cuts the network; resolves when the till has noticed. */
  cut(): Promise<void>;
  /** Mends the network if it was cut; resolves when every entry is acknowledged. */
  settle(): Promise<void>;
  /** Rejects when the till's process fails; never resolves. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

interface Deferred<T> {
  promise: Promise<T>;
  resolve(value: T): void;
}

/** Starts a till's process, which enrols itself. `relay` absent: it is never cut off. */
export function startTill(at: { folder: string; server: string; seat: TillSeat; pin: string; atMs: number; patient: boolean }, relay?: Relay): Till {
  const child = fork(PROCESS, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
  const { terminal } = at.seat;
  const sales = new Map<number, { committed: Deferred<SaleAnswer>; acknowledged: Deferred<number> }>();
  const waiting: (() => void)[] = [];
  let isCut = false;
  let closing = false;
  const failed = new Promise<never>((_, reject) => {
    child.on('message', (answers: FromTill) => {
      for (const answer of answers) {
        if (answer.t === 'failed') reject(new ReplayError(`Till ${terminal} stopped: ${answer.message}`));
        if (answer.t === 'committed') sales.get(answer.id)?.committed.resolve(answer.answer);
        if (answer.t === 'open' || answer.t === 'done') waiting.shift()?.();
        if (answer.t !== 'acknowledged') continue;
        sales.get(answer.id)?.acknowledged.resolve(answer.position);
        sales.delete(answer.id);
      }
    });
    child.once('exit', (code, signal) => {
      if (!closing) reject(new ReplayError(`Till ${terminal} ended by itself (${signal ?? `exit code ${code}`}).`));
    });
  });
  failed.catch(() => undefined);
  // A till that has just ended cannot be told anything; why it ended is what `failed` says.
  const send = (message: ToTill): void => void child.send(message, () => undefined);
  const ask = (message: ToTill): Promise<void> => {
    const answered = new Promise<void>((resolve) => waiting.push(resolve));
    send(message);
    return Promise.race([answered, failed]);
  };
  return {
    seat: at.seat,
    opened: ask({ t: 'open', ...at, server: relay?.url ?? at.server }),
    failed,
    get isCut() {
      return isCut;
    },
    sell(order) {
      const sale = { committed: Promise.withResolvers<SaleAnswer>(), acknowledged: Promise.withResolvers<number>() };
      sales.set(order.id, sale);
      send({ t: 'sell', order });
      return { committed: sale.committed.promise, acknowledged: sale.acknowledged.promise };
    },
    async cut() {
      // Days lie between a sale and the next outage, which the replay leaves out.
      await ask({ t: 'rest' });
      isCut = true;
      relay?.cut();
      await ask({ t: 'sever' });
    },
    async settle() {
      relay?.mend();
      await ask({ t: 'settle' });
      isCut = false;
    },
    async close() {
      closing = true;
      await end(child, send);
    },
  };
}

async function end(child: ChildProcess, send: (message: ToTill) => void): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (child.connected) send({ t: 'close' });
  const kill = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
  await exited;
  clearTimeout(kill);
}
