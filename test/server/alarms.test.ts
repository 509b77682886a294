import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDecisionAudit } from '../../server/decisions/audit.ts';
import type { Alarms } from '../../shared/contract/alarms.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { cloneTill } from './chains.ts';
import { ENGINES } from './engines.ts';
import { call, type TestTill } from './till.ts';
import { openWorld, type World } from './world.ts';

describe.each(ENGINES)('the alarms of a store, on %s', (engine) => {
  let world: World;
  let till: TestTill;
  let elsewhere: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine);
    till = await world.till('T1');
    elsewhere = await world.till('T2', 'south');
  });
  afterAll(() => world.close());

  const alarms = async (of: TestTill = till): Promise<Alarms> => {
    const answer = await of.get<Alarms>('/v1/reports/alarms');
    expect(answer.status).toBe(200);
    return answer.body;
  };
  const earning = (of: TestTill, earned: number) => of.entry({ member: 'A', bill: { totalMinor: minor(1_000), netMinor: minor(1_000), currency: 'USD' }, earn: { points: points(earned) } });

  it('are none at first, and say how far sales were decided again', async () => {
    expect(await alarms()).toEqual({ alarms: [], total: 0, decided: 0, position: 0 });
    await till.push([earning(till, 10)]);
    expect(await alarms()).toEqual({ alarms: [], total: 0, decided: 0, position: 1 });
  });

  it('name the sale and what differs, newest first, to the tills of that store alone', async () => {
    const copy = cloneTill(till);
    const wrong = earning(till, 11);
    await till.push([wrong]);
    await elsewhere.push([earning(elsewhere, 9)]);
    await copy.push([earning(copy, 10)]);
    const audit = startDecisionAudit(world.store, { now: () => 5_000 });
    await audit.settle();
    await audit.stop();
    const decision = {
      id: `decision:${wrong.id}`, kind: 'decision', number: 'T1-1-2', terminal: 'T1', entry: wrong.id, raisedMs: 5_000,
      differences: [{ what: 'earn', expected: '10', found: '11' }],
    };
    const fork = { id: 'fork:T1:1', kind: 'fork', number: 'T1-1-2', terminal: 'T1', differences: [] };
    const { alarms: listed, ...counts } = await alarms();
    expect(counts).toEqual({ total: 2, decided: 4, position: 4 });
    expect(listed).toMatchObject([fork, decision]);
    expect(listed[0]).not.toHaveProperty('entry');
    expect((await alarms(elsewhere)).alarms).toMatchObject([{ number: 'T2-1-1', differences: [{ what: 'earn', expected: '10', found: '9' }] }]);
  });

  it('of a voucher name each use that was not to be, and why', async () => {
    const other = await world.till('T3');
    const used = other.entry({
      bill: { totalMinor: minor(1_000), netMinor: minor(700), currency: 'USD' },
      vouchers: [{ voucher: 'NOWHERE', rule: 'ten', discountMinor: minor(300) }],
    });
    await other.push([used]);
    const told = (await alarms()).alarms.find(({ kind }) => kind === 'voucher');
    expect(told).toMatchObject({ id: `voucher:${used.id}`, entry: used.id, differences: [], uses: [{ voucher: 'NOWHERE', why: 'unknown', discount: '3.00' }] });
  });

  it('need a session, and take nothing from who asks', async () => {
    expect(await call(world.url, '/v1/reports/alarms')).toMatchObject({ status: 401 });
    expect(await till.get('/v1/reports/alarms?store=south')).toMatchObject({ status: 200, body: { total: 3 } });
  });
});
