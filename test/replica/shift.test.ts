import { afterEach, describe, expect, it } from 'vitest';
import type { TillView } from '../../shared/contract/commands.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { queryDocuments, readDocument } from '../../shared/replica/documents.ts';
import { NOON_MS, PIN, World, type CrashPoint } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const HOUR = 3_600_000;
const CRASH_POINTS: CrashPoint[] = ['before-write', 'after-write', 'sentinel'];
const approval = { staff: 'maya', pin: PIN };
const till = () => world.till.handlers;
const open = (entryId = 'o1', floatMinor = 20_000) => till().openShift({ entryId, approval, floatMinor });
const pay = (entryId: string, event: 'pay-in' | 'pay-out', amountMinor: number) => till().moveCash({ entryId, event, amountMinor, reason: ' for change ' });
const sell = (saleId: string, redeemed = 0, billMinor = 7_680) =>
  till().commitSale({ saleId, billMinor, currency: 'CNY', member: 'M1', redeem: redeemed === 0 ? null : { points: redeemed } });
const close = async (entryId: string, countedMinor: number, otherMinor = 0) => {
  await till().countShift({ countedMinor, otherMinor });
  return till().closeShift({ entryId, countedMinor, otherMinor });
};
const entries = async (): Promise<Entry[]> => (await queryDocuments(world.replica, 'own', { selector: {}, sort: [{ epoch: 'asc' }, { seq: 'asc' }] })).map(({ entry }) => entry);
const view = (): TillView => {
  let seen: TillView | undefined;
  world.till.watches.till({}, (value) => (seen = value))();
  if (seen === undefined) throw new Error('the till shows nothing');
  return seen;
};

describe('a shift', () => {
  it('opens with a PIN and a float, counts what is sold, and closes with the difference; all of it entries of the chain', async () => {
    world = await World.open({ online: false });
    expect(await open()).toMatchObject({ ok: true, value: { floatMinor: 20_000, openedByName: 'Maya', number: 'T1-1-1' } });
    expect(view().shift).toEqual({ shift: 'o1', businessDate: '2026-03-14', openedMs: NOON_MS, openedBy: 'Maya', floatMinor: 20_000 });
    await sell('s1', 300);
    // To nobody: a member's would take back by another entry what it lent to earn.
    await till().commitSale({ saleId: 's2', billMinor: 7_680, currency: 'CNY', member: null, redeem: null });
    await till().voidSale({ voidId: 'x1', entry: 's2' });
    await pay('p1', 'pay-in', 500);
    await pay('p2', 'pay-out', 1_200);
    expect(await till().shiftReport({ shift: null })).toMatchObject({ ok: true, value: { sums: { sales: 2, voids: 1, redeemed: 300, pointsMinor: 300 }, payInsMinor: 500, unsent: 6 } });
    // 200.00 + 73.80 + 5.00 - 12.00; the second sale went back.
    expect(await till().countShift({ countedMinor: 26_600, otherMinor: 0 })).toMatchObject({ ok: true, value: { expectedMinor: 26_680, differenceMinor: -80, counts: 1, unsent: 6 } });
    expect(await close('c1', 26_680)).toMatchObject({ ok: true, value: { close: { countedMinor: 26_680, expectedMinor: 26_680, differenceMinor: 0, counts: 2, staffName: 'Maya' } } });
    expect(view()).toMatchObject({ usualFloatMinor: 20_000 });
    expect(view().shift).toBeUndefined();
    expect((await entries()).filter(({ kind }) => kind === 'shift').map(({ seq, shift, reason, staff }) => ({ seq, ...shift, reason, staff }))).toEqual([
      { seq: 1, event: 'open', shift: 'o1', currency: 'CNY', cashMinor: 20_000, reason: undefined, staff: 'maya' },
      { seq: 5, event: 'pay-in', shift: 'o1', currency: 'CNY', cashMinor: 500, reason: 'for change', staff: 'maya' },
      { seq: 6, event: 'pay-out', shift: 'o1', currency: 'CNY', cashMinor: 1_200, reason: 'for change', staff: 'maya' },
      { seq: 7, event: 'close', shift: 'o1', currency: 'CNY', cashMinor: 26_680, otherMinor: 0, expectedMinor: 26_680, counts: 2, reason: undefined, staff: 'maya' },
    ]);
    expect(await till().listShifts({})).toMatchObject([{ shift: 'o1', differenceMinor: 0, closedMs: NOON_MS }]);
  });

  it('does each act once for an entry id, and never as another act', async () => {
    world = await World.open({ online: false });
    const [first, again] = await Promise.all([open(), open()]);
    expect(again).toEqual(first);
    await pay('p1', 'pay-in', 500);
    expect(await pay('p1', 'pay-in', 500)).toMatchObject({ ok: true, value: { payInsMinor: 500 } });
    await expect(pay('p1', 'pay-out', 500)).rejects.toMatchObject({ code: 'invalid-input' });
    await sell('s1');
    await expect(open('s1')).rejects.toMatchObject({ code: 'invalid-input' });
    await close('c1', 0);
    expect(await till().closeShift({ entryId: 'c1', countedMinor: 0, otherMinor: 0 })).toMatchObject({ ok: true, value: { close: { entry: 'c1' } } });
    expect(await entries()).toHaveLength(4);
  });

  it('refuses with a word: a second shift, cash without one, a close that nobody counted, what is no amount', async () => {
    world = await World.open({ online: false });
    const refused = async (answer: Promise<object>) => ((await answer) as { refusal?: { code: string } }).refusal?.code;
    expect(await refused(pay('p1', 'pay-in', 500))).toBe('shift-none');
    expect(await refused(till().countShift({ countedMinor: 0, otherMinor: 0 }))).toBe('shift-none');
    expect(await refused(till().closeShift({ entryId: 'c1', countedMinor: 0, otherMinor: 0 }))).toBe('shift-none');
    expect(await refused(till().shiftReport({ shift: null }))).toBe('shift-none');
    for (const wrong of [-1, 0.5, Number.NaN]) expect(await refused(open('o1', wrong))).toBe('amount-invalid');
    expect(await refused(open('o1', 1e15))).toBe('amount-too-large');
    await open();
    expect(await refused(open('o2'))).toBe('shift-open');
    expect(await refused(pay('p1', 'pay-in', 0))).toBe('amount-zero');
    await till().countShift({ countedMinor: 100, otherMinor: 0 });
    expect(await refused(till().closeShift({ entryId: 'c1', countedMinor: 101, otherMinor: 0 }))).toBe('shift-uncounted');
    // What was counted before the till started again was counted by nobody that it knows.
    await world.restart();
    expect(await refused(till().closeShift({ entryId: 'c1', countedMinor: 100, otherMinor: 0 }))).toBe('shift-uncounted');
    expect(await refused(till().shiftReport({ shift: 'nothing' }))).toBe('entry-unknown');
    await expect(till().openShift({ entryId: 'o3', approval: { staff: 'maya', pin: '0000' }, floatMinor: 0 })).rejects.toMatchObject({ code: 'pin-wrong' });
    expect(await entries()).toHaveLength(1);
  });

  it('is one for whoever signs in: the report tells who sold what, and sign-out leaves it open', async () => {
    world = await World.open();
    await open();
    await sell('s1');
    await world.sync.syncNow();
    await till().signOut({});
    await till().signIn({ staff: 'wei', pin: PIN });
    await sell('s2');
    expect(await till().shiftReport({ shift: null })).toMatchObject({ ok: true, value: { staff: [{ name: 'Maya', sums: { sales: 1 } }, { name: '王伟', sums: { sales: 1 } }] } });
  });
});

