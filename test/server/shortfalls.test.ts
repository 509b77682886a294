import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LeaseDoc } from '../../shared/contract/documents.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import type { Totals } from '../../shared/contract/http.ts';
import type { OpenLeases, Shortfalls, ShortfallStory } from '../../shared/contract/reports.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { TAKING } from '../../server/store/migrations/settling.ts';
import { redeeming } from './chains.ts';
import { ENGINES } from './engines.ts';
import type { TestTill } from './till.ts';
import { fingerprint, openWorld, type World } from './world.ts';

const HOLD = { I1: true, I2: true, I3: true };
const MINUTE_MS = 60_000;

const resolving = (till: TestTill, entry: string, how: 'absorb' | 'recover', amount: number, part: object = { approvedBy: 'daniel' }): Envelope =>
  till.entry({ kind: 'adjustment', member: 'A', adjust: { points: points(amount), reason: 'seen with the member', settles: { entry, how } }, ...part });

describe.each(ENGINES)('the shortfalls of a store, on %s', (engine) => {
  let world: World;
  let till: TestTill;
  let other: TestTill;
  let south: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine);
    till = await world.till('T1');
    other = await world.till('T2');
    south = await world.till('S1', 'south');
  });
  afterAll(() => world.close());

  const list = async (by: TestTill, query = ''): Promise<Shortfalls> => {
    const answer = await by.get<Shortfalls>(`/v1/reports/shortfalls${query}`);
    expect(answer).toMatchObject({ status: 200 });
    return answer.body;
  };
  const story = async (entry: string): Promise<ShortfallStory> => {
    const found = (await list(till, '?state=all')).shortfalls.find((one) => one.entry === entry);
    if (found === undefined) throw new Error('no such shortfall');
    return found;
  };
  const balance = async (id: string): Promise<number> =>
    (await world.store.db.selectFrom('accounts').select('balance').where('id', '=', id).executeTakeFirst())?.balance ?? 0;

  it('are told with the sale, the outage, and who took the points meanwhile', async () => {
    expect(await list(till)).toEqual({ shortfalls: [] });
    await till.push([till.sale('A', 500), till.sale('B', 9)]);
    const { lease } = (await other.post<{ lease: LeaseDoc }>('/v1/leases', { member: 'A', points: 50 })).body;
    // T1 is offline from here on: what it made waits while the others take the points.
    world.clock.skewMs = MINUTE_MS;
    const occurredAt = { ms: Date.now() + MINUTE_MS, n: 0 };
    const short = till.entry({
      id: 'short-1', member: 'A', occurredAt, bill: { totalMinor: minor(5_000), netMinor: minor(4_600), currency: 'USD' },
      redeem: { rule: 'points', points: points(400), discountMinor: minor(400), cover: { leases: [], atRisk: points(400) } },
    });
    world.clock.skewMs = 10 * MINUTE_MS;
    await Promise.all([other.signIn(), south.signIn(), till.signIn()]);
    const spent = [redeeming(other, 'A', 50, lease.id), redeeming(other, 'A', 150)];
    await other.push([...spent, other.entry({ kind: 'lease-close', member: 'A', lease: lease.id })]);
    const transfer = south.entry({ kind: 'transfer', member: 'A', transfer: { toMember: 'B', points: points(100) } });
    await south.push([transfer, redeeming(south, 'B', 5)]);
    world.clock.skewMs = 60 * MINUTE_MS;
    await Promise.all([other.signIn(), south.signIn(), till.signIn()]);
    expect((await till.push([short])).body.results).toMatchObject([{ outcome: 'posted' }]);

    const { shortfalls } = await list(till);
    expect(shortfalls).toMatchObject([{
      entry: 'short-1', store: 'north', terminal: 'T1', member: 'A', memberName: 'Anna Whitfield', staff: 'maya', occurredMs: occurredAt.ms,
      redeemed: 400, atRisk: 400, leased: 0, free: 200, points: 200, open: 200, recovered: 0, absorbed: 0, leases: [], resolutions: [],
    }]);
    const [told] = shortfalls;
    expect(told?.number).toMatch(/^T1-1-\d+$/);
    expect((told?.receivedMs ?? 0) - (told?.occurredMs ?? 0)).toBeGreaterThan(50 * MINUTE_MS);
    expect(told?.lastHeardMs).toBeLessThan(told?.occurredMs ?? 0);
    expect(told?.meanwhile.map((one) => [one.entry, one.terminal, one.kind, one.points])).toEqual([
      [transfer.id, 'S1', 'transfer', 100], [spent[1]?.id, 'T2', 'sale', 150], [spent[0]?.id, 'T2', 'sale', 50],
    ]);
    expect(await list(south)).toEqual({ shortfalls: [] });
  });

  it('are resolved in parts by who approved it, and no further than they are open: twice resolves once', async () => {
    const absorb = resolving(till, 'short-1', 'absorb', 50);
    await till.push([absorb]);
    const recover = resolving(other, 'short-1', 'recover', 120);
    await other.push([recover, resolving(other, 'short-1', 'recover', 30, {})]);
    expect(await story('short-1')).toMatchObject({
      points: 200, open: 30, absorbed: 50, recovered: 120,
      resolutions: [
        { entry: absorb.id, how: 'absorb', points: 50, staff: 'maya', approvedBy: 'daniel', reason: 'seen with the member' },
        { entry: recover.id, how: 'recover', points: 120 },
      ],
    });
    expect([await balance('shortfall:north'), await balance('receivable:A'), await balance('adjusted')]).toEqual([-30, -120, -50]);
    const [first, second] = [resolving(till, 'short-1', 'absorb', 30), resolving(south, 'short-1', 'absorb', 30)];
    await Promise.all([till.push([first]), south.push([second])]);
    expect(await story('short-1')).toMatchObject({ open: 0, absorbed: 80, recovered: 120 });
    expect((await story('short-1')).resolutions).toHaveLength(3);
    expect(await list(till)).toEqual({ shortfalls: [] });
    expect((await till.get<Totals>('/v1/reports/totals')).body).toMatchObject({ shortfall: 0, invariants: HOLD });
  });

  it('are undone by a void of the sale, also what had been resolved: nobody owes it and no store bears it', async () => {
    await till.push([till.entry({
      kind: 'reversal', member: 'A', reverses: 'short-1',
      reversal: { scope: 'void', returnPoints: points(400), clawBackPoints: points(0), refundMinor: minor(0) },
    })]);
    expect(await story('short-1')).toMatchObject({ points: 200, open: 0, absorbed: 0, recovered: 0 });
    expect([await balance('shortfall:north'), await balance('receivable:A'), await balance('adjusted'), await balance('member:A')]).toEqual([0, 0, 0, 200]);
    await till.push([resolving(till, 'short-1', 'recover', 200)]);
    expect([await balance('shortfall:north'), await balance('receivable:A')]).toEqual([0, 0]);
    expect((await till.get<Totals>('/v1/reports/totals')).body).toMatchObject({ shortfall: 0, invariants: HOLD });
  });

  it('of one push with what resolves and reverses them come out the same', async () => {
    const [one, two] = [redeeming(till, 'Z', 70), redeeming(till, 'Z', 40)];
    await till.push([one, resolving(till, one.id, 'recover', 50), two, till.entry({
      kind: 'reversal', member: 'Z', reverses: two.id, reversal: { scope: 'refund', returnPoints: points(15), clawBackPoints: points(0), refundMinor: minor(0) },
    })]);
    expect(await story(one.id)).toMatchObject({ points: 70, open: 20, recovered: 50 });
    expect(await story(two.id)).toMatchObject({ points: 40, open: 25 });
    expect(await balance('receivable:Z')).toBe(-50);
  });

  it('name the leases that did not hold, and who had them reclaimed', async () => {
    await till.push([till.sale('B', 300)]);
    const { lease } = (await till.post<{ lease: LeaseDoc }>('/v1/leases', { member: 'B', points: 300 })).body;
    const reclaim = other.entry({ kind: 'lease-close', member: 'B', lease: lease.id, approvedBy: 'daniel', reason: 'till fell into the sea' });
    await other.push([reclaim, redeeming(other, 'B', 300)]);
    const late = redeeming(till, 'B', 250, lease.id);
    await till.push([late]);
    const told = await story(late.id);
    expect(told.points).toBeGreaterThan(100);
    expect(told).toMatchObject({
      atRisk: 0,
      leases: [{ lease: lease.id, points: 250, state: 'reclaimed', reclaim: { entry: reclaim.id, approvedBy: 'daniel', reason: 'till fell into the sea' } }],
    });
  });

  it('come in pages, oldest first, and bad input changes nothing', async () => {
    const all = (await list(till, '?state=all')).shortfalls.map((one) => one.entry);
    const paged: string[] = [];
    for (let query = '?state=all&limit=1'; query !== ''; ) {
      const page = await list(till, query);
      expect(page.shortfalls).toHaveLength(1);
      paged.push(...page.shortfalls.map((one) => one.entry));
      query = page.next === undefined ? '' : `?state=all&limit=1&after=${page.next}`;
    }
    expect(paged).toEqual(all);
    const before = await fingerprint(world.store);
    for (const [query, at] of [['state=every', '/state'], ['after=-1', '/after'], ['limit=x', '/limit'], ['limit=10000', '/limit'], ['store=south', '/store'], [`after=${'9'.repeat(17)}`, '/after']] as const) {
      expect(await till.get(`/v1/reports/shortfalls?${query}`), query).toMatchObject({ status: 400, body: { code: 'invalid', at } });
    }
    expect(await list(till, '?after=9999999999999999')).toEqual({ shortfalls: [] });
    expect((await fetch(`${world.url}/v1/reports/shortfalls`)).status).toBe(401);
    expect(await fingerprint(world.store)).toEqual(before);
    expect((await readTotals(world.store)).invariants).toEqual(HOLD);
  });

  it('find who took the points by an index', async () => {
    const explain = engine === 'sqlite' ? 'explain query plan' : 'explain';
    if (engine === 'postgres') await sql`set enable_seqscan = off`.execute(world.store.db);
    const { rows } = await sql.raw(`${explain} select id from entries where member = 'A' and position < 9 and ${TAKING} order by position desc`).execute(world.store.db);
    expect(JSON.stringify(rows)).toContain('entries_taking');
  });

  it('stand beside the open leases of the store: whose, how old, and whether their till can still give them back', async () => {
    const leases = async (by: TestTill, query = ''): Promise<OpenLeases> => {
      const answer = await by.get<OpenLeases>(`/v1/leases/open${query}`);
      expect(answer).toMatchObject({ status: 200 });
      return answer.body;
    };
    await till.push([till.sale('A', 500)]);
    const mine = (await till.post<{ lease: LeaseDoc }>('/v1/leases', { member: 'A', points: 30 })).body.lease;
    const lost = (await other.post<{ lease: LeaseDoc }>('/v1/leases', { member: 'A', points: 20 })).body.lease;
    await other.push([redeeming(other, 'A', 5, lost.id)]);
    await south.post('/v1/leases', { member: 'A', points: 10 });
    world.clock.skewMs += 90 * MINUTE_MS;
    await Promise.all([till.signIn(), south.signIn()]);
    const listed = await leases(till);
    expect(listed).toMatchObject({
      total: 2,
      leases: [
        { lease: mine.id, terminal: 'T1', member: 'A', memberName: 'Anna Whitfield', points: 30, spent: 0, epoch: 1, holder: 'current' },
        { lease: lost.id, terminal: 'T2', points: 20, spent: 5, holder: 'current' },
      ],
    });
    for (const one of listed.leases) expect(one.ageMs).toBeGreaterThanOrEqual(90 * MINUTE_MS);
    expect(listed.leases[0]?.lastHeardMs).toBeLessThanOrEqual(listed.leases[0]?.grantedMs ?? 0);
    expect((await leases(south)).leases.map((one) => one.terminal)).toEqual(['S1']);
    expect(await leases(till, '?limit=1')).toMatchObject({ total: 2, leases: [{ lease: mine.id }] });
    // T2 enrols again: what its earlier enrolment holds comes back by reclaim alone.
    await world.till('T2');
    expect(await leases(till, '?terminal=T2')).toMatchObject({ total: 1, leases: [{ lease: lost.id, holder: 'earlier' }] });
    await till.push([till.entry({ kind: 'lease-close', member: 'A', lease: lost.id, approvedBy: 'daniel', reason: 'enrolled again' })]);
    expect(await leases(till, '?terminal=T2')).toEqual({ total: 0, leases: [] });
    for (const [query, at] of [['terminal=a/b', '/terminal'], ['limit=-1', '/limit'], ['store=south', '/store']] as const) {
      expect(await till.get(`/v1/leases/open?${query}`), query).toMatchObject({ status: 400, body: { code: 'invalid', at } });
    }
    expect((await fetch(`${world.url}/v1/leases/open`)).status).toBe(401);
  });
});
