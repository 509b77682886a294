import { afterEach, describe, expect, it } from 'vitest';
import type { WhatIfView } from '../../shared/contract/whatif.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { points } from '../../shared/domain/integers.ts';
import type { ProgrammeDraft } from '../../shared/domain/publish.ts';
import { readDocument } from '../../shared/replica/documents.ts';
import { PIN_TRIES } from '../../shared/replica/signin.ts';
import { PIN, PROGRAMME, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const { id: _id, rev: _rev, version: _version, effectiveFromMs: _from, ...DRAFT } = PROGRAMME;
const DAY_MS = 86_400_000;
const approval = { staff: 'wei', pin: PIN };
const publish = (part: Partial<Parameters<World['till']['handlers']['publishProgramme']>[0]> = {}) =>
  world.till.handlers.publishProgramme({ actId: 'act-1', approval, programme: DRAFT, after: 1, ...part });
const sell = (saleId: string, redeemed: number, billMinor = 7_680) =>
  world.till.handlers.commitSale({ saleId, billMinor, currency: 'CNY', member: 'M1', redeem: redeemed === 0 ? null : { points: redeemed } });
const entryOf = async (id: string): Promise<Entry | undefined> => (await readDocument(world.replica, 'own', id))?.entry;
const pull = (version: number, part: object = {}) =>
  world.replica.collections.programmes.incrementalUpsert({ ...PROGRAMME, id: `v${version}`, version, rev: version, ...part });

describe('publishing at a till', () => {
  it('asks the server in the names of who is signed in and of the manager who approves, and knows the version at once', async () => {
    world = await World.open();
    expect(await publish()).toEqual({ ok: true, version: 2 });
    expect(world.sync.publications).toEqual([{ act: 'act-1', programme: DRAFT, after: 1, staff: 'maya', approvedBy: 'wei' }]);
    expect(await world.till.handlers.listProgrammes({})).toMatchObject({ inForce: 2, newest: 2, programmes: [{ version: 2 }, { version: 1 }], stores: [{ id: world.identity.store }] });
  });

  it('needs a manager\'s PIN, somebody signed in, a till that may trade, and the server', async () => {
    world = await World.open();
    await expect(publish({ approval: { ...approval, pin: '0000' } })).rejects.toMatchObject({ code: 'pin-wrong', detail: { left: PIN_TRIES - 1 } });
    await expect(publish({ approval: { ...approval, staff: 'maya' } })).rejects.toMatchObject({ code: 'not-a-manager' });
    expect(world.sync.publications).toEqual([]);
    world.sync.goOffline();
    await expect(publish()).rejects.toMatchObject({ code: 'server-unreachable' });
    world.sync.goOnline();
    world.sync.publishAnswer = 'not-approved';
    await expect(publish()).rejects.toMatchObject({ code: 'server-refused', detail: { code: 'not-approved' } });
    await world.restart({ signIn: false });
    await expect(publish()).rejects.toMatchObject({ code: 'not-signed-in' });
    await expect(world.till.handlers.listProgrammes({})).rejects.toMatchObject({ code: 'not-signed-in' });
    await world.restart({ blockedBy: 'replica-behind' });
    await expect(publish()).rejects.toMatchObject({ code: 'replica-behind' });
  });

  it('tells of the version that another manager has published meanwhile', async () => {
    world = await World.open();
    await pull(5);
    world.sync.publishAnswer = 'programme-changed';
    expect(await publish()).toEqual({ ok: false, newer: 5 });
  });

  it('says what is wrong with a draft before it asks anybody', async () => {
    world = await World.open();
    const broken: ProgrammeDraft = { ...DRAFT, currency: 'USD', effectiveFromMs: 5, redeem: [{ ...DRAFT.redeem[0]!, stores: ['S1', 'moon'] }] };
    const answer = await publish({ programme: broken });
    expect('faults' in answer ? answer.faults.map(({ at, code }) => [at, code]) : answer).toEqual([
      ['/effectiveFromMs', 'in-the-past'], ['/currency', 'currency-differs'], ['/redeem/0/stores/1', 'store-unknown'],
    ]);
    expect(world.sync.publications).toEqual([]);
  });
});

describe('a change of programme', () => {
  const double = { earn: { ...PROGRAMME.earn, points: points(2) } };

  it('holds from its moment, also on a till that is offline by then; an entry names the version that decided it', async () => {
    world = await World.open({ online: false });
    await pull(2, { ...double, effectiveFromMs: world.nowMs + 60_000 });
    await sell('before', 0);
    world.nowMs += 60_000;
    await sell('after', 0);
    expect(await entryOf('before')).toMatchObject({ programme: 1, earn: { points: 76 } });
    expect(await entryOf('after')).toMatchObject({ programme: 2, earn: { points: 152 } });
  });

  it('that a till has not heard of changes nothing there, and what it sold is never decided again', async () => {
    world = await World.open({ online: false });
    await sell('s1', 300);
    // Published while the till was out of touch, and pulled afterwards.
    await pull(2, { ...double, effectiveFromMs: world.nowMs - 1 });
    expect(await entryOf('s1')).toMatchObject({ programme: 1, redeem: { points: 300 } });
    await world.till.handlers.refundSale({ entryId: 'r1', approval, entry: 's1', goodsMinor: 7_680 });
    // Under the version of the sale: what it earned by then is taken back, not what it would earn now.
    expect(await entryOf('r1')).toMatchObject({ programme: 1, reversal: { returnPoints: 300, clawBackPoints: 73 } });
  });

  it('of the store wins over the chain\'s until its end, and another store\'s is nothing here', async () => {
    world = await World.open();
    await pull(2, { ...double, store: 'S1', effectiveFromMs: world.nowMs - 1, effectiveUntilMs: world.nowMs + 60_000 });
    await pull(3, { earn: { ...PROGRAMME.earn, points: points(9) }, store: 'S2' });
    await sell('own', 0);
    world.nowMs += 60_000;
    await sell('chain', 0);
    expect([(await entryOf('own'))?.programme, (await entryOf('chain'))?.programme]).toEqual([2, 1]);
    expect(await world.till.handlers.listProgrammes({})).toMatchObject({ inForce: 1, newest: 2 });
  });
});

describe('a trial of a draft', () => {
  /** Watches a trial to its end; `onView` may leave it. */
  const watch = (programme: ProgrammeDraft, days = 30, onView?: (view: WhatIfView, leave: () => void) => void): Promise<WhatIfView[]> => new Promise((resolve) => {
    const views: WhatIfView[] = [];
    const stop = world.till.watches.whatIf({ programme, days }, (view) => {
      views.push(view);
      onView?.(view, () => {
        stop();
        resolve(views);
      });
      if (['done', 'faults', 'failed'].includes(view.state)) resolve(views);
    });
  });
  const last = async (programme: ProgrammeDraft, days?: number): Promise<WhatIfView | undefined> => (await watch(programme, days)).at(-1);

  it('replays what this till sold and what the server booked of other tills, once each', async () => {
    world = await World.open({ members: (office) => office.addMember('M1', 5_000) });
    await sell('s1', 3_800);
    await sell('s2', 0, 10_000);
    await world.till.handlers.voidSale({ voidId: 'v1', entry: 's2' });
    await world.sync.deliver();
    const booked = [...world.office.entries.values()];
    const elsewhere = booked.find((one) => one.id === 's1')!;
    await world.replica.collections.posted.bulkUpsert([
      ...booked, { ...elsewhere, id: 'other', terminal: 'T2', entry: { ...elsewhere.entry, id: 'other', terminal: 'T2' } },
      // Of another store: it is not this store's sale.
      { ...elsewhere, id: 'far', store: 'S2', entry: { ...elsewhere.entry, id: 'far', store: 'S2' } },
    ]);
    const view = await last(DRAFT);
    expect(view).toMatchObject({ state: 'done', result: { sales: 3, memberSales: 3, billedMinor: 7_680 + 10_000 + 7_680, affected: 0 } });
    if (view?.state === 'done') expect(view.result.draft).toEqual(view.result.actual);
    expect(await last({ ...DRAFT, redeem: [] })).toMatchObject({ state: 'done', members: [{ member: 'M1', name: 'Member M1' }], result: { draft: { redeemed: 0, discountMinor: 0 } } });
  });

  it('takes the days that were asked for, and leaves out what the server set aside', async () => {
    world = await World.open({ online: false });
    await sell('old', 0);
    world.nowMs += 10 * DAY_MS;
    await sell('new', 0);
    await sell('aside', 0);
    await (await world.replica.collections.own.findOne('aside').exec(true)).incrementalPatch({ quarantined: 'signature-invalid' });
    expect(await last(DRAFT, 7)).toMatchObject({ state: 'done', fromMs: world.nowMs - 7 * DAY_MS, firstMs: world.nowMs, result: { sales: 1 } });
    expect(await last(DRAFT, 30)).toMatchObject({ firstMs: world.nowMs - 10 * DAY_MS, result: { sales: 2 } });
  });

  it('tells how far it is, and ends when nobody looks any more', async () => {
    world = await World.open({ online: false });
    for (let n = 0; n < 3; n += 1) await sell(`s${n}`, 0);
    // Most of them at one moment: a page may end within it, and begin.
    const posted = Array.from({ length: 700 }, (_one, n) => ({ n, at: world.nowMs - (n < 600 ? 5_000 : n * 1_000) }));
    const first = world.office.book((await readDocument(world.replica, 'own', 's0'))!);
    await world.replica.collections.posted.bulkInsert(posted.map(({ n, at }) => (
      { ...first, id: `p${n}`, terminal: 'T2', occurredMs: at, position: n + 1, entry: { ...first.entry, id: `p${n}`, terminal: 'T2', occurredAt: { ms: at, n: 0 } } })));
    const views = await watch(DRAFT);
    const done = views.flatMap((view) => (view.state === 'playing' ? [view.done] : []));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(703);
    expect(views.filter((view) => view.state === 'reading').length).toBeGreaterThan(7);
    const left = await watch(DRAFT, 30, (view, leave) => {
      if (view.state === 'playing') leave();
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(left.at(-1)?.state).toBe('playing');
  });

  it('lets a sale be made meanwhile', async () => {
    world = await World.open({ online: false });
    for (let n = 0; n < 5; n += 1) await sell(`s${n}`, 0);
    const sold: Promise<unknown>[] = [];
    const views = await watch(DRAFT, 30, (view) => {
      if (view.state === 'reading' && sold.length === 0) sold.push(sell('meanwhile', 0));
    });
    expect(views.at(-1)).toMatchObject({ state: 'done' });
    expect(await Promise.all(sold)).toMatchObject([{ ok: true }]);
  });

  it('says what is wrong with the draft, and tries nothing when nobody is signed in', async () => {
    world = await World.open();
    expect(await last({ ...DRAFT, currency: 'USD' })).toMatchObject({ state: 'faults', faults: [{ at: '/currency', code: 'currency-differs' }] });
    await world.restart({ signIn: false });
    expect(await last(DRAFT)).toEqual({ state: 'failed' });
  });
});
