import { useEffect } from 'react';
import type { ReceiptView } from '../../../shared/contract/commands.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useTill } from '../../host/context.tsx';
import { PrinterNotice } from '../../host/PrinterNotice.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { usePrinter } from '../../host/use-printer.ts';
import { formatMoney } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Amount } from '../../ui/Amount.tsx';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { ErrorPanel } from '../../ui/Panel.tsx';
import { receiptDocument } from '../../ui/paper/receipt-lines.ts';
import { ReceiptPaper } from '../../ui/paper/ReceiptPaper.tsx';
import { StateChip } from '../../ui/StateChip.tsx';

export interface ReceiptScreenProps {
  entry: string;
  /** The receipt just made, shown before the core is asked again. */
  fresh: ReceiptView | null;
  onNewSale: () => void;
  /** Digits typed here begin the next sale. */
  onText: (text: string) => void;
  onScan: (code: string) => void;
  onVoid: (entry: string) => void;
}

/** After the sale: the receipt as paper with its stub torn off, what to collect, and the next sale one key away. */
export function ReceiptScreen({ entry, fresh, onNewSale, onText, onScan, onVoid }: ReceiptScreenProps) {
  const { say } = useWords();
  const host = useHost();
  const { sync } = useTill();
  // What the server answered changes the chip, so the receipt is asked for again whenever sync moved.
  const outcome = useAnswer(JSON.stringify([entry, sync.waiting, sync.lastHeardMs, sync.quarantined]), () => host.call('receipt', { entry }));
  const asked = outcome?.ok === true ? outcome.value : undefined;
  const receipt = asked ?? (fresh?.entry === entry ? fresh : undefined);
  const words = useWords();
  const { print } = usePrinter();
  const printAgain = (): void => {
    if (receipt !== undefined) print(receiptDocument(receipt, words));
  };
  const canVoid = receipt?.kind === 'sale' && receipt.reversedBy === '';
  useKeys({
    onEnter: onNewSale, onText, onScan, onEscape: onNewSale,
    ...(canVoid ? { onFunctionKey: { F9: () => onVoid(entry) } } : {}),
  });
  useReceiptAnnouncement(receipt, fresh?.entry === entry);
  return (
    <Frame
      name="receipt"
      paper={receipt !== undefined && <ReceiptPaper receipt={receipt} torn={receipt.kind === 'sale'} />}
      keypad={
        <Keypad
          field={say('sale.field.bill')}
          value={'\u00a0'}
          onText={onText}
          onBackspace={onNewSale}
          primary={{ act: 'new-sale', label: say('receipt.newSale'), onPress: onNewSale }}
          actions={
            <>
              <Button onPress={() => onVoid(entry)} shortcut="F9" isDisabled={!canVoid} testId={TEST_IDS.voidThis}>
                {say('receipt.void')}
              </Button>
              <Button onPress={printAgain} isDisabled={receipt === undefined} testId={TEST_IDS.print}>{say('receipt.print')}</Button>
            </>
          }
        />
      }
    >
      <PrinterNotice />
      {receipt === undefined ? <Missing outcome={outcome} /> : <Done receipt={receipt} justNow={fresh?.entry === entry} />}
    </Frame>
  );
}

function Missing({ outcome }: { outcome: { ok: boolean } | undefined }) {
  const { say } = useWords();
  if (outcome === undefined || outcome.ok) return null;
  return (
    <ErrorPanel title={say('receipt.missing.title')} code={say('app.code', { code: 'entry-unknown' })}>
      {say('refusal.entry-unknown')}
    </ErrorPanel>
  );
}

/** What to collect or pay back; only right after the act, because an old receipt must not ask for money again. */
function Done({ receipt, justNow }: { receipt: ReceiptView; justNow: boolean }) {
  const { say } = useWords();
  const isVoid = receipt.kind === 'reversal';
  const title = justNow ? say(isVoid ? backSaved(receipt) : 'receipt.saved') : say('receipt.title', { number: receipt.number });
  const amount = justNow ? say(isVoid ? 'receipt.refund' : 'receipt.collect') : say(isVoid ? 'receipt.refunded' : 'receipt.net');
  return (
    <section className="done">
      <h1>{title}</h1>
      <div className="collect">
        <span>{amount}</span>
        <strong><Amount minor={receipt.netMinor} currency={receipt.currency} /></strong>
      </div>
      <div className="row">
        <StateChip state={receipt.state} shortfall={receipt.shortfall} />
      </div>
      {receipt.state === 'saved' && <p className="soft">{say('receipt.savedBody')}</p>}
    </section>
  );
}

const backSaved = ({ scope }: ReceiptView): 'receipt.refundSaved' | 'receipt.voided' => (scope === 'refund' ? 'receipt.refundSaved' : 'receipt.voided');

function useReceiptAnnouncement(receipt: ReceiptView | undefined, justNow: boolean): void {
  const { say, language } = useWords();
  const announce = useAnnouncer();
  const words = receipt === undefined ? '' : !justNow ? say('receipt.title', { number: receipt.number }) : [
    say(receipt.kind === 'reversal' ? backSaved(receipt) : 'receipt.saved'),
    say(receipt.kind === 'reversal' ? 'void.payBack' : 'sale.redeemPay', { amount: formatMoney(receipt.netMinor, receipt.currency, language) }),
    say(`state.${receipt.state}`, { points: receipt.shortfall }),
  ].join(' · ');
  useEffect(() => {
    if (words !== '') announce.polite(words);
  }, [announce, words]);
}
