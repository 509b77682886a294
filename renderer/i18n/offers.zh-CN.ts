import type { offersEn } from './offers.en.ts';

/** Chinese messages of personal offers; part of the catalogue `zhCN`. */
export const offersZhCN: Record<keyof typeof offersEn, string> = {
  'refusal.offer-needed': '此项抵扣须有专属优惠，该会员目前没有。',
  'offer.away': '上次来是 {days, plural, other {# 天}}前；平时每 {usual, plural, other {# 天}}来一次。',
  'offer.usual-time': '平时{day} {from} 至 {until} 来店。',
  'offer.favourite': '最近 {of, plural, other {# 单}}中有 {visits} 单买了{category}。',
  'offer.usual-spend': '平时每单约 {amount}。',
  'offer.near-tier.points': '再得 {missing, plural, other {# 分}}即升{tier}。',
  'offer.near-tier.spend': '再消费 {amount} 即升{tier}。',
  'offer.near-tier.visits': '再来 {missing, plural, other {# 次}}即升{tier}。',
  'offer.near-reward': '再得 {missing, plural, other {# 分}}可兑：{reward}。',
  'offer.birthday': '今天生日。',
};
