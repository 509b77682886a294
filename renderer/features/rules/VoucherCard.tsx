import { TEST_IDS } from '../../app/testids.ts';
import type { VoucherRule } from '../../../shared/domain/programme.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Card, CardActs, Names, useSentences, useWrite, type CardProps } from './Card.tsx';
import { Choices } from './Choices.tsx';
import { fieldsOfVoucher } from './fields.ts';
import { ListField } from './ListField.tsx';
import { voucherSentences } from './member-sentences.ts';
import { Numbers } from './Numbers.tsx';
import { PlaceParts } from './PlaceParts.tsx';
import { titleFor } from './titles.ts';

/** What the vouchers of one rule are worth, and where they hold. */
export function VoucherCard({ rule, index, state, dispatch }: CardProps & { rule: VoucherRule; index: number }) {
  const { say, language } = useWords();
  const context = useSentences(state);
  const parts = { state, dispatch };
  const write = useWrite(parts);
  const at = `/vouchers/${index}`;
  const title = titleFor(rule, language);
  return (
    <Card {...parts} at={at} name={title} sentences={voucherSentences(rule, context)}>
      <Numbers {...parts} fields={fieldsOfVoucher(rule, index)} />
      <ListField at={`${at}/categories`} label={say('rules.only.categories')} value={rule.categories} onChange={(words) => write(`${at}/categories`, words, true)} />
      <ListField at={`${at}/items`} label={say('rules.only.items')} hint="A-17, A-18" value={rule.items} onChange={(words) => write(`${at}/items`, words, true)} />
      <Choices
        label={say('rules.stacking')}
        options={[['any', say('rules.stacking.any')], ['once', say('rules.stacking.once')], ['alone', say('rules.stacking.alone')]]}
        chosen={rule.stacking ?? 'any'}
        onChoose={(one) => write(`${at}/stacking`, one === 'any' ? undefined : one)}
        testId={(one) => TEST_IDS.ruleField(`${at}/stacking/${one}`)}
      />
      <Choices
        label={say('rules.withPoints')}
        options={[['yes', say('rules.withPoints.yes')], ['no', say('rules.withPoints.no')]]}
        chosen={rule.withPoints === false ? 'no' : 'yes'}
        onChoose={(one) => write(`${at}/withPoints`, one === 'no' ? false : undefined)}
        testId={(one) => TEST_IDS.ruleField(`${at}/withPoints/${one}`)}
      />
      <Order at={`${at}/order`} order={rule.order ?? 0} onChange={(order) => write(`${at}/order`, order === 0 ? undefined : order)} />
      <PlaceParts {...parts} at={at} place={rule} />
      <Names {...parts} at={at} name={rule.name} />
      <p className="soft small">{say('rules.vouchers.id', { id: rule.id })}</p>
      <CardActs {...parts} at={at} name={title} />
    </Card>
  );
}

/** Most places before and after the usual one. */
const MOST_ORDER = 1_000;

/** When a voucher is taken off, beside others: before or after them. */
function Order({ at, order, onChange }: { at: string; order: number; onChange: (order: number) => void }) {
  const { say } = useWords();
  return (
    <div className="choice" role="group" aria-label={say('rules.order')}>
      <span className="choice-label">{say('rules.order')}</span>
      <div className="row">
        <Button onPress={() => onChange(order - 1)} isDisabled={order <= -MOST_ORDER} testId={TEST_IDS.ruleField(`${at}/earlier`)}>{say('rules.order.earlier')}</Button>
        <Button onPress={() => onChange(order + 1)} isDisabled={order >= MOST_ORDER} testId={TEST_IDS.ruleField(`${at}/later`)}>{say('rules.order.later')}</Button>
        <span className="rule-order" aria-live="polite">{order === 0 ? say('rules.order.usual') : say(order < 0 ? 'rules.say.order.before' : 'rules.say.order.after', { order })}</span>
      </div>
    </div>
  );
}
