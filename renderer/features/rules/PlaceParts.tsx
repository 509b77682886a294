import { TEST_IDS } from '../../app/testids.ts';
import type { Place } from '../../../shared/domain/programme.ts';
import { useWords } from '../../i18n/words.ts';
import { Fold, useSentences, useWrite, type CardProps } from './Card.tsx';
import { Several } from './Choices.tsx';
import { useFaultsOf } from './Faults.tsx';
import { fieldsOfPlace } from './fields.ts';
import { Numbers } from './Numbers.tsx';
import { joined, onlyOffers, placeSentences } from './sentences.ts';
import { Weekdays } from './Weekdays.tsx';

const IN_PLACE = /\/(schedule(\/\w+)?|valid(From|Until)Ms|stores(\/\d+)?|tiers(\/\d+)?|offers(\/\d+)?)$/;

/** When, where and for whom something holds; `canBeOffered`: whether it may be bound to a personal offer. */
export function PlaceParts({ at, place, canBeOffered = false, state, dispatch }: CardProps & { at: string; place: Place & { offers?: string[] }; canBeOffered?: boolean }) {
  const { say, language } = useWords();
  const context = useSentences(state);
  const write = useWrite({ state, dispatch });
  const { all } = useFaultsOf(at);
  const sentences = [...placeSentences(place, context), ...onlyOffers(place, context)];
  const { draft, stores } = state;
  const tiers = (draft.tiers?.levels ?? []).map(({ id }) => id);
  const offers = (draft.offers ?? []).map(({ id }) => id);
  return (
    <Fold
      title={say('rules.place')}
      sentence={sentences.length === 0 ? say('rules.place.always') : joined(sentences, language)}
      isWrong={all.some((fault) => IN_PLACE.test(fault.at.slice(at.length)))}
      testId={TEST_IDS.ruleField(`${at}/place`)}
    >
      <Numbers fields={fieldsOfPlace(at)} state={state} dispatch={dispatch} />
      <Weekdays at={at} chosen={place.schedule?.weekdays} onChange={(days) => write(`${at}/schedule/weekdays`, days)} />
      {(['stores', 'tiers', 'offers'] as const).map((kind) => {
        const ids = { stores: stores.map(({ id }) => id), tiers, offers }[kind];
        // One store or nothing to choose from says nothing; what stands in the rule is always shown.
        if (place[kind] === undefined && (ids.length < (kind === 'stores' ? 2 : 1) || (kind === 'offers' && !canBeOffered))) return null;
        return (
          <Several
            key={kind}
            at={`${at}/${kind}`}
            label={say(`rules.place.${kind}`)}
            none={say(`rules.place.${kind}.none`)}
            all={ids}
            chosen={place[kind]}
            named={(id) => context.named(kind, id)}
            onChange={(chosen) => write(`${at}/${kind}`, chosen)}
            testId={(id) => TEST_IDS.ruleField(`${at}/${kind}/${id}`)}
          />
        );
      })}
    </Fold>
  );
}
