import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '../support/random.ts';
import { compileRecorder } from './disk/recorder.ts';
import { Blocked } from './load.ts';
import { chooseBlow, countScene, openScene, runTrial, type Blow, type Scene } from './trials.ts';

const HELP = `npm run crash -- --trials N [--seed S] [--json]
Sells at a real till with a real window against a real server, kills one of them with SIGKILL, or cuts the power of the till or
the server, at random moments; counts acknowledged entries that are lost or doubled.
  --trials N  how many blows (default 10)
  --seed S    the same blows at the same moments (default 1)
  --json      one line: trials, seed, kills, acknowledged, byKeys, lost, duplicated, powerCuts, ms
Ends with 1 when an entry was lost or doubled.
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const options = read(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const folder = await mkdtemp(join(tmpdir(), 'tillpoint-crash-'));
  try {
    const disk = await compileRecorder(folder);
    if ('missing' in disk) process.stderr.write(`${disk.missing}\n`);
    return await run(options, 'library' in disk ? disk.library : undefined);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function run({ trials, seed, json }: { trials: number; seed: number; json: boolean }, library: string | undefined): Promise<number> {
  const say = (line: string): void => void (json ? undefined : process.stdout.write(`${line}\n`));
  const random = seededRandom(seed);
  const kills = { core: 0, window: 0, server: 0, power: 0 };
  const from = performance.now();
  const scene = await openScene(library);
  try {
    let done = 0;
    for (; done < trials; done++) {
      const blow = chooseBlow(random, library !== undefined);
      kills[placeOf(blow)]++;
      if (!(await survives(scene, blow, random))) break;
      const { lost, duplicated } = countScene(scene);
      say(`${done + 1}. ${blow}: ${scene.load.acknowledged.size} acknowledged, ${lost} lost, ${duplicated} duplicated`);
    }
    const { load, keyed } = scene;
    const counted = countScene(scene);
    const result = { trials: done, seed, kills, acknowledged: load.acknowledged.size, byKeys: keyed.shown, ...counted, powerCuts: library !== undefined, ms: Math.round(performance.now() - from) };
    if (json) process.stdout.write(`${JSON.stringify(result)}\n`);
    else say(`${result.acknowledged} acknowledged (${result.byKeys} by keys), ${result.lost} lost, ${result.duplicated} duplicated; kills: ${JSON.stringify(kills)}; ${result.ms} ms`);
    return done === trials && counted.lost + counted.duplicated === 0 ? 0 : 1;
  } finally {
    await scene.close();
  }
}

/** Runs a trial; false when the till then refuses to trade, which it says on the way. */
async function survives(scene: Scene, blow: Blow, random: () => number): Promise<boolean> {
  try {
    await runTrial(scene, blow, random);
    return true;
  } catch (error) {
    if (!(error instanceof Blocked)) throw error;
    process.stderr.write(`After ${blow} ${error.message}.\n`);
    return false;
  }
}

function placeOf(blow: Blow): 'core' | 'window' | 'server' | 'power' {
  return blow === 'till-power' || blow === 'server-power' ? 'power' : blow;
}

function read(args: string[]) {
  try {
    const { values } = parseArgs({ args, options: { trials: { type: 'string' }, seed: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } });
    const [trials, seed] = [Number(values.trials ?? 10), Number(values.seed ?? 1)];
    if (!Number.isInteger(trials) || trials < 1) return '--trials is a whole number from 1';
    if (!Number.isInteger(seed) || seed < 0) return '--seed is a whole number from 0';
    return { trials, seed, json: values.json === true, help: values.help === true };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
