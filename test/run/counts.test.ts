import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../electron/launch/bootstrap.mjs';
import type { Counts } from './counts.ts';

const CONFIG = `import { CountsReporter } from ${JSON.stringify(join(ROOT, 'test/run/counts.ts'))};
export default { test: { reporters: ['default', new CountsReporter()] } };
`;

describe('the counts of a run', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tillpoint-counted-'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    mkdirSync(join(folder, 'tests'));
    writeFileSync(join(folder, 'vitest.config.mjs'), CONFIG);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Runs vitest over the given files in a process of its own. */
  async function runVitest(files: Record<string, string>): Promise<{ code: number; counts: Counts }> {
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, 'tests', name), `import { describe, it, expect } from 'vitest';\n${text}`);
    }
    const counted = join(folder, 'counts.json');
    const code = await new Promise<number>((resolve) => {
      const child = execFile(
        process.execPath,
        [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run'],
        { cwd: folder, env: { ...process.env, TILLPOINT_TEST_COUNTS: counted } },
        () => resolve(child.exitCode ?? 1),
      );
    });
    return { code, counts: JSON.parse(readFileSync(counted, 'utf8')) as Counts };
  }

  it('are those of passed, failed and skipped tests', async () => {
    const { code, counts } = await runVitest({
      'one.test.mjs': "it('a', () => {}); it('b', () => { expect(1).toBe(2); }); it.skip('c', () => {}); it.todo('d');",
      'two.test.mjs': "describe('g', () => { it('e', () => {}); });",
    });
    expect(counts).toEqual({ passed: 2, failed: 1, skipped: 2 });
    expect(code).not.toBe(0);
  });

  it('count a file that does not load and an error outside a test as failed', async () => {
    const { code, counts } = await runVitest({
      'one.test.mjs': "it('a', () => { setTimeout(() => { throw new Error('late'); }); return new Promise((r) => setTimeout(r, 200)); });",
      'two.test.mjs': "throw new Error('not loaded');",
    });
    expect(counts).toEqual({ passed: 1, failed: 2, skipped: 0 });
    expect(code).not.toBe(0);
  });
});
