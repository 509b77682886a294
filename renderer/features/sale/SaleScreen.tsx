import { useEffect, type ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatMoney, formatPoints } from '../../i18n/format.ts';
import { refusalWithOffer, refusalWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { MemberPanel } from './MemberPanel.tsx';
import { RedeemPanel } from './RedeemPanel.tsx';
import { SaleNotices } from './SaleNotices.tsx';
import { SaleSlip } from './SaleSlip.tsx';
import { VoucherPanel } from './VoucherPanel.tsx';
import { primaryOf } from './primary.ts';
import type { LookupPort, Sale } from './use-sale.ts';

export interface SaleScreenProps {
  sale: Sale;
  lookup: LookupPort;
  /** The lookup's own panel, wired by the app. */
  lookupPanel: ReactNode;
  onScan: (code: string) => void;
  onVoidLast: () => void;
  onRemoveMember: () => void;
}

/** The screen a cashier stands at all day. */
export function SaleScreen({ sale, lookup, lookupPanel, onScan, onVoidLast, onRemoveMember }: SaleScreenProps) {
  const { say } = useWords();
  const keys = useSaleKeys(sale, lookup, onScan, onRemoveMember);
  useSaleAnnouncements(sale);
  return (
    <Frame
      name="sale"
      title={say('nav.sale')}
      paper={<SaleSlip sale={sale} />}
      keypad={
        <SaleKeypad
          sale={sale}
          lookup={lookup}
          keys={keys}
          actions={
            <>
              <Button onPress={onVoidLast} shortcut="F9" testId={TEST_IDS.voidLast}>{say('key.voidLast')}</Button>
              <Button onPress={keys.clear} shortcut="Esc" testId={TEST_IDS.clear}>{say('key.clear')}</Button>
            </>
          }
        />
      }
    >
      <SaleNotices sale={sale} />
      <VoucherPanel sale={sale} />
      {sale.state.member === null ? lookupPanel : (
        <>
          <MemberPanel member={sale.member} onRemove={onRemoveMember} />
          <RedeemPanel sale={sale} />
        </>
      )}
    </Frame>
  );
}

interface SaleKeys {
  text: (text: string) => void;
  backspace: () => void;
  clear: () => void;
}

/** Keys of the sale: digits go to the field that makes sense, letters always look for a member. */
function useSaleKeys(sale: Sale, lookup: LookupPort, onScan: (code: string) => void, onRemoveMember: () => void): SaleKeys {
  const { currency } = useStore();
  const { state, dispatch } = sale;
  const text = (typed: string): void => {
    if (state.field === 'lookup' || (state.field !== 'voucher' && state.member === null && /^\p{L}/u.test(typed))) {
      if (state.field !== 'lookup') dispatch({ do: 'focus', field: 'lookup' });
      lookup.type(typed);
    } else dispatch({ do: 'type', text: typed, currency });
  };
  const backspace = (): void => {
    if (state.field === 'lookup') lookup.backspace();
    else dispatch({ do: 'backspace', currency });
  };
  const clear = (): void => {
    if (lookup.text !== '') lookup.clear();
    else if (state.choice === null && state.vouchers.length === 0 && state.field !== 'voucher' && state.member !== null) onRemoveMember();
    else dispatch({ do: 'clear' });
  };
  useKeys({ onText: text, onBackspace: backspace, onEnter: sale.go, onEscape: clear, onScan, onFunctionKey: { F7: () => dispatch({ do: 'focus', field: 'voucher' }) } });
  return { text, backspace, clear };
}

function SaleKeypad({ sale, lookup, keys, actions }: { sale: Sale; lookup: LookupPort; keys: SaleKeys; actions: ReactNode }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  const { state } = sale;
  const value = {
    voucher: state.code === '' ? '\u00a0' : state.code,
    bill: formatMoney(state.bill.minor, currency, language),
    lookup: lookup.text === '' ? '\u00a0' : lookup.text,
    points: state.choice === null ? (sale.option === null ? '0' : formatPoints(sale.option.points, language)) : formatPoints(state.choice.points, language),
  }[state.field];
  const field = say(`sale.field.${state.field}`) + (state.field === 'points' && state.choice === null ? ` · ${say('sale.proposed')}` : '');
  const hint = state.refusal === null ? '' : refusalWords(state.refusal, { say, language, currency });
  return (
    <Keypad
      field={field}
      value={value}
      hint={<span data-testid={TEST_IDS.notice}>{hint}</span>}
      onText={keys.text}
      onBackspace={keys.backspace}
      primary={primaryOf(sale, { say, language, currency })}
      actions={actions}
    />
  );
}

/** What has changed, in words: a member attached is polite, a refusal assertive. */
function useSaleAnnouncements(sale: Sale): void {
  const { say, language } = useWords();
  const { currency } = useStore();
  const announce = useAnnouncer();
  const { decision } = sale.situation;
  const shown = sale.state.revealed && decision !== undefined && !decision.ok ? decision.refusal : sale.state.refusal;
  const refusal = shown === null ? '' : refusalWithOffer(shown, { say, language, currency });
  const member = sale.member === null || sale.member === undefined ? '' : say('sale.memberAttached', { name: sale.member.name, points: sale.member.balance });
  useEffect(() => {
    if (refusal !== '') announce.assertive(refusal);
  }, [announce, refusal]);
  useEffect(() => {
    if (member !== '') announce.polite(member);
  }, [announce, member]);
}
