import { TEST_IDS } from '../../app/testids.ts';
import type { Tier, TierRules } from '../../../shared/domain/programme.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Card, CardActs, Names, useSentences, useWrite, type CardProps } from './Card.tsx';
import { Choices } from './Choices.tsx';
import { fieldsOfTier, fieldsOfTiers } from './fields.ts';
import { tierSentences, tiersSentences } from './member-sentences.ts';
import { Numbers } from './Numbers.tsx';
import { addCampaign } from './parts.ts';
import { titleFor } from './titles.ts';

/** What counts for all tiers, and how long one stays. */
export function TiersCard({ tiers, state, dispatch }: CardProps & { tiers: TierRules }) {
  const { say } = useWords();
  const write = useWrite({ state, dispatch });
  const { window, grace, downgrade } = tiers;
  return (
    <Card at="/tiers" name={say('rules.tiers.all')} sentences={tiersSentences(tiers, { say })} state={state} dispatch={dispatch}>
      <Choices
        label={say('rules.window')}
        options={[['days', say('rules.window.days')], ['calendar-year', say('rules.window.calendar-year')]]}
        chosen={window.kind}
        onChoose={(kind) => write('/tiers/window', kind === 'days' ? { kind, days: 365 } : { kind })}
        testId={(kind) => TEST_IDS.ruleField(`/tiers/window/${kind}`)}
      />
      <Choices
        label={say('rules.grace')}
        options={[['none', say('rules.grace.none')], ['days', say('rules.grace.days')], ['months', say('rules.grace.months')]]}
        chosen={grace?.unit ?? 'none'}
        onChoose={(unit) => write('/tiers/grace', unit === 'none' ? undefined : { unit, count: unit === grace?.unit ? grace.count : unit === 'days' ? 30 : 3 })}
        testId={(unit) => TEST_IDS.ruleField(`/tiers/grace/${unit}`)}
      />
      <Numbers fields={fieldsOfTiers(state.draft)} state={state} dispatch={dispatch} />
      <Choices
        label={say('rules.downgrade')}
        options={[['qualified', say('rules.downgrade.qualified')], ['step', say('rules.downgrade.step')]]}
        chosen={downgrade}
        onChoose={(one) => write('/tiers/downgrade', one)}
        testId={(one) => TEST_IDS.ruleField(`/tiers/downgrade/${one}`)}
      />
    </Card>
  );
}

/** One tier: what it asks for. */
export function TierCard({ tier, index, state, dispatch }: CardProps & { tier: Tier; index: number }) {
  const { say, language } = useWords();
  const context = useSentences(state);
  const parts = { state, dispatch };
  const at = `/tiers/levels/${index}`;
  const title = titleFor(tier, language);
  return (
    <Card {...parts} at={at} name={title} sentences={tierSentences(tier, state.draft, context)}>
      <p className="soft small">{say('rules.reach.hint')}</p>
      <Numbers {...parts} fields={fieldsOfTier(index)} />
      <Give {...parts} only={{ tiers: [tier.id] }} />
      <Names {...parts} at={at} name={tier.name} />
      <CardActs {...parts} at={at} name={title} moves />
    </Card>
  );
}

/** The nearest way to make a tier or an offer worth something: a campaign that is only for it. */
export function Give({ only, state, dispatch }: CardProps & { only: { tiers: string[] } | { offers: string[] } }) {
  const { say } = useWords();
  const give = (): void => {
    dispatch({ do: 'draft', draft: addCampaign(state.draft, state.taken, only) });
    dispatch({ do: 'open', at: `/earn/multipliers/${state.draft.earn.multipliers?.length ?? 0}` });
  };
  return <div className="row"><Button onPress={give} testId={TEST_IDS.ruleAdd('given')}>{say('rules.add.given')}</Button></div>;
}
