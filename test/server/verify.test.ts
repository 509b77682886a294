import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareDemo } from '../../server/demo/load.ts';
import { openStore } from '../../server/store/store.ts';
import { verifyDatabase, type Report } from '../../server/verify/audit.ts';
import { enrolTill, openLedger, send } from './chains.ts';
import { createDatabase, ENGINES } from './engines.ts';
import { copyOf, liveStory, type Story } from './verifyworld.ts';

describe.each(ENGINES)('an untouched ledger on %s', (engine) => {
  let story: Story;
  beforeAll(async () => {
    story = await liveStory(engine);
  });
  afterAll(() => story.database.remove());

  it('passes, with what is in quarantine and what has forked told and not called a fault', async () => {
    const report = await verifyDatabase(story.database.where);
    expect(report.faults).toEqual([]);
    expect(report).toMatchObject({ ok: true, firstFault: null, engine, quarantined: 1, checkpoints: 2, leases: 4, chains: 6, invariants: { I1: true, I2: true, I3: true } });
    expect(report.forks).toBeGreaterThan(0);
    expect(report.entries).toBe(report.position);
    expect(report.entries).toBeGreaterThan(330);
  });

  it('passes as a copy', async () => {
    const copy = await copyOf(story.database);
    await copy.damage([]);
    expect(await verifyDatabase(copy.where)).toMatchObject({ ok: true });
    await copy.remove();
  });
});

const MAIN = fileURLToPath(new URL('../../server/verify/main.ts', import.meta.url));

/** Runs `npm run verify` as its own process, with nothing of this machine's settings. */
async function runVerify(env: Record<string, string>, args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env['PATH'] ?? '', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (stderr += part.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

describe.each(ENGINES)('npm run verify on %s', (engine) => {
  it('says that everything holds with 0, names the first wrong entry with 1, and that it cannot read with 2', async () => {
    const story = await liveStory(engine);
    const copy = await copyOf(story.database);
    const good = await runVerify(copy.env, ['--json']);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(good.stdout.trim().split('\n').at(-1) ?? '') as Report).toMatchObject({ ok: true, faults: [], firstFault: null });
    await copy.damage([`update entries set earn_points = 9000 where id = '${story.ids.earned}'`]);
    const bad = await runVerify(copy.env, ['--json']);
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.stdout.trim().split('\n').at(-1) ?? '') as Report).toMatchObject({
      ok: false, firstFault: { code: 'column-wrong', position: 1, id: story.ids.earned, expected: '1000', found: '9000' },
    });
    const told = await runVerify(copy.env, []);
    expect(told.code).toBe(1);
    expect(told.stdout).toContain(`First fault:\n  position 1, ${story.ids.earned}: earn_points beside its bytes [column-wrong]\n    expected 1000\n    found    9000`);
    await copy.remove();
    await story.database.remove();
    for (const [env, args] of [[copy.env, ['--json']], [{}, ['--what']], [{}, ['--data']], [{ DATABASE_URL: 'mysql://x' }, []], [{}, ['--data', '/nowhere']]] as const) {
      const refused = await runVerify(env, [...args]);
      expect(refused.code).toBe(2);
      expect(refused.stderr.trim().split('\n')).toHaveLength(1);
    }
  });

  it('passes the demo chain', async () => {
    const database = await createDatabase(engine);
    const store = await openStore(database.where);
    await prepareDemo(store, { nowMs: Date.parse('2026-06-15T10:00:00Z'), members: 60, days: 40 });
    await store.close();
    expect(await verifyDatabase(database.where)).toMatchObject({ ok: true, faults: [], invariants: { I1: true, I2: true, I3: true } });
    await database.remove();
  });

  it('passes a ledger that is written to while it is read', async () => {
    const { store, ledger, database, close } = await openLedger(engine);
    const till = await enrolTill(store, 'W1');
    await send(ledger, till, Array.from({ length: 400 }, () => till.sale('A', 1)));
    const reports: Report[] = [];
    let reading = true;
    const writing = (async () => {
      while (reading) {
        await send(ledger, till, [till.sale('B', 1), till.sale('A', 2)]);
        // A small push on the embedded database waits for nothing; without this the audit would have no turn.
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();
    for (let round = 0; round < 3; round += 1) reports.push(await verifyDatabase(database.where));
    reading = false;
    await writing;
    expect(reports.flatMap((report) => report.faults)).toEqual([]);
    expect(reports.at(-1)?.entries).toBeGreaterThan(reports[0]?.entries ?? 0);
    expect(reports.map((report) => report.entries)).toEqual(reports.map((report) => report.position));
    await close();
  });
});
