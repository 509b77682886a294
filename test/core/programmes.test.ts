import { randomUUID } from 'node:crypto';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { putStaff } from '../../server/directory/staff.ts';
import type { ProgrammeList } from '../../shared/contract/programmes.ts';
import type { WhatIfView } from '../../shared/contract/whatif.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { ProgrammeDraft } from '../../shared/domain/publish.ts';
import type { TestTill } from '../server/till.ts';
import { openWorld, type World } from '../server/world.ts';
import { faultOf, makeFolder, openCore, type TestCore } from './harness.ts';

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';
const PATIENCE_MS = 60_000;

let world: World;
let other: TestTill;
const folder = makeFolder();
let running: TestCore | undefined;
beforeAll(async () => {
  world = await openWorld('sqlite');
  await putStaff(world.store, { id: 'ava', store: 'north', name: 'Ava', role: 'manager', pin: '2222' });
  other = await world.till('P2');
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(async () => {
  world.app.server.closeAllConnections();
  await world.close();
  folder.remove();
});

const open = async (server = world.url, enrolCode?: string): Promise<TestCore['window']> => {
  running = await openCore({ folder: folder.path, server, ...(enrolCode === undefined ? {} : { enrolCode }) });
  await running.window.signIn();
  return running.window;
};
const DRAFT: ProgrammeDraft = {
  name: { en: 'Double', 'zh-CN': '双倍' }, currency: 'USD', earn: { points: points(2), perMinor: minor(100), basis: 'net' },
  redeem: [{ kind: 'ratio', id: 'points', name: { en: 'p', 'zh-CN': 'p' }, stepPoints: points(100), stepMinor: minor(100), multiple: points(100) }],
};
const APPROVAL = { staff: 'ava', pin: '2222' };
const triple = { ...DRAFT, earn: { ...DRAFT.earn, points: points(3) } };
/** Another till of the store publishes while this one looks elsewhere. */
const publishElsewhere = async (after: number): Promise<void> => {
  const answer = await other.post('/v1/programmes', { act: randomUUID(), programme: triple, after, staff: 'maya', approvedBy: 'ava' });
  expect(answer.status).toBe(200);
};
const eventually = async (isSo: () => Promise<boolean>): Promise<void> => {
  for (const until = Date.now() + PATIENCE_MS; !(await isSo());) {
    if (Date.now() > until) throw new Error('it did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const listed = async (window: TestCore['window'], wanted: (list: ProgrammeList) => boolean): Promise<ProgrammeList> => {
  await eventually(async () => wanted(await window.call('listProgrammes', {})));
  return window.call('listProgrammes', {});
};

it('tries a draft on what was sold, publishes it on the real server, and sells by it at once', async () => {
  const window = await open(world.url, await world.code('P1'));
  expect((await window.sell('before')).earned).toBe(123);
  const tried = await firstValueFrom(window.watch('whatIf', { programme: DRAFT, days: 7 }).pipe(filter((view) => view.state === 'done'), timeout(PATIENCE_MS))) as Extract<WhatIfView, { state: 'done' }>;
  expect(tried.result).toMatchObject({ sales: 1, actual: { earned: 123 }, draft: { earned: 246 }, affected: 1 });
  expect(tried.members).toEqual([{ member: 'A', name: 'Anna Whitfield' }]);
  expect((await faultOf(window.call('publishProgramme', { actId: 'act-0', approval: { staff: 'maya', pin: '1111' }, programme: DRAFT, after: 1 }))).code).toBe('not-a-manager');
  await window.till((view) => view.sync.online);
  expect(await window.call('publishProgramme', { actId: 'act-1', approval: APPROVAL, programme: DRAFT, after: 1 })).toEqual({ ok: true, version: 2 });
  expect(await window.call('listProgrammes', {})).toMatchObject({ inForce: 2, newest: 2, programmes: [{ published: { store: 'north', staff: 'maya', approvedBy: 'ava' } }, { version: 1 }] });
  expect((await window.sell('after')).earned).toBe(246);
  // Pressed again after an answer that was lost.
  expect(await window.call('publishProgramme', { actId: 'act-1', approval: APPROVAL, programme: DRAFT, after: 1 })).toEqual({ ok: true, version: 2 });
});

it('tells of a version that was published meanwhile, once it is on this till', async () => {
  const window = await open();
  await window.till((view) => view.sync.online);
  await publishElsewhere(2);
  expect(await window.call('publishProgramme', { actId: 'act-2', approval: APPROVAL, programme: DRAFT, after: 2 })).toEqual({ ok: false, newer: 3 });
  expect((await listed(window, (list) => list.newest === 3)).inForce).toBe(3);
});

it('sells offline by the version that it had, which the server takes, and then by the new one', async () => {
  const offline = await open(NOWHERE);
  await publishElsewhere(3);
  expect((await offline.sell('offline')).earned).toBe(369);
  expect((await faultOf(offline.call('publishProgramme', { actId: 'act-3', approval: APPROVAL, programme: DRAFT, after: 3 }))).code).toBe('server-unreachable');
  await running?.stop();
  const online = await open();
  await online.till((view) => view.sync.online && view.sync.waiting === 0);
  await listed(online, (list) => list.inForce === 4);
  await online.sell('online');
  const sales = () => world.store.db.selectFrom('entries').select(['id', 'programme', 'disposition', 'earn_points']).where('kind', '=', 'sale').orderBy('position').execute();
  await eventually(async () => (await sales()).length === 4);
  const rows = await sales();
  expect(rows.map((row) => [row.id, row.programme, row.disposition, row.earn_points])).toEqual([
    ['before', 1, 'free', 123], ['after', 2, 'free', 246], ['offline', 3, 'free', 369], ['online', 4, 'free', 369],
  ]);
  expect(await world.store.db.selectFrom('quarantine').selectAll().execute()).toEqual([]);
});
