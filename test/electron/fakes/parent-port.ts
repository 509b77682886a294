// Loaded into a core's process before the core itself: gives it the `process.parentPort` of an Electron utility process, over
// the channel that Node's own fork opens.
import { EventEmitter } from 'node:events';
import type { ParentPort } from 'electron';
import type { Wire } from './core.ts';

const wire = (message: Wire): void => void process.send?.(message);

class CorePort extends EventEmitter {
  private readonly id: number;
  private started = false;
  private readonly queue: unknown[] = [];

  constructor(id: number) {
    super();
    this.id = id;
  }

  postMessage(data: unknown): void {
    wire({ kind: 'port', port: this.id, data });
  }

  start(): void {
    this.started = true;
    for (const data of this.queue.splice(0)) this.emit('message', { data, ports: [] });
  }

  close(): void {
    wire({ kind: 'closed', port: this.id });
    this.emit('close');
  }

  take(data: unknown): void {
    if (this.started) this.emit('message', { data, ports: [] });
    else this.queue.push(data);
  }
}

const ports = new Map<number, CorePort>();

class Parent extends EventEmitter implements Pick<ParentPort, 'postMessage'> {
  private readonly queue: object[] = [];

  postMessage(data: unknown): void {
    wire({ kind: 'post', data, ports: [] });
  }

  /** Messages wait until somebody listens. */
  override on(event: string, listener: (message: object) => void): this {
    super.on(event, listener);
    if (event === 'message') for (const message of this.queue.splice(0)) this.emit('message', message);
    return this;
  }

  take(message: object): void {
    if (this.listenerCount('message') > 0) this.emit('message', message);
    else this.queue.push(message);
  }
}

const parent = new Parent();
Object.defineProperty(process, 'parentPort', { value: parent });

process.on('message', (message) => {
  const arrived = message as Wire;
  if (arrived.kind === 'post') {
    const opened = arrived.ports.map((id) => {
      const port = new CorePort(id);
      ports.set(id, port);
      return port;
    });
    parent.take({ data: arrived.data, ports: opened });
  } else if (arrived.kind === 'port') ports.get(arrived.port)?.take(arrived.data);
  else {
    ports.get(arrived.port)?.emit('close');
    ports.delete(arrived.port);
  }
});
// A utility process ends with the app that started it.
process.once('disconnect', () => process.exit(0));
