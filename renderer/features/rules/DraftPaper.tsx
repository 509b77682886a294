import { TEST_IDS } from '../../app/testids.ts';
import { useWords } from '../../i18n/words.ts';
import { Slip } from '../../ui/paper/Slip.tsx';
import { useSentences } from './RuleCard.tsx';
import { campaignSentences, earnSentences, joined, ruleSentences } from './sentences.ts';
import type { RulesState } from './use-rules.ts';

/** The whole draft in sentences, as paper: what is being tried and published. */
export function DraftPaper({ state }: { state: RulesState }) {
  const { say, language } = useWords();
  const { draft } = state;
  const context = useSentences(draft.currency);
  return (
    <Slip
      label={say('rules.title')}
      testId={TEST_IDS.rulesDraft}
      stub={
        <>
          <p>{joined(earnSentences(draft, context), language)}</p>
          {draft.earn.multipliers?.map((one) => <p key={one.id} className="story-why"><b>{one.name[language]}</b> {joined(campaignSentences(one, context), language)}</p>)}
        </>
      }
    >
      <h2 className="about-title">{say('rules.title')}</h2>
      {draft.redeem.length === 0 && <p className="soft">{say('rules.redeem.nothing')}</p>}
      {draft.redeem.map((rule) => <p key={rule.id} className="story-why"><b>{rule.name[language]}</b> {joined(ruleSentences(rule, context), language)}</p>)}
    </Slip>
  );
}
