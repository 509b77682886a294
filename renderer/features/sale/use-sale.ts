import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { firstValueFrom } from 'rxjs';
import type { MemberView, ReceiptView } from '../../../shared/contract/commands.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import type { RedemptionOption } from '../../../shared/domain/quote.ts';
import { useHost, useStore, useWatch } from '../../host/context.tsx';
import { faultCode } from '../../host/host.ts';
import { useAnswer } from '../../host/use-answer.ts';
import { DraftKeeper } from './draft-keeper.ts';
import { appliedOf, useShowVoucher, useVoucherBill } from './use-vouchers.ts';
import { nextAct, standingOption, type NextAct, type Situation } from './next-act.ts';
import { NEW_SALE, reduceSale, type SaleAction, type SaleState } from './sale-state.ts';

/** What the sale needs of the lookup; the app wires it to the lookup feature. */
export interface LookupPort {
  text: string;
  type: (text: string) => void;
  backspace: () => void;
  clear: () => void;
  /** How many members match; null while not searched. */
  matches: number | null;
  busy: boolean;
  submit: () => void;
}

export interface Sale {
  state: SaleState;
  act: NextAct;
  situation: Situation;
  member: MemberView | null | undefined;
  /** Redemption that stands on the slip. */
  option: RedemptionOption | null;
  /** Code of the fault that stopped the last commit. */
  fault: string | null;
  dispatch: (action: SaleAction) => void;
  /** Does what the large key does; while the core is answering, a redemption is done as soon as it has answered. */
  go: () => void;
}

/** Long enough for a slow hand to go on typing. */
const REVEAL_AFTER_MS = 1_200;

/** The sale's own state, made before everything that changes it. */
export function useSaleState(): [SaleState, (action: SaleAction) => void] {
  return useReducer(reduceSale, NEW_SALE);
}

/** The sale in the making: keys in, the core's answers beside it, one act out. */
export function useSale(
  [state, dispatch]: [SaleState, (action: SaleAction) => void],
  lookup: LookupPort,
  onCommitted: (receipt: ReceiptView) => void,
): Sale {
  const host = useHost();
  const { currency } = useStore();
  const [fault, setFault] = useState<string | null>(null);
  const [committing, setCommitting] = useState(false);
  const keeper = useDraft(state, dispatch);
  const member = useWatch('member', state.member === null ? null : { member: state.member });
  const { quote, decision } = useVerdicts(state, member, setFault);
  const vouchers = useVoucherBill(state, setFault);
  const show = useShowVoucher(state.member, dispatch);
  const situation: Situation = {
    state, quote, decision, vouchers, lookupText: lookup.text, matches: lookup.matches, busy: lookup.busy || committing,
  };
  const act = nextAct(situation);
  useRevealAfterPause(act, dispatch);

  const commit = useCallback(
    async (option: RedemptionOption | null) => {
      setCommitting(true);
      setFault(null);
      try {
        const { saleId } = await keeper.settled();
        const outcome = await host.call('commitSale', {
          saleId, billMinor: state.bill.minor, currency, member: state.member,
          redeem: option === null ? null : { points: option.points, rule: option.rule }, ...appliedOf(vouchers),
        });
        if (outcome.ok) {
          keeper.save(null);
          dispatch({ do: 'reset' });
          onCommitted(outcome.value);
        } else if (option !== null && 'needed' in outcome.refusal) {
          // The numbers moved between quote and commit: the refused points stand as chosen, and the panel offers what works.
          dispatch({ do: 'choose', choice: { points: option.points, rule: option.rule } });
          dispatch({ do: 'reveal' });
        } else dispatch({ do: 'refuse', refusal: outcome.refusal });
      } catch (error) {
        setFault(faultCode(error));
      } finally {
        setCommitting(false);
      }
    },
    [host, keeper, dispatch, currency, state.bill.minor, state.member, vouchers, onCommitted],
  );

  const showTyped = useCallback((code: string) => {
    const unknown = (): void => dispatch({ do: 'refuse', refusal: { code: 'voucher-refused', voucher: code.trim(), why: { code: 'unknown' } } });
    show(code).then((known) => known || unknown(), (error: unknown) => setFault(faultCode(error)));
  }, [show, dispatch]);
  const go = useGo({ act, currency, lookup, dispatch, commit, show: showTyped });
  const change = useCallback((action: SaleAction) => {
    setFault(null);
    dispatch(action);
  }, [dispatch]);
  return { state, act, situation, member, option: standingOption(situation), fault, dispatch: change, go };
}

interface GoParts {
  act: NextAct;
  currency: string;
  lookup: LookupPort;
  dispatch: (action: SaleAction) => void;
  commit: (option: RedemptionOption | null) => Promise<void>;
  show: (code: string) => void;
}

