import { afterEach, describe, expect, it } from 'vitest';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import { issueVouchers } from '../../server/vouchers/vouchers.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { VOUCHER_LEASE, voucherLeaseText } from '../../shared/domain/voucher.ts';
import { readDocument } from '../../shared/replica/documents.ts';
import { openWorld, type World } from '../server/world.ts';
import { portsOf, SyncTill, until } from './support/till.ts';

/** Real databases and a real server: a busy machine needs longer than the usual limit. */
const LONG_MS = 60_000;
const WAIT_MS = 10_000;
const name = { en: 'Voucher', 'zh-CN': '优惠券' };

describe('vouchers between a till and the real server', { timeout: LONG_MS }, () => {
  const closing: (() => Promise<void>)[] = [];
  afterEach(async () => {
    while (closing.length > 0) await closing.pop()?.();
  });
  const open = async (): Promise<{ world: World; till: SyncTill; sync: Awaited<ReturnType<SyncTill['start']>> }> => {
    const world = await openWorld('sqlite');
    closing.push(async () => {
      const closed = world.close();
      world.app.server.closeAllConnections();
      await closed;
    });
    await publishProgramme(world.store, {
      version: 2, name, currency: 'USD', effectiveFromMs: 0, earn: { points: points(1), perMinor: minor(100), basis: 'net' }, redeem: [],
      vouchers: [{ kind: 'amount', id: 'once', name, discountMinor: minor(200), maxUses: 1 }, { kind: 'amount', id: 'summer', name, discountMinor: minor(100) }],
    });
    await issueVouchers(world.store, [{ code: 'ONE', rule: 'once' }, { code: 'SUMMER', rule: 'summer' }], Date.now());
    const till = await SyncTill.enrol(world.url, await world.code('T1', 'north'));
    closing.push(() => till.close());
    const sync = await till.start(world.url);
    await until('everything is loaded', () => sync.view().firstLoad === null, 20_000);
    return { world, till, sync };
  };

  it('are pulled when they are for everybody; a single-use one comes with its lease when it is shown, and to one till', async () => {
    const { world, till, sync } = await open();
    expect(await readDocument(till.replica, 'vouchers', 'SUMMER')).toMatchObject({ rule: 'summer', used: 0, position: 0 });
    expect(await readDocument(till.replica, 'vouchers', 'ONE')).toBeUndefined();
    const id = `${VOUCHER_LEASE}lease-1`;
    expect(await sync.showVoucher('ONE', null, { id, seq: 0 }, WAIT_MS)).toMatchObject({ standing: 'ready', usedByMember: 0, voucher: { lease: { id } } });
    const { lease } = (await readDocument(till.replica, 'vouchers', 'ONE')) ?? {};
    if (lease === undefined) throw new Error('the voucher came without its lease');
    const text = voucherLeaseText({ id, voucher: 'ONE', terminal: 'T1', epoch: 1, spendByMs: lease.spendByMs });
    expect(portsOf(till.key).verify(till.identity.serverKey, text, lease.signature)).toBe(true);
    const other = await world.till('T2');
    expect(await other.post('/v1/vouchers/show', { voucher: 'ONE', lease: `${VOUCHER_LEASE}lease-2`, seq: 0 })).toMatchObject({ body: { standing: 'held-elsewhere' } });
    expect(await sync.showVoucher('NOTHING', null, { id: `${VOUCHER_LEASE}lease-3`, seq: 0 }, WAIT_MS)).toBe('unknown');
  });

  it('are nobody\'s word while the server cannot be reached', async () => {
    const { till, sync } = await open();
    await till.sync?.stop();
    expect(await sync.showVoucher('ONE', null, { id: `${VOUCHER_LEASE}lease-1`, seq: 0 }, WAIT_MS)).toBeUndefined();
  });
});
