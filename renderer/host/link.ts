import { BehaviorSubject, Observable, Subject } from 'rxjs';
import type { CommandInput, CommandName, CommandOutputs, WatchInput, WatchName, WatchOutputs } from '../../shared/contract/commands.ts';
import type { Channel, ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import { CoreFault, type Host, type LinkState, type ReplicaLine } from './host.ts';

export type CoreChannel = Channel<ToCore, ToWindow>;

/** Waits between tries to reconnect, milliseconds: quick at first, then steady. */
export const RETRY_MS = [100, 300, 1_000, 2_000] as const;

interface PendingCall {
  message: Extract<ToCore, { t: 'call' }>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

interface OpenWatch {
  message: Extract<ToCore, { t: 'watch' }>;
  next: (value: unknown) => void;
  error: (error: unknown) => void;
}

/** How a host carries the link: opens one connection, prints, and waits. */
export interface LinkOptions {
  open: () => Promise<CoreChannel>;
  print: () => Promise<void>;
  wait?: (ms: number) => Promise<void>;
}

/**
 * The {@link Host} over any channel. When the channel closes it opens another, asks every unanswered call again and renews
 * every watch. Asking again is safe: commands that write carry their own id (`saleId`, `voidId`), so the core does them once.
 */
export class Link implements Host {
  private readonly options: LinkOptions;
  private readonly calls = new Map<number, PendingCall>();
  private readonly watches = new Map<number, OpenWatch>();
  private readonly states = new BehaviorSubject<LinkState>('connecting');
  private readonly lines = new BehaviorSubject<ReplicaLine | null>(null);
  private channel: CoreChannel | undefined;
  private lastId = 0;
  private stopped = false;

  readonly link$: Observable<LinkState> = this.states.asObservable();
  readonly replica$: Observable<ReplicaLine | null> = this.lines.asObservable();

  constructor(options: LinkOptions) {
    this.options = options;
    void this.keepConnected();
  }

  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutputs[N]> {
    return new Promise<unknown>((resolve, reject) => {
      const id = this.nextId();
      const message = { t: 'call', id, name, input } as const;
      this.calls.set(id, { message, resolve, reject });
      this.channel?.send(message);
    }) as Promise<CommandOutputs[N]>;
  }

  watch<N extends WatchName>(name: N, input: WatchInput<N>): Observable<WatchOutputs[N]> {
    return new Observable<WatchOutputs[N]>((subscriber) => {
      const id = this.nextId();
      const message = { t: 'watch', id, name, input } as const;
      this.watches.set(id, {
        message,
        next: (value) => subscriber.next(value as WatchOutputs[N]),
        error: (error) => subscriber.error(error),
      });
      this.channel?.send(message);
      return () => {
        if (this.watches.delete(id)) this.channel?.send({ t: 'unwatch', id });
      };
    });
  }

  print(): Promise<void> {
    return this.options.print();
  }

  /** Closes the connection for good. */
  stop(): void {
    this.stopped = true;
    this.channel?.close();
  }

  private nextId(): number {
    this.lastId += 1;
    return this.lastId;
  }

  private async keepConnected(): Promise<void> {
    const wait = this.options.wait ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));
    for (let tries = 0; !this.stopped; ) {
      try {
        const channel = await this.options.open();
        tries = 0;
        await this.serve(channel);
      } catch {
        // A core that is not there yet is the normal case while it starts; the state says so and the loop goes on.
      }
      this.states.next('lost');
      await wait(RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] ?? 2_000);
      tries += 1;
    }
  }

  /** Serves one connection until it closes. */
  private serve(channel: CoreChannel): Promise<void> {
    return new Promise((resolve) => {
      const rx = new Subject<unknown>();
      const ended = new Subject<void>();
      channel.onMessage((message) => this.receive(message, channel, rx, ended));
      channel.onClose(() => {
        this.channel = undefined;
        this.lines.next(null);
        ended.next();
        ended.complete();
        rx.complete();
        resolve();
      });
    });
  }

  private receive(message: ToWindow, channel: CoreChannel, rx: Subject<unknown>, ended: Subject<void>): void {
    switch (message.t) {
      case 'hello':
        this.greet(message.database, channel, rx, ended);
        return;
      case 'result':
        return this.settle(message);
      case 'next':
        this.watches.get(message.id)?.next(message.value);
        return;
      case 'failed': {
        const watch = this.watches.get(message.id);
        this.watches.delete(message.id);
        watch?.error(new CoreFault(message.fault));
        return;
      }
      case 'rx':
        rx.next(message.message);
    }
  }

  /** The core says hello once per connection, and again when the till has been enrolled. */
  private greet(database: string | null, channel: CoreChannel, rx: Subject<unknown>, ended: Subject<void>): void {
    const first = this.channel !== channel;
    this.channel = channel;
    if (first) {
      for (const { message } of this.watches.values()) channel.send(message);
      for (const { message } of this.calls.values()) channel.send(message);
      this.states.next('open');
    }
    if (database === null || this.lines.value?.database === database) return;
    this.lines.next({
      database,
      send: (message) => channel.send({ t: 'rx', message }),
      messages$: rx.asObservable(),
      ended$: ended.asObservable(),
    });
  }

  private settle(message: Extract<ToWindow, { t: 'result' }>): void {
    const call = this.calls.get(message.id);
    if (call === undefined) return;
    this.calls.delete(message.id);
    if (message.ok) call.resolve(message.value);
    else call.reject(new CoreFault(message.fault));
  }
}
