import type { EarnStep } from '../../../shared/domain/earn.ts';
import type { DecidedRedemption, Quote, RedemptionOption } from '../../../shared/domain/quote.ts';
import { points, type Points } from '../../../shared/domain/integers.ts';
import type { Outcome, Refusal } from '../../../shared/domain/refusal.ts';
import type { VoucherBill } from '../../../shared/contract/views.ts';
import type { SaleState } from './sale-state.ts';

/** Everything that decides what the large key does. */
export interface Situation {
  state: SaleState;
  /** Text in the lookup field, and how many members match it (null: not searched yet). */
  lookupText: string;
  matches: number | null;
  /** A scan or a search is being answered, or a commit is on its way. */
  busy: boolean;
  /** What the core says about the bill and member; undefined until it has answered. */
  quote: Outcome<Quote> | undefined;
  /** What the core says about the chosen points; undefined until it has answered or when nothing is chosen. */
  decision: Outcome<DecidedRedemption> | undefined;
  /** What the core says about the vouchers on the bill; undefined until it has answered or when there are none. */
  vouchers?: Outcome<VoucherBill> | undefined;
}

/** What the large key does now. `wait` means that the core is still answering. */
export type NextAct =
  | { act: 'wait' }
  | { act: 'next' }
  | { act: 'find' }
  | { act: 'show'; code: string }
  | { act: 'choose' }
  | { act: 'finish'; withMember: boolean }
  | { act: 'redeem'; option: RedemptionOption }
  | { act: 'reveal'; points: number }
  | { act: 'take'; points: number }
  | { act: 'refused' };

/** The one act that Enter and the large key stand for. */
export function nextAct(at: Situation): NextAct {
  const { state } = at;
  if (at.busy) return { act: 'wait' };
  if (state.field === 'lookup' && at.lookupText !== '') return at.matches !== null && at.matches > 1 ? { act: 'choose' } : { act: 'find' };
  if (state.field === 'voucher' && state.code.trim() !== '') return { act: 'show', code: state.code };
  if (state.bill.minor === 0 || state.field === 'bill') return { act: 'next' };
  if (state.vouchers.length > 0 && at.vouchers === undefined) return { act: 'wait' };
  if (state.member === null) return { act: 'finish', withMember: false };
  if (at.quote === undefined) return { act: 'wait' };
  if (state.choice === null) return proposalAct(at.quote);
  if (state.choice.points === 0) return { act: 'finish', withMember: true };
  if (at.decision === undefined) return { act: 'wait' };
  if (at.decision.ok) return { act: 'redeem', option: at.decision.value };
  if (!state.revealed) return { act: 'reveal', points: state.choice.points };
  const allowed = allowedOf(at.decision.refusal);
  return allowed > 0 ? { act: 'take', points: allowed } : { act: 'refused' };
}

/** The redemption that stands on the slip: the chosen one when it is allowed, else the proposal, else nothing. */
export function standingOption(at: Situation): RedemptionOption | null {
  const { choice } = at.state;
  if (choice === null) return at.quote?.ok === true ? at.quote.value.proposed : null;
  return at.decision?.ok === true ? at.decision.value : null;
}

/** How what the sale earns as it stands comes about; empty while that is not known. */
export function standingEarning({ state: { choice }, quote, decision }: Situation): readonly EarnStep[] {
  if (choice !== null && choice.points > 0) return decision?.ok === true ? decision.value.earnSteps : [];
  if (quote?.ok !== true) return [];
  const { proposed, without } = quote.value.earning;
  return choice === null ? (proposed ?? without) : without;
}

/** The bill that is left once vouchers are taken off, before points. */
export function afterVouchers({ state, vouchers }: Pick<Situation, 'state' | 'vouchers'>): number {
  return vouchers?.ok === true ? vouchers.value.netMinor : state.bill.minor;
}

/** Points the member has after the sale as it stands. */
export function balanceAfter(balance: number, option: RedemptionOption | null, earnWithout: number): Points {
  return points(balance - (option?.points ?? 0) + (option?.earnPoints ?? earnWithout));
}

function proposalAct(quote: Outcome<Quote>): NextAct {
  if (!quote.ok) return { act: 'refused' };
  return quote.value.proposed === null ? { act: 'finish', withMember: true } : { act: 'redeem', option: quote.value.proposed };
}

function allowedOf(refusal: Refusal): number {
  return 'allowed' in refusal ? refusal.allowed : 0;
}
