// `npm run replay -- FILE`: real purchases through real tills. Runs on the pinned Node, from a bare clone.
import { fileURLToPath } from 'node:url';
import { ensureDependencies, launch, runPinned } from '../../electron/launch/bootstrap.mjs';

await launch(async () => {
  await ensureDependencies((line) => console.error(line));
  return runPinned(fileURLToPath(new URL('main.ts', import.meta.url)), process.argv.slice(2));
});
