import { useWords } from '../i18n/words.ts';
import { TEST_IDS } from '../app/testids.ts';
import { Chip, type ChipTone } from './Chip.tsx';
import type { IconName } from './Icon.tsx';

export type EntryState = 'saved' | 'at-risk' | 'confirmed' | 'shortfall' | 'quarantined';

const SIGNS: Readonly<Record<EntryState, { tone: ChipTone; icon: IconName }>> = {
  saved: { tone: 'quiet', icon: 'saved' },
  'at-risk': { tone: 'risk', icon: 'half' },
  confirmed: { tone: 'good', icon: 'confirmed' },
  shortfall: { tone: 'red', icon: 'warning' },
  quarantined: { tone: 'red', icon: 'warning' },
};

/** Where an entry stands, by sign and words. `brief` leaves out what is still to come, for rows of a list. */
export function StateChip({ state, shortfall, brief = false }: { state: EntryState; shortfall: number; brief?: boolean }) {
  const { say } = useWords();
  const id = brief && (state === 'shortfall' || state === 'at-risk') ? (`state.${state}.short` as const) : (`state.${state}` as const);
  return (
    <Chip {...SIGNS[state]} state={state} {...(brief ? {} : { testId: TEST_IDS.receiptState })}>
      {say(id, { points: shortfall })}
    </Chip>
  );
}
