import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ReadyMessage } from '../../server/ready.ts';

const MAIN = fileURLToPath(new URL('../../server/main.ts', import.meta.url));

/** A server in a process of its own. */
export interface ServerProcess extends ReadyMessage {
  child: ChildProcess;
  /** Everything it printed so far. */
  output(): string;
  /** Asks it to stop; answers the exit code and the milliseconds that took. */
  stop(signal?: 'SIGTERM' | 'SIGINT'): Promise<{ code: number | null; ms: number }>;
  /** Kills it without a word. */
  kill(): Promise<void>;
}

/** The environment of a server in a test: nothing of the machine's own settings. */
function cleanEnv(env: Record<string, string>): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', PORT: '0', NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...env };
}

/** Starts `server/main.ts` the way the launcher does and waits until it serves. */
export async function startServer(env: Record<string, string>, args: string[] = []): Promise<ServerProcess> {
  const child = fork(MAIN, args, { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (output += part.toString()));
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message as ReadyMessage),
    exited.then(([code]) => Promise.reject(new Error(`the server ended with ${code}: ${output}`))),
  ]);
  return {
    ...ready,
    child,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      const from = performance.now();
      child.kill(signal);
      const [code] = await exited;
      return { code, ms: performance.now() - from };
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Runs `server/main.ts` without an IPC channel until it ends, or until it printed `until`. */
export async function runServer(
  env: Record<string, string>,
  options: { args?: string[]; until?: RegExp } = {},
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...(options.args ?? [])], { env: cleanEnv(env), stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part: Buffer) => {
    stdout += part.toString();
    if (options.until?.test(stdout) === true) child.kill('SIGTERM');
  });
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
