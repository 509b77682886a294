import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { installClock, realMs, standWhile } from './clock.ts';
import type { ServerDatabase } from './database.ts';
import { Counts } from './faults.ts';
import { exchangeModules, type Patch } from './hooks.ts';
import { readOptions } from './options.ts';

// One process lives through seeds one after the other; a line of JSON tells of each, and the last one of the faults.
const read = readOptions(process.argv.slice(2));
if (!read.ok) throw new Error(read.message);
const { from, to, workers, faults, told, engine, ...size } = read.options;
exchangeModules(JSON.parse(process.env['SIMULATE_PATCHES'] ?? '[]') as Patch[]);
installClock();
const { runSeed } = await import('./run.ts');
const databaseIn = await chooseDatabase();
const first = Number(process.env['SIMULATE_WORKER'] ?? 0);
const counts = new Counts(faults);
const root = `${existsSync('/dev/shm') ? '/dev/shm' : tmpdir()}/tillpoint-simulate-${process.pid}`;
for (let seed = from + first; seed <= to; seed += workers) {
  const began = realMs();
  const outcome = await runSeed(seed, size, { root, databaseIn, counts });
  const shortest = outcome.violations.length > 0 && process.env['SIMULATE_STOP'] === undefined ? await shorten(seed) : undefined;
  if (shortest !== undefined) Object.assign(outcome, { told: shortest.told, violations: [...outcome.violations, `the first ${shortest.steps} steps are enough: --seeds ${seed} --steps ${shortest.steps}`] });
  const line = { ...outcome, told: told || outcome.violations.length > 0 ? outcome.told : [], ms: Math.round(realMs() - began) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (outcome.violations.length > 0 && process.env['SIMULATE_STOP'] !== undefined) break;
}

/** The fewest first steps of a failing history that fail, too: a history is told by its seed, so that its steps are the same. */
async function shorten(seed: number): Promise<{ steps: number; told: string[] } | undefined> {
  let found: { steps: number; told: string[] } | undefined;
  let [low, high] = [0, size.steps];
  while (low + 1 < high) {
    const steps = Math.floor((low + high) / 2);
    const { violations, told: history } = await runSeed(seed, { ...size, steps }, { root, databaseIn, counts: new Counts(faults) });
    if (violations.length > 0) [high, found] = [steps, { steps, told: history }];
    else low = steps;
  }
  return found;
}

async function chooseDatabase(): Promise<(folder: string) => ServerDatabase> {
  if (engine === 'sqlite') {
    const { EmbeddedDatabase } = await import('./database.ts');
    return (folder) => new EmbeddedDatabase(folder);
  }
  const { isBusy, PostgresDatabase, watchConnections } = await import('./postgres.ts');
  const { nameOf } = await import('./opening.ts');
  watchConnections();
  standWhile(isBusy);
  const server = process.env['SIMULATE_POSTGRES'];
  if (server === undefined) throw new Error('SIMULATE_POSTGRES names the PostgreSQL to simulate on.');
  return (folder) => new PostgresDatabase(server, nameOf(folder));
}

process.stdout.write(`${JSON.stringify({ faults: counts.of })}\n`);
