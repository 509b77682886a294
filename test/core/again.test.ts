import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openWorld, type World } from '../server/world.ts';
import { faultOf, makeFolder, openCore, type TestCore } from './harness.ts';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

let world: World;
beforeAll(async () => {
  world = await openWorld('sqlite');
});
afterAll(async () => {
  world.app.server.closeAllConnections();
  await world.close();
});

let folder: ReturnType<typeof makeFolder>;
let running: TestCore[];
let terminal = '';
let terminals = 0;
beforeEach(() => {
  folder = makeFolder();
  running = [];
  terminals += 1;
  terminal = `A${terminals}`;
});
afterEach(async () => {
  for (const core of running) await core.stop();
  folder.remove();
});

const open = async (options: Partial<Parameters<typeof openCore>[0]> = {}): Promise<TestCore> => {
  const core = await openCore({ folder: folder.path, server: world.url, ...options });
  running.push(core);
  return core;
};
/** Enrols a till with a code and has it sell without a server; answers the code. */
async function sellOffline(sales: number): Promise<string> {
  const code = await world.code(terminal);
  const first = await open({ enrolCode: code });
  await first.window.signIn();
  await first.stop();
  const offline = await open({ server: NOWHERE });
  await offline.window.signIn();
  for (let sale = 1; sale <= sales; sale += 1) await offline.window.sell(`${terminal}-${sale}`);
  await offline.stop();
  return code;
}
const posted = async (): Promise<string[]> =>
  (await world.store.db.selectFrom('entries').select('id').where('terminal', '=', terminal).orderBy('epoch').orderBy('seq').execute()).map(({ id }) => id);

describe('a till that is enrolled again', () => {
  it('is not told that it is enrolled by the code that made the enrolment which may not trade', async () => {
    const code = await sellOffline(1);
    rmSync(join(folder.path, `replica-${terminal}-1.head.json`));
    const { window } = await open();
    expect(await window.till(() => true)).toMatchObject({ phase: 'blocked', blockedBy: 'sentinel-missing' });
    expect(await faultOf(window.call('enrol', { code }))).toMatchObject({ code: 'server-refused', detail: { code: 'code-used' } });
    expect(await window.till(() => true)).toMatchObject({ phase: 'blocked' });
    await window.call('enrol', { code: await world.code(terminal) });
    await window.signIn();
    expect((await window.sell(`${terminal}-again`)).number).toBe(`${terminal}-2-1`);
  });

  it('gives up a chain with unsent entries when the server takes nothing more of it, and they are sent all the same', async () => {
    await sellOffline(2);
    await world.store.db.updateTable('terminals').set({ status: 'revoked' }).where('id', '=', terminal).execute();
    const { window } = await open();
    await window.till(({ sync }) => sync.lastError?.code === 'terminal-revoked');
    expect((await window.till(() => true)).sync.waiting).toBe(2);
    await window.call('enrol', { code: await world.code(terminal) });
    await window.till(({ phase, recovered }) => phase === 'ready' && recovered?.sent === 2);
    expect(await posted()).toEqual([`${terminal}-1`, `${terminal}-2`]);
  });

  it('accounts for each of its earlier chains, also when there are two in one run', async () => {
    await sellOffline(1);
    const { window } = await open();
    const accounts = (): number => readFileSync(join(folder.path, 'core.log'), 'utf8').split('an earlier chain is accounted for').length - 1;
    for (const enrolments of [1, 2]) {
      await window.till(({ phase, sync }) => phase === 'ready' && sync.online && sync.waiting === 0);
      await window.call('enrol', { code: await world.code(terminal) });
      await window.signIn();
      await window.sell(`${terminal}-after-${enrolments}`);
      await expect.poll(accounts).toBeGreaterThanOrEqual(enrolments);
    }
    await window.till(({ sync }) => sync.online && sync.waiting === 0);
    expect(await posted()).toEqual([`${terminal}-1`, `${terminal}-after-1`, `${terminal}-after-2`]);
  });

  it('ends at once when it is stopped while it waits for its server', async () => {
    await sellOffline(1);
    rmSync(join(folder.path, `replica-${terminal}-1.head.json`));
    const { window } = await open();
    await window.call('enrol', { code: await world.code(terminal) });
    await running.pop()?.stop();
    const { core, stop } = await open({ server: NOWHERE });
    await stop();
    expect(core.enrolment()).toMatchObject({ terminal });
    expect(await faultOf(core.call('listStaff', {}))).toMatchObject({ code: 'internal' });
  });
});