/** Enter pressed while the core is still answering is kept, but only a redemption may follow from it. */
function useGo({ act, currency, lookup, dispatch, commit, show }: GoParts): () => void {
  const kept = useRef(false);
  useEffect(() => {
    if (act.act === 'wait' || !kept.current) return;
    kept.current = false;
    if (act.act === 'redeem') void commit(act.option);
    else if (act.act === 'reveal') dispatch({ do: 'reveal' });
  }, [act, commit, dispatch]);
  return () => {
    switch (act.act) {
      case 'wait':
        kept.current = true;
        return;
      case 'next':
        return dispatch({ do: 'bill-done', currency });
      case 'find':
        return lookup.submit();
      case 'show':
        return show(act.code);
      case 'reveal':
        return dispatch({ do: 'reveal' });
      case 'take':
        return dispatch({ do: 'choose', choice: { points: act.points } });
      case 'redeem':
        return void commit(act.option);
      case 'finish':
        return void commit(null);
      case 'choose':
      case 'refused':
        return;
    }
  };
}

/** Restores the draft once, then keeps every change in the core. */
function useDraft(state: SaleState, dispatch: (action: SaleAction) => void): DraftKeeper {
  const host = useHost();
  const [keeper] = useState(() => new DraftKeeper(host));
  const [restored, setRestored] = useState(false);
  const saved = useRef('');
  useEffect(() => {
    let current = true;
    const restore = async (): Promise<void> => {
      const draft = await firstValueFrom(host.watch('draft', {}));
      // A window that died between the commit and the new draft would otherwise sell under a used id.
      const done = draft.saleId !== '' && (await host.call('receipt', { entry: draft.saleId })).ok;
      if (!current) return;
      if (done) keeper.save(null);
      else {
        keeper.adopt(draft);
        if (draft.billMinor > 0 || draft.member !== '' || draft.vouchers !== undefined) dispatch({ do: 'restore', draft });
        if (draft.member !== '') void host.call('attachMember', { member: draft.member }).catch(() => undefined);
      }
    };
    restore().catch(() => undefined).finally(() => {
      if (current) setRestored(true);
    });
    return () => {
      current = false;
    };
  }, [host, keeper, dispatch]);
  useEffect(() => {
    if (!restored) return;
    const draft = {
      billMinor: minor(state.bill.minor), member: state.member ?? '',
      ...(state.choice === null ? {} : { points: points(state.choice.points) }),
      ...(state.choice?.rule === undefined ? {} : { rule: state.choice.rule }),
      ...(state.vouchers.length === 0 ? {} : { vouchers: [...state.vouchers] }),
    };
    const text = JSON.stringify(draft);
    if (text === saved.current) return;
    const first = saved.current === '' && draft.billMinor === 0 && draft.member === '' && draft.vouchers === undefined;
    saved.current = text;
    if (!first) keeper.save(draft);
  }, [restored, keeper, state.bill.minor, state.member, state.choice, state.vouchers]);
  return keeper;
}

/** The core's answers to the sale as it stands; asked again whenever the bill, the choice or the member's numbers change. */
function useVerdicts(state: SaleState, member: MemberView | null | undefined, onFault: (code: string) => void) {
  const host = useHost();
  const { currency } = useStore();
  const billMinor = state.bill.minor;
  const ready = member !== null && member !== undefined && billMinor > 0;
  const shown = state.vouchers.length === 0 ? {} : { vouchers: [...state.vouchers] };
  const bill = ready ? { member: member.id, billMinor, currency, ...shown } : null;
  const numbers = ready ? [member.balance, member.leased, member.atRiskAllowed, member.tier?.id, member.offer?.id] : [];
  const key = bill === null ? null : JSON.stringify([bill, numbers]);
  const fail = (error: unknown): void => onFault(faultCode(error));
  const quote = useAnswer(key, () => host.call('quote', bill ?? { member: '', billMinor: 0, currency }), fail);
  const { choice } = state;
  const asks = bill !== null && choice !== null && choice.points > 0;
  const decision = useAnswer(
    asks ? JSON.stringify([key, choice]) : null,
    () => host.call('decide', { ...(bill ?? { member: '', billMinor: 0, currency }), points: choice?.points ?? 0, ...(choice?.rule === undefined ? {} : { rule: choice.rule }) }),
    fail,
  );
  return { quote, decision };
}

/** A refusal shows by itself after a pause in typing; at once it would flash for every digit of a number in steps. */
function useRevealAfterPause(act: NextAct, dispatch: (action: SaleAction) => void): void {
  const refused = act.act === 'reveal' ? act.points : null;
  useEffect(() => {
    if (refused === null) return;
    const timer = setTimeout(() => dispatch({ do: 'reveal' }), REVEAL_AFTER_MS);
    return () => clearTimeout(timer);
  }, [refused, dispatch]);
}
