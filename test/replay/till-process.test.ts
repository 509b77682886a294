import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { FromTill, ToTill } from './messages.ts';

it('ends at once when it is told to close before it is open', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillpoint-till-'));
  const child = fork(fileURLToPath(new URL('till-process.ts', import.meta.url)), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' });
  const answers: FromTill = [];
  child.on('message', (told: FromTill) => answers.push(...told));
  // Nothing listens there, so it never opens.
  const open: ToTill = {
    t: 'open', folder, server: 'http://127.0.0.1:9', seat: { terminal: 'T1', store: 'S1', staff: 'maya', code: 'AAAA-BBBB' }, pin: '1111', atMs: 0, patient: true,
  };
  const exited = once(child, 'exit');
  child.send(open);
  child.send({ t: 'close' } satisfies ToTill);
  expect(await exited).toEqual([0, null]);
  expect(answers).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});
