import { useReducer, useState, type ReactNode } from 'react';
import type { ReceiptView } from '../../../shared/contract/commands.ts';
import type { RefundPreview } from '../../../shared/contract/refund.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { ApprovalFrame } from '../../host/ApprovalFrame.tsx';
import { useStore } from '../../host/context.tsx';
import { formatChange, formatMoney } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Approvers } from '../../ui/Approvers.tsx';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad, Keypad, type PrimaryAct } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { EmptyState, ErrorPanel } from '../../ui/Panel.tsx';
import { ReceiptPaper } from '../../ui/paper/ReceiptPaper.tsx';
import { RefundChoices } from './RefundChoices.tsx';
import { RefundEffect } from './RefundEffect.tsx';
import { goodsOf, select, WHOLE, type Selection, type SelectionAct } from './selection.ts';
import { usePreview, useRefunding, useRefusalWords, useSale, type Preview } from './use-refund.ts';

export interface RefundScreenProps {
  entry: string;
  onRefunded: (receipt: ReceiptView) => void;
  onKeep: () => void;
}

/** Refunds a sale or a part of it: what comes back, what that gives back, and the manager's PIN in place. */
export function RefundScreen({ entry, onRefunded, onKeep }: RefundScreenProps) {
  const sale = useSale(entry);
  const [selection, dispatch] = useReducer(select, WHOLE);
  const [isApproving, setApproving] = useState(false);
  // As old as the screen: whatever is changed and pressed again after an answer that was lost, it is one act.
  const form = useRefunding(entry, onRefunded);
  // The lines come with the first answer, which is of the whole sale.
  const whole = usePreview(entry, null);
  const lines = whole.outcome?.ok === true ? whole.outcome.value.lines : [];
  const preview = usePreview(entry, goodsOf(selection, lines));
  const paper = sale?.ok === true && <ReceiptPaper receipt={sale.value} />;
  if (sale === undefined || whole.outcome === undefined) return <Waiting onKeep={onKeep} />;
  if (!whole.outcome.ok || !sale.ok) return <Nothing preview={whole} paper={paper} onKeep={onKeep} />;
  const shown = preview.outcome?.ok === true ? preview.outcome.value : undefined;
  if (isApproving && shown !== undefined) {
    return <Approve form={form} preview={shown} paper={paper} onBack={() => setApproving(false)} />;
  }
  return (
    <Choose
      number={sale.value.number} paper={paper} whole={whole.outcome.value} selection={selection} dispatch={dispatch}
      preview={preview} onApprove={() => setApproving(true)} onKeep={onKeep}
    />
  );
}

function Waiting({ onKeep }: { onKeep: () => void }) {
  const { say } = useWords();
  useKeys({ onEnter: onKeep, onEscape: onKeep });
  return <Frame name="refund" title={say('receipt.refundThis')} paper={null} keypad={<IdleKeypad primary={{ act: 'back', label: say('nav.backToSale'), onPress: onKeep }} />}>{null}</Frame>;
}

/** A sale of which everything came back, or what is no sale. */
function Nothing({ preview, paper, onKeep }: { preview: Preview; paper: ReactNode; onKeep: () => void }) {
  const { say } = useWords();
  const refusal = preview.outcome?.ok === false ? preview.outcome.refusal : null;
  const words = useRefusalWords(refusal);
  useKeys({ onEnter: onKeep, onEscape: onKeep });
  const isOver = refusal?.code === 'already-reversed';
  return (
    <Frame name="refund" title={say('receipt.refundThis')} paper={paper} keypad={<IdleKeypad primary={{ act: 'back', label: say('nav.backToSale'), onPress: onKeep }} />}>
      <EmptyState icon="voided" title={say(isOver ? 'refund.nothing.title' : 'refund.notSale.title')} testId={TEST_IDS.refundNothing}>
        {isOver ? say('refund.nothing.body') : words}
      </EmptyState>
    </Frame>
  );
}

function Choose({ number, paper, whole, selection, dispatch, preview, onApprove, onKeep }: {
  number: string;
  paper: ReactNode;
  whole: RefundPreview;
  selection: Selection;
  dispatch: (act: SelectionAct) => void;
  preview: Preview;
  onApprove: () => void;
  onKeep: () => void;
}) {
  const { say, language } = useWords();
  const { currency } = whole;
  const { outcome } = preview;
  const chosen = outcome?.ok === true ? outcome.value : undefined;
  // An amount that nobody has typed yet is no mistake.
  const refusal = outcome?.ok === false && outcome.refusal.code !== 'amount-zero' ? outcome.refusal : null;
  const words = useRefusalWords(refusal);
  const hint = useRefusalWords(selection.refusal);
  const canRefund = chosen !== undefined && preview.isFresh;
  const primary: PrimaryAct = {
    act: 'refund', tone: 'danger', isDisabled: !canRefund, onPress: onApprove,
    label: chosen === undefined ? say('receipt.refundThis') : say('refund.go', { amount: formatMoney(chosen.refundMinor, currency, language) }),
    ...(chosen === undefined || chosen.member === null ? {} : { detail: say('refund.pointsChange', { change: formatChange(chosen.returned - chosen.clawedBack, language) }) }),
  };
  const type = (text: string): void => dispatch({ do: 'type', text, currency });
  const erase = (): void => dispatch({ do: 'erase', currency });
  useKeys({ onText: type, onBackspace: erase, onEnter: () => canRefund && onApprove(), onEscape: onKeep });
  return (
    <Frame
      name="refund"
      paper={paper}
      keypad={
        <Keypad
          field={say('refund.field')}
          value={formatMoney(goodsOf(selection, whole.lines) ?? whole.leftMinor, currency, language)}
          hint={hint}
          onText={type}
          onBackspace={erase}
          primary={primary}
          actions={<Button onPress={onKeep} shortcut="Esc" testId={TEST_IDS.refundKeep}>{say('refund.keep')}</Button>}
        />
      }
    >
      <h1 className="screen-title">{say('refund.title', { number })}</h1>
      <RefundChoices whole={whole} selection={selection} dispatch={dispatch} />
      {refusal !== null && <ErrorPanel title={say('refusal.label')} code={say('app.code', { code: refusal.code })} testId={TEST_IDS.refusal}>{words}</ErrorPanel>}
      {chosen !== undefined && <RefundEffect preview={chosen} />}
    </Frame>
  );
}

function Approve({ form, preview, paper, onBack }: { form: ReturnType<typeof useRefunding>; preview: RefundPreview; paper: ReactNode; onBack: () => void }) {
  const { say, language } = useWords();
  const store = useStore();
  return (
    <ApprovalFrame
      name="refund"
      title={say('refund.approve')}
      paper={paper}
      approval={form}
      primary={{ act: 'approve', tone: 'danger', label: say('refund.approve'), detail: formatMoney(preview.refundMinor, preview.currency || store.currency, language) }}
      onRun={() => form.run(preview.goodsMinor)}
      back={{ label: say('refund.back'), testId: TEST_IDS.refundBack, onPress: onBack }}
    >
      <RefundEffect preview={preview} />
      <Approvers managers={form.managers} approver={form.approver} choose={form.choose} />
      <p className="soft small">{say('refund.approval')}</p>
    </ApprovalFrame>
  );
}
