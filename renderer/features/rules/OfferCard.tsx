import { TEST_IDS } from '../../app/testids.ts';
import type { OfferTemplate } from '../../../shared/domain/programme.ts';
import { useWords } from '../../i18n/words.ts';
import { Card, CardActs, Names, useSentences, useWrite, type CardProps } from './Card.tsx';
import { Choices } from './Choices.tsx';
import { fieldsOfOffer } from './fields.ts';
import { ListField } from './ListField.tsx';
import { offerSentences } from './member-sentences.ts';
import { Numbers } from './Numbers.tsx';
import { PlaceParts } from './PlaceParts.tsx';
import { Give } from './TierCards.tsx';
import { titleFor } from './titles.ts';

/** One personal offer: the line, and what must be so of a member. */
export function OfferCard({ offer, index, state, dispatch }: CardProps & { offer: OfferTemplate; index: number }) {
  const { say, language } = useWords();
  const context = useSentences(state);
  const parts = { state, dispatch };
  const write = useWrite(parts);
  const at = `/offers/${index}`;
  const title = titleFor(offer, language);
  return (
    <Card {...parts} at={at} name={title} sentences={offerSentences(offer, state.draft, context)}>
      <p className="soft small">{say('rules.when.hint')}</p>
      <Numbers {...parts} fields={fieldsOfOffer(index)} />
      {(['usualTime', 'birthday'] as const).map((name) => (
        <Choices
          key={name}
          label={say(`rules.when.${name}`)}
          options={[['no', say('rules.when.no')], ['yes', say(`rules.when.${name}.yes`)]]}
          chosen={offer.when[name] === true ? 'yes' : 'no'}
          onChoose={(one) => write(`${at}/when/${name}`, one === 'yes' ? true : undefined)}
          testId={(one) => TEST_IDS.ruleField(`${at}/when/${name}/${one}`)}
        />
      ))}
      <ListField at={`${at}/when/favourite`} label={say('rules.when.favourite')} value={offer.when.favourite} onChange={(words) => write(`${at}/when/favourite`, words, true)} />
      <PlaceParts {...parts} at={at} place={offer} />
      <Give {...parts} only={{ offers: [offer.id] }} />
      <Names {...parts} at={at} name={offer.text} kind="text" />
      <CardActs {...parts} at={at} name={title} moves />
    </Card>
  );
}
