import type { Subscription } from 'rxjs';
import type { Channel, TillFault, ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import type { Core, TillState } from './core.ts';
import { toFault } from './faults.ts';
import { isToCore, isWatch } from './messages.ts';
import { exposeReads, type WindowReads } from './reads.ts';

/** More than any window needs; a window that asks for more has a fault of its own. */
const MOST_WATCHES = 100;
const MOST_CALLS = 200;

type WatchMessage = Extract<ToCore, { t: 'watch' }>;

interface OpenWatch {
  message: WatchMessage;
  stop: () => void;
}

/** Serves one window over its channel until the channel closes or the core stops. */
export function serveChannel(core: Core, channel: Channel<ToWindow, ToCore>): void {
  new WindowSession(core, channel).begin();
}

/** One window's connection: its calls, its watches, its reading of the replica. */
class WindowSession {
  private readonly core: Core;
  private readonly channel: Channel<ToWindow, ToCore>;
  private readonly watches = new Map<number, OpenWatch>();
  private calls = 0;
  private state: TillState | undefined;
  private reads: WindowReads | undefined;
  private states: Subscription | undefined;
  private ended = false;

  constructor(core: Core, channel: Channel<ToWindow, ToCore>) {
    this.core = core;
    this.channel = channel;
  }

  begin(): void {
    this.channel.onClose(() => this.end());
    this.states = this.core.state$.subscribe({
      next: (state) => this.enter(state),
      complete: () => this.channel.close(),
    });
    // Listened to last: what a window asks is answered after hello.
    this.channel.onMessage((message: unknown) => this.receive(message));
  }

  /** Says hello for a state of the core and moves what the window watches over to it. */
  private enter(state: TillState): void {
    this.state = state;
    this.reads?.close();
    this.reads = state.replica === null ? undefined : exposeReads(state.replica, (message) => this.send({ t: 'rx', message }));
    this.send({ t: 'hello', protocol: 1, database: state.replica?.name ?? null });
    for (const { message } of [...this.watches.values()]) this.watch(message);
  }

  private receive(message: unknown): void {
    if (!isToCore(message)) {
      this.core.log.info('a window sent what is no message');
      return;
    }
    switch (message.t) {
      case 'call':
        return void this.call(message);
      case 'watch':
        return this.watch(message);
      case 'unwatch':
        return this.unwatch(message.id);
      case 'rx':
        return this.reads?.receive(message.message);
    }
  }

  private async call({ id, name, input }: Extract<ToCore, { t: 'call' }>): Promise<void> {
    if (this.calls >= MOST_CALLS) return this.send({ t: 'result', id, ok: false, fault: TOO_MANY });
    this.calls += 1;
    try {
      this.send({ t: 'result', id, ok: true, value: await this.core.call(name, input) });
    } catch (error) {
      this.send({ t: 'result', id, ok: false, fault: toFault(error) });
    } finally {
      this.calls -= 1;
    }
  }

  private watch(message: WatchMessage): void {
    const { id, name, input } = message;
    this.unwatch(id);
    if (this.state === undefined || this.ended) return;
    if (!isWatch(name, input)) return this.send({ t: 'failed', id, fault: { code: 'invalid-input', message: 'There is no such watch.' } });
    if (this.watches.size >= MOST_WATCHES) return this.send({ t: 'failed', id, fault: TOO_MANY });
    const open: OpenWatch = { message, stop: () => undefined };
    this.watches.set(id, open);
    try {
      const source = this.state.watches[name] as (input: unknown, next: (value: unknown) => void) => () => void;
      open.stop = source(input, (value) => {
        if (this.watches.get(id) === open) this.send({ t: 'next', id, value });
      });
    } catch (error) {
      this.watches.delete(id);
      this.core.log.error('a watch failed', error, { watch: name });
      this.send({ t: 'failed', id, fault: toFault(error) });
    }
  }

  private unwatch(id: number): void {
    const open = this.watches.get(id);
    this.watches.delete(id);
    open?.stop();
  }

  private send(message: ToWindow): void {
    if (!this.ended) this.channel.send(message);
  }

  private end(): void {
    this.ended = true;
    this.states?.unsubscribe();
    this.reads?.close();
    for (const id of [...this.watches.keys()]) this.unwatch(id);
  }
}

const TOO_MANY: TillFault = { code: 'invalid-input', message: 'This window asks for too much at once.' };
