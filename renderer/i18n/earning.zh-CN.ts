import type { earningEn } from './earning.en.ts';

/** Simplified Chinese of {@link earningEn}. */
export const earningZhCN: Record<keyof typeof earningEn, string> = {
  'sale.notNow': '本单不可用的抵扣',
  'sale.earn.why': '积分如何获得',
  'sale.earn.amount': '{amount} 计入积分：{points, plural, other {#}} 分',
  'sale.earn.multiplier': '{name}（{factor} 倍）：{change} 分',
  'sale.earn.items': '赠分商品：{change} 分',
  'sale.earn.visit': '到店奖励：{change} 分',
  'sale.earn.first-purchase': '首次消费：{change} 分',
  'sale.earn.sale-cap': '每单最多 {cap, number} 分：{change} 分',
  'sale.earn.day-cap': '每天最多 {cap, number} 分，此前已得 {earnedToday, number} 分：{change} 分',
  'receipt.earn.amount': '{amount} 得 {points, number} 分',
  'receipt.earn.multiplier': '{name} {change} 分',
  'receipt.earn.items': '商品 {change} 分',
  'receipt.earn.visit': '到店 {change} 分',
  'receipt.earn.first-purchase': '首次消费 {change} 分',
  'receipt.earn.sale-cap': '单笔上限 {change} 分',
  'receipt.earn.day-cap': '单日上限 {change} 分',
};
