import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment, ROOT } from '../../electron/launch/bootstrap.mjs';

interface Step {
  name: string;
  script: string;
  args: string[];
  /** A file without which the step has nothing to do. */
  needs?: string;
}

/** What is checked before the tests run, longest first so that two at a time end together. */
const STEPS: readonly Step[] = [
  { name: 'types', script: 'test/run/typecheck.mjs', args: [] },
  { name: 'lint', script: 'test/run/lint.ts', args: [] },
  { name: 'room rules', script: 'test/run/rooms.ts', args: [] },
  {
    name: 'renderer build',
    script: 'node_modules/vite/bin/vite.js',
    args: ['build', '--config', 'renderer/vite.config.ts', '--logLevel', 'warn'],
    needs: 'renderer/vite.config.ts',
  },
];
const AT_ONCE = 2;

/**
 * Runs every check, also after one has failed, two at a time; prints each one's output when it ends.
 * @returns the names of those that failed
 */
export async function runSteps(): Promise<string[]> {
  const waiting = STEPS.filter(({ needs }) => needs === undefined || existsSync(join(ROOT, needs)));
  const failed: string[] = [];
  const work = async (): Promise<void> => {
    for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
      if (!(await runStep(step))) failed.push(step.name);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return failed;
}

/** Runs one check; answers whether it passed. */
function runStep({ name, script, args }: Step): Promise<boolean> {
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, script), ...args], {
      cwd: ROOT,
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', reject);
    child.once('close', (code) => {
      const seconds = ((Date.now() - started) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name}, ${seconds} s`);
      if (output.trim() !== '') console.log(output.trimEnd().replace(/^/gm, '  '));
      resolve(code === 0);
    });
  });
}
