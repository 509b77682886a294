import { TEST_IDS } from '../../app/testids.ts';
import { useWords } from '../../i18n/words.ts';
import { Fold, type CardProps } from './Card.tsx';
import { Choices } from './Choices.tsx';
import { goodsOf, isTimed } from './sample.ts';
import { listed } from './sentences.ts';
import { titleFor } from './titles.ts';

/** Tier, offer, voucher and goods of the sample, of those that the draft speaks of; opening one of its parts chooses it, too. */
export function SampleParts({ state, dispatch }: CardProps) {
  const { say, language } = useWords();
  const { draft, sample } = state;
  const goods = goodsOf(draft);
  const choices = [
    { part: 'tier', all: (draft.tiers?.levels ?? []).map((one) => [one.id, titleFor(one, language)] as const) },
    { part: 'voucher', all: (draft.vouchers ?? []).map((one) => [one.id, titleFor(one, language)] as const) },
    { part: 'offer', all: (draft.offers ?? []).map((one) => [one.id, titleFor(one, language)] as const) },
    { part: 'goods', all: goods.slice(0, 12).map((one) => [one, one.slice(one.indexOf(':') + 1)] as const) },
  ] as const;
  const hasBirthday = [...(draft.earn.multipliers ?? []), ...(draft.offers ?? []).map(({ when }) => when)].some(({ birthday }) => birthday === true);
  const flags = [
    ...(hasBirthday ? ['isBirthday' as const] : []), ...(draft.earn.firstPurchase === undefined ? [] : ['isFirst' as const]), ...(isTimed(draft) ? ['isTimeless' as const] : []),
  ];
  const shown = choices.filter(({ all }) => all.length > 0);
  if (shown.length + flags.length === 0) return null;
  const chosen = [
    ...shown.flatMap(({ part, all }) => all.filter(([id]) => id === sample[part]).map(([, words]) => (part === 'goods' ? say('rules.sample.half', { goods: words }) : words))),
    ...flags.filter((flag) => sample[flag]).map((flag) => say(`rules.sample.${flag}`)),
  ];
  return (
    <Fold title={say('rules.sample.more')} sentence={chosen.length === 0 ? say('rules.sample.plain') : listed(chosen, language)} isWrong={false} testId={TEST_IDS.sampleMore}>
      {shown.map(({ part, all }) => (
        <Choices
          key={part}
          label={say(`rules.sample.${part}`)}
          options={[['', say('rules.sample.none')], ...all]}
          chosen={sample[part]}
          onChoose={(one) => dispatch({ do: 'sample', change: { [part]: one } })}
          testId={(one) => TEST_IDS.sampleChoice(part, one)}
        />
      ))}
      {flags.map((flag) => (
        <Choices
          key={flag}
          label={say(`rules.sample.${flag}`)}
          options={[['no', say('rules.sample.no')], ['yes', say('rules.sample.yes')]]}
          chosen={sample[flag] ? 'yes' : 'no'}
          onChoose={(one) => dispatch({ do: 'sample', change: { [flag]: one === 'yes' } })}
          testId={(one) => TEST_IDS.sampleChoice(flag, one)}
        />
      ))}
    </Fold>
  );
}
