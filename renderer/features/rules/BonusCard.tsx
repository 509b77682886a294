import { TEST_IDS } from '../../app/testids.ts';
import type { ItemBonus } from '../../../shared/domain/programme.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Card, useWrite, type CardProps } from './Card.tsx';
import { useFaultsAt } from './Faults.tsx';
import { fieldsOfBonus } from './fields.ts';
import { Numbers } from './Numbers.tsx';
import { addBonus } from './parts.ts';
import { removeAt } from './values.ts';

/** Bonuses that are shown to be changed; a shop with more of them keeps its list elsewhere, and they stay as they are. */
const MOST_SHOWN = 40;

/** Extra points for each piece of certain goods. */
export function BonusCard({ state, dispatch }: CardProps) {
  const { say } = useWords();
  const { items = [] } = state.draft.earn;
  const sentences = items.length === 0
    ? [say('rules.say.noBonuses')]
    : items.map((one) => say(one.item === undefined ? 'rules.say.bonus.category' : 'rules.say.bonus.item', { goods: one.item ?? one.category ?? '', points: one.points }));
  const add = (by: 'item' | 'category'): void => dispatch({ do: 'draft', draft: addBonus(state.draft, by) });
  return (
    <Card at="/earn/items" name={say('rules.bonuses')} sentences={sentences} state={state} dispatch={dispatch}>
      {items.slice(0, MOST_SHOWN).map((one, index) => <BonusRow key={index} one={one} index={index} state={state} dispatch={dispatch} />)}
      {items.length > MOST_SHOWN && <p className="soft">{say('rules.bonuses.more', { count: items.length - MOST_SHOWN })}</p>}
      <div className="row">
        <Button onPress={() => add('category')} testId={TEST_IDS.ruleAdd('bonus-category')}>{say('rules.add.bonus.category')}</Button>
        <Button onPress={() => add('item')} testId={TEST_IDS.ruleAdd('bonus-item')}>{say('rules.add.bonus.item')}</Button>
      </div>
    </Card>
  );
}

function BonusRow({ one, index, state, dispatch }: CardProps & { one: ItemBonus; index: number }) {
  const { say } = useWords();
  const write = useWrite({ state, dispatch });
  const at = `/earn/items/${index}`;
  const by = one.item === undefined ? 'category' : 'item';
  const [problem] = useFaultsAt(`${at}/${by}`);
  const label = say(`rules.bonus.${by}`);
  return (
    <div className="rule-bonus">
      <TextField label={label} value={one[by] ?? ''} onChange={(text) => write(`${at}/${by}`, text.slice(0, 64), true)} testId={TEST_IDS.ruleField(`${at}/${by}`)} {...(problem === undefined ? {} : { problem })} />
      <Numbers fields={fieldsOfBonus(index)} state={state} dispatch={dispatch} />
      <Button tone="danger" onPress={() => dispatch({ do: 'draft', draft: removeAt(state.draft, at) })} testId={TEST_IDS.ruleRemove(at)}>{say('rules.remove')}</Button>
    </div>
  );
}
