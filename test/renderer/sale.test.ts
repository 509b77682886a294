import { describe, expect, it } from 'vitest';
import { points } from '../../shared/domain/integers.ts';
import { decideRedemption, quote, type QuoteInput } from '../../shared/domain/quote.ts';
import { balanceAfter, nextAct, standingEarning, standingOption, type Situation } from '../../renderer/features/sale/next-act.ts';
import { NEW_SALE, reduceSale, type SaleAction, type SaleState } from '../../renderer/features/sale/sale-state.ts';
import { PROGRAMME } from './support/world.ts';

const currency = 'CNY';
const run = (...actions: SaleAction[]): SaleState => actions.reduce(reduceSale, NEW_SALE);
const type = (text: string): SaleAction => ({ do: 'type', text, currency });
const attach: SaleAction = { do: 'attach', member: 'M1' };
const done: SaleAction = { do: 'bill-done', currency };

/** The situation as the core would make it for a member with this balance, all of it leased. */
function situation(state: SaleState, balance = 4_820): Situation {
  const input: QuoteInput = {
    programme: PROGRAMME, billMinor: state.bill.minor, currency, balance: points(balance),
    cover: { leased: points(balance), atRiskAllowed: points(0), cap: 'sale' }, nowMs: 0,
  };
  const asked = state.member !== null && state.bill.minor > 0;
  const chosen = state.choice !== null && state.choice.points > 0;
  return {
    state, lookupText: '', matches: null, busy: false, quote: asked ? quote(input) : undefined,
    decision: asked && chosen ? decideRedemption(input, state.choice?.points ?? 0, state.choice?.rule) : undefined,
  };
}

describe('digits go to the field that makes sense', () => {
  it('fills the bill first, then the phone tail, and points once there is a member', () => {
    expect(run(type('7680'))).toMatchObject({ field: 'bill', bill: { minor: 7_680 } });
    expect(run(type('7680'), done)).toMatchObject({ field: 'lookup', refusal: null });
    expect(run(type('7680'), attach)).toMatchObject({ field: 'points' });
    expect(run(type('7680'), attach, type('1000'))).toMatchObject({ bill: { minor: 7_680 }, choice: { points: 1_000 } });
  });

  it('takes the card before the bill, too', () => {
    expect(run(attach)).toMatchObject({ field: 'bill', member: 'M1' });
    expect(run(attach, type('7680'), done)).toMatchObject({ field: 'points' });
  });

  it('says why an empty bill goes no further', () => {
    expect(run(done)).toMatchObject({ field: 'bill', refusal: { code: 'amount-zero' } });
    expect(run(type('0'), done)).toMatchObject({ field: 'bill', refusal: { code: 'amount-zero' } });
  });

  it('replaces a tapped offer by typing and takes digits back to the proposal', () => {
    const tapped = run(type('7680'), attach, { do: 'choose', choice: { points: 1_000, rule: 'fixed-1000' } });
    expect(reduceSale(tapped, type('5'))).toMatchObject({ choice: { points: 5 } });
    const typed = run(type('7680'), attach, type('12'));
    const erased = reduceSale(reduceSale(typed, { do: 'backspace', currency }), { do: 'backspace', currency });
    expect(erased.choice).toBeNull();
  });

  it('clears one layer at a time: points, member, bill', () => {
    const full = run(type('7680'), attach, type('500'));
    const one = reduceSale(full, { do: 'clear' });
    const two = reduceSale(one, { do: 'clear' });
    expect(one).toMatchObject({ choice: null, member: 'M1' });
    expect(two).toMatchObject({ member: null, bill: { minor: 7_680 }, field: 'lookup' });
    expect(reduceSale(two, { do: 'clear' })).toEqual(NEW_SALE);
  });

  it('comes back to a kept draft', () => {
    const draft = { id: 'T1', billMinor: 7_680, member: 'M1', points: points(500), saleId: 's', updatedMs: 0 } as never;
    expect(reduceSale(NEW_SALE, { do: 'restore', draft })).toMatchObject({ field: 'points', bill: { minor: 7_680 }, member: 'M1', choice: { points: 500 } });
  });
});

