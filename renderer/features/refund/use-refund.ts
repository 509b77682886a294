import { useEffect, useState } from 'react';
import type { ReceiptView } from '../../../shared/contract/commands.ts';
import type { RefundPreview } from '../../../shared/contract/refund.ts';
import type { Outcome, Refusal } from '../../../shared/domain/refusal.ts';
import { useHost, useStore, useTill } from '../../host/context.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { useApproval, type Approval } from '../../host/use-approval.ts';
import { refusalWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { useAnnouncer } from '../../ui/Live.tsx';

/** What a refund would give back: the newest answer, or the last one while the next is on its way. */
export interface Preview {
  outcome: Outcome<RefundPreview> | undefined;
  /** Whether it answers what is chosen now. */
  isFresh: boolean;
}

/** Asks what refunding goods of a sale gives back, again whenever the choice or what the till knows has changed. */
export function usePreview(entry: string, goodsMinor: number | null): Preview {
  const host = useHost();
  const { sync } = useTill();
  const key = JSON.stringify([entry, goodsMinor, sync.waiting, sync.lastHeardMs]);
  const answer = useAnswer(key, () => host.call('previewRefund', { entry, goodsMinor }));
  const [last, setLast] = useState<{ asked: string; outcome: Outcome<RefundPreview> }>();
  const asked = JSON.stringify([entry, goodsMinor]);
  if (answer !== undefined && answer !== last?.outcome) setLast({ asked, outcome: answer });
  return { outcome: answer ?? last?.outcome, isFresh: answer !== undefined || last?.asked === asked };
}

/** The sale that is refunded, as its receipt. */
export function useSale(entry: string): Outcome<ReceiptView> | undefined {
  const host = useHost();
  return useAnswer(`refund ${entry}`, () => host.call('receipt', { entry }));
}

/** The manager's approval of a refund; `run` refunds once, however often it is pressed. */
export function useRefunding(entry: string, onRefunded: (receipt: ReceiptView) => void): Approval & { run: (goodsMinor: number) => void } {
  const host = useHost();
  const approval = useApproval();
  const settle = (outcome: Outcome<ReceiptView>): void => {
    if (outcome.ok) onRefunded(outcome.value);
    else approval.refuse(outcome.refusal);
  };
  const run = (goodsMinor: number): void =>
    approval.submit((by) => host.call('refundSale', { entryId: approval.actId, approval: by, entry, goodsMinor }), settle);
  return { ...approval, run };
}

/** A refusal in words, read out when it comes up. */
export function useRefusalWords(refusal: Refusal | null): string {
  const { say, language } = useWords();
  const { currency } = useStore();
  const announce = useAnnouncer();
  const words = refusal === null ? '' : refusalWords(refusal, { say, language, currency });
  useEffect(() => {
    if (words !== '') announce.assertive(words);
  }, [announce, words]);
  return words;
}
