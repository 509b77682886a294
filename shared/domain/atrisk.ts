import { points, type Points } from './integers.ts';
import type { AtRiskCap } from './refusal.ts';

/** A store's caps on redeeming without cover (L9). All zero is the strict policy. */
export interface AtRiskPolicy {
  name: 'strict' | 'balanced' | 'generous';
  perSale: Points;
  perMemberDay: Points;
  perOutage: Points;
}

/** What has been redeemed at risk so far by this till. */
export interface AtRiskUse {
  memberToday: Points;
  thisOutage: Points;
}

/** How many points this sale may still redeem at risk, and which cap set the number. */
export function atRiskAllowance(policy: AtRiskPolicy, used: AtRiskUse): { allowed: Points; cap: AtRiskCap } {
  const caps: { allowed: number; cap: AtRiskCap }[] = [
    { allowed: policy.perSale, cap: policy.perSale === 0 ? 'policy' : 'sale' },
    { allowed: Math.max(0, policy.perMemberDay - used.memberToday), cap: 'member-day' },
    { allowed: Math.max(0, policy.perOutage - used.thisOutage), cap: 'outage' },
  ];
  const tightest = caps.reduce((least, next) => (next.allowed < least.allowed ? next : least));
  return { allowed: points(tightest.allowed), cap: tightest.cap };
}