describe('the large key', () => {
  it('redeems the proposal after scan, and another amount after digits', () => {
    const proposed = nextAct(situation(run(type('7680'), attach)));
    expect(proposed).toMatchObject({ act: 'redeem', option: { points: 3_800, netMinor: 3_880 } });
    const other = nextAct(situation(run(type('7680'), attach, type('500'))));
    expect(other).toMatchObject({ act: 'redeem', option: { points: 500, netMinor: 7_180 } });
  });

  it('shows a refusal first, then takes the number that works, and never commits it unseen', () => {
    const state = run(type('7680'), attach, type('1000'));
    expect(nextAct(situation(state, 820))).toEqual({ act: 'reveal', points: 1_000 });
    const revealed = reduceSale(state, { do: 'reveal' });
    expect(nextAct(situation(revealed, 820))).toEqual({ act: 'take', points: 800 });
    const taken = reduceSale(revealed, { do: 'choose', choice: { points: 800 } });
    expect(nextAct(situation(taken, 820))).toMatchObject({ act: 'redeem', option: { points: 800 } });
  });

  it('takes payment without points when there is no member, nothing to redeem, or 0 was typed', () => {
    expect(nextAct(situation(run(type('7680'), done)))).toEqual({ act: 'finish', withMember: false });
    expect(nextAct(situation(run(type('7680'), attach), 300))).toEqual({ act: 'finish', withMember: true });
    expect(nextAct(situation(run(type('7680'), attach, type('0'))))).toEqual({ act: 'finish', withMember: true });
  });

  it('waits while a scan, a search or a commit is being answered: no sale slips through without its member', () => {
    const state = run(type('7680'), done);
    expect(nextAct({ ...situation(state), busy: true })).toEqual({ act: 'wait' });
    expect(nextAct({ ...situation(run(type('7680'), attach)), quote: undefined })).toEqual({ act: 'wait' });
  });

  it('finds by phone tail, and never guesses between two members', () => {
    const state = run(type('7680'), done);
    expect(nextAct({ ...situation(state), lookupText: '9021' })).toEqual({ act: 'find' });
    expect(nextAct({ ...situation(state), lookupText: '9021', matches: 3 })).toEqual({ act: 'choose' });
    expect(nextAct({ ...situation(state), lookupText: '9021', matches: 1 })).toEqual({ act: 'find' });
  });

  it('never works on an empty bill', () => {
    expect(nextAct(situation(run(attach)))).toEqual({ act: 'next' });
  });
});

describe('the stub', () => {
  it('shows the balance after: redeemed away, earned added', () => {
    const at = situation(run(type('7680'), attach));
    const option = standingOption(at);
    expect(balanceAfter(4_820, option, 76)).toBe(4_820 - 3_800 + 38);
    expect(balanceAfter(4_820, null, 76)).toBe(4_896);
  });
});

describe('how the sale earns as it stands', () => {
  const earned = (state: SaleState): number => standingEarning(situation(state)).reduce((sum, step) => sum + step.points, 0);

  it('follows the proposal, the chosen points, and nothing redeemed', () => {
    const sale = run(type('7680'), attach);
    const proposed = standingOption(situation(sale));
    expect(proposed?.points).toBeGreaterThan(1_000);
    expect(earned(sale)).toBe(proposed?.earnPoints);
    const chosen = reduceSale(sale, { do: 'choose', choice: { points: 1_000, rule: 'fixed-1000' } });
    expect(earned(chosen)).toBe(64);
    expect(earned(reduceSale(sale, { do: 'choose', choice: { points: 0 } }))).toBe(76);
    // While the points are refused nothing stands.
    expect(standingEarning(situation(reduceSale(sale, { do: 'choose', choice: { points: 55 } })))).toEqual([]);
    expect(standingEarning(situation(run(type('7680'))))).toEqual([]);
  });
});
