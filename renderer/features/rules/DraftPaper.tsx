import type { ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { useWords } from '../../i18n/words.ts';
import { Slip } from '../../ui/paper/Slip.tsx';
import { useSentences } from './Card.tsx';
import { offerSentences, tierSentences, tiersSentences, voucherSentences } from './member-sentences.ts';
import { campaignSentences, earnSentences, joined, ruleSentences } from './sentences.ts';
import { useTermWords } from './Sections.tsx';
import { titleFor } from './titles.ts';
import type { RulesState } from './use-rules.ts';

/** The whole draft in sentences, as paper: what is being tried and published. */
export function DraftPaper({ state }: { state: RulesState }) {
  const { say, language } = useWords();
  const { draft } = state;
  const context = useSentences(state);
  const { earn, vouchers = [], tiers, offers = [] } = draft;
  const line = (one: Parameters<typeof titleFor>[0], sentences: readonly string[]): ReactNode =>
    <p key={one.id} className="story-why"><b>{titleFor(one, language)}</b> {joined(sentences, language)}</p>;
  return (
    <Slip
      label={say('rules.title')}
      testId={TEST_IDS.rulesDraft}
      stub={
        <>
          <p>{joined(earnSentences(draft, context), language)}</p>
          {earn.multipliers?.map((one) => line(one, campaignSentences(one, context)))}
        </>
      }
    >
      <h2 className="about-title">{draft.name[language]}</h2>
      <p className="soft small">{useTermWords(state)}</p>
      {draft.redeem.length === 0 && <p className="soft">{say('rules.redeem.nothing')}</p>}
      {draft.redeem.map((rule) => line(rule, ruleSentences(rule, context)))}
      {vouchers.length > 0 && <h3 className="draft-part">{say('rules.vouchers')}</h3>}
      {vouchers.map((rule) => line(rule, voucherSentences(rule, context)))}
      {tiers !== undefined && <h3 className="draft-part">{say('rules.tiers')}</h3>}
      {tiers !== undefined && <p className="story-why">{joined(tiersSentences(tiers, context), language)}</p>}
      {tiers?.levels.map((tier) => line(tier, tierSentences(tier, draft, context)))}
      {offers.length > 0 && <h3 className="draft-part">{say('rules.offers')}</h3>}
      {offers.map((offer) => line(offer, offerSentences(offer, draft, context)))}
    </Slip>
  );
}
