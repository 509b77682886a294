import { useCallback } from 'react';
import type { CommandInput } from '../../../shared/contract/commands.ts';
import type { VoucherBill } from '../../../shared/contract/views.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { useHost, useStore, useTill } from '../../host/context.tsx';
import { faultCode } from '../../host/host.ts';
import { useAnswer } from '../../host/use-answer.ts';
import type { SaleAction, SaleState } from './sale-state.ts';

/** Shows a code to the core; puts the voucher on the bill when there is one, and answers whether there was. */
export function useShowVoucher(member: string | null, dispatch: (action: SaleAction) => void): (code: string) => Promise<boolean> {
  const host = useHost();
  return useCallback(async (code) => {
    const shown = await host.call('showVoucher', { code, member });
    if (shown === null) return false;
    dispatch({ do: 'voucher-add', voucher: shown.voucher });
    return true;
  }, [host, member, dispatch]);
}

/** The core's answer to the vouchers on the bill; asked again when the bill, the member or the connection changes. */
export function useVoucherBill({ bill, member, vouchers }: SaleState, onFault: (code: string) => void): Outcome<VoucherBill> | undefined {
  const host = useHost();
  const { currency } = useStore();
  const { sync } = useTill();
  const input = { member, billMinor: bill.minor, currency, vouchers: [...vouchers] };
  const asks = vouchers.length > 0 && bill.minor > 0;
  return useAnswer(
    asks ? JSON.stringify([input, sync.online]) : null,
    () => host.call('quoteVouchers', input), (error) => onFault(faultCode(error)),
  );
}

/** The vouchers that take something off, as the sale is committed with them; those that do not are not used up. */
export function appliedOf(bill: Outcome<VoucherBill> | undefined): Pick<CommandInput<'commitSale'>, 'vouchers'> {
  const applied = bill?.ok === true ? bill.value.vouchers.filter((one) => one.why === null && one.discountMinor > 0) : [];
  return applied.length === 0 ? {} : { vouchers: applied.map(({ voucher, discountMinor }) => ({ voucher, discountMinor })) };
}
