import { defineConfig } from 'vitest/config';
import { CountsReporter } from './run/counts.ts';

/** One run of everything; folders under test/ are rooms. */
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/support/postgres-setup.ts'],
    reporters: ['default', new CountsReporter()],
    allowOnly: false,
    // Generous, so that a machine that is busy with something else fails no test; a passing test waits for none of it.
    testTimeout: 60_000,
    expect: { poll: { timeout: 15_000 } },
    hookTimeout: 120_000,
  },
});
