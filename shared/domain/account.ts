import type { Points } from './integers.ts';

/** Names of accounts, after ledger.md. `issued` runs negative: it is what the chain owes its members. */
export type AccountId =
  | `member:${string}`
  | `lease:${string}`
  | `shortfall:${string}`
  | `receivable:${string}`
  | 'issued'
  | 'redeemed'
  | 'expired'
  | 'adjusted';

export const memberAccount = (member: string): AccountId => `member:${member}`;
export const leaseAccount = (lease: string): AccountId => `lease:${lease}`;
export const shortfallAccount = (store: string): AccountId => `shortfall:${store}`;
export const receivableAccount = (member: string): AccountId => `receivable:${member}`;

/**
 * One posting: `points` leave `from` and reach `to`. A posting always sums to zero because it names both sides and
 * cannot name one; `points` is above 0 and the sides differ.
 */
export interface Posting {
  from: AccountId;
  to: AccountId;
  points: Points;
}
