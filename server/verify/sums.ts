import { countOf, textOf, type Fact } from './fact.ts';
import type { Row } from './source.ts';

/** I1 to I3 of ledger.md, each with the two numbers that must agree. */
export interface Invariants {
  I1: boolean;
  I2: boolean;
  I3: boolean;
}

/** Points of the whole ledger, from the entries' bytes, from their columns and from their postings, each by itself. */
export class Sums {
  /** P: points' worth of goods given, as the bytes say. */
  redeemed = 0n;
  /** Points that sales gave, as the bytes say. */
  earned = 0n;
  /** D and S, as the columns say. */
  covered = 0n;
  shortfall = 0n;
  /** Points between kinds of accounts, as the postings of entries say. */
  readonly #flows = new Map<string, bigint>();
  /** F, and of open leases G - u, as accounts and leases say. */
  free = 0n;
  reserved = 0n;
  /** Members' balances below zero, and leases spent below nothing or beyond their grant. */
  outOfBounds = 0;

  addEntry(fact: Fact, row: Row, postings: readonly Row[]): void {
    if (fact.kind === 'sale') {
      this.redeemed += BigInt(fact.redeem?.points ?? 0);
      this.earned += BigInt(fact.earned);
    }
    this.covered += countOf(row, 'leased_points') + countOf(row, 'free_points');
    this.shortfall += countOf(row, 'shortfall_points');
    for (const posting of postings) {
      const key = `${kindOf(textOf(posting, 'from_account'))}>${kindOf(textOf(posting, 'to_account'))}`;
      this.#flows.set(key, (this.#flows.get(key) ?? 0n) + countOf(posting, 'points'));
    }
  }

  /** Points that went from one kind of account to another. */
  flow(from: string, to: string): bigint {
    return this.#flows.get(`${from}>${to}`) ?? 0n;
  }

  /** E: what members were given by all means and not taken from them again, except by redeeming. */
  get given(): bigint {
    return this.earned - this.flow('member', 'issued') + this.flow('adjusted', 'member') - this.flow('member', 'adjusted') - this.flow('member', 'expired');
  }

  /** D: what redemptions took from members and was not returned to them. */
  get taken(): bigint {
    return this.covered - this.flow('redeemed', 'member');
  }

  invariants(): Invariants {
    return {
      I1: this.free + this.reserved + this.taken === this.given,
      I2: this.outOfBounds === 0,
      I3: this.redeemed === this.covered + this.shortfall &&
        this.redeemed === this.flow('member', 'redeemed') + this.flow('lease', 'redeemed') + this.flow('shortfall', 'redeemed'),
    };
  }
}

/** The kind of an account: what stands before the colon of its id. */
export function kindOf(account: string): string {
  return account.split(':', 1)[0] ?? '';
}
