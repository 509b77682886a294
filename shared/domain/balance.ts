import { points, type Points } from './integers.ts';
import type { Entry } from './entry.ts';

/** A member's account as the server said: `free` and `leased` points, with every entry up to `position` included. */
export interface AccountSnapshot {
  free: Points;
  leased: Points;
  position: number;
}

/** An own entry's effect on its member; `position` is absent until the server has given it one. */
export interface OwnEffect {
  position?: number;
  delta: Points;
}

/** What an entry changes in its member's balance: earned less redeemed, or the reverse of it. May be negative. */
export function memberDelta(entry: Entry): Points {
  switch (entry.kind) {
    case 'sale':
      return points((entry.earn?.points ?? 0) - (entry.redeem?.points ?? 0));
    case 'reversal':
      return points((entry.reversal?.returnPoints ?? 0) - (entry.reversal?.clawBackPoints ?? 0));
    case 'adjustment':
      // What settles a shortfall moves it off the store's account, and leaves the member's points as they are.
      return entry.adjust === undefined || entry.adjust.settles !== undefined ? points(0) : entry.adjust.points;
    case 'transfer':
      // 0 less nothing is 0; minus nothing would be -0.
      return points(0 - (entry.transfer?.points ?? 0));
    case 'expiry':
      return points(0 - (entry.expired ?? 0));
    case 'lease-close':
    case 'enrolment':
    case 'shift':
      return points(0);
  }
}

/** N3: whether an own entry still counts beside a snapshot: exactly while it has no position or one above it. */
export function counts(effect: OwnEffect, snapshot: AccountSnapshot): boolean {
  return effect.position === undefined || effect.position > snapshot.position;
}

/** N3: the balance that is exact for what this till has seen. May be negative after redeeming at risk. */
export function projectBalance(snapshot: AccountSnapshot, own: readonly OwnEffect[]): Points {
  let balance = snapshot.free + snapshot.leased;
  for (const effect of own) if (counts(effect, snapshot)) balance += effect.delta;
  return points(balance);
}
