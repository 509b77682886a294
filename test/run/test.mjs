// `npm test`: everything, from a bare machine with git, Node 20 or newer and npm. Arguments are passed to vitest.
import { fileURLToPath } from 'node:url';
import { ensureDependencies, launch, runPinned } from '../../electron/launch/bootstrap.mjs';

await launch(async () => {
  await ensureDependencies();
  // The rest is TypeScript, which the pinned Node runs as it is.
  return runPinned(fileURLToPath(new URL('all.ts', import.meta.url)), process.argv.slice(2));
});
