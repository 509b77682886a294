import { TEST_IDS } from '../../app/testids.ts';
import type { EarnMultiplier } from '../../../shared/domain/programme.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { CategoriesField } from './CategoriesField.tsx';
import { Choices } from './Choices.tsx';
import { removeCampaign } from './draft.ts';
import { EARN_FIELDS, fieldsOfCampaign, writeAt } from './fields.ts';
import { Card, Names, Numbers, useSentences, type CardProps } from './RuleCard.tsx';
import { campaignSentences, earnSentences } from './sentences.ts';
import { Weekdays } from './Weekdays.tsx';

/** What a sale earns, without campaigns. */
export function EarnCard({ state, dispatch }: CardProps) {
  const { say } = useWords();
  const { draft } = state;
  const context = useSentences(draft.currency);
  const write = (member: string, value: unknown): void => dispatch({ do: 'draft', draft: writeAt(draft, `/earn/${member}`, value) });
  return (
    <Card at="/earn" name={say('rules.earn.sale')} sentences={earnSentences(draft, context)} state={state} dispatch={dispatch}>
      <Numbers fields={EARN_FIELDS} state={state} dispatch={dispatch} />
      <Choices
        label={say('rules.basis')}
        options={[['net', say('rules.basis.net')], ['gross', say('rules.basis.gross')]]}
        chosen={draft.earn.basis}
        onChoose={(basis) => write('basis', basis)}
        testId={(basis) => TEST_IDS.ruleField(`/earn/basis/${basis}`)}
      />
      {(draft.earn.multipliers?.length ?? 0) > 1 && (
        <Choices
          label={say('rules.combine')}
          options={[['largest', say('rules.combine.largest')], ['product', say('rules.combine.product')]]}
          chosen={draft.earn.combine ?? 'largest'}
          onChoose={(combine) => write('combine', combine)}
          testId={(combine) => TEST_IDS.ruleField(`/earn/combine/${combine}`)}
        />
      )}
      <CategoriesField at="/earn" value={draft.earn.excludedCategories} onChange={(categories) => write('excludedCategories', categories)} />
    </Card>
  );
}

/** One campaign: how much it multiplies, and when. */
export function CampaignCard({ one, index, state, dispatch }: CardProps & { one: EarnMultiplier; index: number }) {
  const { say, language } = useWords();
  const { draft } = state;
  const context = useSentences(draft.currency);
  const at = `/earn/multipliers/${index}`;
  const write = (member: string, value: unknown): void => dispatch({ do: 'draft', draft: writeAt(draft, `${at}/${member}`, value) });
  const remove = (): void => {
    dispatch({ do: 'draft', draft: removeCampaign(draft, index) });
    dispatch({ do: 'open', at: null });
  };
  return (
    <Card at={at} name={one.name[language].trim() === '' ? one.id : one.name[language]} sentences={campaignSentences(one, context)} state={state} dispatch={dispatch}>
      <Numbers fields={fieldsOfCampaign(index)} state={state} dispatch={dispatch} />
      <Weekdays at={at} chosen={one.schedule?.weekdays} onChange={(days) => write('schedule/weekdays', days)} />
      <Choices
        label={say('rules.birthday')}
        options={[['no', say('rules.birthday.no')], ['yes', say('rules.birthday.yes')]]}
        chosen={one.birthday === true ? 'yes' : 'no'}
        onChoose={(birthday) => write('birthday', birthday === 'yes' ? true : undefined)}
        testId={(birthday) => TEST_IDS.ruleField(`${at}/birthday/${birthday}`)}
      />
      <Names at={at} name={one.name} state={state} dispatch={dispatch} />
      <div className="row"><Button tone="danger" onPress={remove} testId={TEST_IDS.ruleRemove(at)}>{say('rules.remove')}</Button></div>
    </Card>
  );
}
