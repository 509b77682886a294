import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const START = fileURLToPath(new URL('../../electron/launch/start.mjs', import.meta.url));

/** `npm start` at work. */
export interface Launcher {
  child: ChildProcess;
  /** Everything it printed so far, on either stream. */
  output(): string;
  /** Waits until it has printed something; answers the match. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** Waits for its end; answers the exit code. */
  ended: Promise<number | null>;
  /** Ctrl-C: a terminal sends SIGINT to every process of the group. */
  interrupt(): void;
  /** The processes that it started and that are alive, with what they started. */
  family(): number[];
}

/** Starts the launcher in a process group of its own. */
export function startLauncher(env: Record<string, string>, args: string[] = ['--no-open'], node: string[] = []): Launcher {
  const clean = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', PORT: '0', TILLPOINT_TILL_PORT: '0', ...env };
  const child = spawn(process.execPath, [...node, START, ...args], { env: clean, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (part: Buffer) => {
      output += part.toString();
      for (const look of waiting) look();
    });
  }
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    output: () => output,
    ended,
    printed(pattern) {
      return new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(output);
          if (match === null) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        look();
        void ended.then((code) => reject(new Error(`it ended with ${code} and had printed: ${output}`)));
      });
    },
    interrupt: () => void process.kill(-(child.pid ?? 0), 'SIGINT'),
    family: () => descendants(child.pid ?? 0),
  };
}

/** Whether a process is alive; one that ended and was not looked at yet is not. */
export function isAlive(pid: number): boolean {
  try {
    return !/^Z/.test(execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return false;
  }
}

function descendants(pid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n').map((line) => line.trim().split(/\s+/).map(Number));
  const childrenOf = (parent: number): number[] => table.filter(([, ppid]) => ppid === parent).flatMap(([child = 0]) => [child, ...childrenOf(child)]);
  return childrenOf(pid);
}