describe('the business date', () => {
  it('is the day on which the shift opened, past midnight too, and the calendar\'s without a shift', async () => {
    world = await World.open({ online: false });
    await open();
    world.nowMs = NOON_MS + 10 * HOUR;
    await sell('s1');
    await close('c1', 0);
    await sell('s2');
    expect((await entries()).map(({ businessDate }) => businessDate)).toEqual(['2026-03-14', '2026-03-14', '2026-03-14', '2026-03-15']);
  });

  it('bounds a member\'s day: what was redeemed at risk before midnight counts after it', async () => {
    world = await World.open({ online: false });
    await open();
    expect(await sell('s1', 300)).toMatchObject({ ok: true, value: { atRisk: 300 } });
    world.nowMs = NOON_MS + 10 * HOUR;
    expect(await sell('s2', 300)).toMatchObject({ ok: false, refusal: { code: 'not-covered', atRiskAllowed: 100 } });
    expect(await sell('s2', 100)).toMatchObject({ ok: true });
    expect(await sell('s3', 100)).toMatchObject({ ok: false, refusal: { code: 'not-covered', atRiskAllowed: 0 } });
  });
});

describe('a till that stops', () => {
  it.each(CRASH_POINTS)('at %s opens, counts and closes as if it had not: asked again, each act is one entry', async (point) => {
    world = await World.open({ online: false });
    world.crashAt = point;
    await expect(open()).rejects.toMatchObject({ code: 'internal' });
    await world.restart();
    expect(await open()).toMatchObject({ ok: true, value: { floatMinor: 20_000 } });
    await sell('s1');
    world.crashAt = point;
    await expect(close('c1', 27_680)).rejects.toMatchObject({ code: 'internal' });
    await world.restart();
    expect(await close('c1', 27_680)).toMatchObject({ ok: true, value: { close: { differenceMinor: 0 } } });
    expect(view().shift).toBeUndefined();
    expect((await entries()).map(({ seq, shift }) => [seq, shift?.event])).toEqual([[1, 'open'], [2, undefined], [3, 'close']]);
    expect((await readDocument(world.replica, 'chain', 'T1.1'))?.seq).toBe(3);
  });

  it('without a window: a write whose end is not known is looked for before the next', async () => {
    world = await World.open({ online: false });
    world.crashAt = 'after-write';
    await expect(open()).rejects.toMatchObject({ code: 'internal' });
    world.crashAt = undefined;
    expect(await open('o2')).toMatchObject({ ok: false, refusal: { code: 'shift-open' } });
    expect(view().shift?.shift).toBe('o1');
  });
});
