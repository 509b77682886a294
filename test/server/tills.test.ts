import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoreDoc } from '../../shared/contract/documents.ts';
import { readCall } from '../../server/tills/orders.ts';
import { giveCode, listTills, revokeTill, setPolicy } from '../../server/tills/tills.ts';
import { ENGINES } from './engines.ts';
import { call, TestTill } from './till.ts';
import { openWorld, type World } from './world.ts';

const MAIN = fileURLToPath(new URL('../../server/tills/main.ts', import.meta.url));

/** Runs `npm run tills` as its own process, with nothing of this machine's settings. */
async function run(env: Record<string, string>, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** Enrols a till. A server that has just started on a busy machine may turn requests away for a moment. */
async function openTill(url: string, code: string): Promise<TestTill> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await TestTill.open(url, code);
    } catch (error) {
      if (tries === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

describe('the command line of npm run tills', () => {
  it.each([
    [['list', '--json'], { order: { act: 'list' }, json: true }],
    [['code', 'T9', 'north', '--data', 'x'], { order: { act: 'code', terminal: 'T9', store: 'north' }, json: false, folder: 'x' }],
    [['revoke', 'T9'], { order: { act: 'revoke', terminal: 'T9' }, json: false }],
    [['policy', 'north', 'p.json'], { order: { act: 'policy', store: 'north', file: 'p.json' }, json: false }],
  ])('reads %j', (args, expected) => {
    expect(readCall(args)).toEqual({ ok: true, call: expected });
  });

  it.each([[[]], [['list', 'T1']], [['code', 'T9']], [['code', 'T 9', 'north']], [['revoke']], [['policy', 'north']], [['sell']], [['list', '--all']], [['list', '--data']], [['list', '--data', '--json']]])(
    'refuses %j with a sentence', (args) => {
      const read = readCall(args);
      expect(read.ok).toBe(false);
      expect(read.ok ? '' : read.message).not.toBe('');
    });
});

describe.each(ENGINES)('the operator of tills on %s', (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  it('gives a code with which a till is enrolled, once, and sees it', async () => {
    const given = await giveCode(world.store, { terminal: 'O1', at: 'north', nowMs: Date.now() });
    if (!given.ok) throw new Error(given.message);
    const till = await openTill(world.url, given.value.code);
    await till.push([till.sale('A', 50)]);
    await till.post('/v1/leases', { member: 'A', points: 20 });
    expect(await listTills(world.store)).toEqual([{ terminal: 'O1', label: 'O1', store: 'north', status: 'active', epoch: 1, seq: 1, openLeases: 1 }]);
    expect(await giveCode(world.store, { terminal: 'O1', at: 'nowhere', nowMs: Date.now() })).toEqual({ ok: false, message: 'There is no store nowhere; there are far, north, south.' });
  });

  it('revokes it: it may ask for nothing more, and goes on under its next enrolment', async () => {
    const till = await openTill(world.url, await world.code('O2'));
    expect(await revokeTill(world.store, 'O2')).toMatchObject({ ok: true, value: { terminal: 'O2', status: 'revoked' } });
    await expect.poll(async () => (await till.push([till.sale('A', 1)])).body).toMatchObject({ code: 'terminal-revoked' });
    expect(await call(world.url, '/v1/session', { body: await till.sessionRequest() })).toMatchObject({ body: { code: 'terminal-revoked' } });
    expect(await revokeTill(world.store, 'nobody')).toMatchObject({ ok: false });
    const given = await giveCode(world.store, { terminal: 'O2', at: 'north', nowMs: Date.now() });
    if (!given.ok) throw new Error(given.message);
    const again = await openTill(world.url, given.value.code);
    expect(again.identity.epoch).toBe(2);
  });

  it('changes a store\'s policy by a document, which becomes a new version that its tills pull; what makes no sense changes nothing', async () => {
    const till = await openTill(world.url, await world.code('O3'));
    const pulled = async (): Promise<StoreDoc | undefined> =>
      (await till.get<{ documents: StoreDoc[] }>('/v1/sync/pull/stores?ownAfter=0')).body.documents.find((one) => one.id === 'north');
    const before = await pulled();
    const generous = { name: 'generous', perSale: 2_000, perMemberDay: 4_000, perOutage: 50_000 };
    const set = await setPolicy(world.store, 'north', generous);
    expect(set).toMatchObject({ ok: true, value: { store: 'north', policy: generous } });
    const after = await pulled();
    expect(after).toEqual({ ...before, atRisk: generous, rev: set.ok ? set.value.rev : 0 });
    expect(after?.rev).toBeGreaterThan(before?.rev ?? 0);
    for (const nonsense of [
      null, [], {}, { ...generous, perSale: -1 }, { ...generous, perSale: 1.5 }, { ...generous, name: 'wild' }, { ...generous, more: 1 }, { ...generous, name: 'strict' },
      { name: 'balanced', perSale: 0, perMemberDay: 0, perOutage: 0 }, { ...generous, perMemberDay: 1_999 }, { ...generous, perOutage: 10 },
    ]) expect(await setPolicy(world.store, 'north', nonsense), JSON.stringify(nonsense)).toMatchObject({ ok: false });
    expect(await setPolicy(world.store, 'nowhere', generous)).toMatchObject({ ok: false });
    expect(await pulled()).toEqual(after);
    expect(await setPolicy(world.store, 'north', { name: 'strict', perSale: 0, perMemberDay: 0, perOutage: 0 })).toMatchObject({ ok: true });
  });

  it('works beside a running server, says what it did with 0 and what is wrong with 1', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'tillpoint-tills-'));
    try {
      const file = join(folder, 'policy.json');
      writeFileSync(file, JSON.stringify({ name: 'balanced', perSale: 100, perMemberDay: 200, perOutage: 300 }));
      const code = await run(world.database.env, ['code', 'O9', 'south', '--json']);
      expect(code).toMatchObject({ code: 0, stderr: '' });
      const given = JSON.parse(code.stdout) as { code: string };
      expect((await openTill(world.url, given.code)).identity).toMatchObject({ terminal: 'O9', store: 'south' });
      expect((await run(world.database.env, ['list'])).stdout).toContain('south  O9  active, enrolment 1, 0 entries, 0 open leases');
      expect(await run(world.database.env, ['policy', 'south', file])).toMatchObject({ code: 0, stdout: expect.stringContaining('south has the balanced policy now') });
      expect(await run(world.database.env, ['revoke', 'O9'])).toMatchObject({ code: 0, stdout: expect.stringContaining('O9 is revoked.') });
      for (const args of [['revoke', 'nobody'], ['policy', 'south', join(folder, 'none.json')], ['code', 'O9', 'nowhere'], ['list', '--data', folder], []]) {
        const failed = await run(world.database.env, args);
        expect(failed).toMatchObject({ code: 1, stdout: '' });
        expect(failed.stderr).toMatch(/^\S.*\n$/);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
