import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launch, ROOT, runCommand } from '../../electron/launch/bootstrap.mjs';
import type { Counts } from './counts.ts';
import { ensurePrograms } from './programs.ts';
import { runSteps } from './steps.ts';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');

/** Runs vitest with its own output, then prints its counts on a line of their own. */
async function runVitest(args: string[]): Promise<{ code: number; counts: Counts | undefined }> {
  const folder = mkdtempSync(join(tmpdir(), 'tillpoint-counts-'));
  const file = join(folder, 'counts.json');
  process.env['TILLPOINT_TEST_COUNTS'] = file;
  try {
    const code = await runCommand(process.execPath, [VITEST, 'run', '--config', 'test/vitest.config.ts', ...args]);
    return { code, counts: readCounts(file) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readCounts(file: string): Counts | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Counts;
  } catch {
    return undefined;
  }
}

/** Everything that is checked, on the pinned Node; answers the exit code. */
async function testAll(args: string[]): Promise<number> {
  // A log is read by people and by machines: colours only where a person looks at a terminal.
  if (!process.stdout.isTTY) process.env['NO_COLOR'] = '1';
  await ensurePrograms();
  const failed = await runSteps();
  const { code, counts } = await runVitest(args);
  if (failed.length > 0) console.error(`Failed before the tests: ${failed.join(', ')}.`);
  if (counts === undefined) {
    console.error('vitest ended without a result.');
    return 1;
  }
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
  return failed.length > 0 || code !== 0 || counts.failed > 0 || counts.passed === 0 ? 1 : 0;
}

await launch(() => testAll(process.argv.slice(2)));
