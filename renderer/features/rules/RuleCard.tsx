import { TEST_IDS } from '../../app/testids.ts';
import type { RedemptionRule } from '../../../shared/domain/programme.ts';
import { useWords } from '../../i18n/words.ts';
import { Card, CardActs, Names, useSentences, useWrite, type CardProps } from './Card.tsx';
import { Choices } from './Choices.tsx';
import { fieldsOfRule } from './fields.ts';
import { ListField } from './ListField.tsx';
import { Numbers } from './Numbers.tsx';
import { PlaceParts } from './PlaceParts.tsx';
import { ruleSentences } from './sentences.ts';
import { titleFor } from './titles.ts';

/** One redemption rule. */
export function RuleCard({ rule, index, state, dispatch }: CardProps & { rule: RedemptionRule; index: number }) {
  const { say, language } = useWords();
  const context = useSentences(state);
  const parts = { state, dispatch };
  const write = useWrite(parts);
  const at = `/redeem/${index}`;
  const title = titleFor(rule, language);
  return (
    <Card {...parts} at={at} name={title} sentences={ruleSentences(rule, context)}>
      <Numbers {...parts} fields={fieldsOfRule(rule, index)} />
      <Choices
        label={say('rules.vouchers.beside')}
        options={[['yes', say('rules.vouchers.yes')], ['no', say('rules.vouchers.no')]]}
        chosen={rule.withVouchers === false ? 'no' : 'yes'}
        onChoose={(one) => write(`${at}/withVouchers`, one === 'no' ? false : undefined)}
        testId={(one) => TEST_IDS.ruleField(`${at}/withVouchers/${one}`)}
      />
      <ListField at={`${at}/excludedCategories`} label={say('rules.excluded')} value={rule.excludedCategories} onChange={(words) => write(`${at}/excludedCategories`, words, true)} />
      <PlaceParts {...parts} at={at} place={rule} canBeOffered />
      <Names {...parts} at={at} name={rule.name} />
      <CardActs {...parts} at={at} name={title} />
    </Card>
  );
}
