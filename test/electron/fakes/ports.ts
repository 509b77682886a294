import { EventEmitter } from 'node:events';
import type { MessageChannelMain, MessagePortMain } from 'electron';

/** The parts of Electron's port beside its events, held against the real type. */
type PortMethods = Pick<MessagePortMain, 'close' | 'postMessage' | 'start'>;

interface Parcel {
  data: unknown;
  ports: FakePort[];
}

/**
 * A port as Electron's main process has it: messages are copied, arrive later, wait until `start`, and ports travel with
 * them; closing one end closes the other after what was sent has arrived.
 */
export class FakePort extends EventEmitter implements PortMethods {
  private other: FakePort | undefined;
  private started = false;
  private closed = false;
  private readonly queue: Parcel[] = [];

  static pair(): [FakePort, FakePort] {
    const [one, two] = [new FakePort(), new FakePort()];
    one.other = two;
    two.other = one;
    return [one, two];
  }

  get isClosed(): boolean {
    return this.closed;
  }

  postMessage(message: unknown, transfer: MessagePortMain[] = []): void {
    const parcel = { data: structuredClone(message), ports: transfer as unknown as FakePort[] };
    if (!this.closed) setImmediate(() => this.other?.take(parcel));
  }

  start(): void {
    this.started = true;
    for (let parcel = this.queue.shift(); parcel !== undefined; parcel = this.queue.shift()) this.emit('message', parcel);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    setImmediate(() => {
      this.emit('close');
      this.other?.close();
    });
  }

  private take(parcel: Parcel): void {
    if (this.closed) return;
    if (this.started) this.emit('message', parcel);
    else this.queue.push(parcel);
  }
}

/** Electron's `new MessageChannelMain()`. */
export function openFakeChannel(): MessageChannelMain {
  const [port1, port2] = FakePort.pair();
  // A port's events are overloads of EventEmitter's, which no plain emitter can declare.
  return { port1: port1 as unknown as MessagePortMain, port2: port2 as unknown as MessagePortMain };
}
