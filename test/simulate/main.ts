import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { startPostgres } from '../support/postgres.ts';
import type { Fault } from './faults.ts';
import { WORKER_FLAGS } from './launch.ts';
import { readOptions, type Options } from './options.ts';

interface Line {
  seed?: number; digest?: string; violations?: string[]; told?: string[]; active?: string[]; entries?: number; acknowledged?: number; shortfall?: number; ms?: number;
  faults?: Partial<Record<Fault, number>>;
}

/** What a run of the simulation comes to. */
interface Report {
  seeds: number; from: number; to: number; violations: number; policy: string; engine: string; steps: number; entries: number; acknowledged: number; shortfall: number; faults: Partial<Record<Fault, number>>;
  neverActed: string[]; failed: { seed: number; violations: string[] }[]; digest: string; ms: number; seedsPerSecond: number;
}

const read = readOptions(process.argv.slice(2));
if (read.ok) process.exitCode = await onEngine(read.options);
else {
  process.stderr.write(`${read.message}\n`);
  process.exitCode = 2;
}

/** Runs with the PostgreSQL that it needs, if any: `DATABASE_URL`'s, else one of its own. */
async function onEngine(options: Options): Promise<number> {
  if (options.engine === 'sqlite') return main(options);
  const given = process.env['DATABASE_URL'] ?? '';
  const own = given === '' ? await startPostgres() : undefined;
  process.env['SIMULATE_POSTGRES'] = own?.url ?? given;
  try {
    return await main(options);
  } finally {
    await own?.stop();
  }
}

async function main(options: Options): Promise<number> {
  const began = performance.now();
  const report: Report = {
    seeds: 0, from: options.from, to: options.to, violations: 0, policy: options.policy ?? 'each', engine: options.engine, steps: options.steps, entries: 0, acknowledged: 0,
    shortfall: 0, faults: {}, neverActed: [], failed: [], digest: '', ms: 0, seedsPerSecond: 0,
  };
  const digests = new Map<number, string>();
  const workers = Math.min(options.workers, options.to - options.from + 1);
  const codes = await Promise.all(Array.from({ length: workers }, (_, index) => runWorker(index, workers, (line) => take(line, options, report, digests))));
  report.ms = Math.round(performance.now() - began);
  report.seedsPerSecond = Math.round((report.seeds / report.ms) * 100_000) / 100;
  report.digest = [...digests].sort(([a], [b]) => a - b).map(([, digest]) => digest.slice(0, 4)).join('').slice(0, 64);
  // A fault that never acted was not tried: few seeds need a shorter list of faults.
  report.neverActed = options.faults.filter((fault) => (report.faults[fault] ?? 0) === 0);
  const complete = codes.every((code) => code === 0) && report.seeds === options.to - options.from + 1;
  if (!complete) process.stderr.write('A worker ended before its last seed.\n');
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : `${wordsOf(report)}\n`);
  return complete && report.violations === 0 && report.neverActed.length === 0 ? 0 : 1;
}

function take(line: Line, options: Options, report: Report, digests: Map<number, string>): void {
  for (const [fault, count] of Object.entries(line.faults ?? {})) report.faults[fault as Fault] = (report.faults[fault as Fault] ?? 0) + count;
  const { seed, violations = [] } = line;
  if (seed === undefined) return;
  report.seeds += 1;
  report.entries += line.entries ?? 0;
  report.acknowledged += line.acknowledged ?? 0;
  report.shortfall += line.shortfall ?? 0;
  report.violations += violations.length;
  digests.set(seed, line.digest ?? '');
  if (violations.length > 0) report.failed.push({ seed, violations: violations.slice(0, 5) });
  if (!options.json && (violations.length > 0 || options.told)) {
    process.stdout.write(`seed ${seed} (${line.active?.join(', ')}):\n  ${[...(line.told ?? []), ...violations].join('\n  ')}\n`);
  }
}

/** Runs every n-th seed in a process of its own; answers its exit code. */
async function runWorker(index: number, workers: number, onLine: (line: Line) => void): Promise<number> {
  const args = process.argv.slice(2).filter((_, at, all) => all[at] !== '--workers' && all[at - 1] !== '--workers');
  const child: ChildProcess = spawn(process.execPath, [...WORKER_FLAGS, new URL('worker.ts', import.meta.url).pathname, ...args, '--workers', String(workers)], {
    stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SIMULATE_WORKER: String(index) },
  });
  const stop = (): void => void child.kill();
  process.once('exit', stop);
  if (child.stdout !== null) for await (const text of createInterface({ input: child.stdout })) if (text.startsWith('{')) onLine(JSON.parse(text) as Line);
  const code = await new Promise<number>((resolve) => (child.exitCode === null ? child.once('exit', (ended) => resolve(ended ?? 1)) : resolve(child.exitCode)));
  process.off('exit', stop);
  return code;
}

function wordsOf(report: Report): string {
  const counts = Object.entries(report.faults).map(([fault, count]) => `${fault} ${count}`).join(', ');
  return [
    `${report.seeds} histories with ${report.entries} entries in ${(report.ms / 1_000).toFixed(1)} s; violations: ${report.violations}`,
    `faults: ${counts}`,
    ...(report.neverActed.length === 0 ? [] : [`never acted: ${report.neverActed.join(', ')}`]),
  ].join('\n');
}
