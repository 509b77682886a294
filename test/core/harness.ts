import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { startCore, type Core, type CoreOptions } from '../../electron/core/core.ts';
import { serveChannel } from '../../electron/core/serve.ts';
import { Link } from '../../renderer/host/link.ts';
import type { Channel, ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import type { ReceiptView, TillView } from '../../shared/contract/views.ts';

/** Longer than anything here takes on a busy machine. */
const PATIENCE_MS = 60_000;

/** A folder of its own for a test. */
export function makeFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'tillpoint-core-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Two ends of one connection that clone what they carry, as a MessagePort does. */
export function makePair(): { window: Channel<ToCore, ToWindow>; core: Channel<ToWindow, ToCore> } {
  const closed = new Set<() => void>();
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    for (const listener of closed) queueMicrotask(listener);
  };
  const end = <S, R>(mine: { listener?: (message: R) => void; early: R[] }, other: { listener?: (message: S) => void; early: S[] }): Channel<S, R> => ({
    send(message) {
      const copy = structuredClone(message);
      queueMicrotask(() => {
        if (!open) return;
        if (other.listener === undefined) other.early.push(copy);
        else other.listener(copy);
      });
    },
    onMessage(listener) {
      mine.listener = listener;
      for (const message of mine.early.splice(0)) listener(message);
    },
    onClose: (listener) => void closed.add(listener),
    close,
  });
  const window: { listener?: (message: ToWindow) => void; early: ToWindow[] } = { early: [] };
  const core: { listener?: (message: ToCore) => void; early: ToCore[] } = { early: [] };
  return { window: end(window, core), core: end(core, window) };
}

/** The window's own end of the contract, over a channel that `open` makes. */
export class TestWindow extends Link {
  constructor(open: () => Promise<Channel<ToCore, ToWindow>>) {
    super({ open, print: async () => undefined });
  }

  /** The till's state once it is as wanted. */
  till(wanted: (view: TillView) => boolean): Promise<TillView> {
    return firstValueFrom(this.watch('till', {}).pipe(filter(wanted), timeout(PATIENCE_MS)));
  }

  /** Waits until the till can sell and signs a cashier in. */
  async signIn(staff = 'maya', pin = '1111'): Promise<void> {
    await this.till((view) => view.phase === 'ready');
    await this.call('signIn', { staff, pin });
  }

  /** A sale of member A, or of nobody: one of which nothing is kept, and which no lease-close follows. Answers its receipt. */
  async sell(saleId: string, billMinor = 12_300, member: string | null = 'A'): Promise<ReceiptView> {
    const outcome = await this.call('commitSale', { saleId, billMinor, currency: 'USD', member, redeem: null });
    if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.code}`);
    return outcome.value;
  }
}

/** A core in this process with a window at it. */
export interface TestCore {
  core: Core;
  window: TestWindow;
  stop(): Promise<void>;
}

/** Starts a core and opens a window. */
export async function openCore(options: Pick<CoreOptions, 'folder' | 'server'> & Partial<CoreOptions>): Promise<TestCore> {
  const core = await startCore({ secret: null, version: '0.0.0-test', ...options });
  const window = new TestWindow(async () => {
    const pair = makePair();
    serveChannel(core, pair.core);
    return pair.window;
  });
  return {
    core,
    window,
    async stop() {
      window.stop();
      await core.stop();
    },
  };
}

/** The code and detail of the fault that a call ends with. */
export async function faultOf(call: Promise<unknown>): Promise<{ code: string; detail: Record<string, string | number> }> {
  try {
    await call;
  } catch (error) {
    const { code, detail } = error as { code: string; detail: Record<string, string | number> };
    return { code, detail };
  }
  throw new Error('the call succeeded');
}
