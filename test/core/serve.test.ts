import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { toFault } from '../../electron/core/faults.ts';
import { isToCoreProcess } from '../../electron/core/messages.ts';
import { serveChannel } from '../../electron/core/serve.ts';
import { StorageFault } from '../../electron/core/storage/fault.ts';
import type { Channel, ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import { TillError } from '../../shared/replica/fault.ts';
import { openWorld, type World } from '../server/world.ts';
import { makeFolder, makePair, openCore, type TestCore } from './harness.ts';

let world: World;
let folder: ReturnType<typeof makeFolder>;
let till: TestCore;
beforeAll(async () => {
  world = await openWorld('sqlite');
  folder = makeFolder();
  till = await openCore({ folder: folder.path, server: world.url, enrolCode: await world.code('T1') });
  await till.window.signIn();
});
afterAll(async () => {
  await till.stop();
  folder.remove();
  world.app.server.closeAllConnections();
  await world.close();
});

let channel: Channel<ToCore, ToWindow>;
let got: ToWindow[];
beforeEach(async () => {
  const pair = makePair();
  got = [];
  pair.window.onMessage((message) => got.push(message));
  serveChannel(till.core, pair.core);
  channel = pair.window;
  await expect.poll(() => got[0]).toEqual({ t: 'hello', protocol: 1, database: 'till-t1-1' });
});
afterEach(() => channel.close());

const send = (message: unknown): void => channel.send(message as ToCore);
const answerTo = async (id: number): Promise<ToWindow> => {
  await expect.poll(() => got.find((message) => 'id' in message && message.id === id)).toBeDefined();
  return got.find((message) => 'id' in message && message.id === id) as ToWindow;
};

describe('calls of a window', () => {
  it.each([
    ['a command that does not exist', 'constructor', {}],
    ['a command of the prototype', 'toString', {}],
    ['no input', 'listStaff', null],
    ['an unknown field', 'listStaff', { all: true }],
    ['a field that is missing', 'signIn', { staff: 'maya' }],
    ['a PIN that is none', 'signIn', { staff: 'maya', pin: '11a1' }],
    ['a number as text', 'commitSale', { saleId: 's1', billMinor: '100', currency: 'USD', member: null, redeem: null }],
    ['an id with a path in it', 'receipt', { entry: '../../etc' }],
    ['a text that is too long', 'findMembers', { text: 'x'.repeat(81) }],
    ['a bill that is no number', 'quote', { member: 'A', billMinor: Number.NaN, currency: 'USD' }],
  ])('are refused for %s', async (_why, name, input) => {
    send({ t: 'call', id: 1, name, input });
    expect(await answerTo(1)).toMatchObject({ t: 'result', ok: false, fault: { code: 'invalid-input' } });
  });

  it('are answered when they are right, in the same connection as the wrong ones', async () => {
    send({ t: 'call', id: 1, name: 'nothing', input: {} });
    send({ t: 'call', id: 2, name: 'listStaff', input: {} });
    expect(await answerTo(2)).toMatchObject({ ok: true, value: [{ id: 'maya', name: 'Maya', role: 'cashier' }] });
    expect(JSON.stringify(await answerTo(2))).not.toMatch(/pin/i);
  });

  it('end with the fault of a wrong PIN, and the log names neither', async () => {
    send({ t: 'call', id: 1, name: 'signIn', input: { staff: 'maya', pin: '90817263' } });
    expect(await answerTo(1)).toMatchObject({ ok: false, fault: { code: 'pin-wrong' } });
    send({ t: 'call', id: 2, name: 'findMembers', input: { text: 'Whitfield' } });
    expect(await answerTo(2)).toMatchObject({ ok: true, value: [{ name: 'Anna Whitfield' }] });
    const log = readFileSync(join(folder.path, 'core.log'), 'utf8');
    for (const secret of ['90817263', 'Whitfield', '15550101234']) expect(log).not.toContain(secret);
  });

  it.each([
    null, 7, 'text', [], {}, { t: 'call' }, { t: 'call', id: 'x', name: 'listStaff', input: {} }, { t: 'call', id: 1.5, name: 'listStaff', input: {} },
    { t: 'hello', protocol: 1 }, { t: 'watch', id: 1 }, { t: 'unwatch', id: -1 }, { t: 'rx' }, { t: 'call', id: 1, name: 'listStaff', input: {}, more: 1 },
  ])('that are no message change nothing: %j', async (message) => {
    send(message);
    send({ t: 'call', id: 99, name: 'listStaff', input: {} });
    expect(await answerTo(99)).toMatchObject({ ok: true });
    expect(got).toHaveLength(2);
  });

  it('are not answered without end', async () => {
    for (let id = 1; id <= 400; id++) send({ t: 'call', id, name: 'findMembers', input: { text: 'Anna' } });
    await expect.poll(() => got.filter(({ t }) => t === 'result').length, { timeout: 10_000 }).toBe(400);
    const refused = got.filter((message) => message.t === 'result' && !message.ok);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((message) => message.t === 'result' && !message.ok && message.fault.code === 'invalid-input')).toBe(true);
  });
});

