import type { MessageChannelMain, UtilityProcess, WebFrameMain } from 'electron';
import { PORT_CHANNEL } from '../../shared/contract/channels.ts';
import type { FromCoreProcess, ToCoreProcess } from '../../shared/contract/host.ts';

/** Waits before the core is started again, milliseconds: at once, then slower. */
export const RESTART_MS = [50, 250, 1_000, 2_000, 5_000] as const;
/** A core that stopped more often than there are waits within this time is not started again without a person. */
const RESTART_WINDOW_MS = 60_000;
/** How long the core may take to finish what it is writing, milliseconds. */
const STOP_MS = 10_000;
/** How long a killed process may take to be gone, milliseconds. */
const KILL_MS = 2_000;

/** The frame that asked for the core, as far as a port is handed to it. */
export type PortTaker = Pick<WebFrameMain, 'detached' | 'isDestroyed' | 'postMessage'>;

/** What the keeper needs of its surroundings. Times are milliseconds. */
export interface CoreKeeperOptions {
  fork(): UtilityProcess;
  openChannel(): MessageChannelMain;
  init: Extract<ToCoreProcess, { t: 'init' }>;
  /** The core cannot run; `reason` is its own sentence, or null when it stops again and again. */
  onFailed(reason: string | null): void;
  log(line: string): void;
  now?(): number;
  stopMs?: number;
}

type State = 'stopped' | 'starting' | 'ready' | 'resting' | 'failed' | 'stopping';

/**
 * Keeps one core process running: starts it, starts it again after a crash, hands windows their ports once it is ready, and
 * stops it cleanly. A window whose core has crashed sees its port close and asks again.
 */
export class CoreKeeper {
  private readonly options: CoreKeeperOptions;
  private readonly waiting = new Map<number, PortTaker>();
  private state: State = 'stopped';
  private child: UtilityProcess | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stops: number[] = [];
  private stopping: Promise<void> | undefined;

  constructor(options: CoreKeeperOptions) {
    this.options = options;
  }

  /** Starts the core; also after it has failed and a person wants another try. */
  start(): void {
    if (this.state !== 'stopped' && this.state !== 'failed') return;
    this.stops = [];
    this.launch();
  }

  /** Gives a window a port to the core: now, or when the core is ready. The latest frame of a window counts. */
  connect(window: number, frame: PortTaker): void {
    if (this.state === 'ready') this.handOver(frame);
    else this.waiting.set(window, frame);
  }

  /** Lets the core finish and ends it, by force when it takes too long; resolves when it is gone. */
  stop(): Promise<void> {
    this.stopping ??= this.end();
    return this.stopping;
  }

  private launch(): void {
    const child = this.options.fork();
    this.child = child;
    this.state = 'starting';
    child.on('message', (message: unknown) => {
      if (child === this.child) this.receive(message);
    });
    child.once('exit', (code) => {
      if (child === this.child) this.onExit(code);
    });
    child.postMessage(this.options.init satisfies ToCoreProcess);
  }

  private receive(value: unknown): void {
    const message = readMessage(value);
    if (message === undefined) {
      this.options.log('core: sent a message that main does not know');
      return;
    }
    if (this.state === 'stopping') return;
    if (message.t === 'failed') {
      this.fail(message.message);
      return;
    }
    this.state = 'ready';
    this.options.log('core: ready');
    const frames = [...this.waiting.values()];
    this.waiting.clear();
    for (const frame of frames) this.handOver(frame);
  }

  private onExit(code: number): void {
    this.child = undefined;
    if (this.state === 'stopping' || this.state === 'failed') return;
    this.options.log(`core: stopped with exit code ${code}`);
    const now = (this.options.now ?? Date.now)();
    this.stops = [...this.stops.filter((at) => now - at < RESTART_WINDOW_MS), now];
    const wait = RESTART_MS[this.stops.length - 1];
    if (wait === undefined) {
      this.fail(null);
      return;
    }
    this.state = 'resting';
    this.timer = setTimeout(() => this.launch(), wait);
  }

  /** The core that said so is done for: nothing of it may answer a later start. */
  private fail(reason: string | null): void {
    const child = this.child;
    this.child = undefined;
    this.state = 'failed';
    this.options.log(reason === null ? 'core: stops again and again' : 'core: failed');
    child?.kill();
    this.options.onFailed(reason);
  }

  private handOver(frame: PortTaker): void {
    if (this.child === undefined || frame.isDestroyed() || frame.detached) return;
    const { port1, port2 } = this.options.openChannel();
    try {
      frame.postMessage(PORT_CHANNEL, null, [port2]);
      this.child.postMessage({ t: 'window' } satisfies ToCoreProcess, [port1]);
    } catch {
      // The frame went away between the look and the message; a new page asks for itself.
      port1.close();
    }
  }

  private async end(): Promise<void> {
    clearTimeout(this.timer);
    const child = this.child;
    this.state = 'stopping';
    this.waiting.clear();
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.postMessage({ t: 'stop' } satisfies ToCoreProcess);
    if (await within(gone, this.options.stopMs ?? STOP_MS)) return;
    this.options.log('core: did not stop in time and is ended');
    child.kill();
    await within(gone, KILL_MS);
  }
}

/** Reads a message of the core; undefined for anything else. */
function readMessage(value: unknown): FromCoreProcess | undefined {
  if (typeof value !== 'object' || value === null || !('t' in value)) return undefined;
  if (value.t === 'ready') return { t: 'ready' };
  if (value.t === 'failed' && 'message' in value && typeof value.message === 'string') return { t: 'failed', message: value.message };
  return undefined;
}

/** Whether something happens within a time. */
async function within(event: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const inTime = await Promise.race([event.then(() => true), late]);
  clearTimeout(timer);
  return inTime;
}
