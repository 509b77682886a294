import { minor, points } from '../../../../shared/domain/integers.ts';
import type { LocalText, Programme, RedemptionRule } from '../../../../shared/domain/programme.ts';
import type { World } from '../world.ts';

const text = (en: string, chinese: string): LocalText => ({ en, 'zh-CN': chinese });
const DAY = 86_400_000;
/** A midnight at UTC+8. */
const FROM = Date.UTC(2026, 10, 30, 16);

/** Everything that a document can say, each at least once: ten ways to redeem, five vouchers, four tiers, three offers. */
export function richProgramme(programme: Programme): Programme {
  const [ratio, fixed] = programme.redeem as [RedemptionRule, RedemptionRule];
  return {
    ...programme,
    earn: {
      ...programme.earn, perVisit: points(5), firstPurchase: points(100), maxPerSale: points(500), maxPerDay: points(900), expiresAfterMonths: 12, excludedCategories: ['tobacco'],
      items: [{ category: 'tea', points: points(2) }, { item: 'A-17', points: points(30) }], combine: 'product',
      multipliers: [
        { id: 'gold-double', name: text('Gold: double points', '金卡双倍积分'), factorBp: 20_000, tiers: ['gold', 'platinum'] },
        { id: 'birthday', name: text('Birthday', '生日'), factorBp: 30_000, birthday: true, validFromMs: FROM, validUntilMs: FROM + 31 * DAY },
        { id: 'back-double', name: text('Welcome back', '欢迎回来'), factorBp: 15_000, offers: ['back'], stores: ['S1'], schedule: { weekdays: [1, 2, 3], fromMinute: 600, untilMinute: 1_050 } },
      ],
    },
    redeem: [
      { ...ratio, excludedCategories: ['tobacco', 'books'], withVouchers: false, maxPointsPerDay: points(10_000) }, fixed,
      ...Array.from({ length: 8 }, (_none, at): RedemptionRule => ({
        kind: 'fixed', id: `reward-${at}`, name: text(`Reward ${at + 1}: a very long name of a very good thing to have`, `${at + 1} 号奖励：名字很长的一份好东西`),
        points: points(2_000 + 500 * at), discountMinor: minor(2_500 + 700 * at), tiers: ['silver', 'gold'], validUntilMs: FROM + 60 * DAY,
      })),
    ],
    vouchers: [
      { kind: 'amount', id: 'ten', name: text('¥10 off', '减 10 元'), discountMinor: minor(1_000), minBillMinor: minor(5_000), maxUses: 1, stacking: 'once' },
      { kind: 'percentage', id: 'tenth', name: text('10% off tea', '茶饮九折'), shareBp: 1_000, maxDiscountMinor: minor(2_000), categories: ['tea'], maxUsesPerMember: 3, maxUsesPerDay: 2, order: 2 },
      { kind: 'free-item', id: 'free-tea', name: text('A free tea', '免费茶一杯'), pieces: 1, items: ['A-17', 'A-18'], withPoints: false, stacking: 'alone', order: -1 },
      { kind: 'amount', id: 'gold-fifty', name: text('Gold: ¥50 off', '金卡减 50 元'), discountMinor: minor(5_000), tiers: ['gold'], stores: ['S1', 'S2'], validFromMs: FROM },
      { kind: 'percentage', id: 'late', name: text('After nine', '九点后'), shareBp: 2_000, schedule: { fromMinute: 1_260, untilMinute: 60 } },
    ],
    tiers: {
      window: { kind: 'days', days: 365 }, grace: { unit: 'months', count: 3 }, downgrade: 'step',
      levels: [
        { id: 'silver', name: text('Silver', '银卡'), reach: { visits: 5, spendMinor: minor(50_000) } }, { id: 'gold', name: text('Gold', '金卡'), reach: { visits: 20, spendMinor: minor(200_000) } },
        { id: 'platinum', name: text('Platinum', '白金卡'), reach: { spendMinor: minor(500_000) } }, { id: 'black', name: text('Black', '黑卡'), reach: { spendMinor: minor(2_000_000), points: points(90_000) } },
      ],
    },
    offers: [
      { id: 'back', text: text('Welcome back, more points today', '欢迎回来，今日多倍积分'), when: { awayBp: 15_000 }, stores: ['S1'] },
      { id: 'near', text: text('Almost there', '就差一点'), when: { nearTierBp: 1_000, nearReward: points(200) } },
      { id: 'tea', text: text('Your tea is waiting', '您的茶已备好'), when: { usualTime: true, favourite: ['tea'], usualSpendMinor: minor(3_000), birthday: true } },
    ],
  };
}

/** A programme with everything in it as the newest version. */
export function fillProgramme(world: World): void {
  world.programmes = world.programmes.map((one) => ({ ...one, ...richProgramme(one) }));
}
