import { useState } from 'react';
import type { ReceiptView } from '../../../shared/contract/commands.ts';
import type { EntryStory } from '../../../shared/contract/story.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { ReceiptPaper } from '../../ui/paper/ReceiptPaper.tsx';
import { StateChip } from '../../ui/StateChip.tsx';
import { useNow } from '../../ui/use-now.ts';
import { storyWords } from './story-words.ts';

const SIDES = ['receipt', 'story'] as const;

/** The opened entry: how it stands, and its receipt or its story. What is printed is always the receipt. */
export function OpenedEntry({ receipt, story }: { receipt: ReceiptView | undefined; story: EntryStory | undefined }) {
  const { say } = useWords();
  const [side, setSide] = useState<(typeof SIDES)[number]>('receipt');
  if (receipt === undefined) return <p className="soft history-open">{say('history.open')}</p>;
  return (
    <div className="stack">
      <div className="row history-sides" role="group" aria-label={say('story.sides')}>
        {SIDES.map((one) => <Button key={one} onPress={() => setSide(one)} isPressed={one === side} testId={TEST_IDS.side(one)}>{say(`story.side.${one}`)}</Button>)}
      </div>
      <div><StateChip state={receipt.state} shortfall={receipt.shortfall} /></div>
      {side === 'story' && story !== undefined && <Story story={story} />}
      <div className="history-paper" data-shown={side === 'receipt'}><ReceiptPaper receipt={receipt} /></div>
    </div>
  );
}

function Story({ story }: { story: EntryStory }) {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  return (
    <ol className="history-story" aria-label={say('story.side.story')} data-testid={TEST_IDS.entryStory}>
      {storyWords(story, { say, language, nowMs, utcOffsetMinutes }).map(({ id, when, sentences }) => (
        <li key={id} data-step={id}>
          <h3 className="history-story-when">{[say(`story.step.${id.startsWith('reversed-') ? 'reversed' : (id as 'made')}`), when].filter((part) => part !== '').join(' · ')}</h3>
          {sentences.map((sentence) => <p key={sentence}>{sentence}</p>)}
        </li>
      ))}
    </ol>
  );
}
