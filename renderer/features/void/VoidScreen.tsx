import { useEffect, useState } from 'react';
import type { ReceiptView } from '../../../shared/contract/commands.ts';
import type { Refusal } from '../../../shared/domain/refusal.ts';
import { uuidV7 } from '../../../shared/domain/uuid.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useStore } from '../../host/context.tsx';
import { faultCode } from '../../host/host.ts';
import { useAnswer } from '../../host/use-answer.ts';
import { formatMoney } from '../../i18n/format.ts';
import { faultWords, refusalWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad, type PrimaryAct } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { EmptyState, ErrorPanel, Notice } from '../../ui/Panel.tsx';
import { ReceiptPaper } from '../../ui/paper/ReceiptPaper.tsx';

export interface VoidScreenProps {
  /** The entry to void; null: the last sale of this till. */
  entry: string | null;
  onVoided: (receipt: ReceiptView) => void;
  onKeep: () => void;
  /** Refunds what is left of a sale that a part of has come back. */
  onRefund: (entry: string) => void;
}

/** The one act that asks first: it shows the sale that would be voided, and the large key does it. */
export function VoidScreen({ entry, onVoided, onKeep, onRefund }: VoidScreenProps) {
  const { say } = useWords();
  const sale = useSaleToVoid(entry);
  const { run, busy, problem } = useVoiding(sale ?? null, onVoided);
  const primary: PrimaryAct = sale === undefined || sale === null || sale.reversedBy !== ''
    ? { act: 'back', label: say('nav.backToSale'), onPress: onKeep }
    : { act: 'void', tone: 'danger', label: say('void.go', { number: sale.number }), onPress: run, isBusy: busy };
  useKeys({ onEnter: primary.onPress, onEscape: onKeep });
  return (
    <Frame
      name="void"
      title={say('void.title')}
      paper={sale !== null && sale !== undefined && <ReceiptPaper receipt={sale} />}
      keypad={
        <IdleKeypad
          primary={primary}
          actions={primary.act === 'void' && <Button onPress={onKeep} shortcut="Esc" testId={TEST_IDS.voidKeep}>{say('void.keep')}</Button>}
        />
      }
    >
      {problem !== null && <ErrorPanel title={say('refusal.label')} code={say('app.code', { code: problem.code })} testId={TEST_IDS.refusal}>{problem.words}</ErrorPanel>}
      {sale !== undefined && <VoidWords sale={sale} onRefund={onRefund} />}
    </Frame>
  );
}

function VoidWords({ sale, onRefund }: { sale: ReceiptView | null; onRefund: (entry: string) => void }) {
  const { say, language } = useWords();
  if (sale === null) return <EmptyState icon="voided" title={say('void.none.title')} testId={TEST_IDS.voidPanel}>{say('void.none.body')}</EmptyState>;
  if (sale.back !== undefined && sale.back.leftMinor > 0) {
    return (
      <EmptyState icon="voided" title={say('receipt.partlyRefunded')} testId={TEST_IDS.voidPanel} actions={<Button onPress={() => onRefund(sale.entry)} testId={TEST_IDS.refundThis}>{say('refund.rest')}</Button>}>
        {say('refusal.already-reversed')}
      </EmptyState>
    );
  }
  if (sale.reversedBy !== '') return <EmptyState icon="voided" title={say(sale.back?.scope === 'refund' ? 'receipt.wasRefunded' : 'receipt.wasVoided')} testId={TEST_IDS.voidPanel}>{say('refusal.already-reversed')}</EmptyState>;
  return (
    <Notice tone="red" icon="voided" title={say('void.title')} testId={TEST_IDS.voidPanel}>
      <p>{say('void.body')}</p>
      <p className="void-amount">{say('void.payBack', { amount: formatMoney(sale.netMinor, sale.currency, language) })}</p>
    </Notice>
  );
}

/** The sale to void: undefined while it is being asked for, null when there is none. */
function useSaleToVoid(entry: string | null): ReceiptView | null | undefined {
  const host = useHost();
  const ask = async (): Promise<ReceiptView | null> => {
    if (entry === null) return host.call('lastSale', {});
    const outcome = await host.call('receipt', { entry });
    return outcome.ok ? outcome.value : null;
  };
  return useAnswer(`void ${entry ?? ''}`, ask);
}

/** Voids once: the id is made with the screen, so pressing twice sends the same void twice. */
function useVoiding(sale: ReceiptView | null, onVoided: (receipt: ReceiptView) => void) {
  const { say, language } = useWords();
  const { currency } = useStore();
  const host = useHost();
  const announce = useAnnouncer();
  const [voidId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));
  const [busy, setBusy] = useState(false);
  const [stopped, setStopped] = useState<{ refusal: Refusal } | { fault: string } | null>(null);
  const problem = stopped === null ? null
    : 'refusal' in stopped ? { code: stopped.refusal.code, words: refusalWords(stopped.refusal, { say, language, currency }) }
      : { code: stopped.fault, words: faultWords(stopped.fault, say) };
  const words = problem?.words ?? '';
  useEffect(() => {
    if (words !== '') announce.assertive(words);
  }, [announce, words]);
  const run = (): void => {
    if (sale === null || busy) return;
    setBusy(true);
    host.call('voidSale', { voidId, entry: sale.entry }).then(
      (outcome) => {
        if (outcome.ok) onVoided(outcome.value);
        else setStopped({ refusal: outcome.refusal });
      },
      (error: unknown) => setStopped({ fault: faultCode(error) }),
    ).finally(() => setBusy(false));
  };
  return { run, busy, problem };
}
