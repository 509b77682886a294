import { Button as AriaButton } from 'react-aria-components';
import type { Quote, RuleQuote } from '../../../shared/domain/quote.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { earnStepWords } from '../../i18n/earnings.ts';
import { formatMoney } from '../../i18n/format.ts';
import { limitWords, refusalWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { AtRiskNotice } from './SaleNotices.tsx';
import { standingEarning } from './next-act.ts';
import type { Choice } from './sale-state.ts';
import type { Sale } from './use-sale.ts';

/** What can be redeemed on this bill: the proposal first, every other offer beside it, and what sets each limit. */
export function RedeemPanel({ sale }: { sale: Sale }) {
  const { say } = useWords();
  const outcome = sale.situation.quote;
  if (outcome === undefined || !outcome.ok) return null;
  return (
    <>
      <Options sale={sale} quote={outcome.value} />
      <AtRiskNotice sale={sale} />
      {outcome.value.proposed !== null && <p className="soft small">{say('sale.otherAmount')}</p>}
      <Limits quote={outcome.value} cover={coverOf(sale)} />
      <Earning sale={sale} />
    </>
  );
}

/** Points that this till may give now: held by lease, and at risk within policy. */
function coverOf({ member }: Sale): number {
  return member === null || member === undefined ? 0 : member.leased + member.atRiskAllowed;
}

interface OptionRow {
  testId: string;
  title: string;
  detail: string;
  choice: Choice | null;
  selected: boolean;
}

function Options({ sale, quote }: { sale: Sale; quote: Quote }) {
  const { say } = useWords();
  const rows = useOptionRows(sale, quote);
  return (
    <div className="options" role="group" aria-label={say('sale.options')}>
      {rows.map((row) => (
        <AriaButton
          key={row.testId}
          className="option"
          aria-pressed={row.selected}
          preventFocusOnPress
          onPress={() => sale.dispatch({ do: 'choose', choice: row.choice })}
          data-testid={row.testId}
        >
          <Icon name={row.selected ? 'confirmed' : 'card'} />
          <span className="option-words">
            <span className="option-title">{row.title}</span>
            <span className="option-detail">{row.detail}</span>
          </span>
        </AriaButton>
      ))}
    </div>
  );
}

function useOptionRows({ state, option }: Sale, quote: Quote): OptionRow[] {
  const { say, language } = useWords();
  const { currency } = quote;
  const detail = (points: number, discountMinor: number): string =>
    say('sale.option.detail', { points, amount: formatMoney(discountMinor, currency, language) });
  const { choice } = state;
  const rows: OptionRow[] = [];
  if (quote.proposed !== null) {
    rows.push({
      testId: TEST_IDS.optionProposed, title: say('sale.option.best'), detail: detail(quote.proposed.points, quote.proposed.discountMinor),
      choice: null, selected: choice === null,
    });
  }
  for (const { best } of quote.rules) {
    if (best === null || best.rule === quote.proposed?.rule) continue;
    rows.push({
      testId: TEST_IDS.option(best.rule), title: detail(best.points, best.discountMinor), detail: '',
      choice: { points: best.points, rule: best.rule }, selected: choice?.rule === best.rule,
    });
  }
  rows.push({
    testId: TEST_IDS.optionNone, title: say('sale.option.none'), detail: say('sale.option.noneDetail', { points: quote.earnWithoutRedeeming }),
    choice: { points: 0 }, selected: choice?.points === 0 || (choice === null && quote.proposed === null),
  });
  // Last, so that the offers above stay where the finger expects them.
  if (choice !== null && choice.rule === undefined && choice.points > 0 && option !== null) {
    rows.push({
      testId: TEST_IDS.option('typed'), title: say('sale.option.custom'), detail: detail(option.points, option.discountMinor), choice, selected: true,
    });
  }
  return rows;
}

/** The reason for every limit, in words with numbers; the one that decides is marked in words, too. */
function Limits({ quote, cover }: { quote: Quote; cover: number }) {
  const { say } = useWords();
  const rules = quote.rules.filter((rule) => rule.kind === 'ratio' || rule.best !== null || rule.refusal !== null);
  const shown = rules.find((rule) => rule.rule === quote.proposed?.rule) ?? rules[0];
  if (shown === undefined) return null;
  return (
    <Panel title={say('sale.why')} testId={TEST_IDS.limits} className="limits">
      <RuleLimits rule={shown} quote={quote} cover={cover} />
      <Refused quote={quote} but={shown} />
    </Panel>
  );
}

/** Every other offer that this bill or member does not have, with the reason and the number that would do. */
function Refused({ quote, but }: { quote: Quote; but: RuleQuote }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  const refused = quote.rules.flatMap(({ rule, name, refusal }) => (refusal === null || rule === but.rule ? [] : [{ rule, name: name[language], refusal }]));
  if (refused.length === 0) return null;
  return (
    <>
      <h3 className="limits-more">{say('sale.notNow')}</h3>
      <ul className="limit-list">
        {refused.map(({ rule, name, refusal }) => (
          <li key={rule}><span><b>{name}</b> · {refusalWords(refusal, { say, language, currency })}</span></li>
        ))}
      </ul>
    </>
  );
}

/** How what the sale earns comes about, step by step; one step alone says nothing that the slip does not say. */
function Earning({ sale }: { sale: Sale }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  const steps = standingEarning(sale.situation);
  if (steps.length < 2) return null;
  return (
    <Panel title={say('sale.earn.why')} testId={TEST_IDS.earning} className="limits">
      <ul className="limit-list">
        {steps.map((step) => <li key={step.step === 'multiplier' ? step.id : step.step}><span>{earnStepWords(step, { say, language, currency })}</span></li>)}
      </ul>
    </Panel>
  );
}

function RuleLimits({ rule, quote, cover }: { rule: RuleQuote; quote: Quote; cover: number }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  const context = { say, language, currency };
  const least = rule.limits.reduce((points, effect) => Math.min(points, effect.points), Number.POSITIVE_INFINITY);
  const coverDecides = rule.limits.length > 0 && cover < least;
  const decides = coverDecides ? -1 : rule.limits.findIndex((effect) => effect.points === least);
  return (
    <ul className="limit-list">
      {rule.refusal !== null && quote.proposed === null && (
        <li data-decides="true"><Icon name="warning" /><span>{refusalWords(rule.refusal, context)}</span></li>
      )}
      {rule.limits.map((effect, index) => (
        <li key={effect.limit} data-decides={index === decides}>
          <span>{limitWords(effect, context)}</span>
          {index === decides && <b> · {say('sale.decides')}</b>}
        </li>
      ))}
      {coverDecides && (
        <li data-decides="true"><span>{say('sale.limit.cover', { points: cover })}</span><b> · {say('sale.decides')}</b></li>
      )}
    </ul>
  );
}
