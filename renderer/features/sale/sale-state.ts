import type { Draft } from '../../../shared/contract/commands.ts';
import { LARGEST_AMOUNT } from '../../../shared/domain/integers.ts';
import type { Refusal } from '../../../shared/domain/refusal.ts';
import { EMPTY_AMOUNT, checkEntry, eraseAmount, typeAmount, type AmountEntry } from '../../ui/amount-entry.ts';

/** Where digits go: the bill first, then the member's phone tail, then points; and to a voucher's code when it was asked for. */
export type SaleField = 'bill' | 'lookup' | 'points' | 'voucher';

/** Points chosen by hand; `rule` when one offer was tapped. 0 points: redeem nothing. */
export interface Choice {
  points: number;
  rule?: string;
}

/** The sale in the making, as the window holds it. Balance, quote and decision come from the core and are not in here. */
export interface SaleState {
  field: SaleField;
  bill: AmountEntry;
  member: string | null;
  /** null: the proposal stands. */
  choice: Choice | null;
  /** Codes of the vouchers on the bill, in the order shown. */
  vouchers: readonly string[];
  /** What has been typed of a voucher's code. */
  code: string;
  /** Why the last key or act was not taken. */
  refusal: Refusal | null;
  /** Whether the refusal of the chosen points is on the screen. */
  revealed: boolean;
}

export type SaleAction =
  | { do: 'type'; text: string; currency: string }
  | { do: 'backspace'; currency: string }
  | { do: 'focus'; field: SaleField }
  | { do: 'bill-done'; currency: string }
  | { do: 'attach'; member: string }
  | { do: 'detach' }
  | { do: 'choose'; choice: Choice | null }
  | { do: 'voucher-add'; voucher: string }
  | { do: 'voucher-remove'; voucher: string }
  | { do: 'reveal' }
  | { do: 'refuse'; refusal: Refusal }
  | { do: 'clear' }
  | { do: 'restore'; draft: Draft }
  | { do: 'reset' };

export const NEW_SALE: SaleState = {
  field: 'bill', bill: EMPTY_AMOUNT, member: null, choice: null, vouchers: [], code: '', refusal: null, revealed: false,
};

/** The next state of the sale. Pure, so that every key sequence can be tested. */
export function reduceSale(state: SaleState, action: SaleAction): SaleState {
  switch (action.do) {
    case 'type':
      return Array.from(action.text).reduce((next, character) => typeOne(next, character, action.currency), state);
    case 'backspace':
      return erase(state, action.currency);
    case 'focus':
      return { ...state, field: action.field, refusal: null };
    case 'bill-done': {
      const refusal = checkEntry(state.bill, action.currency);
      if (refusal !== null) return { ...state, field: 'bill', refusal };
      return { ...state, field: state.member === null ? 'lookup' : 'points', refusal: null };
    }
    case 'attach':
      return { ...state, member: action.member, choice: null, refusal: null, revealed: false, field: state.bill.minor > 0 ? 'points' : 'bill' };
    case 'detach':
      return { ...state, member: null, choice: null, refusal: null, revealed: false, field: state.bill.minor > 0 ? 'lookup' : 'bill' };
    case 'choose':
      return { ...state, choice: action.choice, refusal: null, revealed: false, field: 'points' };
    case 'voucher-add': {
      const vouchers = state.vouchers.includes(action.voucher) ? state.vouchers : [...state.vouchers, action.voucher].slice(-VOUCHERS_MOST);
      return { ...state, vouchers, code: '', refusal: null, revealed: false, field: restingField(state) };
    }
    case 'voucher-remove':
      return { ...state, vouchers: state.vouchers.filter((one) => one !== action.voucher), refusal: null, revealed: false };
    case 'reveal':
      return { ...state, revealed: true };
    case 'refuse':
      return { ...state, refusal: action.refusal };
    case 'clear':
      return peel(state);
    case 'restore':
      return restored(action.draft);
    case 'reset':
      return NEW_SALE;
  }
}

/** Vouchers on one bill at most (shared/contract/commands.ts). */
const VOUCHERS_MOST = 20;
const CODE_LONGEST = 64;

/** Where digits go once a voucher is on the bill. */
function restingField(state: SaleState): SaleField {
  if (state.field !== 'voucher') return state.field;
  if (state.bill.minor === 0) return 'bill';
  return state.member === null ? 'lookup' : 'points';
}

function typeOne(state: SaleState, character: string, currency: string): SaleState {
  if (state.field === 'voucher') return { ...state, code: (state.code + character).slice(0, CODE_LONGEST), refusal: null };
  if (state.field === 'points') return typePoints(state, character);
  if (state.field === 'lookup') return state;
  const { entry, refusal } = typeAmount(state.bill, character, currency);
  return { ...state, bill: entry, refusal };
}

function typePoints(state: SaleState, character: string): SaleState {
  if (!/^[0-9]$/.test(character)) return { ...state, refusal: { code: 'points-invalid' } };
  // An offer that was tapped is replaced by typing, not continued.
  const soFar = state.choice?.rule === undefined ? (state.choice?.points ?? 0) : 0;
  const points = soFar * 10 + Number(character);
  if (points > LARGEST_AMOUNT) return { ...state, refusal: { code: 'points-invalid' } };
  return { ...state, choice: { points }, refusal: null, revealed: false };
}

function erase(state: SaleState, currency: string): SaleState {
  if (state.field === 'voucher') return { ...state, code: Array.from(state.code).slice(0, -1).join(''), refusal: null };
  if (state.field === 'bill') return { ...state, bill: eraseAmount(state.bill, currency), refusal: null };
  if (state.field === 'lookup' || state.choice === null) return { ...state, refusal: null };
  const typed = state.choice.rule === undefined ? Math.floor(state.choice.points / 10) : 0;
  return { ...state, choice: typed === 0 ? null : { points: typed }, refusal: null, revealed: false };
}

/** Takes back one layer: the code being typed, the chosen points, the last voucher, the member, then the bill. */
function peel(state: SaleState): SaleState {
  if (state.field === 'voucher') return { ...state, code: '', refusal: null, field: restingField(state) };
  if (state.choice !== null) return { ...state, choice: null, refusal: null, revealed: false };
  if (state.vouchers.length > 0) return { ...state, vouchers: state.vouchers.slice(0, -1), refusal: null, revealed: false };
  if (state.member !== null) return reduceSale(state, { do: 'detach' });
  return NEW_SALE;
}

function restored(draft: Draft): SaleState {
  const member = draft.member === '' ? null : draft.member;
  return {
    ...NEW_SALE,
    field: member !== null && draft.billMinor > 0 ? 'points' : 'bill',
    bill: { minor: draft.billMinor, decimals: null },
    member,
    vouchers: draft.vouchers ?? [],
    choice: draft.points === undefined ? null : { points: draft.points, ...(draft.rule === undefined ? {} : { rule: draft.rule }) },
  };
}
