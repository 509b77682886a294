import { useEffect } from 'react';
import type { VoucherLine } from '../../../shared/contract/views.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatMoney } from '../../i18n/format.ts';
import { voucherWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import type { Sale } from './use-sale.ts';

/** The vouchers on the bill, each with what it takes off or why it does not; the slip has the way to one more. */
export function VoucherPanel({ sale }: { sale: Sale }) {
  const { say } = useWords();
  const { state, situation, dispatch } = sale;
  if (state.vouchers.length === 0) return null;
  const answered = situation.vouchers?.ok === true ? situation.vouchers.value.vouchers : [];
  return (
    <section className="vouchers" aria-label={say('sale.voucher.title')}>
      {state.vouchers.map((code) => (
        <VoucherRow key={code} code={code} line={answered.find((one) => one.voucher === code)} onRemove={() => dispatch({ do: 'voucher-remove', voucher: code })} />
      ))}
    </section>
  );
}

function VoucherRow({ code, line, onRemove }: { code: string; line: VoucherLine | undefined; onRemove: () => void }) {
  const { say, language } = useWords();
  const { currency, utcOffsetMinutes } = useStore();
  const announce = useAnnouncer();
  const title = line?.name === undefined || line.name === null ? code : `${line.name[language]} · ${code}`;
  const words = line === undefined ? '' : line.why === null
    ? say('sale.voucher.off', { amount: formatMoney(line.discountMinor, currency, language) })
    : voucherWords(line.why, { say, language, currency, utcOffsetMinutes });
  const spoken = words === '' ? '' : `${title}: ${words}`;
  useEffect(() => {
    if (spoken !== '') announce.polite(spoken);
  }, [announce, spoken]);
  return (
    <div className="voucher" data-testid={TEST_IDS.voucher(code)} data-applies={line?.why === null}>
      <Icon name={line?.why === null || line === undefined ? 'confirmed' : 'warning'} />
      <span className="voucher-words"><b>{title}</b><span>{words}</span></span>
      <Button tone="quiet" onPress={onRemove} label={say('sale.voucher.remove', { voucher: code })} testId={TEST_IDS.voucherRemove(code)}><Icon name="close" /></Button>
    </div>
  );
}
