import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { putStaff } from '../../server/directory/staff.ts';
import type { ProgrammeDoc } from '../../shared/contract/documents.ts';
import type { ErrorBody } from '../../shared/contract/errors.ts';
import type { PublishRequest, PublishResponse } from '../../shared/contract/programmes.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { programmeAt } from '../../shared/domain/programme.ts';
import type { ProgrammeDraft } from '../../shared/domain/publish.ts';
import { ENGINES } from './engines.ts';
import type { Answer, TestTill } from './till.ts';
import { call } from './till.ts';
import { fingerprint, openWorld, type World } from './world.ts';

const name = { en: 'Points', 'zh-CN': '积分' };
const DRAFT: ProgrammeDraft = {
  name, currency: 'USD', earn: { points: points(2), perMinor: minor(100), basis: 'net' },
  redeem: [{ kind: 'ratio', id: 'points', name, stepPoints: points(100), stepMinor: minor(100), multiple: points(100) }],
};

describe.each(ENGINES)('publishing a programme on %s', (engine) => {
  let world: World;
  let north: TestTill;
  let south: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine);
    await putStaff(world.store, { id: 'ava', store: 'north', name: 'Ava', role: 'manager', pin: '2222' });
    north = await world.till('N1', 'north');
    south = await world.till('S1', 'south');
  });
  afterAll(() => world.close());

  const versions = async (till: TestTill): Promise<ProgrammeDoc[]> => (await till.get<{ documents: ProgrammeDoc[] }>('/v1/sync/pull/programmes')).body.documents;
  let newest = 0;
  beforeEach(async () => {
    newest = Math.max(...(await versions(north)).map((one) => one.version));
  });
  const request = (part: Partial<PublishRequest> = {}): PublishRequest => ({ act: randomUUID(), programme: DRAFT, after: newest, staff: 'maya', approvedBy: 'ava', ...part });
  const publish = (till: TestTill, part: Partial<PublishRequest> = {}): Promise<Answer<PublishResponse>> => till.post<PublishResponse>('/v1/programmes', request(part));
  const refused = async (answer: () => Promise<Answer>): Promise<ErrorBody> => {
    const before = await fingerprint(world.store);
    const { status, body } = await answer();
    expect(status).toBeGreaterThanOrEqual(400);
    expect(await fingerprint(world.store)).toEqual(before);
    return body as ErrorBody;
  };

  it('makes the next version, which says who did it, and which every till pulls', async () => {
    const beforeMs = Date.now();
    const { status, body } = await publish(north);
    expect(status).toBe(200);
    expect(body.programme).toMatchObject({ ...DRAFT, version: newest + 1, published: { store: 'north', staff: 'maya', approvedBy: 'ava' } });
    expect(body.programme.effectiveFromMs).toBeGreaterThanOrEqual(beforeMs);
    for (const till of [north, south]) expect((await versions(till)).at(-1)).toEqual(body.programme);
  });

  it('answers the same act the same, once', async () => {
    const once = request();
    const first = await north.post<PublishResponse>('/v1/programmes', once);
    const before = await fingerprint(world.store);
    expect(await north.post('/v1/programmes', once)).toEqual(first);
    expect(await fingerprint(world.store)).toEqual(before);
    await putStaff(world.store, { id: 'lin', store: 'south', name: '林', role: 'manager', pin: '2222' });
    // Another store cannot learn or repeat it.
    expect((await refused(() => south.post('/v1/programmes', { ...once, staff: 'lin', approvedBy: 'lin' }))).at).toBe('/act');
  });

  it('lets one of two managers who publish at once have the version, and tells the other', async () => {
    const answers = await Promise.all([publish(north), publish(south, { staff: 'lin', approvedBy: 'lin' })]);
    expect(answers.map((one) => one.status).sort()).toEqual([200, 409]);
    const told = answers.find((one) => one.status === 409)?.body as unknown as ErrorBody;
    expect(told).toMatchObject({ code: 'programme-changed', at: '/after' });
    expect(told.message).toContain(`Version ${newest + 1}`);
    expect((await versions(north)).map((one) => one.version).filter((one) => one > newest)).toEqual([newest + 1]);
  });

  it('needs an active manager of the store, and a session', async () => {
    await putStaff(world.store, { id: 'old', store: 'north', name: 'Old', role: 'manager', pin: '2222' });
    await world.store.db.updateTable('staff').set({ active: 0 }).where('id', '=', 'old').execute();
    for (const approvedBy of ['maya', 'lin', 'old', 'nobody']) {
      expect(await refused(() => publish(north, { approvedBy }))).toMatchObject({ code: 'not-approved', at: '/approvedBy' });
    }
    expect(await refused(() => publish(north, { staff: 'lin' }))).toMatchObject({ code: 'not-approved', at: '/staff' });
    expect(await refused(() => call(world.url, '/v1/programmes', { body: request() }))).toMatchObject({ code: 'token-missing' });
  });

  it('makes a store\'s own version that only its tills pull, and that wins there from its date', async () => {
    const fromMs = Date.now() + 3_600_000;
    const { body } = await publish(north, { programme: { ...DRAFT, store: 'north', effectiveFromMs: fromMs, effectiveUntilMs: fromMs + 1_000 } });
    const own = body.programme.version;
    const here = await versions(north);
    expect((await versions(south)).map((one) => one.version)).not.toContain(own);
    expect([fromMs - 1, fromMs, fromMs + 1_000].map((ms) => programmeAt(here, ms, 'north')?.version === own)).toEqual([false, true, false]);
    // It is no conflict for another store, whose next version takes the next number.
    const elsewhere = await publish(south, { staff: 'lin', approvedBy: 'lin', after: newest });
    expect(elsewhere.body.programme.version).toBe(own + 1);
    expect(await refused(() => publish(north, { programme: { ...DRAFT, store: 'south' }, after: own + 1 }))).toMatchObject({ code: 'invalid', at: '/programme/store' });
  });

  it.each<[string, object, string]>([
    ['wrong types', { redeem: [{ ...DRAFT.redeem[0], stepPoints: '100' }] }, '/programme/redeem/0/stepPoints'],
    ['fractions', { earn: { ...DRAFT.earn, points: 0.5 } }, '/programme/earn/points'],
    ['negative limits', { redeem: [{ ...DRAFT.redeem[0], maxPointsPerSale: -1 }] }, '/programme/redeem/0/maxPointsPerSale'],
    ['a share above the whole', { redeem: [{ ...DRAFT.redeem[0], maxShareBp: 10_001 }] }, '/programme/redeem/0/maxShareBp'],
    ['a kind of rule that there is not', { redeem: [{ ...DRAFT.redeem[0], kind: 'magic' }] }, '/programme/redeem/0'],
    ['a number of its own', { version: 9 }, '/programme/version'],
    ['campaigns that refer to each other', { earn: { ...DRAFT.earn, multipliers: [{ id: 'a', name, factorBp: 20_000, after: 'b' }, { id: 'b', name, factorBp: 20_000, after: 'a' }] } }, '/programme/earn/multipliers/0/after'],
    ['a thousand million points', { earn: { ...DRAFT.earn, points: 1_000_000_000 } }, '/programme/earn/points'],
    ['dates out of order', { redeem: [{ ...DRAFT.redeem[0], validFromMs: 9, validUntilMs: 8 }] }, '/programme/redeem/0/validUntilMs'],
    ['an unknown currency', { currency: 'ZZZ' }, '/programme/currency'],
    ['a currency that no bill is in', { currency: 'EUR' }, '/programme/currency'],
    ['a limit that nothing reaches', { redeem: [{ ...DRAFT.redeem[0], maxPointsPerSale: 99 }] }, '/programme/redeem/0/maxPointsPerSale'],
    ['a beginning in the past', { effectiveFromMs: 1 }, '/programme/effectiveFromMs'],
    ['a store that there is not', { redeem: [{ ...DRAFT.redeem[0], stores: ['moon'] }] }, '/programme/redeem/0/stores/0'],
    ['a name in one language', { name: { en: 'Points', 'zh-CN': '' } }, '/programme/name/zh-CN'],
  ])('refuses %s, naming the field and the reason', async (_name, part, at) => {
    const told = await refused(() => north.post('/v1/programmes', { ...request(), programme: { ...DRAFT, ...part } }));
    expect(told.code).toBe('invalid');
    expect(told.at).toContain(at);
    expect(told.message).toMatch(/^[A-Z].{15,}\.$/);
  });

  it('never changes a version: the database refuses it, whoever asks', async () => {
    const { db } = world.store;
    await expect(db.updateTable('programmes').set({ document: '{}' }).where('version', '=', 1).execute()).rejects.toThrow(/facts/);
    await expect(db.deleteFrom('programmes').where('version', '=', 1).execute()).rejects.toThrow(/facts/);
    expect((await versions(north))[0]).toMatchObject({ version: 1, earn: { points: 1 } });
  });

  it('takes what an offline till sold under the version that it had, as a fact of that version', async () => {
    const sale = north.entry({
      member: 'A', programme: 1, bill: { totalMinor: minor(1_000), netMinor: minor(1_000), currency: 'USD' }, earn: { points: points(10) },
    });
    await publish(north);
    // The till was offline across the change: its entry arrives after it and names the version before it.
    const pushed = await north.push([sale]);
    expect(pushed.body.results).toMatchObject([{ outcome: 'posted', disposition: 'free' }]);
    const row = await world.store.db.selectFrom('entries').select(['programme', 'earn_points']).where('id', '=', sale.id).executeTakeFirstOrThrow();
    expect(row).toEqual({ programme: 1, earn_points: 10 });
  });
});
