import { spawn } from 'node:child_process';
import { join } from 'node:path';

const HERE = import.meta.dirname;

/** A history leaves much behind; with room for it less time goes into clearing away. */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=64'];

/** How a process ended, and the lines of JSON that it wrote. */
export interface Ended<T> { code: number; lines: T[]; errors: string }

/** Runs a program of the simulation to its end, in a process of its own: it exchanges modules and the clock. */
export function launch<T>(program: 'main' | 'worker', args: readonly string[], env: Record<string, string> = {}): Promise<Ended<T>> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...WORKER_FLAGS, join(HERE, `${program}.ts`), ...args], { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    let text = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    child.stderr.setEncoding('utf8').on('data', (piece: string) => (errors += piece));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, errors, lines: text.split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as T) }));
  });
}
