import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** What `npm test` prints last; a file or a group that failed outside any test counts as one failed. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** Counts the tests of a finished run. */
export function countTests(modules: readonly TestModule[], unhandledErrors: number): Counts {
  const counts: Counts = { passed: 0, failed: unhandledErrors, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') counts.passed += 1;
      else if (state === 'failed') counts.failed += 1;
      else counts.skipped += 1;
    }
    const suites = [...module.children.allSuites()].filter((suite) => suite.errors().length > 0).length;
    counts.failed += suites + (module.errors().length > 0 ? 1 : 0);
  }
  return counts;
}

/** Writes the counts as JSON to the file that `TILLPOINT_TEST_COUNTS` names; vitest's own summary stays as it is. */
export class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const file = process.env['TILLPOINT_TEST_COUNTS'];
    if (file !== undefined) writeFileSync(file, JSON.stringify(countTests(modules, unhandledErrors.length)));
  }
}
