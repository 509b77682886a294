import { Button as AriaButton } from 'react-aria-components';
import type { MemberView } from '../../../shared/contract/views.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatMoney } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Amount, PointsAmount } from '../../ui/Amount.tsx';
import { Slip, SlipLine } from '../../ui/paper/Slip.tsx';
import { afterVouchers, balanceAfter } from './next-act.ts';
import type { Sale } from './use-sale.ts';

/** The bill as paper, with the member's points as its stub. */
export function SaleSlip({ sale }: { sale: Sale }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  const { state, option } = sale;
  const amount = formatMoney(state.bill.minor, currency, language);
  const off = state.bill.minor - afterVouchers(sale.situation);
  return (
    <Slip label={say('sale.slip')} stub={<Stub sale={sale} />}>
      <AriaButton
        className="slip-bill"
        data-active={state.field === 'bill'}
        preventFocusOnPress
        onPress={() => sale.dispatch({ do: 'focus', field: 'bill' })}
      >
        <span className="soft">{say('sale.bill')}</span>
        <span className="slip-bill-amount" data-long={amount.length > 10} data-testid={TEST_IDS.billAmount} data-minor={state.bill.minor}>{amount}</span>
      </AriaButton>
      <VoucherLine sale={sale} offMinor={off} />
      <dl className="slip-lines slip-inset">
        <SlipLine label={option === null ? say('sale.points') : say('sale.pointsUsed', { points: option.points })} soft={option === null}>
          <Amount minor={-(option?.discountMinor ?? 0)} currency={currency} testId={TEST_IDS.pointsLine} />
        </SlipLine>
      </dl>
      <dl className="slip-lines slip-inset slip-pay">
        <SlipLine label={say('sale.toPay')}>
          <Amount minor={option?.netMinor ?? afterVouchers(sale.situation)} currency={currency} testId={TEST_IDS.toPay} />
        </SlipLine>
      </dl>
    </Slip>
  );
}

/** What vouchers take off, where it is taken off: between the bill and the points. A press asks for the code of one more. */
function VoucherLine({ sale, offMinor }: { sale: Sale; offMinor: number }) {
  const { say } = useWords();
  const { currency } = useStore();
  const { state, dispatch } = sale;
  return (
    <AriaButton
      className="slip-voucher"
      data-active={state.field === 'voucher'}
      aria-pressed={state.field === 'voucher'}
      aria-keyshortcuts="F7"
      preventFocusOnPress
      onPress={() => dispatch({ do: 'focus', field: 'voucher' })}
      data-testid={TEST_IDS.voucherAdd}
    >
      <span className="slip-voucher-label">{say(offMinor > 0 ? 'sale.vouchers' : 'sale.voucher.add')} <kbd aria-hidden="true">F7</kbd></span>
      {offMinor > 0
        ? <Amount minor={-offMinor} currency={currency} testId={TEST_IDS.vouchersLine} />
        : <span className="soft">{say('sale.voucher.put')}</span>}
    </AriaButton>
  );
}

function Stub({ sale }: { sale: Sale }) {
  const { say } = useWords();
  const { member, state } = sale;
  if (state.member === null || member === null || member === undefined) {
    return <p className="stub-empty" data-testid={TEST_IDS.stub}>{state.member === null ? say('sale.stubEmpty') : '\u00a0'}</p>;
  }
  return <StubLines sale={sale} member={member} />;
}

function StubLines({ sale, member }: { sale: Sale; member: MemberView }) {
  const { say } = useWords();
  const { option, situation, state } = sale;
  const quote = situation.quote?.ok === true ? situation.quote.value : undefined;
  const earns = option?.earnPoints ?? quote?.earnWithoutRedeeming ?? 0;
  return (
    <dl className="slip-lines" data-testid={TEST_IDS.stub}>
      <SlipLine label={<b>{member.name}</b>}>{''}</SlipLine>
      <SlipLine label={say('sale.before')}><PointsAmount points={member.balance} /></SlipLine>
      {state.bill.minor > 0 && (
        <>
          <SlipLine label={say('sale.redeemed')}><PointsAmount points={-(option?.points ?? 0)} signed /></SlipLine>
          <SlipLine label={say('sale.earned')}><PointsAmount points={earns} signed /></SlipLine>
          <SlipLine label={say('sale.after')} strong>
            <PointsAmount points={balanceAfter(member.balance, option, earns)} testId={TEST_IDS.stubAfter} />
          </SlipLine>
        </>
      )}
    </dl>
  );
}
