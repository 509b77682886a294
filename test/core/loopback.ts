import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { TillReadyMessage } from '../../electron/loopback/ready.ts';
import type { Channel, ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import { TestWindow } from './harness.ts';

const MAIN = fileURLToPath(new URL('../../electron/loopback/main.ts', import.meta.url));

/** A core in a process of its own that serves browsers. */
export interface LoopbackProcess extends TillReadyMessage {
  child: ChildProcess;
  origin: string;
  token: string;
  window(): TestWindow;
  /** Asks it to stop; answers the exit code and how many milliseconds that took. */
  stop(): Promise<{ code: number | null; ms: number }>;
  /** Kills it without a word. */
  kill(): Promise<void>;
}

/** A page to serve where the built window would be. */
export function makePage(folder: string): string {
  const page = join(folder, 'page');
  mkdirSync(join(page, 'assets'), { recursive: true });
  writeFileSync(join(page, 'index.html'), '<!doctype html><title>Tillpoint</title>');
  writeFileSync(join(page, 'assets', 'app-1a2b.js'), 'export {};');
  writeFileSync(join(page, 'notes.txt'), 'not of the window');
  writeFileSync(join(folder, 'secret.js'), 'outside');
  return page;
}

function cleanEnv(env: Record<string, string>): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NODE_OPTIONS: '--disable-warning=ExperimentalWarning', TILLPOINT_TILL_PORT: '0', ...env };
}

/** Starts `electron/loopback/main.ts` as the launcher does and waits until it can be opened. */
export async function startLoopback(env: Record<string, string>): Promise<LoopbackProcess> {
  const child = fork(MAIN, [], { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (output += part.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message as TillReadyMessage),
    exited.then(([code]) => Promise.reject(new Error(`the core ended with ${code}: ${output}`))),
  ]);
  const { origin, hash } = new URL(ready.url);
  const token = hash.replace('#token=', '');
  return {
    ...ready,
    child,
    origin,
    token,
    window: () => new TestWindow(() => openSocket(origin, token)),
    async stop() {
      const from = performance.now();
      child.kill('SIGTERM');
      const [code] = await exited;
      return { code, ms: performance.now() - from };
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Runs it without an IPC channel until it ends, or until it has printed `until`. */
export async function runLoopback(env: Record<string, string>, until?: RegExp): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN], { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part: Buffer) => {
    stdout += part.toString();
    if (until?.test(stdout) === true) child.kill('SIGINT');
  });
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** A connection as the page opens it. */
export async function openSocket(origin: string, token: string): Promise<Channel<ToCore, ToWindow>> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/core`, ['tillpoint', token], { origin });
  const early: ToWindow[] = [];
  let listener: ((message: ToWindow) => void) | undefined;
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as ToWindow;
    if (listener === undefined) early.push(message);
    else listener(message);
  });
  await once(socket, 'open');
  // A killed core resets the connection; its close is what counts.
  socket.on('error', () => undefined);
  return {
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
    },
    onMessage(next) {
      listener = next;
      for (const message of early.splice(0)) next(message);
    },
    onClose: (next) => void socket.once('close', () => next()),
    close: () => socket.close(),
  };
}
