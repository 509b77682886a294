import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { allowedBy, faultWords, refusalWithOffer } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { ErrorPanel, Notice } from '../../ui/Panel.tsx';
import type { Sale } from './use-sale.ts';

/** Refused, or stopped by a fault: one notice at a time above the work. */
export function SaleNotices({ sale }: { sale: Sale }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  const { decision } = sale.situation;
  if (sale.fault !== null) {
    return (
      <ErrorPanel title={say('refusal.label')} code={say('app.code', { code: sale.fault })} testId={TEST_IDS.refusal}>
        {faultWords(sale.fault, say)}
      </ErrorPanel>
    );
  }
  if (sale.state.revealed && decision !== undefined && !decision.ok) {
    const allowed = allowedBy(decision.refusal);
    return (
      <Notice
        tone="red"
        icon="refused"
        title={say('refusal.label')}
        testId={TEST_IDS.refusal}
        actions={
          <>
            {allowed > 0 && (
              <Button tone="strong" testId={TEST_IDS.refusalTake} onPress={() => sale.dispatch({ do: 'choose', choice: { points: allowed } })}>
                {say('sale.take', { points: allowed })}
              </Button>
            )}
            <Button onPress={() => sale.dispatch({ do: 'choose', choice: null })}>{say('sale.undo')}</Button>
          </>
        }
      >
        {refusalWithOffer(decision.refusal, { say, language, currency })}
      </Notice>
    );
  }
  return null;
}

/** Says before the sale that some of its points are not covered. Below the offers, so that they stay under the finger. */
export function AtRiskNotice({ sale }: { sale: Sale }) {
  const { say } = useWords();
  if (sale.option === null || sale.option.atRiskPoints === 0) return null;
  return <Notice tone="risk" icon="half" testId={TEST_IDS.atRisk}>{say('sale.atRisk', { points: sale.option.atRiskPoints })}</Notice>;
}
