import type { Minor, Points } from './integers.ts';
import type { Schedule } from './schedule.ts';

/**
 * Every reason for which a sale, redemption or reversal is not made. A refusal is a value with the numbers a person
 * needs; `allowed` is a number of points that works instead, the largest below the one wanted where that was between two
 * steps, else the largest of all (0: none). `next` is the step above, when it works (0: it does not).
 */
export type Refusal =
  | { code: 'amount-invalid'; decimals: number }
  | { code: 'amount-zero' }
  | { code: 'amount-too-large'; maxMinor: Minor }
  | { code: 'lines-mismatch'; linesMinor: Minor }
  | { code: 'currency-unknown'; currency: string }
  | { code: 'currency-mismatch'; currency: string; expected: string }
  | { code: 'programme-missing' }
  | { code: 'rule-unknown'; rule: string }
  | { code: 'rule-not-valid-now' }
  | { code: 'not-at-this-hour'; schedule: Schedule }
  | { code: 'not-at-this-store' }
  | { code: 'tier-needed'; tiers: readonly string[] }
  | { code: 'offer-needed' }
  | { code: 'not-with-vouchers' }
  | { code: 'lines-needed' }
  | { code: 'points-invalid' }
  | { code: 'member-unknown' }
  | { code: 'bill-below-minimum'; minimumMinor: Minor; billMinor: Minor }
  | { code: 'balance-below-minimum'; minimum: Points; balance: Points }
  | { code: 'points-not-enough'; available: Points; needed: Points; allowed: Points }
  | { code: 'sale-limit'; limit: Points; needed: Points; allowed: Points }
  | { code: 'share-limit'; shareBp: number; maxMinor: Minor; needed: Points; allowed: Points }
  | { code: 'amount-limit'; maxMinor: Minor; needed: Points; allowed: Points }
  | { code: 'day-limit'; limit: Points; usedToday: Points; needed: Points; allowed: Points }
  | { code: 'goods-limit'; maxMinor: Minor; needed: Points; allowed: Points }
  | { code: 'not-a-multiple'; multiple: Points; needed: Points; allowed: Points; next: Points }
  | { code: 'fixed-points'; points: Points; needed: Points; allowed: Points }
  | { code: 'bill-exceeded'; billMinor: Minor; needed: Points; allowed: Points }
  | { code: 'not-covered'; covered: Points; atRiskAllowed: Points; needed: Points; allowed: Points; cap: AtRiskCap }
  | { code: 'entry-unknown' }
  | { code: 'not-reversible'; kind: string }
  | { code: 'already-reversed'; by: string }
  | { code: 'shortfall-none' }
  | { code: 'shift-open' }
  | { code: 'shift-none' }
  | { code: 'shift-uncounted' }
  | { code: 'voucher-refused'; voucher: string; why: VoucherRefusal };

/**
 * Every reason for which a voucher takes nothing off a bill. `not-held`: a single-use voucher that this till holds no lease
 * of and cannot ask for; `held-elsewhere`: another till has it. `with` is the code of the voucher that stands in the way.
 */
export type VoucherRefusal =
  | { code: 'unknown' }
  | { code: 'not-in-programme' }
  | { code: 'twice' }
  | { code: 'used' }
  | { code: 'other-store' }
  | { code: 'not-held' }
  | { code: 'held-elsewhere' }
  | { code: 'member-needed' }
  | { code: 'other-member' }
  | { code: 'tier-needed'; tiers: readonly string[] }
  | { code: 'not-yet'; fromMs: number }
  | { code: 'over'; untilMs: number }
  | { code: 'not-at-this-hour'; schedule: Schedule }
  | { code: 'not-at-this-store' }
  | { code: 'bill-below-minimum'; minimumMinor: Minor; billMinor: Minor }
  | { code: 'limit-total'; most: number }
  | { code: 'limit-member'; most: number }
  | { code: 'limit-day'; most: number }
  | { code: 'alone'; with: string }
  | { code: 'once'; with: string }
  | { code: 'lines-needed' }
  | { code: 'goods-missing' }
  | { code: 'worth-nothing' };

export type VoucherRefusalCode = VoucherRefusal['code'];

/** Which at-risk cap decided: the policy forbids it, or the sale's, the member's day's or the outage's cap is used up. */
export type AtRiskCap = 'policy' | 'sale' | 'member-day' | 'outage';

export type RefusalCode = Refusal['code'];

/** A value, or the refusal that stands in its place. */
export type Outcome<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };
