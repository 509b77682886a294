import { formatMoney } from '../../i18n/format.ts';
import type { ReasonContext } from '../../i18n/reasons.ts';
import type { PrimaryAct } from '../../ui/Keypad.tsx';
import { afterVouchers } from './next-act.ts';
import type { Sale } from './use-sale.ts';

/** The large key's words for what it does next. */
export function primaryOf(sale: Sale, { say, language, currency }: ReasonContext): PrimaryAct {
  const { act, state, go } = sale;
  const billMinor = afterVouchers(sale.situation);
  const pay = (amountMinor: number): string => say('sale.redeemPay', { amount: formatMoney(amountMinor, currency, language) });
  const base = { act: act.act, onPress: go };
  switch (act.act) {
    case 'wait':
      return { ...base, label: say('sale.saving'), isBusy: true };
    case 'next':
      return { ...base, label: say('sale.next') };
    case 'find':
      return { ...base, label: say('sale.find') };
    case 'show':
      return { ...base, label: say('sale.voucher.show') };
    case 'choose':
      return { ...base, label: say('sale.choose'), isDisabled: true };
    case 'redeem':
      return { ...base, label: say('sale.redeem', { points: act.option.points }), detail: pay(act.option.netMinor) };
    case 'finish':
      return act.withMember
        ? { ...base, label: say('sale.earnOnly'), detail: pay(billMinor) }
        : { ...base, label: say('sale.withoutMember'), detail: state.vouchers.length > 0 ? pay(billMinor) : say('sale.withoutMemberHint') };
    case 'reveal':
      return { ...base, label: say('sale.redeem', { points: act.points }) };
    case 'take':
      return { ...base, label: say('sale.take', { points: act.points }) };
    case 'refused':
      return { ...base, label: say('refusal.label'), isDisabled: true };
  }
}
