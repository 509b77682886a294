import { TEST_IDS } from '../../app/testids.ts';
import type { EarnMultiplier } from '../../../shared/domain/programme.ts';
import { useWords } from '../../i18n/words.ts';
import { Card, CardActs, Names, useSentences, useWrite, type CardProps } from './Card.tsx';
import { Choices } from './Choices.tsx';
import { EARN_FIELDS, fieldsOfCampaign } from './fields.ts';
import { ListField } from './ListField.tsx';
import { Numbers } from './Numbers.tsx';
import { PlaceParts } from './PlaceParts.tsx';
import { campaignSentences, earnSentences } from './sentences.ts';
import { titleFor } from './titles.ts';

/** What a sale earns, without campaigns and extra points for goods. */
export function EarnCard({ state, dispatch }: CardProps) {
  const { say } = useWords();
  const { draft } = state;
  const context = useSentences(state);
  const write = useWrite({ state, dispatch });
  return (
    <Card at="/earn" name={say('rules.earn.sale')} sentences={earnSentences(draft, context)} state={state} dispatch={dispatch}>
      <Numbers fields={EARN_FIELDS} state={state} dispatch={dispatch} />
      <Choices
        label={say('rules.basis')}
        options={[['net', say('rules.basis.net')], ['gross', say('rules.basis.gross')]]}
        chosen={draft.earn.basis}
        onChoose={(basis) => write('/earn/basis', basis)}
        testId={(basis) => TEST_IDS.ruleField(`/earn/basis/${basis}`)}
      />
      {(draft.earn.multipliers?.length ?? 0) > 1 && (
        <Choices
          label={say('rules.combine')}
          options={[['largest', say('rules.combine.largest')], ['product', say('rules.combine.product')]]}
          chosen={draft.earn.combine ?? 'largest'}
          onChoose={(combine) => write('/earn/combine', combine)}
          testId={(combine) => TEST_IDS.ruleField(`/earn/combine/${combine}`)}
        />
      )}
      <ListField at="/earn/excludedCategories" label={say('rules.excluded')} value={draft.earn.excludedCategories} onChange={(words) => write('/earn/excludedCategories', words, true)} />
    </Card>
  );
}

/** One campaign: how much it multiplies, and when. */
export function CampaignCard({ one, index, state, dispatch }: CardProps & { one: EarnMultiplier; index: number }) {
  const { say, language } = useWords();
  const context = useSentences(state);
  const parts = { state, dispatch };
  const write = useWrite(parts);
  const at = `/earn/multipliers/${index}`;
  const title = titleFor(one, language);
  return (
    <Card {...parts} at={at} name={title} sentences={campaignSentences(one, context)}>
      <Numbers {...parts} fields={fieldsOfCampaign(index)} />
      <Choices
        label={say('rules.birthday')}
        options={[['no', say('rules.birthday.no')], ['yes', say('rules.birthday.yes')]]}
        chosen={one.birthday === true ? 'yes' : 'no'}
        onChoose={(birthday) => write(`${at}/birthday`, birthday === 'yes' ? true : undefined)}
        testId={(birthday) => TEST_IDS.ruleField(`${at}/birthday/${birthday}`)}
      />
      <PlaceParts {...parts} at={at} place={one} canBeOffered />
      <Names {...parts} at={at} name={one.name} />
      <CardActs {...parts} at={at} name={title} />
    </Card>
  );
}
