import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ForkOptions, UtilityProcess } from 'electron';
import type { FromCoreProcess, ToCoreProcess } from '../../../shared/contract/host.ts';
import type { FakePort } from './ports.ts';

type ProcessMethods = Pick<UtilityProcess, 'kill' | 'pid' | 'postMessage'>;

/** A utility process as main sees it. */
export interface FakeProcess extends EventEmitter, ProcessMethods {}

/** A utility process without a process: a test says what it answers and when it ends. */
export class ScriptedCore extends EventEmitter implements FakeProcess {
  pid: number | undefined = 4_711;
  readonly modulePath: string;
  readonly options: ForkOptions;
  readonly received: ToCoreProcess[] = [];
  readonly ports: FakePort[] = [];
  killed = false;
  /** What it does with each message; by default it is ready at once and stops when told. */
  script: (message: ToCoreProcess, core: ScriptedCore) => void = obey;

  constructor(modulePath: string, options: ForkOptions) {
    super();
    this.modulePath = modulePath;
    this.options = options;
  }

  postMessage(message: ToCoreProcess, transfer: unknown[] = []): void {
    this.received.push(structuredClone(message));
    this.ports.push(...(transfer as FakePort[]));
    setImmediate(() => this.script(message, this));
  }

  say(message: FromCoreProcess): void {
    this.emit('message', message);
  }

  /** The process ends: its ports close, and main is told. */
  exit(code: number): void {
    if (this.pid === undefined) return;
    this.pid = undefined;
    for (const port of this.ports) port.close();
    this.emit('exit', code);
  }

  kill(): boolean {
    this.killed = true;
    setImmediate(() => this.exit(143));
    return true;
  }
}

/** A well-behaved core. */
export function obey(message: ToCoreProcess, core: ScriptedCore): void {
  if (message.t === 'init') core.say({ t: 'ready' });
  if (message.t === 'stop') core.exit(0);
}

/** What travels between this process and a core that runs in a real one. */
export type Wire =
  | { kind: 'post'; data: unknown; ports: number[] }
  | { kind: 'port'; port: number; data: unknown }
  | { kind: 'closed'; port: number };

const SHIM = fileURLToPath(new URL('parent-port.ts', import.meta.url));

/** A utility process that is a real process of Node's, with a parent port and ports that travel over its own channel. */
export class RealCore extends EventEmitter implements FakeProcess {
  readonly child: ChildProcess;
  readonly output: string[] = [];
  private readonly ports = new Map<number, FakePort>();
  private lastPort = 0;

  constructor(modulePath: string, cwd: string, env: NodeJS.ProcessEnv = {}) {
    super();
    this.child = fork(modulePath, [], {
      cwd,
      execArgv: ['--import', SHIM],
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'], HOME: cwd, ...env },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', (chunk: Buffer) => this.output.push(chunk.toString()));
    this.child.on('message', (message) => this.take(message as Wire));
    this.child.once('exit', (code, signal) => {
      for (const port of this.ports.values()) port.close();
      this.emit('exit', code ?? (signal === 'SIGKILL' ? 137 : 143));
    });
  }

  get pid(): number | undefined {
    return this.child.exitCode === null && this.child.signalCode === null ? this.child.pid : undefined;
  }

  postMessage(message: ToCoreProcess, transfer: unknown[] = []): void {
    const ports = (transfer as FakePort[]).map((port) => this.carry(port));
    this.send({ kind: 'post', data: message, ports });
  }

  kill(): boolean {
    return this.child.kill('SIGTERM');
  }

  private carry(port: FakePort): number {
    this.lastPort += 1;
    const id = this.lastPort;
    this.ports.set(id, port);
    port.on('message', ({ data }: { data: unknown }) => this.send({ kind: 'port', port: id, data }));
    port.once('close', () => this.send({ kind: 'closed', port: id }));
    port.start();
    return id;
  }

  private send(wire: Wire): void {
    if (this.child.connected) this.child.send(wire, () => undefined);
  }

  private take(wire: Wire): void {
    if (wire.kind === 'post') this.emit('message', wire.data);
    else if (wire.kind === 'port') this.ports.get(wire.port)?.postMessage(wire.data);
    else this.ports.get(wire.port)?.close();
  }
}
