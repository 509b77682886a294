import { afterEach, describe, expect, it } from 'vitest';
import type { CommandInput, ReceiptView } from '../../shared/contract/commands.ts';
import { minor } from '../../shared/domain/integers.ts';
import type { VoucherRule } from '../../shared/domain/programme.ts';
import type { Outcome } from '../../shared/domain/refusal.ts';
import { queryDocuments } from '../../shared/replica/documents.ts';
import { SHOWN_MS } from '../../shared/replica/vouchers.ts';
import { LEASE_TERM_MS } from './support/sync.ts';
import { PIN, PROGRAMME, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const name = { en: 'Voucher', 'zh-CN': '优惠券' };
const RULES: VoucherRule[] = [
  { kind: 'amount', id: 'once', name, discountMinor: minor(1_000), maxUses: 1 },
  { kind: 'percentage', id: 'share', name, shareBp: 1_000 },
  { kind: 'amount', id: 'each', name, discountMinor: minor(500), maxUsesPerMember: 1 },
  { kind: 'amount', id: 'daily', name, discountMinor: minor(500), maxUsesPerDay: 1 },
  { kind: 'free-item', id: 'tea', name, items: ['tea'] },
];
const BILL = { billMinor: 10_000, currency: 'CNY' };

async function openTill(options: { online?: boolean } = {}): Promise<void> {
  world = await World.open({ online: options.online ?? true });
  await world.replica.collections.programmes.upsert({ ...PROGRAMME, vouchers: RULES });
  for (const [code, rule, part] of [
    ['ONE', 'once', { single: true }], ['OTHER', 'once', { single: true }], ['HERE', 'once', { single: true, store: 'S1' }], ['THERE', 'once', { single: true, store: 'S2' }],
    ['SUMMER', 'share', {}], ['EACH', 'each', {}], ['DAILY', 'daily', {}], ['TEA', 'tea', {}], ['HERS', 'share', { member: 'M1' }],
  ] as const) world.office.vouchers.issue(code, rule, part);
  await world.sync.pullVouchers();
}

const show = (code: string, member: string | null = null) => world.till.handlers.showVoucher({ code, member });
const bill = async (codes: string[], more: Partial<CommandInput<'quoteVouchers'>> = {}) => {
  const outcome = await world.till.handlers.quoteVouchers({ member: null, ...BILL, vouchers: codes, ...more });
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
};
const why = async (code: string, more: Partial<CommandInput<'quoteVouchers'>> = {}) => (await bill([code], more)).vouchers[0]?.why?.code ?? null;
const sell = (saleId: string, vouchers: [string, number][], more: Partial<CommandInput<'commitSale'>> = {}): Promise<Outcome<ReceiptView>> =>
  world.till.handlers.commitSale({
    saleId, ...BILL, member: null, redeem: null, ...more, ...(vouchers.length === 0 ? {} : { vouchers: vouchers.map(([voucher, off]) => ({ voucher, discountMinor: minor(off) })) }),
  });
const keep = (vouchers: string[]) => world.till.handlers.saveDraft({ draft: { billMinor: minor(10_000), member: '', ...(vouchers.length === 0 ? {} : { vouchers }) } });
const closes = () => queryDocuments(world.replica, 'own', { selector: { kind: 'lease-close' } });
const entryOf = async (id: string) => (await queryDocuments(world.replica, 'own', { selector: { id } }))[0]?.entry;
const leaseState = (code: string) => world.office.vouchers.rows.get(code)?.lease?.state;

describe('a voucher that is shown', () => {
  it('is taken off before points, named by the entry and the receipt, and earns nothing', async () => {
    await openTill();
    await world.till.handlers.attachMember({ member: 'M1' });
    await world.till.idle();
    expect(await show(' sum mer ')).toEqual({ voucher: 'SUMMER' });
    expect(await bill(['SUMMER'])).toEqual({ vouchers: [{ voucher: 'SUMMER', name, discountMinor: 1_000, why: null }], discountMinor: 1_000, netMinor: 9_000 });
    const quoted = await world.till.handlers.quote({ member: 'M1', ...BILL, vouchers: ['SUMMER'] });
    expect(quoted).toMatchObject({ ok: true, value: { earnWithoutRedeeming: 90, vouchers: { netMinor: 9_000 } } });
    const receipt = await sell('sale-1', [['SUMMER', 1_000]], { member: 'M1', redeem: { points: 1_000 } });
    expect(receipt).toMatchObject({
      ok: true, value: { totalMinor: 10_000, netMinor: 8_000, discountMinor: 2_000, redeemed: 1_000, earned: 80, vouchers: [{ voucher: 'SUMMER', name, discountMinor: 1_000 }] },
    });
    expect(await entryOf('sale-1')).toMatchObject({
      bill: { totalMinor: 10_000, netMinor: 8_000 }, redeem: { discountMinor: 1_000 }, vouchers: [{ voucher: 'SUMMER', rule: 'share', discountMinor: 1_000 }], earn: { points: 80 },
    });
  });

  it('works without a member and pays the whole bill of lines', async () => {
    await openTill();
    const lines = [{ item: 'tea', quantity: 1, totalMinor: minor(10_000) }];
    expect(await bill(['TEA'], { lines })).toMatchObject({ netMinor: 0 });
    expect(await sell('sale-1', [['TEA', 10_000]], { lines })).toMatchObject({ ok: true, value: { netMinor: 0 } });
    expect(await why('TEA')).toBe('lines-needed');
  });

  it('is no member\'s card, and an unknown code is nothing', async () => {
    await openTill();
    expect(await show('card-M1')).toBeNull();
    expect(await show('NOTHING')).toBeNull();
    expect(await show('no code: 余额')).toBeNull();
    expect(await why('NOTHING')).toBe('unknown');
  });

  it('takes off what was shown, or nothing is sold', async () => {
    await openTill();
    await expect(sell('sale-1', [['SUMMER', 999]])).rejects.toMatchObject({ code: 'quote-changed' });
    expect(await sell('sale-1', [['SUMMER', 1_000], ['THERE', 0]])).toEqual({ ok: false, refusal: { code: 'voucher-refused', voucher: 'THERE', why: { code: 'unknown' } } });
    expect(await sell('sale-1', [['SUMMER', 1_000]])).toMatchObject({ ok: true });
    // Pressing twice is one sale and one use.
    expect(await sell('sale-1', [['SUMMER', 1_000]])).toMatchObject({ ok: true, value: { entry: 'sale-1' } });
  });

  it('is only its member\'s', async () => {
    await openTill();
    expect([await why('HERS'), await why('HERS', { member: 'M1' })]).toEqual(['member-needed', null]);
  });
});

describe('a single-use voucher', () => {
  it('is leased when it is shown, and used offline from then on', async () => {
    await openTill();
    expect(await why('ONE')).toBe('unknown');
    expect(await show('ONE')).toEqual({ voucher: 'ONE' });
    world.sync.goOffline();
    expect(await why('ONE')).toBeNull();
    expect(await sell('sale-1', [['ONE', 1_000]])).toMatchObject({ ok: true, value: { netMinor: 9_000 } });
    const lease = world.office.vouchers.rows.get('ONE')?.lease?.id;
    expect((await entryOf('sale-1'))?.vouchers).toEqual([{ voucher: 'ONE', rule: 'once', lease, discountMinor: 1_000 }]);
    expect([await why('ONE'), (await sell('sale-2', [['ONE', 1_000]])).ok]).toEqual(['used', false]);
    await world.restart();
    expect(await why('ONE')).toBe('used');
    world.sync.goOnline();
    await world.sync.deliver();
    expect([await why('ONE'), leaseState('ONE'), await closes()]).toEqual(['used', 'closed', []]);
  });

  it('is refused offline when it is not held, unless it is bound to this store', async () => {
    await openTill({ online: false });
    expect([await show('ONE'), await show('HERE')]).toEqual([null, { voucher: 'HERE' }]);
    expect([await why('ONE'), await why('HERE')]).toEqual(['unknown', null]);
    expect(await sell('sale-1', [['HERE', 1_000]])).toMatchObject({ ok: true });
    expect((await entryOf('sale-1'))?.vouchers).toEqual([{ voucher: 'HERE', rule: 'once', discountMinor: 1_000 }]);
    expect(await why('HERE')).toBe('used');
  });

  it('that another till holds is refused with why, and one of another store, too', async () => {
    await openTill();
    world.office.vouchers.show('ONE', null, { id: 'v.elsewhere', terminal: 'T9', epoch: 1, spendByMs: world.nowMs + 1 });
    expect([await show('ONE'), await why('ONE')]).toEqual([{ voucher: 'ONE' }, 'held-elsewhere']);
    expect([await show('THERE'), await why('THERE')]).toEqual([{ voucher: 'THERE' }, 'other-store']);
  });

  it('counts only under the server\'s own signature and within its time', async () => {
    await openTill();
    await show('ONE');
    const document = await world.replica.collections.vouchers.findOne('ONE').exec(true);
    const { lease } = document.toMutableJSON();
    if (lease === undefined) throw new Error('the voucher is leased');
    world.nowMs += LEASE_TERM_MS;
    expect(await why('ONE')).toBeNull();
    world.nowMs += 1;
    expect(await why('ONE')).toBe('not-held');
    world.nowMs -= LEASE_TERM_MS;
    await document.incrementalPatch({ rev: 99, lease: { ...lease, spendByMs: lease.spendByMs + LEASE_TERM_MS } });
    expect(await why('ONE')).toBe('not-held');
  });

  it('is given back when the sale ends without it, and not while the sale names it or it was just shown', async () => {
    await openTill();
    await show('ONE');
    await keep(['ONE']);
    world.nowMs += SHOWN_MS;
    await world.till.idle();
    expect(await closes()).toEqual([]);
    await keep([]);
    await world.till.idle();
    expect(await closes()).toMatchObject([{ entry: { lease: world.office.vouchers.rows.get('ONE')?.lease?.id } }]);
    await world.sync.deliver();
    expect(leaseState('ONE')).toBe('closed');
    expect([await why('ONE'), await show('ONE'), await why('ONE')]).toEqual(['not-held', { voucher: 'ONE' }, null]);
  });

  it.each(['before-write', 'after-write'] as const)('is given back once, although the disk failed %s', async (crashAt) => {
    await openTill();
    await show('ONE');
    await keep(['ONE']);
    world.nowMs += SHOWN_MS;
    world.crashAt = crashAt;
    await keep([]);
    await world.till.idle();
    world.crashAt = undefined;
    await keep([]);
    await world.till.idle();
    expect((await closes()).length).toBe(1);
    await world.sync.deliver();
    expect(leaseState('ONE')).toBe('closed');
  });

  it('that a run left held is given back by the next, once, and kept when the draft names it', async () => {
    await openTill();
    await show('ONE');
    await show('OTHER');
    await keep(['OTHER']);
    await world.till.idle();
    world.nowMs += SHOWN_MS;
    await world.restart();
    await world.till.idle();
    expect((await closes()).map((own) => own.entry.lease)).toEqual([world.office.vouchers.rows.get('ONE')?.lease?.id]);
    await world.restart();
    await world.till.idle();
    expect((await closes()).length).toBe(1);
    expect(await why('OTHER')).toBeNull();
  });

  it('is not used by a till that may not trade', async () => {
    await openTill();
    await world.restart({ blockedBy: 'replica-damaged' });
    await expect(show('ONE')).rejects.toMatchObject({ code: 'replica-damaged' });
  });
});

describe('uses', () => {
  it('of a member and of a day are counted with what is not sent yet', async () => {
    await openTill({ online: false });
    expect(await sell('sale-1', [['EACH', 500]], { member: 'M1' })).toMatchObject({ ok: true });
    expect(await why('EACH', { member: 'M1' })).toBe('limit-member');
    expect(await sell('sale-2', [['DAILY', 500]])).toMatchObject({ ok: true });
    expect(await why('DAILY')).toBe('limit-day');
    world.nowMs += 86_400_000;
    expect(await why('DAILY')).toBeNull();
    world.nowMs -= 86_400_000;
    world.sync.goOnline();
    await world.sync.deliver();
    expect([await why('EACH', { member: 'M1' }), await why('DAILY')]).toEqual(['limit-member', 'limit-day']);
  });

  it('by a member elsewhere are heard of when the voucher is shown online', async () => {
    await openTill();
    world.office.addMember('M2', 0);
    const other = { v: 1, kind: 'sale', member: 'M1', businessDate: '2026-03-14', vouchers: [{ voucher: 'EACH', rule: 'each', discountMinor: minor(500) }] };
    world.office.vouchers.book(other as never, 1);
    expect(await why('EACH', { member: 'M1' })).toBeNull();
    await show('EACH', 'M1');
    expect([await why('EACH', { member: 'M1' }), await why('EACH', { member: 'M2' })]).toEqual(['limit-member', null]);
  });

  it.each(['void', 'refund'] as const)('are given back by a %s of the whole sale, before and after the server has heard of it', async (how) => {
    await openTill();
    await show('HERE');
    expect(await sell('sale-1', [['HERE', 1_000]])).toMatchObject({ ok: true });
    if (how === 'void') expect(await world.till.handlers.voidSale({ voidId: 'back-1', entry: 'sale-1' })).toMatchObject({ ok: true, value: { netMinor: 9_000, vouchers: [{ voucher: 'HERE' }] } });
    else {
      const part = (entryId: string, goods: number) => world.till.handlers.refundSale({ entryId, approval: { staff: 'wei', pin: PIN }, entry: 'sale-1', goodsMinor: goods });
      expect(await part('back-0', 4_000)).toMatchObject({ ok: true, value: { netMinor: 3_600 } });
      expect((await entryOf('back-0'))?.vouchers).toBeUndefined();
      expect(await why('HERE')).toBe('used');
      expect(await part('back-1', 6_000)).toMatchObject({ ok: true, value: { netMinor: 5_400 } });
    }
    expect((await entryOf('back-1'))?.vouchers).toEqual([{ voucher: 'HERE', rule: 'once', discountMinor: 1_000 }]);
    expect(await why('HERE')).toBeNull();
    await world.sync.deliver();
    expect([await why('HERE'), world.office.vouchers.rows.get('HERE')?.used]).toEqual([null, 0]);
    expect(await sell('sale-2', [['HERE', 1_000]])).toMatchObject({ ok: true });
  });

  it('on a draft come back with it', async () => {
    await openTill();
    await keep(['SUMMER']);
    await world.restart();
    const draft = await world.till.handlers.saveDraft({ draft: { billMinor: minor(1), member: '', vouchers: ['SUMMER', 'TEA'] } });
    expect(draft.vouchers).toEqual(['SUMMER', 'TEA']);
    expect((await queryDocuments(world.replica, 'drafts', {}))[0]?.vouchers).toEqual(['SUMMER', 'TEA']);
  });
});
