import { TEST_IDS } from '../../app/testids.ts';
import type { EarnQuote } from '../../../shared/domain/earn.ts';
import type { Quote } from '../../../shared/domain/quote.ts';
import type { Refusal, VoucherRefusal } from '../../../shared/domain/refusal.ts';
import { formatChange, formatMoney, formatPoints } from '../../i18n/format.ts';
import { limitWords, refusalWords, voucherWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { Slip, SlipLine } from '../../ui/paper/Slip.tsx';
import { useSentences, type CardProps } from './Card.tsx';
import { SAMPLE_FIELDS } from './fields.ts';
import { NumberKey } from './Numbers.tsx';
import type { Preview } from './preview.ts';
import { SampleParts } from './SampleParts.tsx';
import { stepWords, type SentenceContext } from './sentences.ts';
import { titleFor } from './titles.ts';
import { valueOf, type RulesState } from './use-rules.ts';

/** What the draft says of a sample bill: the quote that a till would make, with every reason, and what the sale would earn. */
export function SamplePaper({ preview, state, dispatch }: CardProps & { preview: Preview }) {
  const { say } = useWords();
  const context = useSentences(state);
  const { quote, earning } = preview;
  return (
    <Slip label={say('rules.sample')} testId={TEST_IDS.rulesSample} stub={earning === null ? null : <Earning earning={earning} context={context} />}>
      <h2 className="about-title">{say('rules.sample')}</h2>
      <p className="soft small">{say(state.sample.isTimeless ? 'rules.sample.hintTimeless' : 'rules.sample.hint')}</p>
      <div className="rule-numbers sample-numbers">
        {SAMPLE_FIELDS.map((field) => (
          <NumberKey key={field.at} field={field} value={valueOf(state, field)} currency={state.draft.currency} isActive={state.active?.at === field.at} onChoose={() => dispatch({ do: 'choose', field })} />
        ))}
      </div>
      <SampleParts state={state} dispatch={dispatch} />
      {quote?.ok === true && <Voucher quote={quote.value} context={context} />}
      {quote?.ok === true && <Ways quote={quote.value} state={state} context={context} />}
      {quote?.ok === false && <p className="story-why">{refusalWords(quote.refusal, context)}</p>}
    </Slip>
  );
}

/** A refusal with the names of tiers, where the till knows only their ids. */
function named<T extends Refusal | VoucherRefusal>(refusal: T, context: SentenceContext): T {
  return refusal.code === 'tier-needed' ? { ...refusal, tiers: refusal.tiers.map((id) => context.named('tiers', id)) } : refusal;
}

/** What the voucher takes off the sample, or why it does not. */
function Voucher({ quote: { vouchers }, context }: { quote: Quote; context: SentenceContext }) {
  const { say, language, currency } = context;
  const [applied] = vouchers?.applied ?? [];
  const [refused] = vouchers?.refused ?? [];
  if (applied === undefined && refused === undefined) return null;
  return (
    <section className="sample-rule" data-testid={TEST_IDS.sampleVoucher} data-minor={applied?.discountMinor ?? 0}>
      <dl className="slip-lines"><SlipLine label={say('rules.sample.voucher')} strong>{formatMoney(-(applied?.discountMinor ?? 0), currency, language)}</SlipLine></dl>
      {refused !== undefined && <p className="story-why">{say('rules.sample.voucherRefused', { why: voucherWords(named(refused.why, context), context) })}</p>}
    </section>
  );
}

/** Every rule with its best redemption or its refusal, and what each limit did. */
function Ways({ quote, state, context }: { quote: Quote; state: RulesState; context: SentenceContext }) {
  const { say, language, currency } = context;
  return (
    <>
      {quote.rules.map(({ rule, best, refusal, limits }) => {
        const found = state.draft.redeem.find((one) => one.id === rule);
        const isProposed = best !== null && quote.proposed?.rule === rule;
        return (
          <section key={rule} className="sample-rule" data-testid={TEST_IDS.sampleRule(rule)}>
            <h3 className="sample-name">{found === undefined ? rule : titleFor(found, language)}</h3>
            {best !== null && (
              <dl className="slip-lines">
                <SlipLine label={say('rules.sample.redeem', { points: best.points })} strong={isProposed}>{formatMoney(-best.discountMinor, currency, language)}</SlipLine>
                <SlipLine label={say('sale.toPay')} soft>{formatMoney(best.netMinor, currency, language)}</SlipLine>
              </dl>
            )}
            {refusal !== null && <p className="story-why">{refusalWords(named(refusal, context), context)}</p>}
            <ul className="plain-list small soft">{limits.map((effect) => <li key={effect.limit}>{limitWords(effect, context)}</li>)}</ul>
          </section>
        );
      })}
    </>
  );
}

function Earning({ earning, context }: { earning: EarnQuote; context: SentenceContext }) {
  const { say, language } = context;
  return (
    <dl className="slip-lines" data-testid={TEST_IDS.sampleEarn} data-points={earning.points}>
      {earning.steps.map((step) => <SlipLine key={JSON.stringify(step)} label={stepWords(step, context)} soft={false}>{formatChange(step.points, language)}</SlipLine>)}
      <SlipLine label={say('sale.earned')} strong>{formatPoints(earning.points, language)}</SlipLine>
    </dl>
  );
}
