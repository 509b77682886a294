import type { AlarmRow } from '../../../../shared/contract/alarms.ts';
import { PLAIN_SALE } from '../../../../shared/domain/context.ts';
import { quoteEarning } from '../../../../shared/domain/earn.ts';
import { minor, points } from '../../../../shared/domain/integers.ts';
import type { World } from '../world.ts';

/** A programme that has every step of earning, and an offer that this bill does not have. */
export function earnMore(world: World): void {
  const { programme } = world;
  world.programme = {
    ...programme,
    earn: {
      ...programme.earn, perVisit: points(5), firstPurchase: points(100), maxPerSale: points(150),
      multipliers: [{ id: 'spring', name: { en: 'Spring week', 'zh-CN': '春季活动周' }, factorBp: 15_000 }],
    },
    redeem: [
      ...programme.redeem,
      { kind: 'fixed', id: 'gold', name: { en: 'Gold members: 20.00 off', 'zh-CN': '金卡会员减 20 元' }, points: points(1_500), discountMinor: minor(2_000), tiers: ['gold'] },
    ],
  };
}

/** A receipt of 76.80 less 12.00, with how what it earned came about. */
export function explainReceipt(world: World, entry: string): void {
  const receipt = world.receipts.get(entry);
  const { earn, redeem: [rule] } = world.programme;
  const context = { ...PLAIN_SALE, isFirst: true };
  const { steps, points: earned } = quoteEarning(earn, { billMinor: minor(7_680), discountMinor: minor(1_200), nowMs: 0, context });
  if (receipt !== undefined && rule !== undefined) world.receipts.set(entry, { ...receipt, earned, earnSteps: steps, rule: rule.name });
}

/** A sale that was decided otherwise, a copied till, and a kind that the window has no words of its own for. */
export function alarmsNow(): AlarmRow[] {
  const at = { terminal: 'T1', raisedMs: Date.now() - 9 * 60_000 };
  return [
    {
      ...at, id: 'decision:entry-41', kind: 'decision', number: 'T1-1-41', entry: 'entry-41',
      differences: [{ what: 'redeem', expected: '1200', found: '1250', reason: 'not-a-multiple' }, { what: 'discount', expected: '12.00', found: '12.50' }, { what: 'earn', expected: '64 / 96', found: '70' }],
    },
    { ...at, id: 'fork:T9:1', kind: 'fork', number: 'T9-1-12', terminal: 'T9', differences: [] },
    {
      ...at, id: 'voucher:entry-39', kind: 'voucher', number: 'T1-1-39', entry: 'entry-39', differences: [],
      uses: [{ voucher: 'TEA-4F7K-92', why: 'used-before', discount: '3.00' }, { voucher: 'SPRING10', why: 'beyond-member', discount: '7.68' }],
    },
    { ...at, id: 'later:V1', kind: 'later', number: 'T1-1-38', differences: [] },
  ];
}
