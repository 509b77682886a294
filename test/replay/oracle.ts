import type { Totals } from '../../shared/contract/http.ts';
import type { Purchase } from './purchases.ts';

/** The totals that follow from the file by arithmetic alone. */
export type ExpectedTotals = Pick<
  Totals,
  'sales' | 'members' | 'earned' | 'redeemed' | 'redemptions' | 'outstanding' | 'netMinor' | 'shortfall' | 'quarantined'
>;

/**
 * What one till that is always online must give, computed without any code of the product: steps of 100 points for 100
 * minor units, only from a balance of 500 or more, at most half of the bill, as many steps as allowed; then 1 point per
 * whole 100 minor units of the net. Purchases are in date order.
 */
export function expectTotals(purchases: readonly Purchase[]): ExpectedTotals {
  const balances = new Map<string, number>();
  let earned = 0;
  let redeemed = 0;
  let redemptions = 0;
  let netMinor = 0;
  for (const { member, valueMinor } of purchases) {
    const balance = balances.get(member) ?? 0;
    const steps = balance >= 500 ? Math.min(Math.floor(balance / 100), Math.floor(valueMinor / 200)) : 0;
    const net = valueMinor - steps * 100;
    const gained = Math.floor(net / 100);
    balances.set(member, balance - steps * 100 + gained);
    earned += gained;
    redeemed += steps * 100;
    redemptions += steps > 0 ? 1 : 0;
    netMinor += net;
  }
  return {
    sales: purchases.length, members: balances.size, earned, redeemed, redemptions, outstanding: earned - redeemed, netMinor,
    shortfall: 0, quarantined: 0,
  };
}

/** Says in one sentence where totals differ from what must be; undefined when nowhere. */
export function differenceOf(totals: Totals, expected: ExpectedTotals): string | undefined {
  const wrong = (Object.keys(expected) as (keyof ExpectedTotals)[]).filter((key) => totals[key] !== expected[key]);
  if (wrong.length === 0) return undefined;
  return `The ledger differs from the file: ${wrong.map((key) => `${key} is ${totals[key]}, must be ${expected[key]}`).join('; ')}.`;
}
