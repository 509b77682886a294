import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../support/random.ts';
import { compileRecorder } from './disk/recorder.ts';
import { countScene, lookAtTill, openScene, runTrial, type Scene } from './trials.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tillpoint-crash-test-'));
const disk = await compileRecorder(folder);
const library = 'library' in disk ? disk.library : undefined;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene(library);
}, 180_000);
afterAll(async () => {
  await scene?.close();
  rmSync(folder, { recursive: true });
});

describe('a till under load', () => {
  it('loses and doubles nothing when its core is killed', async () => {
    await runTrial(scene, 'core', seededRandom(1));
    expect(scene.load.acknowledged.size).toBeGreaterThan(0);
    expect(countScene(scene)).toEqual({ lost: 0, duplicated: 0 });
  });

  it.runIf(library !== undefined).each(['till-power', 'server-power'] as const)('loses and doubles nothing at: %s', async (blow) => {
    await runTrial(scene, blow, seededRandom(2));
    expect(countScene(scene)).toEqual({ lost: 0, duplicated: 0 });
  });

  // The control: what a till without its flushes loses is seen to be lost. It ruins the till, so it comes last.
  it.runIf(library !== undefined)('is seen to lose entries when its flushes are left out', async () => {
    const { till, load, tillDisk } = scene;
    tillDisk?.lie(true);
    const before = load.acknowledged.size;
    load.start();
    await load.untilAcknowledged(before + 5);
    await till.killCore();
    tillDisk?.cut(seededRandom(3), 'nothing');
    lookAtTill(scene);
    expect(countScene(scene).lost).toBeGreaterThanOrEqual(5);
  });
});

describe('npm run crash', () => {
  it.each([['--trials', '0'], ['--seed', 'x'], ['--what', '1']])('refuses %s %s in a sentence', (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trim()).not.toContain('\n');
  });

  it('says in one sentence when there is no compiler for the disk that forgets', async () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    const found = await compileRecorder(folder).finally(() => (process.env['PATH'] = path));
    expect(found).toEqual({ missing: expect.stringMatching(/^Power cuts .*\.$/) });
    expect(existsSync(join(folder, 'gcc'))).toBe(false);
  });
});
