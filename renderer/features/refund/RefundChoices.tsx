import { Button as AriaButton } from 'react-aria-components';
import type { RefundPreview } from '../../../shared/contract/refund.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { formatMoney } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Amount } from '../../ui/Amount.tsx';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { piecesMinor, REFUND_WAYS, type RefundWay, type Selection, type SelectionAct } from './selection.ts';

interface ChoicesProps {
  whole: RefundPreview;
  selection: Selection;
  dispatch: (act: SelectionAct) => void;
}

/** What comes back: everything, goods worth an amount, or chosen lines where the till knows them. */
export function RefundChoices({ whole, selection, dispatch }: ChoicesProps) {
  const { say, language } = useWords();
  const isRest = whole.leftMinor < whole.totalMinor;
  const words: Record<RefundWay, { title: string; detail: string }> = {
    whole: { title: say(isRest ? 'refund.rest' : 'refund.whole'), detail: formatMoney(whole.leftMinor, whole.currency, language) },
    amount: { title: say('refund.amount'), detail: selection.way === 'amount' ? say('refund.amountHint') : '' },
    lines: { title: say('refund.lines'), detail: selection.way === 'lines' ? say('refund.linesHint') : '' },
  };
  const ways = REFUND_WAYS.filter((way) => way !== 'lines' || whole.lines.length > 0);
  return (
    <>
      <div className="options" role="group" aria-label={say('refund.choices')}>
        {ways.map((way) => (
          <AriaButton
            key={way} className="option" aria-pressed={selection.way === way} preventFocusOnPress
            onPress={() => dispatch({ do: 'way', way })} data-testid={TEST_IDS.refundWay(way)}
          >
            <Icon name={selection.way === way ? 'confirmed' : 'voided'} />
            <span className="option-words">
              <span className="option-title">{words[way].title}</span>
              <span className="option-detail">{words[way].detail}</span>
            </span>
          </AriaButton>
        ))}
      </div>
      {selection.way === 'lines' && <Lines whole={whole} selection={selection} dispatch={dispatch} />}
    </>
  );
}

function Lines({ whole, selection, dispatch }: ChoicesProps) {
  const { say } = useWords();
  return (
    <ul className="refund-lines">
      {whole.lines.map((line, at) => {
        const { item, quantity } = line;
        const pieces = selection.pieces[at] ?? 0;
        return (
          // A line has no name of its own: two of them may be alike, and their places never change.
          <li key={at} className="refund-line">
            <span className="refund-line-words">
              <span className="refund-line-item">{item}</span>
              <span className="soft small">{say('refund.line.pieces', { count: pieces, most: quantity })}</span>
            </span>
            <Amount minor={piecesMinor(line, pieces)} currency={whole.currency} />
            <Button label={say('refund.line.fewer', { item })} isDisabled={pieces === 0} onPress={() => dispatch({ do: 'pieces', line: at, by: -1, most: quantity })}>−</Button>
            <Button label={say('refund.line.more', { item })} isDisabled={pieces === quantity} onPress={() => dispatch({ do: 'pieces', line: at, by: 1, most: quantity })} testId={TEST_IDS.refundMore(at)}>+</Button>
          </li>
        );
      })}
    </ul>
  );
}
