import type { TillSeat } from './chain.ts';

/** One purchase as a till is told to sell it. */
export interface SaleOrder {
  /** Names the order in the answers: the purchase's line in the file. */
  id: number;
  member: string;
  items: number;
  billMinor: number;
  /** The till's clock at the commit, milliseconds since 1970. */
  atMs: number;
  /** The ledger position of the member's last purchase, which an online till waits to have seen; 0: none. */
  seen: number;
}

/** What a till did with an order, as its receipt says. */
export interface SaleAnswer {
  redeemed: number;
  atRisk: number;
  earned: number;
  netMinor: number;
  /** What became of the wish to redeem; absent: the programme allowed nothing on this bill. */
  attempt?: Attempt;
}

/** One wish to redeem as many points as the programme allows on a bill. */
export interface Attempt {
  /** The till was online, or leases in hand covered all of it. */
  covered: boolean;
  /** The first answer was no, because cover was missing. */
  refused: boolean;
  /** The longest time between pressing Redeem and the answer, milliseconds: all that the network can have kept it waiting. */
  waitMs: number;
  /** What the till had, of a wish that nothing covered. */
  hand?: Hand;
}

/** What a till had of a member when it pressed Redeem without a network. */
export interface Hand {
  wanted: number;
  /** Points of leases in hand that were not spent. */
  leased: number;
  /** Free and leased points of the member, by the server's last word to this till. */
  account: { free: number; leased: number };
}

export type ToTill =
  | { t: 'open'; folder: string; server: string; seat: TillSeat; pin: string; atMs: number; patient: boolean }
  | { t: 'sell'; order: SaleOrder }
  /** Be online and have every entry acknowledged; answered by `done`. */
  | { t: 'settle' }
  /** Finish what a till does behind its sales, as it has all day to do; answered by `done`. */
  | { t: 'rest' }
  /** Notice that the server is gone; answered by `done`. */
  | { t: 'sever' }
  | { t: 'close' };

/** Answers of a till, gathered for some milliseconds: a message for each would cost a tenth of the till's time. */
export type FromTill = TillAnswer[];

export type TillAnswer =
  | { t: 'open' }
  | { t: 'committed'; id: number; answer: SaleAnswer }
  /** The server has posted everything of the sale, what was left of its lease included; `position` is the last one's. */
  | { t: 'acknowledged'; id: number; position: number }
  | { t: 'done' }
  | { t: 'failed'; message: string };
