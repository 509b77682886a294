import { TEST_IDS } from '../../app/testids.ts';
import type { EarnQuote } from '../../../shared/domain/earn.ts';
import type { Quote } from '../../../shared/domain/quote.ts';
import { formatChange, formatMoney, formatPoints } from '../../i18n/format.ts';
import { limitWords, refusalWords, type ReasonContext } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { Slip, SlipLine } from '../../ui/paper/Slip.tsx';
import { Choices } from './Choices.tsx';
import { SAMPLE_FIELDS, type Field } from './fields.ts';
import { NumberKey } from './Numbers.tsx';
import type { Preview } from './preview.ts';
import { stepWords } from './sentences.ts';
import { valueOf, type RulesState } from './use-rules.ts';

/** What the draft says of a sample bill: the quote that a till would make, with every reason, and what the sale would earn. */
export function SamplePaper({ preview, state, onChoose, onTier }: {
  preview: Preview;
  state: RulesState;
  onChoose: (field: Field) => void;
  onTier: (tier: string | undefined) => void;
}) {
  const { say, language } = useWords();
  const context: ReasonContext = { say, language, currency: state.draft.currency };
  const { quote, earning } = preview;
  return (
    <Slip label={say('rules.sample')} testId={TEST_IDS.rulesSample} stub={earning === null ? null : <Earning earning={earning} context={context} />}>
      <h2 className="about-title">{say('rules.sample')}</h2>
      <p className="soft small">{say('rules.sample.hint')}</p>
      <div className="rule-numbers sample-numbers">
        {SAMPLE_FIELDS.map((field) => (
          <NumberKey key={field.at} field={field} value={valueOf(state, field)} currency={state.draft.currency} isActive={state.active?.at === field.at} onChoose={() => onChoose(field)} />
        ))}
      </div>
      {state.draft.tiers !== undefined && (
        <Choices
          label={say('rules.sample.tier')}
          options={[['', say('rules.sample.noTier')], ...state.draft.tiers.levels.map(({ id, name }) => [id, name[language]] as const)]}
          chosen={state.sample.tier ?? ''}
          onChoose={(tier) => onTier(tier === '' ? undefined : tier)}
          testId={(tier) => TEST_IDS.sampleTier(tier)}
        />
      )}
      {quote?.ok === true && <Offers quote={quote.value} state={state} context={context} />}
      {quote?.ok === false && <p className="story-why">{refusalWords(quote.refusal, context)}</p>}
    </Slip>
  );
}

/** Every rule with its best redemption or its refusal, and what each limit did. */
function Offers({ quote, state, context }: { quote: Quote; state: RulesState; context: ReasonContext }) {
  const { say, language, currency } = context;
  return (
    <>
      {quote.rules.map(({ rule, best, refusal, limits }) => {
        const named = state.draft.redeem.find((one) => one.id === rule);
        const isProposed = best !== null && quote.proposed?.rule === rule;
        return (
          <section key={rule} className="sample-rule" data-testid={TEST_IDS.sampleRule(rule)}>
            <h3 className="sample-name">{named?.name[language] ?? rule}</h3>
            {best !== null && (
              <dl className="slip-lines">
                <SlipLine label={say('rules.sample.redeem', { points: best.points })} strong={isProposed}>{formatMoney(-best.discountMinor, currency, language)}</SlipLine>
                <SlipLine label={say('sale.toPay')} soft>{formatMoney(best.netMinor, currency, language)}</SlipLine>
              </dl>
            )}
            {refusal !== null && <p className="story-why">{refusalWords(refusal, context)}</p>}
            <ul className="plain-list small soft">{limits.map((effect) => <li key={effect.limit}>{limitWords(effect, context)}</li>)}</ul>
          </section>
        );
      })}
    </>
  );
}

function Earning({ earning, context }: { earning: EarnQuote; context: ReasonContext }) {
  const { say, language } = context;
  return (
    <dl className="slip-lines" data-testid={TEST_IDS.sampleEarn} data-points={earning.points}>
      {earning.steps.map((step) => <SlipLine key={JSON.stringify(step)} label={stepWords(step, context)} soft={false}>{formatChange(step.points, language)}</SlipLine>)}
      <SlipLine label={say('sale.earned')} strong>{formatPoints(earning.points, language)}</SlipLine>
    </dl>
  );
}
