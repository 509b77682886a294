import { minor, points } from '../../shared/domain/integers.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import type { StaffInput } from '../directory/staff.ts';
import type { VoucherInput } from '../vouchers/vouchers.ts';
import type { StoreInput } from '../directory/stores.ts';

/** The demo chain's stores, staff, tills and programme: everything that is not generated. */
export const HARBOUR = 'harbour';
export const LAKESIDE = 'lakeside';
export const REGION = 'demo';
export const CURRENCY = 'USD';

const HOUR_MS = 3_600_000;

/** The two stores; `utcOffsetMinutes` is the demo's own clock, so that its day is the day of whoever tries it. */
export function demoStores(utcOffsetMinutes: number): StoreInput[] {
  const shared = {
    region: REGION, currency: CURRENCY, utcOffsetMinutes, demo: true, leaseCap: points(5_000), leaseTermMs: 12 * HOUR_MS,
    atRisk: { name: 'balanced' as const, perSale: points(500), perMemberDay: points(1_000), perOutage: points(5_000) },
    receiptFooter: { en: 'Thank you. Demo receipt, no goods were sold.', 'zh-CN': '谢谢惠顾。演示小票，未售出商品。' },
  };
  return [
    { id: HARBOUR, name: { en: 'Harbour Street', 'zh-CN': '海港街店' }, address: '12 Harbour Street', ...shared },
    { id: LAKESIDE, name: { en: 'Lakeside', 'zh-CN': '湖畔店' }, address: '3 Lakeside Walk', ...shared },
  ];
}

/** Tills to enrol: two at the first store, one at the second. */
export const TILLS = [
  { terminal: 'HS-1', store: HARBOUR, label: 'Harbour Street till 1' },
  { terminal: 'HS-2', store: HARBOUR, label: 'Harbour Street till 2' },
  { terminal: 'LS-1', store: LAKESIDE, label: 'Lakeside till 1' },
] as const;

/** Retired terminals whose chains hold the history. */
export const HISTORY_TILLS = [
  { terminal: 'HS-0', store: HARBOUR, label: 'Harbour Street, retired till' },
  { terminal: 'LS-0', store: LAKESIDE, label: 'Lakeside, retired till' },
] as const;

/** Staff with their demo PINs, which are printed for whoever tries the demo. */
export const STAFF: readonly StaffInput[] = [
  { id: 'maya', store: HARBOUR, name: 'Maya Ellis', role: 'cashier', pin: '1111' },
  { id: 'daniel', store: HARBOUR, name: 'Daniel Ortiz', role: 'manager', pin: '2222' },
  { id: 'linxiao', store: LAKESIDE, name: '林晓', role: 'cashier', pin: '3333' },
  { id: 'priya', store: LAKESIDE, name: 'Priya Nair', role: 'manager', pin: '4444' },
];

/** Vouchers with codes that are printed for whoever tries the demo. The tea needs a bill with lines, which no typed amount has. */
export const VOUCHERS: readonly VoucherInput[] = [{ code: 'DEMO-5', rule: 'welcome' }, { code: 'DEMO-TENTH', rule: 'tenth' }, { code: 'DEMO-TEA', rule: 'tea' }];

/** The programme: 5 points for each whole 1.00 paid; two ways to redeem, three vouchers, two tiers, and what is said to whom. */
export function demoProgramme(effectiveFromMs: number): Programme {
  return {
    version: 1,
    name: { en: 'Demo rewards', 'zh-CN': '演示积分计划' },
    currency: CURRENCY,
    effectiveFromMs,
    earn: { points: points(5), perMinor: minor(100), basis: 'net' },
    redeem: [
      {
        kind: 'ratio', id: 'points', name: { en: '100 points = 1.00', 'zh-CN': '100 积分抵 1.00' },
        stepPoints: points(100), stepMinor: minor(100), multiple: points(100), maxShareBp: 5_000,
      },
      {
        kind: 'fixed', id: 'reward-18', name: { en: '18.00 for 1,500 points', 'zh-CN': '1,500 积分抵 18.00' },
        points: points(1_500), discountMinor: minor(1_800), minBillMinor: minor(2_000),
      },
    ],
    vouchers: [
      { kind: 'amount', id: 'welcome', name: { en: '5.00 off from 20.00', 'zh-CN': '满 20.00 减 5.00' }, discountMinor: minor(500), minBillMinor: minor(2_000) },
      { kind: 'percentage', id: 'tenth', name: { en: '10% off, at most 10.00', 'zh-CN': '九折，最多减 10.00' }, shareBp: 1_000, maxDiscountMinor: minor(1_000), maxUses: 1 },
      { kind: 'free-item', id: 'tea', name: { en: 'A tea for free', 'zh-CN': '赠饮茶一杯' }, categories: ['tea'], stacking: 'once' },
    ],
    tiers: {
      window: { kind: 'days', days: 365 }, grace: { unit: 'months', count: 3 }, downgrade: 'step',
      levels: [
        { id: 'silver', name: { en: 'Silver', 'zh-CN': '银卡' }, reach: { points: points(2_000) } },
        { id: 'gold', name: { en: 'Gold', 'zh-CN': '金卡' }, reach: { points: points(5_000) } },
      ],
    },
    offers: [
      { id: 'back', text: { en: 'Good to see you again', 'zh-CN': '好久不见，欢迎回来' }, when: { awayBp: 20_000 } },
      { id: 'tier', text: { en: 'Almost at the next tier', 'zh-CN': '就要升级了' }, when: { nearTierBp: 1_000 } },
      { id: 'reward', text: { en: 'Almost at a reward', 'zh-CN': '就快够兑换了' }, when: { nearReward: points(200) } },
    ],
  };
}
