import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureHolds } from '../../server/auth/keys.ts';
import { createCheckpoints, makeCheckpoint } from '../../server/checkpoints/checkpoints.ts';
import { openStore } from '../../server/store/store.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import type { InclusionProof } from '../../shared/contract/checkpoint.ts';
import type { ErrorBody } from '../../shared/contract/errors.ts';
import { checkpointText, findContradiction, isIncluded, type SignedCheckpoint } from '../../shared/domain/checkpoint.ts';
import { ENGINES } from './engines.ts';
import { call, type TestTill } from './till.ts';
import { fingerprint, openWorld, type World } from './world.ts';

const DAY_MS = 86_400_000;
const START = Date.parse('2026-03-01T12:00:00Z');
const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

describe.each(ENGINES)('signed checkpoints on %s', (engine) => {
  let world: World;
  let till: TestTill;
  let other: TestTill;
  let foreign: string;
  beforeAll(async () => {
    world = await openWorld(engine);
    till = await world.till('C1');
    other = await world.till('C2', 'south');
  });
  afterAll(() => world.close());

  const push = async (one: TestTill, count: number): Promise<string[]> => {
    const envelopes = Array.from({ length: count }, () => one.sale('A', 2));
    expect((await one.push(envelopes)).status).toBe(200);
    return envelopes.map((envelope) => envelope.id);
  };
  const proofOf = (one: TestTill, entry: string) => one.get<InclusionProof & ErrorBody>(`/v1/checkpoints/proof?entry=${entry}`);

  it('there is none over nothing, and a till that asks is told so', async () => {
    expect(await makeCheckpoint(world.store, START)).toBeUndefined();
    expect(await till.get('/v1/checkpoints/latest')).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await proofOf(till, 'nothing')).toMatchObject({ status: 404, body: { code: 'not-found', at: '/entry' } });
  });

  it('one a day, whoever makes it and however often, signed with the key that tills pinned', async () => {
    await push(till, 3);
    // Several servers share PostgreSQL; the embedded database belongs to one.
    const second = engine === 'postgres' ? await openStore(world.database.where) : world.store;
    const made = await Promise.all([1, 2, 3, 4].map((hour) => makeCheckpoint(hour % 2 === 0 ? world.store : second, START + hour * 3_600_000)));
    if (second !== world.store) await second.close();
    const first = made[0] as SignedCheckpoint;
    expect(made).toEqual(Array.from({ length: 4 }, () => first));
    expect(first).toMatchObject({ day: '2026-03-01', position: 3, server: till.identity.server });
    expect(signatureHolds(till.identity.serverKey, checkpointText(first), first.signature)).toBe(true);
    expect(signatureHolds(till.identity.serverKey, checkpointText({ ...first, position: 4 }), first.signature)).toBe(false);
    await push(till, 1);
    expect(await makeCheckpoint(world.store, START + 5 * 3_600_000)).toEqual(first);
    expect(await till.get('/v1/checkpoints/latest')).toEqual({ status: 200, body: { checkpoint: first } });
  });

  it('a till checks that each of its entries is in it, as it knows it, in a ledger of any length', async () => {
    const mine = [...(await push(till, 270)), ...(await push(till, 250))];
    [foreign = ''] = await push(other, 1);
    const checkpoint = await makeCheckpoint(world.store, START + DAY_MS);
    expect(checkpoint?.position).toBe(525);
    for (const id of [mine[0], mine[100], mine[251], mine[252], mine[253], mine[507], mine[508], mine.at(-1)]) {
      const { status, body } = await proofOf(till, id ?? '');
      expect(status).toBe(200);
      expect(body.checkpoint).toEqual(checkpoint);
      expect(isIncluded(body.leaf, body.path, body.checkpoint, sha256)).toBe(true);
      expect(isIncluded({ ...body.leaf, position: body.leaf.position - 1 }, body.path, body.checkpoint, sha256)).toBe(false);
      const row = await world.store.db.selectFrom('entries').select(['id', 'hash', 'position', 'disposition', 'shortfall_points as shortfall']).where('id', '=', id ?? '').executeTakeFirstOrThrow();
      expect(findContradiction(row, body.leaf)).toBeNull();
    }
  });

  it('bad requests get a clear error and change nothing', async () => {
    const [late = ''] = await push(till, 1);
    const before = await fingerprint(world.store);
    for (const path of ['/v1/checkpoints/latest', '/v1/checkpoints/proof?entry=x']) {
      expect(await call(world.url, path)).toMatchObject({ status: 401, body: { code: 'token-missing' } });
      expect(await call(world.url, path, { token: 'false' })).toMatchObject({ status: 401, body: { code: 'token-expired' } });
    }
    for (const query of ['', '?entry=', '?entry=a%20b', '?entry=%00', `?entry=${'x'.repeat(65)}`, '?entry=x&entry=y', '?entry=x&position=1', '?other=x']) {
      expect(await till.get(`/v1/checkpoints/proof${query}`), query).toMatchObject({ status: 400, body: { code: 'invalid' } });
    }
    expect(await till.post('/v1/checkpoints/latest', {})).toMatchObject({ status: 404, body: { code: 'not-found' } });
    // Another store's entry, one that no checkpoint covers yet, and one that never was, look the same.
    for (const id of [foreign, late, 'never']) expect(await proofOf(till, id)).toMatchObject({ status: 404, body: { code: 'not-found' } });
    expect(await fingerprint(world.store)).toEqual(before);
  });

  it('the database refuses to change or remove one', async () => {
    const { db } = world.store;
    await expect(db.updateTable('checkpoints').set({ root: 'x' }).execute()).rejects.toThrow(/facts/);
    await expect(db.deleteFrom('checkpoints').execute()).rejects.toThrow(/facts/);
    await expect(db.updateTable('checkpoint_blocks').set({ leaves: '' }).execute()).rejects.toThrow(/facts/);
    await expect(db.deleteFrom('checkpoint_blocks').execute()).rejects.toThrow(/facts/);
  });

  it('runs at once when it is started, and the audit agrees with what was made', async () => {
    let nowMs = START + 2 * DAY_MS;
    const checkpoints = createCheckpoints(world.store, { now: () => nowMs, everyMs: 20 });
    const failures: unknown[] = [];
    checkpoints.start((error) => failures.push(error));
    const days = async () => (await world.store.db.selectFrom('checkpoints').select('day').orderBy('day').execute()).map((row) => row.day);
    await expect.poll(days).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
    nowMs += DAY_MS;
    await expect.poll(days).toHaveLength(4);
    await checkpoints.stop();
    nowMs += DAY_MS;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(await days()).toHaveLength(4);
    expect(failures).toEqual([]);
    expect(await verifyDatabase(world.database.where)).toMatchObject({ ok: true, checkpoints: 4, faults: [] });
  });
});
