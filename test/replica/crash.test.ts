import { afterEach, describe, expect, it } from 'vitest';
import { GENESIS_HASH } from '../../shared/domain/entry.ts';
import { minor } from '../../shared/domain/integers.ts';
import { queryDocuments, readDocument } from '../../shared/replica/documents.ts';
import { STORAGES, type StorageKind } from './support/storage.ts';
import { Crash, World, type CrashPoint } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const SALE = { billMinor: 7_680, currency: 'CNY', member: 'M1', redeem: { points: 600 } };
const kinds = async (): Promise<string[]> => (await chain()).map((own) => own.kind);
const chain = () => queryDocuments(world.replica, 'own', { selector: {}, sort: [{ epoch: 'asc' }, { seq: 'asc' }] });

/** Gapless, linked, and with the head, the lease's use and the sentinel agreeing with it. */
async function expectWhole(): Promise<void> {
  const entries = await chain();
  let prevHash = GENESIS_HASH;
  let spent = 0;
  for (const [at, own] of entries.entries()) {
    expect(own).toMatchObject({ seq: at + 1, entry: { seq: at + 1, prevHash } });
    prevHash = own.hash;
    spent += own.entry.redeem?.cover.leases.reduce((sum, part) => sum + part.points, 0) ?? 0;
  }
  const head = await readDocument(world.replica, 'chain', 'T1.1');
  expect(head?.seq ?? 0).toBe(entries.length);
  expect(head?.hash ?? GENESIS_HASH).toBe(prevHash);
  expect(world.sentinels.at(-1)?.seq ?? 0).toBe(entries.length);
  expect((await readDocument(world.replica, 'leaseUse', 'L1'))?.spent ?? 0).toBe(spent);
}

/** Points as the office will have them once it has everything: nothing is lost and nothing is counted twice. */
async function expectDelivered(balance: number): Promise<void> {
  world.sync.goOnline();
  await world.sync.deliver();
  await world.sync.deliver();
  const { free, leased } = world.office.account('M1');
  expect({ free, leased }).toEqual({ free: balance, leased: 0 });
  expect([...world.office.entries.values()].every((entry) => entry.shortfall === 0)).toBe(true);
}

const POINTS: CrashPoint[] = ['before-write', 'after-write', 'sentinel'];
const CASES = (Object.keys(STORAGES) as StorageKind[]).flatMap((kind) => POINTS.map((point) => [kind, point] as const));

describe.each(CASES)('on %s storage, a stop at %s', (kind, point) => {
  const prepare = async (): Promise<string> => {
    world = await World.open({ storage: STORAGES[kind]() });
    const { saleId } = await world.till.handlers.saveDraft({ draft: { billMinor: minor(7_680), member: 'M1' } });
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    return saleId;
  };

  it('of a sale, then a restart: the sale is there whole or not at all, and pressing again makes it once', async () => {
    const saleId = await prepare();
    world.crashAt = point;
    await expect(world.till.handlers.commitSale({ ...SALE, saleId })).rejects.toMatchObject({ code: 'internal', cause: expect.any(Crash) as Crash });
    await world.restart({ online: false });
    const draft = await readDocument(world.replica, 'drafts', 'T1');
    expect(draft?.saleId === saleId).toBe(point === 'before-write');
    expect(await world.till.handlers.commitSale({ ...SALE, saleId })).toMatchObject({ ok: true, value: { number: 'T1-1-1', before: 1_000, after: 470, redeemed: 600, atRisk: 0 } });
    await world.till.idle();
    expect(await kinds()).toEqual(['sale', 'lease-close']);
    await expectWhole();
    await expectDelivered(470);
  });

  it('of a sale, then pressed again in the same run', async () => {
    const saleId = await prepare();
    world.crashAt = point;
    await expect(world.till.handlers.commitSale({ ...SALE, saleId })).rejects.toMatchObject({ code: 'internal' });
    world.crashAt = undefined;
    const again = await world.till.handlers.commitSale({ ...SALE, saleId });
    expect(again).toMatchObject({ ok: true, value: { number: 'T1-1-1', after: 470 } });
    const draft = await world.till.handlers.saveDraft({ draft: null });
    expect(draft.saleId).not.toBe(saleId);
    expect(await world.till.handlers.commitSale({ ...SALE, redeem: null, saleId: draft.saleId })).toMatchObject({ ok: true, value: { before: 470, after: 546 } });
    await world.till.idle();
    expect((await kinds()).sort()).toEqual(['lease-close', 'sale', 'sale']);
    await expectWhole();
    await expectDelivered(546);
  });

  it('of a void', async () => {
    const saleId = await prepare();
    await world.till.handlers.commitSale({ ...SALE, saleId });
    await world.till.idle();
    world.crashAt = point;
    await expect(world.till.handlers.voidSale({ voidId: 'void-1', entry: saleId })).rejects.toMatchObject({ code: 'internal' });
    await world.restart({ online: false });
    expect(await world.till.handlers.voidSale({ voidId: 'void-1', entry: saleId })).toMatchObject({ ok: true, value: { returned: 600, after: 1_000 } });
    expect(await kinds()).toEqual(['sale', 'lease-close', 'reversal']);
    await expectWhole();
    await expectDelivered(1_000);
  });

  it('of a lease that is given back: the next run gives it back', async () => {
    await prepare();
    await world.till.handlers.saveDraft({ draft: null });
    world.crashAt = point;
    await world.till.handlers.detachMember({ member: 'M1' });
    await world.till.idle();
    await world.restart();
    await world.till.idle();
    expect(await kinds()).toEqual(['lease-close']);
    await expectWhole();
    await expectDelivered(1_000);
  });
});

describe('what stops a till', () => {
  it('a full disk and a damaged file are told apart, in whatever the storage wraps them', async () => {
    world = await World.open({ online: false });
    const sell = () => world.till.handlers.commitSale({ ...SALE, redeem: null, saleId: 'sale-1' });
    world.crashAt = 'before-write';
    world.crashError = new Error('storage', { cause: Object.assign(new Error('database or disk is full'), { code: 'ERR_SQLITE_ERROR', errcode: 13 }) });
    await expect(sell()).rejects.toMatchObject({ code: 'disk-full' });
    world.crashError = Object.assign(new Error('database disk image is malformed'), { errcode: 11 | (1 << 8) });
    await expect(sell()).rejects.toMatchObject({ code: 'replica-damaged' });
    world.crashAt = 'sentinel';
    world.crashError = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    await expect(sell()).rejects.toMatchObject({ code: 'disk-full' });
    world.crashAt = undefined;
    expect(await sell()).toMatchObject({ ok: true });
    await expectWhole();
  });

  it.each(['the head', 'the last entry'])('%s that is missing blocks the till', async (what) => {
    world = await World.open({ online: false });
    await world.till.handlers.commitSale({ ...SALE, redeem: null, saleId: 'sale-1' });
    const { chain: heads, own } = world.replica.collections;
    if (what === 'the head') await heads.find().remove();
    else await own.find().remove();
    await world.restart({ online: false });
    const phases: string[] = [];
    world.till.watches.till({}, ({ phase, blockedBy }) => phases.push(`${phase} ${blockedBy}`))();
    expect(phases).toEqual(['blocked replica-damaged']);
    await expect(world.till.handlers.commitSale({ ...SALE, redeem: null, saleId: 'sale-2' })).rejects.toMatchObject({ code: 'replica-damaged' });
  });
});