describe('watches of a window', () => {
  it('emit at once and until they are ended', async () => {
    send({ t: 'watch', id: 1, name: 'draft', input: {} });
    expect(await answerTo(1)).toMatchObject({ t: 'next', value: { id: 'T1' } });
    await till.window.call('saveDraft', { draft: { billMinor: 777 as never, member: '' } });
    await expect.poll(() => got.at(-1)).toMatchObject({ t: 'next', id: 1, value: { billMinor: 777 } });
    send({ t: 'unwatch', id: 1 });
    send({ t: 'unwatch', id: 1 });
    const count = got.length;
    await till.window.call('saveDraft', { draft: null });
    send({ t: 'call', id: 2, name: 'listStaff', input: {} });
    await answerTo(2);
    expect(got).toHaveLength(count + 1);
  });

  it.each([['nothing', {}], ['member', {}], ['member', { member: 'a b' }], ['toString', {}]])('are refused for %s %j', async (name, input) => {
    send({ t: 'watch', id: 1, name, input });
    expect(await answerTo(1)).toMatchObject({ t: 'failed', fault: { code: 'invalid-input' } });
  });

  it('are bounded', async () => {
    for (let id = 1; id <= 150; id++) send({ t: 'watch', id, name: 'draft', input: {} });
    await expect.poll(() => got.filter(({ t }) => t === 'failed').length).toBe(50);
  });
});

describe('faults', () => {
  const sqliteError = (work: () => void): unknown => {
    try {
      work();
    } catch (error) {
      return error;
    }
    throw new Error('no error');
  };

  it('name a full disk and a damaged file, whatever wraps them', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('PRAGMA max_page_count = 2; CREATE TABLE t (x)');
    const full = sqliteError(() => database.exec('INSERT INTO t VALUES (zeroblob(100000))'));
    expect(toFault(full).code).toBe('disk-full');
    expect(toFault(new StorageFault('disk-full', 'x', full)).code).toBe('disk-full');
    expect(toFault(new Error('outer', { cause: Object.assign(new Error('x'), { code: 'ENOSPC' }) })).code).toBe('disk-full');
    expect(toFault(Object.assign(new Error('x'), { errcode: 267 })).code).toBe('replica-damaged');
    expect(toFault(new StorageFault('damaged', 'I/O')).code).toBe('replica-damaged');
  });

  it('keep their words to themselves unless they are of the closed list', () => {
    expect(JSON.stringify(toFault(new Error('Anna Whitfield')))).not.toContain('Anna');
    expect(toFault('text')).toMatchObject({ code: 'internal' });
    expect(toFault(new TillError('pin-locked', { seconds: 30 }))).toMatchObject({ code: 'pin-locked', detail: { seconds: 30 } });
  });
});

describe('messages of Electron\'s main process', () => {
  const init = { t: 'init', folder: '/f', server: 'http://s', secret: null, version: '1', enrolCode: null };

  it('are known by their shape', () => {
    for (const good of [init, { ...init, secret: Buffer.alloc(32).toString('base64') }, { t: 'window' }, { t: 'stop' }]) expect(isToCoreProcess(good)).toBe(true);
    for (const bad of [null, {}, { t: 'init' }, { ...init, folder: '' }, { ...init, secret: 'short' }, { t: 'stop', now: true }]) expect(isToCoreProcess(bad)).toBe(false);
  });
});
