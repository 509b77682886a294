import { afterEach, describe, expect, it } from 'vitest';
import type { EntryFilter, EntryList, EntryRow, RowsFrom } from '../../shared/contract/history.ts';
import type { PostedEntryDoc } from '../../shared/contract/documents.ts';
import { points } from '../../shared/domain/integers.ts';
import { readDocument } from '../../shared/replica/documents.ts';
import { PIN, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const ALL: EntryFilter = { text: '', group: 'all', state: 'any', staff: '' };
const rows = async (filter: Partial<EntryFilter> = {}, from: RowsFrom = { place: 0 }, count = 100): Promise<EntryRow[]> =>
  (await world.till.handlers.listEntries({ filter: { ...ALL, ...filter }, from, count })).rows;
const ids = async (filter: Partial<EntryFilter> = {}, from?: RowsFrom, count?: number): Promise<string[]> => (await rows(filter, from, count)).map(({ entry }) => entry);
const approval = { staff: 'wei', pin: PIN };
const names = (office: World['office']): void => {
  office.addMember('M1', 1_000, { name: 'José Álvarez', phone: '8613800134417' });
  office.addMember('M2', 200, { name: '张伟', card: '8800000017', phone: '' });
};

/** A day of this till, a minute between two entries: s1 (M1, redeems), s2 (nobody), s3 (M2), v2 voids s2, r3 refunds a part of s3, a1 adjusts M1. */
async function trade(): Promise<void> {
  world = await World.open({ online: false, members: names });
  const { handlers } = world.till;
  const sell = (saleId: string, billMinor: number, member: string | null, redeemed = 0) =>
    handlers.commitSale({ saleId, billMinor, currency: 'CNY', member, redeem: redeemed === 0 ? null : { points: redeemed } });
  const later = async (act: () => Promise<unknown>): Promise<void> => {
    world.nowMs += 60_000;
    await act();
  };
  await later(() => sell('s1', 7_680, 'M1', 300));
  await later(() => sell('s2', 1_250, null));
  await later(() => sell('s3', 4_417, 'M2'));
  await later(() => handlers.voidSale({ voidId: 'v2', entry: 's2' }));
  await later(() => handlers.refundSale({ entryId: 'r3', approval, entry: 's3', goodsMinor: 1_000 }));
  await later(() => handlers.adjustPoints({ entryId: 'a1', approval, member: 'M1', points: -50, reason: 'counted twice' }));
}

/** What the store's other till booked: a copy of an own sale with other names. */
async function postElsewhere(id: string, change: Partial<PostedEntryDoc>, seq: number): Promise<void> {
  const model = await readDocument(world.replica, 'own', 's1');
  if (model === undefined) throw new Error('an entry expected');
  const { balanceBefore: _shown, earnSteps: _steps, ...lifted } = model;
  const entry = { ...model.entry, id, terminal: 'T2', seq, staff: 'wei', businessDate: change.businessDate ?? model.businessDate };
  await world.replica.collections.posted.insert({ ...lifted, id, terminal: 'T2', seq, entry, position: 900 + seq, receivedAtMs: 0, disposition: 'free', shortfall: points(0), ...change });
}

describe('the list of a store\'s entries', () => {
  it('has each once, newest first, with what a row shows', async () => {
    await trade();
    expect(await ids()).toEqual(['a1', 'r3', 'v2', 's3', 's2', 's1']);
    const [a1, r3, v2, s3, s2, s1] = await rows();
    expect(s1).toMatchObject({ number: 'T1-1-1', kind: 'sale', staffName: 'Maya', memberName: 'José Álvarez', card: 'card-M1', totalMinor: 7_680, netMinor: 7_380, currency: 'CNY', redeemed: 300, earned: 73, change: -227, state: 'at-risk', back: 'none' });
    expect(s2).toMatchObject({ memberName: '', card: '', state: 'saved', back: 'void' });
    expect(s3).toMatchObject({ memberName: '张伟', back: 'part' });
    expect(v2).toMatchObject({ kind: 'reversal', scope: 'void', netMinor: 1_250, currency: 'CNY', reversesNumber: s2?.number });
    expect(r3).toMatchObject({ scope: 'refund', totalMinor: 1_000, netMinor: 1_000, clawedBack: 10, reversesNumber: s3?.number });
    expect(a1).toMatchObject({ kind: 'adjustment', currency: '', change: -50 });
  });

  it('is read page by page, by place and behind a row', async () => {
    await trade();
    expect(await ids({}, { place: 2 }, 2)).toEqual(['v2', 's3']);
    const all = await rows();
    const behind = (at: number): RowsFrom => ({ occurredMs: all[at]?.occurredMs ?? 0, entry: all[at]?.entry ?? '' });
    expect(await ids({}, behind(1), 2)).toEqual(['v2', 's3']);
    expect(await ids({}, behind(5))).toEqual([]);
    expect(await ids({ group: 'sales' }, behind(2), 1)).toEqual(['s3']);
    expect(await ids({}, { place: 99 })).toEqual([]);
  });

  it('filters by kind, state, who and day, all at once', async () => {
    await trade();
    expect(await ids({ group: 'sales' })).toEqual(['s3', 's2', 's1']);
    expect(await ids({ group: 'voids' })).toEqual(['v2']);
    expect(await ids({ group: 'refunds' })).toEqual(['r3']);
    expect(await ids({ group: 'corrections' })).toEqual(['a1']);
    expect(await ids({ state: 'at-risk' })).toEqual(['s1']);
    expect(await ids({ state: 'open', group: 'sales' })).toEqual(['s3', 's2', 's1']);
    await postElsewhere('x1', { businessDate: '2026-03-12', occurredMs: world.nowMs - 2 * 86_400_000 }, 7);
    expect(await ids({ staff: 'wei' })).toEqual(['x1']);
    expect(await ids({ untilDay: '2026-03-13' })).toEqual(['x1']);
    expect(await ids({ fromDay: '2026-03-14', group: 'voids' })).toEqual(['v2']);
    expect(await ids({ fromDay: '2026-03-12', untilDay: '2026-03-12', staff: 'maya' })).toEqual([]);
  });

  it('searches by number, last part of it, amount as written or typed, card, end of the phone, and name without accents', async () => {
    await trade();
    expect(await ids({ text: 't1-1-3' })).toEqual(['s3']);
    expect(await ids({ text: '2' })).toEqual(['s2']);
    expect(await ids({ text: '76.80' })).toEqual(['s1']);
    expect(await ids({ text: '12,5' })).toEqual(['v2', 's2']);
    expect(await ids({ text: '4417' })).toEqual(['a1', 's3', 's1']);
    expect(await ids({ text: '8800000017' })).toEqual(['r3', 's3']);
    expect(await ids({ text: 'alvarez jose' })).toEqual(['a1', 's1']);
    expect(await ids({ text: '张', group: 'sales' })).toEqual(['s3']);
    expect(await ids({ text: 'nobody at all' })).toEqual([]);
  });

  it('finds what was sold to a merged member by the name of whoever carries the points now', async () => {
    await trade();
    await world.replica.collections.accounts.findOne('M1').exec(true).then((account) => account.incrementalPatch({ mergedInto: 'M2' }));
    expect(await ids({ text: '张伟', group: 'sales' })).toEqual(['s3', 's1']);
  });
});

describe('the list, live', () => {
  const watch = (filter: Partial<EntryFilter> = {}) => {
    const seen: EntryList[] = [];
    const stop = world.till.watches.entries({ filter: { ...ALL, ...filter } }, (list) => seen.push(list));
    return { last: () => seen.at(-1), stop };
  };

  it('tells how many there are and who made them, and again when an entry comes, is confirmed or is dropped', async () => {
    await trade();
    const sales = watch({ group: 'sales' });
    await expect.poll(sales.last).toMatchObject({ total: 3, read: 6, isWhole: true, staff: [{ id: 'maya', name: 'Maya' }] });
    const before = sales.last()?.version ?? 0;
    await world.till.handlers.commitSale({ saleId: 's4', billMinor: 100, currency: 'CNY', member: null, redeem: null });
    await postElsewhere('x1', {}, 7);
    await postElsewhere('y1', { store: 'S2' }, 8);
    await expect.poll(sales.last).toMatchObject({ total: 5, staff: [{ name: 'Maya' }, { name: '王伟' }] });
    expect(sales.last()?.version).toBeGreaterThan(before);
    world.sync.goOnline();
    await world.sync.deliver();
    await expect.poll(async () => (await rows({ text: 'T1-1-1' }))[0]?.state).toMatch(/confirmed|shortfall/);
    expect(await ids({ state: 'open' })).toEqual([]);
    await world.replica.collections.posted.findOne('x1').exec(true).then((document) => document.remove());
    await expect.poll(sales.last).toMatchObject({ total: 4, staff: [{ name: 'Maya' }] });
    sales.stop();
    const after = sales.last();
    await world.till.handlers.commitSale({ saleId: 's5', billMinor: 100, currency: 'CNY', member: null, redeem: null });
    expect(await ids({ group: 'sales' }, { place: 0 }, 1)).toEqual(['s5']);
    expect(sales.last()).toBe(after);
  });

  it('says of an entry that the server set aside what it is', async () => {
    await trade();
    expect(await ids({ state: 'quarantined' })).toEqual([]);
    await world.replica.collections.own.findOne('s2').exec(true).then((document) => document.incrementalPatch({ quarantined: 'hash-mismatch' }));
    expect(await rows({ state: 'quarantined' })).toMatchObject([{ entry: 's2', state: 'quarantined' }]);
  });

  it('is asked by whoever is signed in alone', async () => {
    await trade();
    await world.restart({ signIn: false });
    await expect(rows()).rejects.toMatchObject({ code: 'not-signed-in' });
  });
});
